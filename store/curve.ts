import type { Curve, CurveQuery } from "../model/curve.ts";
import { SIGNALS } from "../model/signals.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { bucketColumns, bucketsOf, newestTimes } from "./curve-buckets.ts";
import { rawColumns } from "./curve-raw.ts";
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

/**
 * The curve of from <= time < to. Raw when every series has at most 4 samples per pixel there; otherwise buckets that start at
 * multiples of a nice width, at least one per pixel, of which the first and last may reach beyond the range.
 */
export function drawCurve({ points, from, to, px }: CurveQuery, { find, reader, now }: CurveSources): Curve {
  const pixels = Math.max(1, Math.min(Math.floor(px) || 1, PX_MAX));
  const end = Math.max(from, Math.min(to, now));
  const wanted = points.map(({ asset, signal }) => ({ asset, signal, unit: SIGNALS[signal].unit, stored: find(asset, signal) }));
  const runs = readAllRaw(wanted, from, to, pixels * RAW_PER_PX, reader);
  if (runs !== undefined) {
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
  const bucketMs = bucketWidthMs(to - from, pixels);
  const buckets = bucketsOf(from, to, bucketMs);
  return {
    from,
    to,
    raw: false,
    bucketMs,
    times: Array.from({ length: buckets.count }, (_, index) => buckets.start + index * bucketMs),
    series: wanted.map(({ asset, signal, unit, stored }) => {
      const { min, max, count, gaps } = bucketColumns(stored, buckets, from, to, end, reader);
      return { asset, signal, unit, min, max, count, gaps };
    }),
  };
}

const newestOf = (series: Series | undefined): Float64Array => (series === undefined ? new Float64Array(0) : newestTimes(series));

/** The samples of every series, or undefined when one has more than `limit`. */
function readAllRaw(
  wanted: readonly { readonly stored: Series | undefined }[],
  from: number,
  to: number,
  limit: number,
  reader: ChunkReader,
): Run[] | undefined {
  if (wanted.some(({ stored }) => stored !== undefined && countSurely(stored, from, to, reader) > limit)) return undefined;
  const runs: Run[] = [];
  for (const { stored } of wanted) {
    const run = stored === undefined ? createRun(0) : readSeries(stored, from, to, reader);
    if (run.count > limit) return undefined;
    runs.push(run);
  }
  return runs;
}
