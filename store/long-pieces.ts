import { addSeries } from "./curve-buckets.ts";
import { type Buckets, type Summary, type Tally, addRun, addSummary } from "./curve-tally.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { RollupSummary, Span } from "./influx-reader.ts";
import { type Run, lowerBound, mergeRuns, slice } from "./series-run.ts";
import type { Series } from "./series.ts";

/**
 * The older part of a series, put together from rollups, raw samples and what the local store still has of it. Pure: says which
 * buckets of a rollup do not tell enough, and gathers what there is in the buckets of a curve.
 */

/** Raw samples are read for so much time at most because rollups do not tell enough … */
const RECHECK_MS_MAX = 48 * 3_600_000;
/** … in so many questions. */
const RECHECK_SPANS_MAX = 12;
/** Spans that are so near each other are read as one. */
const RECHECK_JOIN_MS = 2 * 3_600_000;

export interface OlderPart {
  /** Rollups of the series, ascending. */
  readonly rows: readonly RollupSummary[];
  /** What the local store has of the same time. */
  readonly local: Run;
}

/** Raw samples of InfluxDB in a span: the rollups of it do not count. */
export interface ExactPart extends Span {
  readonly run: Run;
}

/**
 * Spans of whole rollup buckets, within one of whole buckets, for which raw samples have to be read: buckets of which the local store
 * has samples (late ones, which the rollup may know or not), buckets in which a sensor failed for a while, and those of `doubtful`. When these are too many,
 * those that say the same in both places are left out, then the newest.
 */
export function spansToRecheck(parts: readonly OlderPart[], widthMs: number, within: Span, doubtful: readonly number[]): Span[] {
  const isWithin = (start: number): boolean => start >= within.from && start < within.to;
  const sure = new Set<number>();
  const differing = new Set<number>(doubtful.filter(isWithin));
  for (const { rows, local } of parts) {
    const byStart = new Map(rows.map((row) => [row.start, row]));
    for (const row of rows) if (isWithin(row.start) && row.good > 0 && row.good < row.count) differing.add(row.start);
    for (const [start, summary] of summariesOf(local, widthMs))
      if (isWithin(start)) (isSame(byStart.get(start), summary) ? sure : differing).add(start);
  }
  const all = joined([...sure, ...differing], widthMs);
  return fits(all) ? all : cut(joined([...differing], widthMs));
}

function fits(spans: readonly Span[]): boolean {
  return spans.length <= RECHECK_SPANS_MAX && lengthOf(spans) <= RECHECK_MS_MAX;
}

function cut(spans: Span[]): Span[] {
  const kept: Span[] = [];
  let left = RECHECK_MS_MAX;
  for (const { from, to } of spans.slice(0, RECHECK_SPANS_MAX)) {
    if (left <= 0) break;
    kept.push({ from, to: Math.min(to, from + left) });
    left -= to - from;
  }
  return kept;
}

const lengthOf = (spans: readonly Span[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0);

function joined(starts: number[], widthMs: number): Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const start of starts.sort((a, b) => a - b)) {
    const last = spans[spans.length - 1];
    if (last !== undefined && start - last.to <= RECHECK_JOIN_MS) last.to = start + widthMs;
    else spans.push({ from: start, to: start + widthMs });
  }
  return spans;
}

function isSame(row: RollupSummary | undefined, local: Summary): boolean {
  if (row === undefined) return false;
  const times = row.from === local.from && row.to === local.to;
  return times && row.count === local.count && row.good === local.good && row.min === local.min && row.max === local.max;
}

function* summariesOf(run: Run, widthMs: number): Generator<[start: number, summary: Summary]> {
  for (let index = 0; index < run.count;) {
    const start = Math.floor(run.times[index]! / widthMs) * widthMs;
    const end = lowerBound(run, start + widthMs);
    yield [start, summaryOf(run, index, end)];
    index = end;
  }
}

/** start < end. */
function summaryOf({ times, values }: Run, start: number, end: number): Summary {
  let good = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    good++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { from: times[start]!, to: times[end - 1]!, count: end - start, good, min, max };
}

/**
 * Adds a whole series to an empty tally: up to `olderEnd` the samples of `exact`, the rollups beside it and what the local store has,
 * from there on the local store alone. `exact` is ascending, its spans do not overlap.
 */
export function addLongSeries(
  tally: Tally,
  buckets: Buckets,
  older: OlderPart,
  exact: readonly ExactPart[],
  widthMs: number,
  newer: { readonly stored: Series | undefined; readonly from: number; readonly to: number; readonly reader: ChunkReader },
): void {
  let position = -Infinity;
  for (const { from, to, run } of exact) {
    addRollups(tally, buckets, older, widthMs, position, from);
    addRun(tally, buckets, mergeRuns(run, slice(older.local, from, to)));
    position = to;
  }
  addRollups(tally, buckets, older, widthMs, position, newer.from);
  if (newer.stored !== undefined && newer.from < newer.to) addSeries(tally, newer.stored, buckets, newer.from, newer.to, newer.reader);
}

/** Rollups and local samples of from <= time < to; a bucket that both have is told by what each has most of. */
function addRollups(tally: Tally, buckets: Buckets, { rows, local }: OlderPart, widthMs: number, from: number, to: number): void {
  let position = from;
  for (const row of rows) {
    if (row.start < from || row.start >= to) continue;
    addRun(tally, buckets, slice(local, position, row.start));
    const end = Math.min(to, row.start + widthMs);
    const own = slice(local, row.start, end);
    const bucket = Math.floor((row.start - buckets.start) / buckets.widthMs);
    addSummary(tally, bucket, own.count === 0 ? row : most(row, summaryOf(own, 0, own.count)));
    position = end;
  }
  addRun(tally, buckets, slice(local, position, to));
}

function most(row: Summary, own: Summary): Summary {
  return {
    from: Math.min(row.from, own.from),
    to: Math.max(row.to, own.to),
    count: Math.max(row.count, own.count),
    good: Math.max(row.good, own.good),
    min: Math.min(row.min, own.min),
    max: Math.max(row.max, own.max),
  };
}
