import type { BucketedCurve, Curve, CurveQuery, RawCurve } from "../model/curve.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { addSeries, newestTimes } from "./curve-buckets.ts";
import { rawColumns } from "./curve-raw.ts";
import { type Buckets, type Tally, bucketsOf, columnsOf, createTally } from "./curve-tally.ts";
import { PX_MAX, bucketWidthMs } from "./curve-width.ts";
import { countSurely, readSeries } from "./series-read.ts";
import { createRun, type Run } from "./series-run.ts";
import type { Series } from "./series.ts";

/** Answers for a curve: every sample where they fit, else minimum and maximum per bucket. */

/** Samples per pixel up to which a curve is drawn raw. */
const RAW_PER_PX = 4;

export interface CurveSources {
  readonly find: (asset: string, signal: string) => Series | undefined;
  readonly reader: ChunkReader;
  /** Where the present ends: silence after it is no gap. */
  readonly now: number;
}

/** What a query asks for, and where the local store keeps it. */
export interface CurvePlan {
  readonly from: number;
  readonly to: number;
  /** Where the present ends, within the range. */
  readonly end: number;
  readonly wanted: readonly WantedSeries[];
  /** Samples of a series up to which the curve is raw. */
  readonly rawLimit: number;
  /** Width of a bucket when it is not. */
  readonly bucketMs: number;
}

export interface WantedSeries {
  readonly asset: string;
  readonly signal: SignalId;
  readonly unit: string;
  /** Undefined when the local store never had a sample of it. */
  readonly stored: Series | undefined;
}

/**
 * The curve of from <= time < to. Raw when every series has at most 4 samples per pixel there; otherwise buckets that start at
 * multiples of a nice width, at least one per pixel, of which the first and last may reach beyond the range.
 */
export function drawCurve(query: CurveQuery, sources: CurveSources): Curve {
  const plan = planCurve(query, sources);
  const { from, to, wanted } = plan;
  const runs = readAllRaw(plan, sources.reader);
  if (runs !== undefined) return rawCurve(plan, runs);
  const buckets = bucketsOf(from, to, plan.bucketMs);
  const tallies = wanted.map(({ stored }) => {
    const tally = createTally(buckets.count);
    if (stored !== undefined) addSeries(tally, stored, buckets, from, to, sources.reader);
    return tally;
  });
  return bucketedCurve(plan, buckets, tallies);
}

export function planCurve({ points, from, to, px }: CurveQuery, { find, now }: CurveSources): CurvePlan {
  const pixels = Math.max(1, Math.min(Math.floor(px) || 1, PX_MAX));
  return {
    from,
    to,
    end: Math.max(from, Math.min(to, now)),
    wanted: points.map(({ asset, signal }) => ({ asset, signal, unit: SIGNALS[signal].unit, stored: find(asset, signal) })),
    rawLimit: pixels * RAW_PER_PX,
    bucketMs: bucketWidthMs(to - from, pixels),
  };
}

/** `runs`: every sample of each wanted series in the range. */
export function rawCurve({ from, to, end, wanted }: CurvePlan, runs: readonly Run[]): RawCurve {
  const sources = runs.map((run, index) => ({ run, newest: newestOf(wanted[index]!.stored) }));
  const { times, columns } = rawColumns(sources, from, end);
  return {
    from,
    to,
    raw: true,
    times,
    series: wanted.map(({ asset, signal, unit }, index) => {
      const { values, gaps } = columns[index]!;
      return { asset, signal, unit, values, gaps };
    }),
  };
}

/** `tallies`: what each wanted series has in the buckets. */
export function bucketedCurve({ from, to, end, wanted }: CurvePlan, buckets: Buckets, tallies: readonly Tally[]): BucketedCurve {
  return {
    from,
    to,
    raw: false,
    bucketMs: buckets.widthMs,
    times: Array.from({ length: buckets.count }, (_, index) => buckets.start + index * buckets.widthMs),
    series: wanted.map(({ asset, signal, unit, stored }, index) => {
      const { min, max, count, gaps } = columnsOf(tallies[index]!, buckets, from, end, newestOf(stored));
      return { asset, signal, unit, min, max, count, gaps };
    }),
  };
}

const newestOf = (series: Series | undefined): Float64Array => (series === undefined ? new Float64Array(0) : newestTimes(series));

/** The samples of every series, or undefined when one has more than the limit. */
function readAllRaw({ wanted, from, to, rawLimit }: CurvePlan, reader: ChunkReader): Run[] | undefined {
  if (wanted.some(({ stored }) => stored !== undefined && countSurely(stored, from, to, reader) > rawLimit)) return undefined;
  const runs: Run[] = [];
  for (const { stored } of wanted) {
    const run = stored === undefined ? createRun(0) : readSeries(stored, from, to, reader);
    if (run.count > rawLimit) return undefined;
    runs.push(run);
  }
  return runs;
}
