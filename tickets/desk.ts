import type { Episode, FaultKind, RootedEpisode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { findingKey, type TicketChange, type TicketRecord } from "../model/ticket-record.ts";
import { explainsComplaint, isReportedUrgent } from "./complaint.ts";
import { anchorKey, bodyOf, changeOf, type Draft, draftOf, isOpenDraft, newDraft, placeOfEpisode, refresh, write } from "./draft.ts";
import { episodeTree, type EpisodeGroup, type EpisodeTree } from "./episode-tree.ts";
import { absorbTicket } from "./flow.ts";
import { endOf, settle, worst } from "./settle.ts";
import { RELAPSE_MS } from "./sla.ts";
import { mergedText, reanchoredText, relapsedText } from "./wording.ts";

/** From findings to tickets: which ticket speaks for which episode. Level-triggered: it compares what is with what stands, so a restart or a second pass changes nothing. */

export interface DeskInput {
  readonly at: number;
  readonly station: string;
  /** The station's active episodes with what explains them. */
  readonly rooted: readonly RootedEpisode[];
  /** Its cleared episodes. An episode that is in neither list does not exist (any more): late data withdrew it. */
  readonly recent: readonly Episode[];
  /** Open tickets with a finding in the station or anchored at a root of `rooted`, those closed less than 72 h ago, and those closed before their findings cleared. */
  readonly open: readonly TicketRecord[];
  readonly network: Network;
}

/**
 * The changes that make the tickets of a station say what its episodes say. Deterministic; applied and run again, it yields none.
 * Never call it before the rules have caught up with the stored readings: an episode not listed counts as over.
 */
export function reconcile(input: DeskInput): TicketChange[] {
  const drafts = [...input.open].sort(byOpening).map(draftOf);
  const openByKey = new Map(drafts.filter(isOpenDraft).map((draft) => [anchorKey(draft), draft]));
  const tree = episodeTree(input.rooted, input.station, (key) => openByKey.has(key));
  const owners = new Map<string, Draft>();
  const own = (episodes: readonly Episode[], draft: Draft): void => episodes.forEach((episode) => owners.set(findingKey(episode), draft));

  for (const [rootKey, { root, children }] of tree.held) {
    const standing = openByKey.get(rootKey);
    if (standing === undefined) continue;
    const others = anchoredAt(drafts, children).filter((draft) => draft !== standing);
    // Where another station speaks for the same trouble now, the ticket that people know goes on.
    const owner = [standing, ...others.filter(({ record }) => record.kind === root.kind)].sort((a, b) => byOpening(a.record, b.record))[0]!;
    mergeInto(
      owner,
      [standing, ...others].filter((draft) => draft !== owner),
      input.at,
    );
    if (owner !== standing) reanchor(owner, root, input.at, input.network);
    own(children, owner);
  }
  for (const group of tree.groups) {
    const owner = ownerOf(group, drafts, owners, tree, input);
    if (owner !== undefined) own([group.root, ...group.children], owner);
  }
  const recent = latestByKey(input.recent);
  for (const draft of drafts)
    settle(draft, { at: input.at, station: input.station, active: tree.active, recent, owners, network: input.network });
  return drafts
    .map((draft) => changeOf(draft, input.at))
    .filter((change) => change !== undefined)
    .sort((a, b) => writeOrder(a) - writeOrder(b));
}

/** The ticket that speaks for a root, brought to that root; undefined when a person closed it against running signals. */
function ownerOf(
  group: EpisodeGroup,
  drafts: Draft[],
  owners: ReadonlyMap<string, Draft>,
  tree: EpisodeTree,
  input: DeskInput,
): Draft | undefined {
  const { root, children } = group;
  const { active } = tree;
  const { at, network } = input;
  const key = findingKey(root);
  const open = drafts.filter(isOpenDraft);
  const taken = new Set(owners.values());
  const words = open.filter(
    (draft) =>
      !taken.has(draft) && !active.has(anchorKey(draft)) && restsOnWords(draft, tree) && explainsComplaint(draft.record, root, network),
  );
  const below = [...anchoredAt(drafts, children), ...words].sort((a, b) => byOpening(a.record, b.record));
  const standing = open.find((draft) => anchorKey(draft) === key) ?? open.find((draft) => draft.record.pinned.includes(key));
  const closed = standing === undefined ? lastClosed(drafts, key) : undefined;
  if (closed !== undefined && closedAgainst(closed, root)) return undefined;
  let owner =
    standing ??
    (closed !== undefined && at - (closed.record.closedAt ?? 0) < RELAPSE_MS ? closed : undefined) ??
    below[0] ??
    open.find((draft) => !taken.has(draft) && hasHandedOver(draft, root, active, input));
  if (owner === undefined) {
    owner = newDraft(root, worst([root, ...children]), at, network);
    drafts.push(owner);
  } else if (owner === closed) {
    write(owner, {
      at,
      kind: "relapsed",
      text: relapsedText(at - (owner.record.closedAt ?? at), root),
      set: { state: "open", closedAt: null, recoveredAt: null },
    });
  } else if (owner !== standing || below.includes(owner)) {
    reanchor(owner, root, at, network);
  }
  mergeInto(
    owner,
    below.filter((draft) => draft !== owner),
    at,
  );
  return owner;
}

/** Nothing measured speaks in it, or only what goes to the ticket of its own root now. */
function restsOnWords({ record }: Draft, tree: EpisodeTree): boolean {
  return record.findings.every((finding) => {
    const root = finding.clearedAt === undefined ? tree.rootOf.get(findingKey(finding)) : undefined;
    return root !== undefined && root !== findingKey(record) && !record.pinned.includes(root);
  });
}

/** Open tickets whose anchor is one of the children. */
function anchoredAt(drafts: readonly Draft[], children: readonly Episode[]): Draft[] {
  const keys = new Set(children.map(findingKey));
  return drafts.filter((draft) => isOpenDraft(draft) && keys.has(anchorKey(draft)));
}

function lastClosed(drafts: readonly Draft[], key: string): Draft | undefined {
  const closed = drafts.filter(
    (draft) => draft.record.state === "closed" && (anchorKey(draft) === key || draft.record.pinned.includes(key)),
  );
  return closed.sort((a, b) => (b.record.closedAt ?? 0) - (a.record.closedAt ?? 0))[0];
}

/** Closed by override while this very run of the fault went on: it stays closed until the run is over. */
function closedAgainst(closed: Draft, root: Episode): boolean {
  const finding = closed.record.findings.find((entry) => findingKey(entry) === findingKey(root));
  return finding !== undefined && finding.clearedAt === undefined && root.detectedAt <= (closed.record.closedAt ?? 0);
}

/** Kinds that are names of one trouble while it develops: a leak becomes a burst, an under-heated unit turns out to be full of air. */
const FAMILIES: readonly (readonly FaultKind[])[] = [
  ["leak", "burst", "draw_off"],
  ["under_heated", "air_lock", "closed_valve"],
];

/** The rules changed their mind about the kind: the old finding ended after the new one began, on the same asset. */
function hasHandedOver(draft: Draft, root: Episode, active: ReadonlyMap<string, Episode>, { recent, at }: DeskInput): boolean {
  const { record } = draft;
  const related = FAMILIES.some((family) => family.includes(record.kind) && family.includes(root.kind));
  if (!related || record.asset !== root.asset || active.has(anchorKey(draft))) return false;
  const finding = record.findings.find((entry) => findingKey(entry) === anchorKey(draft));
  if (finding === undefined) return false;
  const endedAt = endOf(finding, latestByKey(recent)) ?? finding.clearedAt ?? at;
  return root.since <= endedAt;
}

function reanchor(draft: Draft, root: Episode, at: number, network: Network): void {
  const before = draft.record.title;
  const severity = isReportedUrgent({ ...draft.record, kind: root.kind }) ? "urgent" : root.severity;
  write(draft, {
    at,
    kind: "reanchored",
    text: reanchoredText(before, root),
    set: { kind: root.kind, severity, ...placeOfEpisode(root, network) },
  });
  refresh(draft, bodyOf(root, network));
}

function mergeInto(owner: Draft, others: readonly Draft[], at: number): void {
  for (const other of others) {
    if (other === owner) continue;
    const { step, body } = absorbTicket(owner.record, other.record, at, other.record.id, false);
    write(owner, step);
    refresh(owner, body);
    write(other, {
      at,
      kind: "merge",
      to: owner.record.id,
      text: mergedText(owner.record.id),
      set: { state: "merged", mergedInto: owner.record.id, closedAt: at },
    });
  }
}

function latestByKey(recent: readonly Episode[]): Map<string, Episode> {
  const latest = new Map<string, Episode>();
  for (const episode of recent) {
    const known = latest.get(findingKey(episode));
    if (episode.clearedAt !== undefined && (known?.clearedAt ?? -Infinity) < episode.clearedAt) latest.set(findingKey(episode), episode);
  }
  return latest;
}

const byOpening = (a: TicketRecord, b: TicketRecord): number =>
  a.openedAt - b.openedAt || a.id.length - b.id.length || (a.id < b.id ? -1 : 1);

/** Merges give their key free before a re-anchored or new ticket takes it. */
function writeOrder(change: TicketChange): number {
  if (change.type === "open") return 2;
  return change.steps.some((step) => step.kind === "merge") ? 0 : 1;
}
