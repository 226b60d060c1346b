import type { Episode, Severity } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { TicketFinding } from "../model/ticket.ts";
import { findingKey, type TicketBody } from "../model/ticket-record.ts";
import { isReportedUrgent } from "./complaint.ts";
import { anchorKey, bodyOf, type Draft, findingOf, isOpenDraft, refresh, write } from "./draft.ts";
import { byAge } from "./episode-tree.ts";
import { absorbedText, RECOVERED_TEXT, RELAPSED_TEXT, releasedText, unlistedText, WITHDRAWN_TEXT } from "./wording.ts";

/** Brings one ticket's findings, severity and cure in line with the episodes that it speaks for. */

/** Findings listed in one ticket; further ones are still held under its root, counted (`unlisted`), and speak for themselves when it clears. */
export const FINDINGS_MAX = 1_000;

export interface Settlement {
  readonly at: number;
  readonly station: string;
  readonly active: ReadonlyMap<string, Episode>;
  /** The last cleared run by key. */
  readonly recent: ReadonlyMap<string, Episode>;
  readonly owners: ReadonlyMap<string, Draft>;
  readonly network: Network;
}

export function settle(draft: Draft, settlement: Settlement): void {
  if (draft.record.state === "merged") return;
  if (!isOpenDraft(draft)) {
    refresh(draft, { findings: draft.record.findings.map((finding) => followed(finding, draft, settlement)) });
    return;
  }
  const owned = [...settlement.active].filter(([key]) => settlement.owners.get(key) === draft).map(([, episode]) => episode);
  settleFindings(draft, owned, settlement);
  settleAnchor(draft, owned, settlement);
  settleCure(draft, owned, settlement);
}

function settleFindings(draft: Draft, owned: readonly Episode[], settlement: Settlement): void {
  const { at, station, active, owners } = settlement;
  const known = new Set(draft.record.findings.map(findingKey));
  const released: TicketFinding[] = [];
  const kept = draft.record.findings.filter((finding) => {
    const owner = owners.get(findingKey(finding));
    const elsewhere = finding.clearedAt === undefined && active.has(findingKey(finding)) && owner !== undefined && owner !== draft;
    if (elsewhere) released.push(finding);
    return !elsewhere;
  });
  const anchor = anchorKey(draft);
  const added = owned.filter((episode) => !known.has(findingKey(episode))).sort(byAge);
  const all = [...kept.map((finding) => followed(finding, draft, settlement)), ...added.map((episode) => findingOf(episode, false))].map(
    (finding) => (finding.root === (findingKey(finding) === anchor) ? finding : withRoot(finding, !finding.root)),
  );
  const findings = listed(all).sort(
    (a, b) => Number(b.root) - Number(a.root) || a.detectedAt - b.detectedAt || (findingKey(a) < findingKey(b) ? -1 : 1),
  );
  const shown = new Set(findings.map(findingKey));
  const newcomers = added.filter((episode) => shown.has(findingKey(episode)));
  const unlisted = countUnlisted(draft, owned.length - owned.filter((episode) => shown.has(findingKey(episode))).length, station);
  // An opening, a relapse or a new anchor says it already.
  const announced = draft.steps.some(({ kind }) => kind === "opened" || kind === "reanchored");
  if (newcomers.length > 0 && !announced) write(draft, { at, kind: "absorbed", text: absorbedText(newcomers), set: {} });
  if (unlisted[station] !== undefined && draft.record.unlisted[station] === undefined)
    write(draft, { at, kind: "absorbed", text: unlistedText(unlisted[station]), set: {} });
  if (released.length > 0) write(draft, { at, kind: "released", text: releasedText(released), set: {} });
  refresh(draft, { findings, unlisted, stations: stationsOf(draft, findings, unlisted, settlement.network) });
}

