import type { CurveGap } from "../model/curve.ts";

/** Honest gaps of one series: stretches without a sample that are too long to be its rhythm, and stretches of failed samples. */

/** A silence is a gap when it is longer than this many usual intervals … */
const GAP_INTERVALS = 3;
/** … and this long. */
export const GAP_MIN_MS = 180_000;
/** Fewer intervals do not say what is usual. */
const INTERVALS_MIN = 5;
/** The usual interval of a series of which nothing is known. */
const UNKNOWN_INTERVAL_MS = 60_000;

/** What a walk over the samples of a range found. */
export interface Silences {
  /** First and last sample, NaN without any. */
  readonly first: number;
  readonly last: number;
  /** Ends of the stretches between samples that may be gaps, ascending: [last sample before, first sample after]. */
  readonly between: readonly (readonly [number, number])[];
  /** [first failed sample, next good sample]; the last one may end with its last failed sample and no good one. */
  readonly failed: readonly { readonly from: number; readonly to: number; readonly open: boolean }[];
}

export interface Intervals {
  readonly lengthsMs: Float64Array;
  /** How often each length was seen. */
  readonly weights: Float64Array;
}

/** The lower median of the intervals; of the newest samples of the series when the range holds too few. */
export function usualIntervalMs(seen: Intervals, newest: Float64Array): number {
  const total = seen.weights.reduce((sum, weight) => sum + weight, 0);
  if (total >= INTERVALS_MIN) return weightedMedian(seen, total);
  if (newest.length < 2) return UNKNOWN_INTERVAL_MS;
  const lengthsMs = newest.subarray(1).map((at, index) => at - newest[index]!);
  return weightedMedian({ lengthsMs, weights: new Float64Array(lengthsMs.length).fill(1) }, lengthsMs.length);
}

function weightedMedian({ lengthsMs, weights }: Intervals, total: number): number {
  const order = Array.from(lengthsMs.keys()).sort((a, b) => lengthsMs[a]! - lengthsMs[b]!);
  let passed = 0;
  for (const index of order) {
    passed += weights[index]!;
    if (passed >= total / 2) return lengthsMs[index]!;
  }
  return UNKNOWN_INTERVAL_MS;
}

/**
 * Without those that are a slower rhythm of their own, as history that was kept every 5 min before a gateway that now reports every
 * 30 s: five silences or more in a row of much the same length.
 */
function tooSlow(silences: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const kept: (readonly [number, number])[] = [];
  for (let start = 0; start < silences.length;) {
    let end = start + 1;
    while (end < silences.length && silences[end]![0] === silences[end - 1]![1]) end++;
    const row = silences.slice(start, end);
    const lengthsMs = row.map(([before, after]) => after - before).sort((a, b) => a - b);
    const limitMs = row.length < INTERVALS_MIN ? 0 : GAP_INTERVALS * lengthsMs[lengthsMs.length >> 1]!;
    for (const silence of row) if (silence[1] - silence[0] > limitMs) kept.push(silence);
    start = end;
  }
  return kept;
}

/**
 * Gaps of a range whose present ends at `end`. A silence counts from one interval after its last sample; before the first sample
 * and after the last one too. Gaps that touch are one; those of `shorterMs` and less are left out.
 */
export function findGaps(silences: Silences, from: number, end: number, intervalMs: number, shorterMs: number): CurveGap[] {
  const tooLong = Math.max(GAP_MIN_MS, GAP_INTERVALS * intervalMs);
  const found: [number, number][] = [];
  if (Number.isNaN(silences.first)) found.push([from, end]);
  else {
    if (silences.first - from > tooLong) found.push([from, silences.first]);
    for (const [before, after] of tooSlow(silences.between.filter(([start, stop]) => stop - start > tooLong)))
      found.push([before + intervalMs, after]);
    if (end - silences.last > tooLong) found.push([silences.last + intervalMs, end]);
  }
  for (const { from: start, to, open } of silences.failed) found.push([start, open ? Math.min(to + intervalMs, Math.max(end, to)) : to]);
  found.sort((a, b) => a[0] - b[0]);
  const gaps: [number, number][] = [];
  for (const gap of found) {
    const previous = gaps[gaps.length - 1];
    if (previous !== undefined && gap[0] <= previous[1]) previous[1] = Math.max(previous[1], gap[1]);
    else gaps.push(gap);
  }
  return gaps.filter(([start, stop]) => stop - start > shorterMs);
}
