import type { DatabaseSync } from "node:sqlite";
import type { ChunkSummary } from "./chunk.ts";
import { decodeFrame, decodePoints, findFrame } from "./chunk-codec.ts";
import { type Run, createRun, lowerBound } from "./series-run.ts";
import type { Series, Window } from "./series.ts";

/** Reads the chunks of a series, wherever they are: on the disk, waiting for the next checkpoint, or in the open chunk. */

/** A summary, and the bytes if they are in memory already. */
export interface ChunkEntry extends ChunkSummary {
  readonly data: Uint8Array | undefined;
}

export interface ChunkReader {
  /** Chunks that have a time in from <= time < to, ascending. */
  range(series: Series, from: number, to: number): ChunkEntry[];
  /** The full chunk that holds the first time >= at. */
  first(series: Series, at: number): ChunkEntry | undefined;
  /** The last full chunk whose times are all < at. */
  before(series: Series, at: number): ChunkEntry | undefined;
  read(entry: ChunkEntry, into: Run): void;
  /** The stored value at a time up to the frontier; NaN for a failed sensor, undefined when nothing is stored. */
  find(series: Series, at: number): number | undefined;
  /** Forgets what `find` keeps. */
  forget(): void;
}

/** Points that `find` keeps decoded over all series: 32 MB. */
const WINDOW_POINTS_MAX = 2_000_000;
const COLUMNS = "id, from_at, to_at, count, good, min, max";

export function createChunkReader(database: DatabaseSync): ChunkReader {
  const inRange = database.prepare(`SELECT ${COLUMNS} FROM chunk WHERE series = ? AND to_at >= ? AND to_at < ? ORDER BY to_at`);
  const atOrAfter = database.prepare(`SELECT ${COLUMNS} FROM chunk WHERE series = ? AND to_at >= ? ORDER BY to_at`);
  const endingBefore = database.prepare(`SELECT ${COLUMNS} FROM chunk WHERE series = ? AND to_at < ? ORDER BY to_at DESC`);
  const dataOf = database.prepare("SELECT data FROM chunk WHERE id = ?");
  let windows: Series[] = [];
  let windowPoints = 0;

  /** A row that the next checkpoint replaces, or that it has just written, is in memory. */
  function isCurrent(series: Series, id: number): boolean {
    return series.removed?.has(id) !== true && !series.pending.some((chunk) => chunk.id === id);
  }

  function firstRow(series: Series, rows: Iterable<unknown>): ChunkEntry | undefined {
    for (const row of rows) {
      const entry = toEntry(row as Row);
      if (isCurrent(series, entry.id)) return entry;
    }
    return undefined;
  }

  function first(series: Series, at: number): ChunkEntry | undefined {
    const stored = at > series.chunkTo ? undefined : firstRow(series, atOrAfter.iterate(series.id, at));
    const waiting = series.pending.find((chunk) => chunk.to >= at);
    return stored === undefined || (waiting !== undefined && waiting.to < stored.to) ? waiting : stored;
  }

  function before(series: Series, at: number): ChunkEntry | undefined {
    const stored = firstRow(series, endingBefore.iterate(series.id, at));
    const waiting = series.pending.findLast((chunk) => chunk.to < at);
    return stored === undefined || (waiting !== undefined && waiting.to > stored.to) ? waiting : stored;
  }

  function range(series: Series, from: number, to: number): ChunkEntry[] {
    const found: ChunkEntry[] = [];
    if (from <= series.chunkTo) {
      for (const row of inRange.all(series.id, from, to)) {
        const entry = toEntry(row as unknown as Row);
        if (isCurrent(series, entry.id)) found.push(entry);
      }
      for (const chunk of series.pending) if (chunk.to >= from && chunk.to < to) found.push(chunk);
      if (series.pending.length > 0) found.sort((a, b) => a.to - b.to);
      const last = first(series, to);
      if (last !== undefined && last.from < to) found.push(last);
    }
    for (const part of series.open) if (part.to >= from && part.from < to) found.push(part);
    return found;
  }

  function bytesOf(entry: ChunkEntry): Uint8Array {
    if (entry.data !== undefined) return entry.data;
    const data = dataOf.get(entry.id)?.["data"];
    if (!(data instanceof Uint8Array)) throw new Error(`chunk ${entry.id} is not in the store`);
    return data;
  }

  function look(series: Series, at: number): Window {
    const entry = first(series, at) ?? series.open.find((part) => part.to >= at);
    if (entry === undefined) return { low: at, below: Infinity, last: Infinity, run: undefined };
    if (at < entry.from) return { low: at, below: entry.from, last: -Infinity, run: undefined };
    const data = bytesOf(entry);
    const frame = findFrame(data, at);
    const run = createRun();
    decodeFrame(data, frame.start, run);
    return { low: run.times[0]!, below: frame.next ?? -Infinity, last: run.times[run.count - 1]!, run };
  }

  function remember(series: Series, window: Window): void {
    series.window = window;
    windows.push(series);
    windowPoints += (window.run?.count ?? 0) + 8;
    if (windowPoints > WINDOW_POINTS_MAX) forget();
  }

  function forget(): void {
    for (const series of windows) series.window = undefined;
    windows = [];
    windowPoints = 0;
  }

  return {
    range,
    first,
    before,
    read: (entry, into) => decodePoints(bytesOf(entry), into),
    find(series, at) {
      let { window } = series;
      if (window === undefined || !covers(window, at)) remember(series, (window = look(series, at)));
      if (window.run === undefined) return undefined;
      const index = lowerBound(window.run, at);
      return index < window.run.count && window.run.times[index] === at ? window.run.values[index] : undefined;
    },
    forget,
  };
}

function covers(window: Window, at: number): boolean {
  return at >= window.low && (at < window.below || at <= window.last);
}

interface Row {
  readonly id: number;
  readonly from_at: number;
  readonly to_at: number;
  readonly count: number;
  readonly good: number;
  readonly min: number | null;
  readonly max: number | null;
}

function toEntry(row: Row): ChunkEntry {
  return {
    id: row.id,
    from: row.from_at,
    to: row.to_at,
    count: row.count,
    good: row.good,
    min: row.min ?? Infinity,
    max: row.max ?? -Infinity,
    data: undefined,
  };
}
