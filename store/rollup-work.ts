import type { Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { InfluxQuery } from "./influx.ts";
import { type RollupName, createRollupLineWriter } from "./influx-rollup-lines.ts";
import { type RawPoints, createRawPoints } from "./influx-raw.ts";
import { type RollupBucket, type RollupWidth, ROLLUP_WIDTHS_MS, rollupRun } from "./rollup.ts";
import type { TouchedBucket } from "./rollup-buckets.ts";
import { type Run, mergeRuns, slice } from "./series-run.ts";
import type { PointsQuestion, SeriesPoints } from "./spool.ts";

/** From touched buckets to lines of rollups: exact points from the local store where it is whole, else together with what InfluxDB has. */

export interface RollupParts {
  readonly network: Network;
  readonly place: (series: number) => { readonly asset: string; readonly signal: SignalId } | undefined;
  readonly points: (asked: readonly PointsQuestion[]) => Promise<SeriesPoints[]>;
}

/** A bucket of a series with its row, ready for a line. */
interface PlacedRow extends RollupBucket {
  readonly asset: string;
  readonly signal: SignalId;
  readonly widthMs: RollupWidth;
}

const NAMES: Readonly<Record<RollupWidth, RollupName>> = { 300_000: "5m", 3_600_000: "1h" };

/**
 * Lines of the buckets as they are now. A bucket that starts before `oldest` and that the local store does not have whole is left as
 * it is: its points have gone from InfluxDB too, and the row that is there knows more.
 */
export async function rollupLines(
  buckets: readonly TouchedBucket[],
  parts: RollupParts,
  query: InfluxQuery,
  oldest: number,
): Promise<string[]> {
  const answers = await parts.points(buckets.map(({ series, at, widthMs }) => ({ series, from: at, to: at + widthMs })));
  // Series that are unknown by now are left out of the answer, in order.
  let next = 0;
  const rows: PlacedRow[] = [];
  const raw = createRawPoints(query);
  for (const { series, at, widthMs } of buckets) {
    const answer = answers[next];
    if (answer?.series !== series) continue;
    next++;
    const place = parts.place(series);
    if (place === undefined) continue;
    const run = await wholeRun(place, answer, at, at + widthMs, parts.network, raw, oldest);
    if (run === undefined) continue;
    for (const bucket of rollupRun(run, widthMs)) rows.push({ ...place, ...bucket, widthMs });
  }
  return linesOf(rows, parts.network);
}

/** Lines of all buckets of a slice of whole hours, both widths. */
export async function rollupSlice(
  slices: readonly SeriesPoints[],
  from: number,
  to: number,
  parts: Pick<RollupParts, "network" | "place">,
  query: InfluxQuery,
  oldest: number,
): Promise<string[]> {
  const rows: PlacedRow[] = [];
  const raw = createRawPoints(query);
  const [, hourMs] = ROLLUP_WIDTHS_MS;
  for (const points of slices) {
    const place = parts.place(points.series);
    if (place === undefined || points.times.length === 0) continue;
    const local: Run = { times: points.times, values: points.values, count: points.times.length };
    if (from > points.wholeAfter) {
      for (const widthMs of ROLLUP_WIDTHS_MS) for (const bucket of rollupRun(local, widthMs)) rows.push({ ...place, ...bucket, widthMs });
      continue;
    }
    for (let hour = from; hour < to; hour += hourMs) {
      const own = slice(local, hour, hour + hourMs);
      if (own.count === 0) continue;
      const whole = await wholeRun(place, { ...points, ...own }, hour, hour + hourMs, parts.network, raw, oldest);
      if (whole === undefined) continue;
      for (const widthMs of ROLLUP_WIDTHS_MS) for (const bucket of rollupRun(whole, widthMs)) rows.push({ ...place, ...bucket, widthMs });
    }
  }
  return linesOf(rows, parts.network);
}

async function wholeRun(
  { asset, signal }: { readonly asset: string; readonly signal: SignalId },
  { times, values, wholeAfter }: Pick<SeriesPoints, "wholeAfter"> & Pick<Run, "times" | "values">,
  from: number,
  to: number,
  network: Network,
  raw: RawPoints,
  oldest: number,
): Promise<Run | undefined> {
  const local: Run = { times, values, count: times.length };
  if (from > wholeAfter) return local;
  const found = network.asset(asset);
  if (found === undefined || from < oldest) return undefined;
  return mergeRuns(await raw.read(found, signal, from, to), local);
}

/** One line per asset, width and bucket: the rows of one come one after the other. */
function linesOf(rows: PlacedRow[], network: Network): string[] {
  const writer = createRollupLineWriter(network);
  rows.sort((a, b) => (a.asset < b.asset ? -1 : a.asset > b.asset ? 1 : a.widthMs - b.widthMs || a.at - b.at));
  for (const { asset, signal, widthMs, at, row } of rows) writer.add(asset, signal, NAMES[widthMs], at, row);
  return writer.take();
}
