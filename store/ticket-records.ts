import type { TicketSummary } from "../model/live.ts";
import type { TicketEvent } from "../model/ticket.ts";
import {
  applyStep,
  coreOfNew,
  emptyCore,
  type NewTicket,
  type TicketChange,
  type TicketRecord,
  type TicketStep,
} from "../model/ticket-record.ts";
import { localDay } from "../model/zone.ts";
import type { AppDatabase } from "./database.ts";
import { OPEN, ticketQueries, type TicketQuery } from "./ticket-query.ts";
import {
  columnsOf,
  coreOf,
  eventOf,
  createRecordReader,
  stepOf,
  summaryOf,
  viewOf,
  type EventRow,
  type RecordClock,
  type SummaryRow,
  type TicketRow,
  type TicketView,
} from "./ticket-rows.ts";

/** Tickets on disk: history appended, the current record beside it, one transaction per change; and the ordered log of all of them. */

/** Entries in one answer of the log. */
const LOG_PAGE_MAX = 1_000;
/** Tickets whose clock is looked at in one go. */
const DUE_BATCH_MAX = 500;

export interface TicketLogEntry {
  /** Ascending over all tickets, without gaps. */
  readonly sequence: number;
  readonly at: number;
  /** Kind of the event; `refreshed` (not in the log, sequence of the newest entry) when only the evidence changed. */
  readonly event: string;
  /** The ticket after this event or later. */
  readonly ticket: TicketSummary;
}

export interface TicketPage {
  readonly items: readonly TicketView[];
  readonly next: string | null;
}

export interface TicketRecords {
  /** Writes changes in one transaction, in order; returns the ids of opened tickets. */
  apply(changes: readonly TicketChange[]): string[];
  /** Runs `work` in one transaction: what it reads is what it changes. */
  transaction<Result>(work: () => Result): Result;
  record(id: string): TicketRecord | undefined;
  get(id: string): TicketView | undefined;
  list(query: TicketQuery): TicketPage;
  /** Every ticket before `closed`, newest first. */
  open(): TicketSummary[];
  summary(id: string): TicketSummary | undefined;
  /** Open tickets with a finding in a station, those closed since `closedSince`, and those closed while a finding still ran. */
  ofStation(station: string, closedSince: number): TicketRecord[];
  /** The open ticket anchored at a kind and asset. */
  anchored(kind: string, asset: string): TicketRecord | undefined;
  /** Open tickets whose clock has something to write at `at`, the most urgent first. */
  dueBy(at: number): TicketRecord[];
  /** The next instant at which any clock has something to write. */
  nextDueAt(): number | null;
  /** The history replayed from nothing: what the record must be. */
  replay(id: string): TicketRecord | undefined;
  /** Stations that open tickets stand in. */
  openStations(): string[];
  sequence(): number;
  logAfter(sequence: number, limit: number): TicketLogEntry[];
  /** Called after every commit, once per entry, in order; returns the way to stop it. */
  subscribe(listener: (entry: TicketLogEntry) => void): () => void;
}

export interface TicketRecordOptions {
  readonly clock: RecordClock;
  /** Where the day of a ticket's number begins. */
  readonly zone: string;
}

const TICKET_COLUMNS = "number, core, brief, absorbed, findings, explanation";

