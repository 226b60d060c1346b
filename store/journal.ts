import type { DatabaseSync } from "node:sqlite";
import type { Reading } from "../model/reading.ts";
import { type BatchColumns, createBatch, readBatch } from "./journal-batch.ts";
import { numberOf } from "./telemetry-files.ts";
import type { Series } from "./series.ts";
import type { CommitOutcome, TelemetryBatch } from "./telemetry.ts";
import { createDurations } from "./journal-durations.ts";
import { type Follower, openFollower } from "./journal-follower.ts";
import type { Advanced, JournalMessage, NewSeries } from "./worker-messages.ts";
import type { WorkerClient } from "./worker-client.ts";
import { cutReject } from "./rejects-table.ts";

/**
 * The durable log of what came in. A commit resolves after its transaction is on the disk; commits that arrive while one is
 * being written go together in the next one, in order.
 */

/** Readings of one transaction (a single batch may hold more). */
const GROUP_READINGS_MAX = 32_768;
/** Readings, and batches, that wait for a transaction; more are refused. */
const QUEUE_READINGS_MAX = 2_000_000;
export const QUEUE_BATCHES_MAX = 100_000;

export interface Journal {
  commit(batch: TelemetryBatch): Promise<CommitOutcome>;
  /** Behind the last batch that was applied. */
  readonly position: JournalPosition;
  /** Bytes of the batches that the store has not taken over yet. */
  readonly bytes: number;
  readonly commits: number;
  readonly failing: string | undefined;
  /** Hands every batch that the store has not taken over to `take`, in order. */
  replay(apply: (columns: BatchColumns) => void): void;
  /** The store has taken over everything up to this position. */
  advance(position: JournalPosition): Promise<void>;
  /** The second reader, InfluxDB. */
  readonly follower: Follower;
  /** Takes back dead letters. */
  readonly removeDeadLetters: (ids: readonly number[]) => Promise<number>;
  durations(): { readonly p50: number; readonly p99: number };
  /** Resolves when nothing waits any more; commits from now on are refused. */
  close(): Promise<void>;
}

interface JournalPosition {
  readonly sequence: number;
  /** Bytes written up to here since the journal was opened. */
  readonly written: number;
}

interface Waiting {
  readonly batch: TelemetryBatch;
  readonly since: number;
  readonly resolve: (outcome: CommitOutcome) => void;
  readonly reject: (error: Error) => void;
}

export interface JournalParts {
  readonly path: string;
  /** For reading; the worker has its own. */
  readonly database: DatabaseSync;
  readonly worker: WorkerClient;
  readonly seriesOf: (reading: Reading) => Series;
  /** Takes what is on the disk now into the store in memory. */
  readonly apply: (batch: TelemetryBatch) => CommitOutcome;
  /** InfluxDB follows the journal; false: not any more, undefined: as it was. */
  readonly influx: boolean | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}

interface Prepared {
  readonly message: Extract<JournalMessage, { kind: "commit" }>;
  readonly registering: Set<Series>;
  /** Lowest event time. */
  readonly from: number;
}

const CURSOR = "store";

