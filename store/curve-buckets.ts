import type { CurveGap } from "../model/curve.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { type Intervals, findGaps, usualIntervalMs } from "./curve-gaps.ts";
import { readSeries } from "./series-read.ts";
import { type Run, createRun, slice } from "./series-run.ts";
import type { Series } from "./series.ts";

/** A curve as minimum, maximum and number of good samples per bucket. */

export interface BucketColumns {
  readonly min: (number | null)[];
  readonly max: (number | null)[];
  readonly count: number[];
  readonly gaps: CurveGap[];
}

export interface Buckets {
  /** Start of the first bucket, a multiple of the width. */
  readonly start: number;
  readonly widthMs: number;
  readonly count: number;
}

/** Buckets that cover from <= time < to. */
export function bucketsOf(from: number, to: number, widthMs: number): Buckets {
  const first = Math.floor(from / widthMs);
  return { start: first * widthMs, widthMs, count: Math.ceil(to / widthMs) - first };
}

/** What is gathered per bucket: good and all samples, minimum and maximum of the good ones, time of the first and last. */
interface Tally {
  readonly good: Float64Array;
  readonly all: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly failed: { from: number; to: number; open: boolean }[];
}

const NOTHING = new Float64Array(0);

/** `end`: where the present ends, at most `to`. */
export function bucketColumns(
  series: Series | undefined,
  buckets: Buckets,
  from: number,
  to: number,
  end: number,
  reader: ChunkReader,
): BucketColumns {
  const tally = createTally(buckets.count);
  if (series !== undefined) fill(tally, series, buckets, from, to, reader);
  const newest = series === undefined ? NOTHING : newestTimes(series);
  return { ...toColumns(tally), gaps: gapsOf(tally, buckets, from, end, newest) };
}

export function newestTimes({ head }: Series): Float64Array {
  return head.times.subarray(Math.max(0, head.count - NEWEST_TIMES), head.count);
}
/** As many as a head always has, so that the answer does not depend on when it was cut. */
const NEWEST_TIMES = 32;

function createTally(count: number): Tally {
  return {
    good: new Float64Array(count),
    all: new Float64Array(count),
    min: new Float64Array(count).fill(Infinity),
    max: new Float64Array(count).fill(-Infinity),
    first: new Float64Array(count),
    last: new Float64Array(count),
    failed: [],
  };
}

function fill(tally: Tally, series: Series, buckets: Buckets, from: number, to: number, reader: ChunkReader): void {
  if (series.late !== undefined && slice(series.late, from, to).count > 0)
    return addRun(tally, buckets, readSeries(series, from, to, reader));
  if (from <= series.frontier) {
    const run = createRun();
    for (const entry of reader.range(series, from, to)) {
      const bucket = Math.floor((entry.from - buckets.start) / buckets.widthMs);
      const inOne = entry.from >= from && entry.to < to && bucket === Math.floor((entry.to - buckets.start) / buckets.widthMs);
      if (inOne && entry.good === entry.count) addSummary(tally, bucket, entry);
      else {
        run.count = 0;
        reader.read(entry, run);
        addRun(tally, buckets, slice(run, from, to));
      }
    }
  }
  addRun(tally, buckets, slice(series.head, from, to));
}

/** A chunk without failed samples that lies whole in one bucket. */
function addSummary(
  tally: Tally,
  bucket: number,
  { from, to, count, min, max }: { from: number; to: number; count: number; min: number; max: number },
): void {
  if (tally.all[bucket] === 0) tally.first[bucket] = from;
  tally.last[bucket] = to;
  tally.all[bucket]! += count;
  tally.good[bucket]! += count;
  if (min < tally.min[bucket]!) tally.min[bucket] = min;
  if (max > tally.max[bucket]!) tally.max[bucket] = max;
  endFailure(tally, from);
}

function endFailure({ failed }: Tally, at: number): void {
  const run = failed[failed.length - 1];
  if (run === undefined || !run.open) return;
  run.to = at;
  run.open = false;
}

function addRun(tally: Tally, { start, widthMs }: Buckets, run: Run): void {
  const { good, all, min, max, first, last, failed } = tally;
  let bucket = -1;
  let bucketEnd = -Infinity;
  let failing = failed[failed.length - 1]?.open === true;
  for (let index = 0; index < run.count; index++) {
    const at = run.times[index]!;
    const value = run.values[index]!;
    if (at >= bucketEnd) {
      bucket = Math.floor((at - start) / widthMs);
      bucketEnd = start + (bucket + 1) * widthMs;
      if (all[bucket] === 0) first[bucket] = at;
    }
    all[bucket]!++;
    last[bucket] = at;
    if (Number.isNaN(value)) {
      if (failing) failed[failed.length - 1]!.to = at;
      else failed.push({ from: at, to: at, open: true });
      failing = true;
      continue;
    }
    if (failing) endFailure(tally, at);
    failing = false;
    good[bucket]!++;
    if (value < min[bucket]!) min[bucket] = value;
    if (value > max[bucket]!) max[bucket] = value;
  }
}

function toColumns({ good, min, max }: Tally): Omit<BucketColumns, "gaps"> {
  return {
    min: Array.from(min, (value, index) => (good[index] === 0 ? null : value)),
    max: Array.from(max, (value, index) => (good[index] === 0 ? null : value)),
    count: Array.from(good),
  };
}

/** Within a bucket only the mean interval is known; between buckets the exact one. Gaps that hide within a bucket are not told. */
function gapsOf(tally: Tally, { count, widthMs }: Buckets, from: number, end: number, newest: Float64Array): CurveGap[] {
  const lengths: number[] = [];
  const weights: number[] = [];
  const between: [number, number][] = [];
  let previous = NaN;
  let first = NaN;
  for (let bucket = 0; bucket < count; bucket++) {
    const samples = tally.all[bucket]!;
    if (samples === 0) continue;
    if (Number.isNaN(previous)) first = tally.first[bucket]!;
    else {
      between.push([previous, tally.first[bucket]!]);
      lengths.push(tally.first[bucket]! - previous);
      weights.push(1);
    }
    if (samples > 1) {
      lengths.push((tally.last[bucket]! - tally.first[bucket]!) / (samples - 1));
      weights.push(samples - 1);
    }
    previous = tally.last[bucket]!;
  }
  const seen: Intervals = { lengthsMs: Float64Array.from(lengths), weights: Float64Array.from(weights) };
  return findGaps({ first, last: previous, between, failed: tally.failed }, from, end, usualIntervalMs(seen, newest), widthMs);
}
