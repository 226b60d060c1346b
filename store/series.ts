import type { Point } from "../model/network.ts";
import { CHUNK_POINTS_MAX, type Chunk, createChunk, joinChunks } from "./chunk.ts";
import { FRAME_POINTS_MAX } from "./chunk-codec.ts";
import { type Run, append, createRun, insertAt, lowerBound, removeFirst } from "./series-run.ts";

/**
 * One time series in memory. Its points lie, oldest first, in full chunks (on the disk, or `pending` until the next checkpoint),
 * in the parts of the chunk that is not full yet (`open`) and in `head`, the newest ones. Points that come too late for the head
 * wait in `late`; where they have the time of a stored point they replace it. A failed reading never replaces a value of the same time,
 * a value does replace a failure: so whether both or one of them came first makes no difference.
 */
export interface Series {
  readonly id: number;
  readonly asset: string;
  readonly signal: string;
  /** Undefined when the network has no such point (any more): kept, but not to be asked for. */
  readonly point: Point | undefined;
  /** Its row is in the journal. */
  registered: boolean;
  head: Run;
  late: Run | undefined;
  open: Chunk[];
  pending: Chunk[];
  /** Chunks on the disk that must not be read any more. */
  removed: Set<number> | undefined;
  /** Times up to here are in chunks; -Infinity without any. */
  frontier: number;
  /** Times up to here are in full chunks. */
  chunkTo: number;
  /** Oldest event time; Infinity without any. */
  from: number;
  points: number;
  /**
   * The newest time that the retention dropped; -Infinity when it dropped nothing. Every newer point that was ever stored and not
   * replaced is still here.
   */
  droppedTo: number;
  /** Changed since the checkpoint last wrote it. */
  dirty: boolean;
  window: Window | undefined;
}

/** What the chunks say of the times at >= low that are < below or <= last, so that a row of late points need not read them again for each. */
export interface Window {
  readonly low: number;
  readonly below: number;
  readonly last: number;
  /** Undefined: nothing is stored there. */
  readonly run: Run | undefined;
}

/** Points that stay in the head when it is cut, so that slight disorder never reaches a chunk. */
const HEAD_KEEP = 32;
const HEAD_POINTS_MAX = FRAME_POINTS_MAX + HEAD_KEEP;
/** Late points of one series that wait in memory. */
const LATE_POINTS_MAX = 1024;

/** What a write did. */
export const WRITTEN = 0;
const REPLACED = 1;
export const KNOWN = 2;
export type Outcome = typeof WRITTEN | typeof REPLACED | typeof KNOWN;

/** What a series needs of the store around it. */
export interface SeriesKeeper {
  nextChunkId(): number;
  /** The stored value at a time up to the frontier; undefined when none is. */
  find(series: Series, at: number): number | undefined;
  /** Merges the late points of a series into its chunks. */
  readonly settle: (series: Series) => void;
  /** The series has changed. */
  readonly mark: (series: Series) => void;
}

const NONE: never[] = [];

export function createSeries(id: number, asset: string, signal: string, point: Point | undefined): Series {
  return {
    id,
    asset,
    signal,
    point,
    registered: false,
    head: createRun(),
    late: undefined,
    open: NONE,
    pending: NONE,
    removed: undefined,
    frontier: -Infinity,
    chunkTo: -Infinity,
    from: Infinity,
    points: 0,
    droppedTo: -Infinity,
    dirty: false,
    window: undefined,
  };
}

/** Writes one point; `value` NaN says that the sensor failed. The last value for a time wins, and any value over a failure. */
export function writePoint(series: Series, at: number, value: number, keeper: SeriesKeeper): Outcome {
  const { head } = series;
  const { count } = head;
  if (count > 0 && at <= head.times[count - 1]!) return writeBack(series, at, value, keeper);
  append(head, at, value);
  if (series.points++ === 0) series.from = at;
  if (!series.dirty) keeper.mark(series);
  if (count + 1 === HEAD_POINTS_MAX) cutHead(series, keeper);
  return WRITTEN;
}

function writeBack(series: Series, at: number, value: number, keeper: SeriesKeeper): Outcome {
  if (at <= series.frontier) return writeLate(series, at, value, keeper);
  const outcome = upsert(series.head, at, value, undefined);
  return note(series, at, outcome, keeper);
}

function writeLate(series: Series, at: number, value: number, keeper: SeriesKeeper): Outcome {
  const late = (series.late ??= createRun());
  const index = lowerBound(late, at);
  const waits = index < late.count && late.times[index] === at;
  const outcome = upsert(late, at, value, waits ? undefined : keeper.find(series, at));
  if (late.count >= LATE_POINTS_MAX) keeper.settle(series);
  return note(series, at, outcome, keeper);
}

/** `stored`: the value that chunks hold for this time, undefined when none. */
function upsert(run: Run, at: number, value: number, stored: number | undefined): Outcome {
  if (stored !== undefined && (Number.isNaN(value) || Object.is(stored, value))) return KNOWN;
  const index = lowerBound(run, at);
  if (index < run.count && run.times[index] === at) {
    if (Number.isNaN(value) || Object.is(run.values[index], value)) return KNOWN;
    run.values[index] = value;
    return REPLACED;
  }
  insertAt(run, index, at, value);
  return stored === undefined ? WRITTEN : REPLACED;
}

function note(series: Series, at: number, outcome: Outcome, keeper: SeriesKeeper): Outcome {
  if (outcome === KNOWN) return outcome;
  if (outcome === WRITTEN) {
    series.points++;
    if (at < series.from) series.from = at;
    if (series.head.count >= HEAD_POINTS_MAX) cutHead(series, keeper);
  }
  if (!series.dirty) keeper.mark(series);
  return outcome;
}

/** Compresses the oldest points of a full head. */
function cutHead(series: Series, keeper: SeriesKeeper): void {
  const part = createChunk(0, series.head, 0, FRAME_POINTS_MAX);
  removeFirst(series.head, FRAME_POINTS_MAX);
  addOpen(series, [part], keeper);
}

/** Puts parts behind the open chunk, and makes it a full one when it is. */
export function addOpen(series: Series, parts: readonly Chunk[], keeper: SeriesKeeper): void {
  series.open = [...series.open, ...parts];
  series.frontier = parts[parts.length - 1]!.to;
  series.window = undefined;
  if (series.open.reduce((sum, part) => sum + part.count, 0) < CHUNK_POINTS_MAX) return;
  addPending(series, [joinChunks(keeper.nextChunkId(), series.open)]);
  series.open = NONE;
}

/** Keeps full chunks until the next checkpoint writes them. */
export function addPending(series: Series, chunks: readonly Chunk[]): void {
  series.pending = [...series.pending, ...chunks].sort((a, b) => a.to - b.to);
  series.chunkTo = Math.max(series.chunkTo, ...chunks.map((chunk) => chunk.to));
  series.window = undefined;
}
