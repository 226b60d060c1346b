import type { CurveGap } from "../model/curve.ts";
import { type Intervals, findGaps, usualIntervalMs } from "./curve-gaps.ts";
import type { Run } from "./series-run.ts";

/** The buckets of a curve and what is gathered in them, in ascending order of time, from wherever the samples are kept. */

export interface Buckets {
  /** Start of the first bucket, a multiple of the width. */
  readonly start: number;
  readonly widthMs: number;
  readonly count: number;
}

/** A curve as minimum, maximum and number of good samples per bucket. */
export interface BucketColumns {
  readonly min: (number | null)[];
  readonly max: (number | null)[];
  readonly count: number[];
  readonly gaps: CurveGap[];
}

/** Buckets that cover from <= time < to. */
export function bucketsOf(from: number, to: number, widthMs: number): Buckets {
  const first = Math.floor(from / widthMs);
  return { start: first * widthMs, widthMs, count: Math.ceil(to / widthMs) - first };
}

/** What is gathered per bucket: good and all samples, minimum and maximum of the good ones, time of the first and last. */
export interface Tally {
  readonly good: Float64Array;
  readonly all: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly failed: { from: number; to: number; open: boolean }[];
}

/** What is known of consecutive samples of one bucket; `min` and `max` are of the good ones. */
export interface Summary {
  /** Times of the first and the last one. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly good: number;
  readonly min: number;
  readonly max: number;
}

export function createTally(count: number): Tally {
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

/** Adds samples that are later than all in the tally. A summary of good and failed ones does not tell when the sensor failed. */
export function addSummary(tally: Tally, bucket: number, { from, to, count, good, min, max }: Summary): void {
  if (tally.all[bucket] === 0) tally.first[bucket] = from;
  tally.last[bucket] = to;
  tally.all[bucket]! += count;
  if (good === 0) return addFailure(tally, from, to);
  tally.good[bucket]! += good;
  if (min < tally.min[bucket]!) tally.min[bucket] = min;
  if (max > tally.max[bucket]!) tally.max[bucket] = max;
  endFailure(tally, from);
}

function addFailure({ failed }: Tally, from: number, to: number): void {
  const run = failed[failed.length - 1];
  if (run?.open === true) run.to = to;
  else failed.push({ from, to, open: true });
}

function endFailure({ failed }: Tally, at: number): void {
  const run = failed[failed.length - 1];
  if (run === undefined || !run.open) return;
  run.to = at;
  run.open = false;
}

/** Adds samples that are later than all in the tally. */
export function addRun(tally: Tally, { start, widthMs }: Buckets, run: Run): void {
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

/** `end`: where the present ends; `newest`: the newest times of the series, for its rhythm. */
export function columnsOf(tally: Tally, buckets: Buckets, from: number, end: number, newest: Float64Array): BucketColumns {
  return { ...toColumns(tally), gaps: gapsOf(tally, buckets, from, end, newest) };
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