export function openJournal({ path, database, worker, seriesOf, apply, influx, now }: JournalParts): Journal {
  const cursor = numberOf(database, `SELECT sequence AS number FROM cursor WHERE name = '${CURSOR}'`);
  let sequence = numberOf(
    database,
    "SELECT max((SELECT coalesce(max(sequence), 0) FROM batch), (SELECT max(sequence) FROM cursor)) AS number",
  );
  let written = numberOf(database, `SELECT sum(length(data)) AS number FROM batch WHERE sequence > ${cursor}`);
  const follower = openFollower({ database, worker, influx, now });
  let taken = 0;
  let waiting: Waiting[] = [];
  let waitingReadings = 0;
  let commits = 0;
  let failing: string | undefined;
  let closed = false;
  let pumping: Promise<void> | undefined;
  const durations = createDurations();

  function commit(batch: TelemetryBatch): Promise<CommitOutcome> {
    const refusal = refuse(batch);
    if (refusal !== undefined) return Promise.reject(new Error(refusal));
    return new Promise((resolve, reject) => {
      waiting.push({ batch, since: performance.now(), resolve, reject });
      waitingReadings += batch.readings.length;
      pumping ??= pump();
    });
  }

  function refuse(batch: TelemetryBatch): string | undefined {
    if (closed) return "the telemetry store is closed";
    if (waiting.length > 0 && (waiting.length >= QUEUE_BATCHES_MAX || waitingReadings + batch.readings.length > QUEUE_READINGS_MAX)) {
      return `the journal is behind: ${waiting.length} batches with ${waitingReadings} readings wait already, at most ${QUEUE_BATCHES_MAX} and ${QUEUE_READINGS_MAX} may`;
    }
    for (const { at, point } of batch.readings) {
      if (!Number.isFinite(at))
        return `a reading of ${point.asset} ${point.signal} has the time ${at}: expected a finite number of milliseconds`;
    }
    return undefined;
  }

  async function pump(): Promise<void> {
    while (waiting.length > 0) await writeGroup(takeGroup());
    // In the same step as the last look at `waiting`: a commit after it must start anew.
    pumping = undefined;
  }

  function takeGroup(): Waiting[] {
    let readings = 0;
    let count = 0;
    do readings += waiting[count++]!.batch.readings.length;
    while (count < waiting.length && readings + waiting[count]!.batch.readings.length <= GROUP_READINGS_MAX);
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingReadings -= readings;
    return group;
  }

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    const { message, registering, from } = prepare(group);
    // The bytes go over to the worker and are gone here.
    const size = message.data?.length ?? 0;
    try {
      await worker.call<null>(message, message.data === undefined ? [] : [message.data.buffer as ArrayBuffer]);
    } catch (error) {
      // A thread that died between COMMIT and its answer has written the group all the same.
      if (size === 0 || !isWritten(message.sequence)) {
        failing = `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
        for (const entry of group) entry.reject(new Error(failing, { cause: error }));
        return;
      }
    }
    failing = undefined;
    if (size > 0) {
      sequence = message.sequence;
      follower.committed(sequence, size, from);
    }
    written += size;
    for (const series of registering) series.registered = true;
    for (const entry of group) take(entry);
  }

  function isWritten(wanted: number): boolean {
    try {
      return numberOf(database, "SELECT max(sequence) AS number FROM batch") >= wanted;
    } catch {
      return false;
    }
  }

  function take({ batch, since, resolve, reject }: Waiting): void {
    commits++;
    try {
      const outcome = apply(batch);
      durations.add(performance.now() - since);
      resolve(outcome);
    } catch (error) {
      // Only damage to the chunks gets here.
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function prepare(group: readonly Waiting[]): Prepared {
    const count = group.reduce((sum, { batch }) => sum + batch.readings.length, 0);
    const columns = createBatch(count);
    const registering = new Set<Series>();
    let index = 0;
    let from = Infinity;
    for (const { batch } of group) {
      for (const reading of batch.readings) {
        const series = seriesOf(reading);
        if (!series.registered) registering.add(series);
        if (reading.at < from) from = reading.at;
        columns.times[index] = reading.at;
        columns.values[index] = reading.value ?? NaN;
        columns.series[index++] = series.id;
      }
    }
    const series: NewSeries[] = Array.from(registering, ({ id, asset, signal }) => ({ id, asset, signal }));
    const rejects = group.flatMap(({ batch }) => batch.rejects).map(cutReject);
    return {
      message: { kind: "commit", sequence: sequence + 1, data: count === 0 ? undefined : columns.bytes, series, rejects },
      registering,
      from,
    };
  }

  return {
    commit,
    get position() {
      return { sequence, written };
    },
    get bytes() {
      return written - taken;
    },
    get commits() {
      return commits;
    },
    get failing() {
      return failing;
    },
    replay(apply) {
      for (const row of database.prepare("SELECT sequence, data FROM batch WHERE sequence > ? ORDER BY sequence").iterate(cursor)) {
        const columns = readBatch(row["data"] as Uint8Array);
        follower.committed(
          Number(row["sequence"]),
          columns.bytes.length,
          columns.times.reduce((low, at) => Math.min(low, at), Infinity),
        );
        apply(columns);
      }
    },
    async advance(position) {
      const message = { kind: "advance", name: CURSOR, sequence: position.sequence, notes: follower.notes() };
      while ((await worker.call<Advanced>(message)).more);
      taken = position.written;
    },
    follower,
    removeDeadLetters: (ids) => worker.call<number>({ kind: "remove_dead_letters", ids }),
    durations: () => durations.percentiles(),
    async close() {
      closed = true;
      await pumping;
    },
  };
}
