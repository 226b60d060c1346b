import type { Episode, Severity } from "../model/finding.ts";
import { isOpen } from "../model/live.ts";
import type { Network } from "../model/network.ts";
import { SYSTEM_NAME } from "../model/role.ts";
import type { TicketFinding } from "../model/ticket.ts";
import {
  applyStep,
  emptyCore,
  findingKey,
  type NewTicket,
  type TicketBody,
  type TicketChange,
  type TicketRecord,
  type TicketStep,
} from "../model/ticket-record.ts";
import { placeOf, ticketTitle } from "./title.ts";

/** A ticket while one reconciling works on it: what it becomes, and the steps that lead there. */
export interface Draft {
  /** Undefined for a ticket that is opened now. */
  readonly original: TicketRecord | undefined;
  record: TicketRecord;
  readonly steps: TicketStep[];
}

export const draftOf = (record: TicketRecord): Draft => ({ original: record, record, steps: [] });
export const anchorKey = (draft: Draft): string => findingKey(draft.record);
export const isOpenDraft = (draft: Draft): boolean => isOpen(draft.record.state);

/** Writes one step of the platform and applies it. */
export function write(draft: Draft, step: Omit<TicketStep, "by">): void {
  const whole: TicketStep = { ...step, by: SYSTEM_NAME };
  draft.steps.push(whole);
  draft.record = { ...draft.record, ...applyStep(draft.record, whole) };
}

/** Changes the refreshed part; values that say the same are left alone, so that a second pass finds nothing to do. */
export function refresh(draft: Draft, body: Partial<TicketBody>): void {
  const changed = Object.entries(body).filter(([name, value]) => !same(draft.record[name as keyof TicketBody], value));
  if (changed.length > 0) draft.record = { ...draft.record, ...Object.fromEntries(changed) };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A ticket for a root episode, as urgent as the worst that it explains. */
export function newDraft(root: Episode, severity: Severity, at: number, network: Network): Draft {
  const ticket: NewTicket = {
    ...placeOfEpisode(root, network),
    kind: root.kind,
    severity,
    state: "open",
    source: "rule",
    openedAt: at,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    owner: null,
    mergedInto: null,
    firstCallAt: null,
    pinned: [],
    ...bodyOf(root, network),
    findings: [],
    unlisted: {},
    stations: [root.station],
  };
  const draft: Draft = { original: undefined, record: { ...ticket, ...emptyCore("", ticket) }, steps: [] };
  write(draft, { at, kind: "opened", text: root.summary, set: {} });
  return draft;
}

/** What the anchor's episode says, as the ticket shows it. */
export function bodyOf(episode: Episode, network: Network): Omit<TicketBody, "findings" | "unlisted" | "stations"> {
  const { summary, evidence, causes, consequence, action, since, detectedAt } = episode;
  return { title: ticketTitle(episode.kind, episode.asset, network), summary, evidence, causes, consequence, action, since, detectedAt };
}

export function placeOfEpisode(episode: Episode, network: Network): ReturnType<typeof placeOf> {
  const asset = network.asset(episode.asset);
  return asset === undefined
    ? { asset: episode.asset, station: episode.station, circuit: null, building: null, unit: null }
    : placeOf(asset);
}

export function findingOf(episode: Episode, root: boolean): TicketFinding {
  return {
    kind: episode.kind,
    asset: episode.asset,
    since: episode.since,
    detectedAt: episode.detectedAt,
    clearedAt: undefined,
    root,
    summary: episode.summary,
  };
}

const BODY_FIELDS = [
  "title",
  "summary",
  "since",
  "detectedAt",
  "findings",
  "unlisted",
  "stations",
  "evidence",
  "causes",
  "consequence",
  "action",
] as const satisfies readonly (keyof TicketBody)[];

/** The change that makes the store's ticket what the draft is; undefined when nothing is to be written. */
export function changeOf(draft: Draft, at: number): TicketChange | undefined {
  const { original, record, steps } = draft;
  if (original === undefined) {
    const { id: _id, version: _version, milestones: _milestones, ...ticket } = record;
    return { type: "open", ticket, steps };
  }
  const body = Object.fromEntries(
    BODY_FIELDS.filter((name) => record[name] !== original[name]).map((name) => [name, record[name]]),
  ) as Partial<TicketBody>;
  if (steps.length === 0 && Object.keys(body).length === 0) return undefined;
  return { type: "update", at, id: record.id, steps, body };
}
