import { type RollupRow, ROLLUP_WIDTHS } from "./influx-rollup-lines.ts";
import { type Run, lowerBound } from "./series-run.ts";

/** Rollups: what is kept for ever of a bucket of one series. Computed from all of its points, so that computing it again gives the same row. */

/** Widths of the buckets, ms, ascending: each is a whole number of the one before. */
export const ROLLUP_WIDTHS_MS = [ROLLUP_WIDTHS["5m"], ROLLUP_WIDTHS["1h"]] as const;
export type RollupWidth = (typeof ROLLUP_WIDTHS_MS)[number];

export interface RollupBucket {
  /** Start of the bucket, epoch ms. */
  readonly at: number;
  readonly row: RollupRow;
}

/** Start of the bucket that holds a time. */
export function bucketStart(at: number, widthMs: number): number {
  return Math.floor(at / widthMs) * widthMs;
}

/** The buckets of a run that have a point, ascending; buckets are whole multiples of the width since 1970. */
export function rollupRun(run: Run, widthMs: RollupWidth): RollupBucket[] {
  const buckets: RollupBucket[] = [];
  for (let start = 0; start < run.count;) {
    const at = bucketStart(run.times[start]!, widthMs);
    const end = lowerBound(run, at + widthMs);
    buckets.push({ at, row: summarise(run, start, end) });
    start = end;
  }
  return buckets;
}

/** start < end. */
function summarise({ times, values }: Run, start: number, end: number): RollupRow {
  let count = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let first = NaN;
  let last = NaN;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    if (count++ === 0) first = value;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    last = value;
  }
  return { count, samples: end - start, min, max, sum, first, last, firstAt: times[start]!, lastAt: times[end - 1]! };
}
