import type { DatabaseSync } from "node:sqlite";
import { type BackfillJob, addJob, jobsFrom, readJobs, writeJobs } from "./backfill-jobs.ts";
import { pointsOf } from "./journal-batch.ts";
import { BACKFILL_NOTE, ROLLUP_NOTE, WAITING_NOTE } from "./journal-notes.ts";
import { rollupNoteFrom } from "./rollup-buckets.ts";
import { type SpoolWaiting, createSpoolLedger } from "./spool-ledger.ts";
import type { WorkerClient } from "./worker-client.ts";
import type { Advanced, NewDeadLetter, Notes } from "./worker-messages.ts";

/**
 * The second reader of the journal: the row `influx` among its cursors. While it is there, the journal keeps what InfluxDB does not
 * have; without InfluxDB it is taken away and only the lowest event time that InfluxDB does not have is remembered.
 */

export interface Follower {
  /** InfluxDB follows: batches wait for it. */
  readonly follows: boolean;
  /** Everything up to this sequence is in InfluxDB. */
  readonly cursor: number;
  readonly waiting: () => SpoolWaiting;
  /** A batch is on the disk. */
  committed(sequence: number, bytes: number, from: number): void;
  /** What the next move of the store's own cursor has to remember for this one. */
  notes(): Notes;
  /** Everything up to `sequence` is in InfluxDB; dead letters and notes are kept with it, all or nothing. Answers the dead letters dropped. */
  forwarded(progress: Forwarded): Promise<number>;
}

export interface Forwarded {
  readonly sequence: number;
  readonly deadLetters?: readonly NewDeadLetter[];
  readonly notes?: Notes;
}

interface FollowerParts {
  readonly database: DatabaseSync;
  readonly worker: WorkerClient;
  readonly influx: boolean | undefined;
  readonly now: () => number;
}

const CURSOR = "influx";
interface WaitingNote {
  /** Null: nothing waits. */
  readonly from: number | null;
  readonly since: number | null;
}

export function openFollower({ database, worker, influx, now }: FollowerParts): Follower {
  arrange(database, influx);
  const ledger = createSpoolLedger();
  const follows = cursorOf(database, CURSOR) !== undefined;
  // The journal forgets a commit only after the store's cursor; behind it everything is on record in the batches themselves.
  let cursor = follows ? cursorOf(database, CURSOR)! : Infinity;
  const openedAt = now();
  const saved = waitingNote(database);
  addWaiting();

  /** What waited at the last checkpoint. */
  function addWaiting(): void {
    const stored = cursorOf(database, "store") ?? 0;
    if (follows && cursor >= stored) return;
    const { count, bytes } = follows
      ? (database
          .prepare("SELECT count(*) AS count, coalesce(sum(length(data)), 0) AS bytes FROM batch WHERE sequence > ? AND sequence <= ?")
          .get(cursor, stored) as { count: number; bytes: number })
      : { count: 0, bytes: 0 };
    const from = saved === undefined ? -Infinity : (saved.from ?? Infinity);
    if (count === 0 && from === Infinity) return;
    ledger.add({ sequence: stored, bytes, points: pointsOf(bytes, count), from, since: saved?.since ?? openedAt });
  }

  return {
    follows,
    get cursor() {
      return cursor;
    },
    waiting: ledger.waiting,
    committed(sequence, bytes, from) {
      if (follows && sequence <= cursor) return;
      ledger.add({ sequence, bytes, points: pointsOf(bytes, 1), from, since: now() });
    },
    notes(): Notes {
      const { from, since } = ledger.waiting();
      // Without InfluxDB ever there is nothing to remember: everything is missing there.
      if (from === -Infinity) return {};
      return { [WAITING_NOTE]: JSON.stringify({ from: from === Infinity ? null : from, since: since ?? null } satisfies WaitingNote) };
    },
    async forwarded({ sequence, deadLetters = [], notes = {} }) {
      const message = { kind: "advance", name: CURSOR, sequence };
      const { dropped, more } = await worker.call<Advanced>({ ...message, deadLetters, notes });
      cursor = Math.max(cursor, sequence);
      ledger.forwarded(cursor);
      if (more) while ((await worker.call<Advanced>(message)).more);
      return dropped;
    },
  };
}

/** Gives InfluxDB its cursor, or takes it away, in one transaction. */
function arrange(database: DatabaseSync, influx: boolean | undefined): void {
  const follows = cursorOf(database, CURSOR) !== undefined;
  if (influx === undefined || influx === follows) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    if (influx) begin(database);
    else end(database);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** From the store's cursor on the journal has everything; what is older comes from the local store. */
function begin(database: DatabaseSync): void {
  const stored = cursorOf(database, "store") ?? 0;
  database.prepare("INSERT INTO cursor (name, sequence) VALUES (?, ?)").run(CURSOR, stored);
  const saved = waitingNote(database);
  const from = saved === undefined ? -Infinity : (saved.from ?? Infinity);
  if (stored > 0 && from < Infinity) setNote(database, BACKFILL_NOTE, writeJobs(addJob(jobsOf(database), { from, raw: true })));
  setNote(database, WAITING_NOTE, JSON.stringify({ from: null, since: null } satisfies WaitingNote));
}

function end(database: DatabaseSync): void {
  const saved = waitingNote(database);
  const unfinished = Math.min(jobsFrom(jobsOf(database)), rollupNoteFrom(noteOf(database, ROLLUP_NOTE)));
  const from = Math.min(saved === undefined ? -Infinity : (saved.from ?? Infinity), unfinished);
  database.prepare("DELETE FROM cursor WHERE name = ?").run(CURSOR);
  for (const name of [BACKFILL_NOTE, ROLLUP_NOTE]) database.prepare("DELETE FROM note WHERE name = ?").run(name);
  if (from === -Infinity) database.prepare("DELETE FROM note WHERE name = ?").run(WAITING_NOTE);
  else setNote(database, WAITING_NOTE, JSON.stringify({ from: from === Infinity ? null : from, since: saved?.since ?? null }));
}

function cursorOf(database: DatabaseSync, name: string): number | undefined {
  const row = database.prepare("SELECT sequence FROM cursor WHERE name = ?").get(name);
  return row === undefined ? undefined : Number(row["sequence"]);
}

export function noteOf(database: DatabaseSync, name: string): string | undefined {
  const row = database.prepare("SELECT value FROM note WHERE name = ?").get(name);
  return row === undefined ? undefined : String(row["value"]);
}

function setNote(database: DatabaseSync, name: string, value: string): void {
  database.prepare("INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value").run(name, value);
}

function jobsOf(database: DatabaseSync): readonly BackfillJob[] {
  return readJobs(noteOf(database, BACKFILL_NOTE));
}

function waitingNote(database: DatabaseSync): WaitingNote | undefined {
  const text = noteOf(database, WAITING_NOTE);
  return text === undefined ? undefined : (JSON.parse(text) as WaitingNote);
}
