import type { Explanation } from "../model/finding.ts";
import type { TicketSummary } from "../model/live.ts";
import type { Deadline, Ticket, TicketEvent, TicketFinding } from "../model/ticket.ts";
import { absorbedCount, type TicketBrief, type TicketCore, type TicketRecord, type TicketStep } from "../model/ticket-record.ts";

/** Tickets and their history as rows of SQLite, and as people see them. */

/** Clock of a ticket, from `tickets/clock.ts`: the store does not know the service limits. */
export interface RecordClock {
  deadlines(core: TicketCore): readonly Deadline[];
  dueAt(core: TicketCore): number | null;
  nextAt(core: TicketCore): number | null;
}

/** A ticket with when the first resident called about it (null while none did), and how many findings it stands for besides its root. */
export type TicketView = Ticket & { readonly firstCallAt: number | null; readonly absorbed: number };

export interface SummaryRow {
  readonly number: number;
  readonly core: string;
  readonly brief: string;
  readonly absorbed: number;
}

export interface TicketRow extends SummaryRow {
  readonly findings: string;
  readonly explanation: string;
}

export interface EventRow {
  readonly sequence: number;
  readonly ticket: string;
  readonly version: number;
  readonly at: number;
  readonly kind: TicketEvent["kind"];
  readonly by: string;
  readonly state: TicketEvent["state"];
  readonly text: string | null;
  readonly note: string | null;
  readonly recipient: string | null;
  readonly changes: string;
}

type StoredExplanation = Omit<Explanation, "summary"> & Pick<TicketRecord, "stations"> & Partial<Pick<TicketRecord, "unlisted">>;

export const coreOf = (row: Pick<SummaryRow, "core">): TicketCore => JSON.parse(row.core) as TicketCore;

function recordOf(row: TicketRow): TicketRecord {
  const findings = (JSON.parse(row.findings) as TicketFinding[]).map(withClearedAt);
  const explanation = JSON.parse(row.explanation) as StoredExplanation;
  return { ...coreOf(row), ...(JSON.parse(row.brief) as TicketBrief), findings, unlisted: {}, ...explanation };
}

/** Tickets whose parsed form is kept: what is looked at again and again are the open ones of a storm, with hundreds of findings. */
const KEPT_MAX = 256;

/** `recordOf` that parses a row once for as long as its text stays the same. Records are never changed, only replaced. */
export function createRecordReader(): (row: TicketRow) => TicketRecord {
  const kept = new Map<number, { readonly row: TicketRow; readonly record: TicketRecord }>();
  return (row) => {
    const known = kept.get(row.number);
    const { core, brief, findings, explanation } = row;
    if (
      known !== undefined &&
      known.row.core === core &&
      known.row.brief === brief &&
      known.row.findings === findings &&
      known.row.explanation === explanation
    )
      return known.record;
    const record = recordOf(row);
    kept.delete(row.number);
    kept.set(row.number, { row, record });
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
    return record;
  };
}

/** JSON has no undefined. */
function withClearedAt({ kind, asset, since, detectedAt, clearedAt, root, summary }: TicketFinding): TicketFinding {
  return { kind, asset, since, detectedAt, clearedAt, root, summary };
}

/** The columns of a record, in the order of the statements of `ticket-records.ts`. */
export function columnsOf(
  record: TicketRecord,
  clock: RecordClock,
): [core: string, brief: string, findings: string, explanation: string, absorbed: number, unfinished: number, nextAt: number | null] {
  const { title, summary, since, detectedAt, findings, unlisted, stations, evidence, causes, consequence, action, ...core } = record;
  const brief: TicketBrief = { title, summary, since, detectedAt };
  const explanation: StoredExplanation = { evidence, causes, consequence, action, stations, unlisted };
  const unfinished = record.state === "closed" && findings.some((finding) => finding.clearedAt === undefined);
  return [
    JSON.stringify(core),
    JSON.stringify(brief),
    JSON.stringify(findings),
    JSON.stringify(explanation),
    absorbedCount(record),
    Number(unfinished),
    clock.nextAt(record),
  ];
}

export function summaryOf(row: SummaryRow, clock: RecordClock): TicketSummary {
  return { ...shown(coreOf(row), clock), ...(JSON.parse(row.brief) as TicketBrief), absorbed: row.absorbed };
}

export function viewOf(row: TicketRow, history: readonly TicketEvent[], clock: RecordClock): TicketView {
  const record = recordOf(row);
  const { title, summary, since, detectedAt, findings, evidence, causes, consequence, action, mergedInto, firstCallAt } = record;
  return {
    ...shown(record, clock),
    title,
    summary,
    since,
    detectedAt,
    mergedInto,
    firstCallAt,
    absorbed: row.absorbed,
    findings,
    evidence,
    causes,
    consequence,
    action,
    history,
  };
}

type Shown = Omit<TicketSummary, keyof TicketBrief | "absorbed">;

function shown(core: TicketCore, clock: RecordClock): Shown {
  const { id, kind, severity, state, source, asset, station, circuit, building, unit, version, openedAt, closedAt, recoveredAt, assignee } =
    core;
  return {
    id,
    kind,
    severity,
    state,
    source,
    asset,
    station,
    ...(circuit !== null && { circuit }),
    ...(building !== null && { building }),
    ...(unit !== null && { unit }),
    dueAt: clock.dueAt(core),
    deadlines: clock.deadlines(core),
    version,
    openedAt,
    closedAt,
    recoveredAt,
    assignee,
  };
}

export function eventOf(row: EventRow): TicketEvent {
  return {
    sequence: row.sequence,
    at: row.at,
    kind: row.kind,
    by: row.by,
    ...(row.text !== null && { text: JSON.parse(row.text) as TicketEvent["text"] }),
    ...(row.note !== null && { note: row.note }),
    ...(row.recipient !== null && { to: row.recipient }),
    state: row.state,
  };
}

/** The step that a line of history was written from: folding them gives the core again. */
export function stepOf(row: EventRow): TicketStep {
  const { sequence: _sequence, state: _state, ...event } = eventOf(row);
  return { ...event, set: JSON.parse(row.changes) as TicketStep["set"] };
}