export function openTicketRecords(database: AppDatabase, { clock, zone }: TicketRecordOptions): TicketRecords {
  const { sql } = database;
  const insert = sql.prepare(
    "INSERT INTO tickets (core, brief, findings, explanation, absorbed, unfinished, next_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const update = sql.prepare(
    "UPDATE tickets SET core = ?, brief = ?, findings = ?, explanation = ?, absorbed = ?, unfinished = ?, next_at = ? WHERE number = ?",
  );
  const insertEvent = sql.prepare(
    "INSERT INTO ticket_events (ticket, version, at, kind, by, state, text, note, recipient, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const nextNumber = sql.prepare(
    "INSERT INTO ticket_days (day, last) VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET last = last + 1 RETURNING last",
  );
  const insertStation = sql.prepare("INSERT OR IGNORE INTO ticket_stations (station, number) VALUES (?, ?)");
  const deleteStations = sql.prepare("DELETE FROM ticket_stations WHERE number = ?");
  const byId = sql.prepare(`SELECT ${TICKET_COLUMNS} FROM tickets WHERE id = ?`);
  const summaryById = sql.prepare("SELECT number, core, brief, absorbed FROM tickets WHERE id = ?");
  const historyOf = sql.prepare("SELECT * FROM ticket_events WHERE ticket = ? ORDER BY version");
  const openSummaries = sql.prepare(`SELECT number, core, brief, absorbed FROM tickets WHERE ${OPEN} ORDER BY opened_at DESC, number DESC`);
  const inStation = sql.prepare(
    `SELECT ${TICKET_COLUMNS} FROM tickets WHERE number IN (SELECT number FROM ticket_stations WHERE station = ?) AND (${OPEN} OR (state = 'closed' AND (closed_at > ? OR unfinished = 1))) ORDER BY opened_at, number`,
  );
  const openAt = sql.prepare(`SELECT ${TICKET_COLUMNS} FROM tickets WHERE kind = ? AND asset = ? AND ${OPEN}`);
  const due = sql.prepare(`SELECT ${TICKET_COLUMNS} FROM tickets WHERE next_at <= ? ORDER BY next_at, number LIMIT ${DUE_BATCH_MAX}`);
  const nextDue = sql.prepare("SELECT min(next_at) AS at FROM tickets WHERE next_at IS NOT NULL");
  const openStationNames = sql.prepare(
    `SELECT DISTINCT station FROM ticket_stations WHERE number IN (SELECT number FROM tickets WHERE ${OPEN}) ORDER BY station`,
  );
  const lastSequence = sql.prepare("SELECT max(sequence) AS sequence FROM ticket_events");
  const log = sql.prepare(
    "SELECT e.sequence, e.at, e.kind, t.number, t.core, t.brief, t.absorbed FROM ticket_events e JOIN tickets t ON t.id = e.ticket WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?",
  );
  const query = ticketQueries(sql);
  const listeners = new Set<(entry: TicketLogEntry) => void>();
  const written: { id: string; sequence: number; at: number; event: string }[] = [];

  const recordOf = createRecordReader();
  const rowOf = (id: string): TicketRow | undefined => byId.get(id) as unknown as TicketRow | undefined;
  const history = (id: string): TicketEvent[] => (historyOf.all(id) as unknown as EventRow[]).map(eventOf);
  const sequence = (): number => Number(lastSequence.get()?.["sequence"] ?? 0);
  const summary = (id: string): TicketSummary | undefined => {
    const row = summaryById.get(id) as unknown as SummaryRow | undefined;
    return row === undefined ? undefined : summaryOf(row, clock);
  };

  const writeSteps = (core: TicketRecord, steps: readonly TicketStep[]): TicketRecord => {
    const record = { ...core };
    for (const step of steps) {
      Object.assign(record, applyStep(record, step));
      const text = step.text === undefined ? null : JSON.stringify(step.text);
      const { lastInsertRowid } = insertEvent.run(
        record.id,
        record.version,
        step.at,
        step.kind,
        step.by,
        record.state,
        text,
        step.note ?? null,
        step.to ?? null,
        JSON.stringify(step.set),
      );
      written.push({ id: record.id, sequence: Number(lastInsertRowid), at: step.at, event: step.kind });
    }
    return record;
  };

  const writeStations = (number: number, stations: readonly string[]): void => {
    deleteStations.run(number);
    for (const station of stations) insertStation.run(station, number);
  };

  const writeNew = (ticket: NewTicket, steps: readonly TicketStep[]): string => {
    const id = ticketId(ticket.openedAt, zone, (day) => Number(nextNumber.get(day)!["last"]));
    const record = writeSteps({ ...ticket, ...emptyCore(id, ticket) }, withFirstState(ticket, steps));
    const { lastInsertRowid } = insert.run(...columnsOf(record, clock));
    writeStations(Number(lastInsertRowid), record.stations);
    return id;
  };

  const writeUpdate = ({ at, id, steps, body }: Extract<TicketChange, { type: "update" }>): void => {
    const row = rowOf(id);
    if (row === undefined) throw new Error(`there is no ticket ${id} to change`);
    const before = recordOf(row);
    const record = { ...writeSteps(before, steps), ...body };
    update.run(...columnsOf(record, clock), row.number);
    if (body.stations !== undefined) writeStations(row.number, body.stations);
    if (steps.length === 0) written.push({ id, sequence: 0, at, event: "refreshed" });
  };

  /** Tells the listeners after the outermost commit; forgets what was rolled back. */
  const transaction = <Result>(work: () => Result): Result => {
    if (sql.isTransaction) return work();
    written.length = 0;
    const result = database.transaction(work);
    announce(written.splice(0));
    return result;
  };

  const announce = (entries: readonly { id: string; sequence: number; at: number; event: string }[]): void => {
    if (listeners.size === 0 || entries.length === 0) return;
    const newest = sequence();
    for (const entry of entries) {
      const ticket = summary(entry.id);
      if (ticket === undefined) continue;
      const told: TicketLogEntry = {
        sequence: entry.sequence || newest,
        at: entry.at,
        event: entry.event,
        ticket,
      };
      for (const listener of listeners) tell(listener, told);
    }
  };

  reschedule(database, clock);
  return {
    transaction,
    apply: (changes) =>
      transaction(() => {
        const opened: string[] = [];
        for (const change of changes) {
          if (change.type === "open") opened.push(writeNew(change.ticket, change.steps));
          else writeUpdate(change);
        }
        return opened;
      }),
    record(id) {
      const row = rowOf(id);
      return row === undefined ? undefined : recordOf(row);
    },
    get(id) {
      const row = rowOf(id);
      return row === undefined ? undefined : viewOf(row, history(id), clock);
    },
    list(asked) {
      const { rows, next } = query(asked);
      return { items: rows.map((row) => viewOf(row, history(coreOf(row).id), clock)), next };
    },
    open: () => (openSummaries.all() as unknown as SummaryRow[]).map((row) => summaryOf(row, clock)),
    summary,
    ofStation: (station, closedSince) => (inStation.all(station, closedSince) as unknown as TicketRow[]).map(recordOf),
    anchored(kind, asset) {
      const row = openAt.get(kind, asset) as unknown as TicketRow | undefined;
      return row === undefined ? undefined : recordOf(row);
    },
    dueBy: (at) => (due.all(at) as unknown as TicketRow[]).map(recordOf),
    nextDueAt() {
      const at = nextDue.get()?.["at"];
      return at === null || at === undefined ? null : Number(at);
    },
    replay(id) {
      const row = rowOf(id);
      if (row === undefined) return undefined;
      const record = recordOf(row);
      const [first, ...rest] = (historyOf.all(id) as unknown as EventRow[]).map(stepOf);
      if (first === undefined) return undefined;
      const { id: _id, version: _version, milestones: _milestones, ...ticket } = record;
      const start = emptyCore(id, { ...ticket, ...(first.set as NewTicket) });
      return { ...record, ...[first, ...rest].reduce(applyStep, start) };
    },
    openStations: () => openStationNames.all().map((row) => String(row["station"])),
    sequence,
    logAfter: (after, limit) =>
      (log.all(after, Math.min(limit, LOG_PAGE_MAX)) as unknown as (SummaryRow & { sequence: number; at: number; kind: string })[]).map(
        (row) => ({
          sequence: row.sequence,
          at: row.at,
          event: row.kind,
          ticket: summaryOf(row, clock),
        }),
      ),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What a listener throws is its own fault: it neither undoes the commit nor keeps it from the others. */
function tell(listener: (entry: TicketLogEntry) => void, entry: TicketLogEntry): void {
  try {
    listener(entry);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The first step says all that a ticket begins with, so that its history replays from nothing. */
function withFirstState(ticket: NewTicket, [first, ...rest]: readonly TicketStep[]): TicketStep[] {
  if (first === undefined) throw new Error("a ticket opens with a step");
  return [{ ...first, set: { ...coreOfNew(ticket), ...first.set } }, ...rest];
}

/** "GD-1120-006": the local date and the number of the day. The same day of a later year counts on, so an id never comes back. */
function ticketId(at: number, zone: string, next: (day: string) => number): string {
  const day = new Date(localDay(zone, at) * 86_400_000).toISOString().slice(5, 10).replace("-", "");
  return `GD-${day}-${String(next(day)).padStart(3, "0")}`;
}

/** The service limits may have changed since the last start. */
function reschedule(database: AppDatabase, clock: RecordClock): void {
  const { sql } = database;
  const rows = sql.prepare(`SELECT number, core, next_at FROM tickets WHERE ${OPEN}`).all() as unknown as {
    number: number;
    core: string;
    next_at: number | null;
  }[];
  const stale = rows
    .map((row) => ({ number: row.number, before: row.next_at, after: clock.nextAt(coreOf(row)) }))
    .filter(({ before, after }) => before !== after);
  if (stale.length === 0) return;
  const update = sql.prepare("UPDATE tickets SET next_at = ? WHERE number = ?");
  database.transaction(() => stale.forEach(({ number, after }) => update.run(after, number)));
}