/** At most `FINDINGS_MAX`: the root, what runs (what is listed already before newcomers), then what ended last. */
function listed(all: readonly TicketFinding[]): TicketFinding[] {
  if (all.length <= FINDINGS_MAX) return [...all];
  const rank = ({ root, clearedAt }: TicketFinding): number => (root ? -Infinity : clearedAt === undefined ? 0 : 1 / clearedAt);
  return all.toSorted((a, b) => rank(a) - rank(b)).slice(0, FINDINGS_MAX);
}

function countUnlisted(draft: Draft, count: number, station: string): TicketBody["unlisted"] {
  const { [station]: before = 0, ...others } = draft.record.unlisted;
  if (before === count) return draft.record.unlisted;
  return count === 0 ? others : { ...others, [station]: count };
}

const withRoot = (finding: TicketFinding, root: boolean): TicketFinding => ({ ...finding, root });

/** A finding as the episodes have it now; those of other stations are theirs to follow. */
function followed(finding: TicketFinding, draft: Draft, { at, station, active, recent, owners, network }: Settlement): TicketFinding {
  if ((network.asset(finding.asset)?.station ?? draft.record.station) !== station) return finding;
  const key = findingKey(finding);
  const episode = active.get(key);
  if (episode === undefined) return { ...finding, clearedAt: endOf(finding, recent) ?? finding.clearedAt ?? at };
  if (owners.get(key) !== draft) return finding;
  return findingOf(episode, finding.root);
}

/** When the run of a finding ended by itself; undefined when late data withdrew it: an older run of the same fault says nothing. */
export function endOf(finding: TicketFinding, recent: ReadonlyMap<string, Episode>): number | undefined {
  const clearedAt = recent.get(findingKey(finding))?.clearedAt;
  return clearedAt !== undefined && clearedAt > finding.since ? clearedAt : undefined;
}

function stationsOf(draft: Draft, findings: readonly TicketFinding[], unlisted: TicketBody["unlisted"], network: Network): string[] {
  const others = findings.map((finding) => network.asset(finding.asset)?.station ?? draft.record.station);
  return [...new Set([draft.record.station, ...[...others, ...Object.keys(unlisted)].sort()])];
}

function settleAnchor(draft: Draft, owned: readonly Episode[], { at, station, network }: Settlement): void {
  if (draft.record.station !== station) return;
  const anchor = owned.find((episode) => findingKey(episode) === anchorKey(draft));
  if (anchor !== undefined) {
    const { since, detectedAt, ...said } = bodyOf(anchor, network);
    // A later run of the same fault: the ticket goes on telling when it began first.
    refresh(draft, since > draft.record.detectedAt ? said : { ...said, since, detectedAt });
  }
  if (owned.length === 0) return;
  const severity = isReportedUrgent(draft.record) ? "urgent" : worst(owned);
  if (severity === draft.record.severity) return;
  const speaker = anchor ?? owned[0]!;
  write(draft, { at, kind: severity === "urgent" ? "raised" : "lowered", text: speaker.summary, set: { severity } });
}

function settleCure(draft: Draft, owned: readonly Episode[], { at, recent }: Settlement): void {
  const { findings, unlisted, recoveredAt, state } = draft.record;
  if (findings.length === 0) return;
  const cured = owned.length === 0 && Object.keys(unlisted).length === 0 && findings.every((finding) => finding.clearedAt !== undefined);
  if (cured && recoveredAt === null) {
    const known = findings.some((finding) => endOf(finding, recent) !== undefined);
    write(draft, {
      at,
      kind: "recovered",
      text: known ? RECOVERED_TEXT : WITHDRAWN_TEXT,
      set: { recoveredAt: Math.max(...findings.map((finding) => finding.clearedAt ?? at)) },
    });
  } else if (!cured && recoveredAt !== null) {
    // What was reported as repaired has to be done again: a new round with new limits.
    const again = state === "resolved" || state === "replied" || state === "confirmed" ? ({ state: "open" } as const) : {};
    write(draft, { at, kind: "relapsed", text: RELAPSED_TEXT, set: { recoveredAt: null, ...again } });
  }
}

export function worst(episodes: readonly Episode[]): Severity {
  return episodes.some((episode) => episode.severity === "urgent") ? "urgent" : "general";
}
