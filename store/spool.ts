import { setImmediate as turn } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import type { Network } from "../model/network.ts";
import { jobsFrom, readJobs } from "./backfill-jobs.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { type DeadLetterPage, type DeadLetterTable, createDeadLetters } from "./dead-letters.ts";
import type { Journal } from "./journal.ts";
import { type Forwarded, noteOf } from "./journal-follower.ts";
import { BACKFILL_NOTE } from "./journal-notes.ts";
import { readSeries } from "./series-read.ts";
import type { Run } from "./series-run.ts";
import type { SeriesTable } from "./series-table.ts";
import type { Series } from "./series.ts";
import type { SpoolWaiting } from "./spool-ledger.ts";

/**
 * The door of the telemetry store for who forwards to InfluxDB: the journal from a cursor on, and, for rollups and for the backfill,
 * what the local store holds. The batches themselves are read from `path` by the forwarding thread.
 */

export interface Spool {
  /** `journal.db`. */
  readonly path: string;
  /** False: the store was opened without InfluxDB, nothing waits for it. */
  readonly follows: boolean;
  /** Everything up to this sequence is in InfluxDB; the newest committed one. */
  readonly cursor: number;
  readonly newest: number;
  readonly waiting: () => SpoolWaiting;
  /** Moves the cursor and keeps dead letters and notes, all in one transaction. Rejects when the disk refuses: nothing was changed then. */
  readonly forwarded: (progress: Forwarded) => Promise<void>;
  readonly note: (name: string) => string | undefined;
  readonly deadLetters: (query: { readonly limit: number; readonly cursor?: string | undefined }) => DeadLetterPage;
  readonly deadLetterCount: () => number;
  readonly deadLettersDropped: () => number;
  readonly deadLetter: DeadLetterTable["get"];
  readonly deadLettersAfter: DeadLetterTable["after"];
  readonly removeDeadLetters: (ids: readonly number[]) => Promise<number>;
  /** Points of series, each over a range of its own; series that are unknown by now are left out. */
  readonly points: (asked: readonly PointsQuestion[]) => Promise<SeriesPoints[]>;
  /** Points of all series of a station in from <= time < to. */
  readonly stationSlice: (station: string, from: number, to: number) => Promise<SeriesPoints[]>;
  /** What is stored for one point: `value` undefined when nothing is, NaN for a failed sensor; undefined for an unknown series. */
  current(asset: string, signal: string, at: number): { readonly series: number; readonly value: number | undefined } | undefined;
  /** Event time from which InfluxDB may not have everything yet; undefined: it has all, or nobody forwards. */
  missingFrom(): number | undefined;
  /** Oldest and newest event time of every station that has any, in the order of the network. */
  stations(): StationExtent[];
}

export interface PointsQuestion {
  readonly series: number;
  readonly from: number;
  readonly to: number;
}

/** Ascending in time; NaN: the sensor failed. In memory that nobody else writes, shared by those that were read together. */
export interface SeriesPoints {
  readonly series: number;
  readonly times: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  /** The local store has everything newer than this; -Infinity: everything. */
  readonly wholeAfter: number;
}

export interface StationExtent {
  readonly station: string;
  readonly from: number;
  readonly to: number;
}

interface SeriesRange {
  readonly series: Series;
  readonly from: number;
  readonly to: number;
}

interface SpoolParts {
  readonly path: string;
  readonly network: Network;
  readonly database: DatabaseSync;
  readonly journal: Journal;
  readonly table: SeriesTable;
  readonly reader: ChunkReader;
  readonly incompleteBefore: number | undefined;
}

/** Reading for the forwarding holds commits and questions up no longer than this at a time. */
const TURN_MS_MAX = 4;

export function createSpool({ path, network, database, journal, table, reader, incompleteBefore }: SpoolParts): Spool {
  const { follower } = journal;
  const deadLetters = createDeadLetters(database);
  let dropped = 0;
  let backfillFrom = jobsFrom(readJobs(noteOf(database, BACKFILL_NOTE)));

  async function read(asked: readonly SeriesRange[]): Promise<SeriesPoints[]> {
    const found: SeriesPoints[] = [];
    for (let next = 0; next < asked.length;) {
      if (next > 0) await turn();
      const until = performance.now() + TURN_MS_MAX;
      const runs: { readonly series: Series; readonly run: Run }[] = [];
      do {
        const { series, from, to } = asked[next++]!;
        runs.push({ series, run: readSeries(series, from, to, reader) });
      } while (next < asked.length && performance.now() < until);
      found.push(...pack(runs, incompleteBefore ?? -Infinity));
    }
    return found;
  }

  return {
    path,
    follows: follower.follows,
    get cursor() {
      return follower.cursor;
    },
    get newest() {
      return journal.position.sequence;
    },
    waiting: follower.waiting,
    async forwarded(progress) {
      dropped += await follower.forwarded(progress);
      const jobs = progress.notes?.[BACKFILL_NOTE];
      if (typeof jobs === "string") backfillFrom = jobsFrom(readJobs(jobs));
    },
    note: (name) => noteOf(database, name),
    deadLetters: deadLetters.page,
    deadLetterCount: deadLetters.count,
    deadLettersDropped: () => dropped,
    deadLetter: deadLetters.get,
    deadLettersAfter: deadLetters.after,
    removeDeadLetters: journal.removeDeadLetters,
    points: (asked) =>
      read(
        asked.flatMap(({ series: id, from, to }) => {
          const series = table.byId(id);
          return series?.point === undefined ? [] : [{ series, from, to }];
        }),
      ),
    stationSlice: (station, from, to) => read(table.ofStation(station).map((series) => ({ series, from, to }))),
    current(asset, signal, at) {
      const series = table.find(asset, signal);
      if (series === undefined) return undefined;
      const run = readSeries(series, at, at + 1, reader);
      return { series: series.id, value: run.count === 0 || run.times[0] !== at ? undefined : run.values[0] };
    },
    missingFrom() {
      if (!follower.follows) return undefined;
      const from = Math.min(follower.waiting().from, backfillFrom);
      return from === Infinity ? undefined : from;
    },
    stations: () =>
      network.stations.flatMap(({ id: station }) => {
        let from = Infinity;
        let to = -Infinity;
        for (const series of table.ofStation(station)) {
          if (series.head.count === 0) continue;
          from = Math.min(from, series.from);
          to = Math.max(to, series.head.times[series.head.count - 1]!);
        }
        return from > to ? [] : [{ station, from, to }];
      }),
  };
}

/** Copies runs, which may lie in memory that is written on, into one piece of memory that goes to another thread as a whole. */
function pack(runs: readonly { readonly series: Series; readonly run: Run }[], incompleteBefore: number): SeriesPoints[] {
  const memory = new Float64Array(2 * runs.reduce((sum, { run }) => sum + run.count, 0));
  let used = 0;
  const take = (column: Float64Array, count: number): Float64Array<ArrayBuffer> => {
    memory.set(column.subarray(0, count), used);
    used += count;
    return memory.subarray(used - count, used);
  };
  return runs.map(({ series, run }) => ({
    series: series.id,
    times: take(run.times, run.count),
    values: take(run.values, run.count),
    wholeAfter: Math.max(series.droppedTo, incompleteBefore),
  }));
}
