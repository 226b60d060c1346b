import { expectedSupplyC } from "../../model/heating-curve.ts";
import type { CircuitFacts } from "../../model/network.ts";
import { gapsOf, type LineData } from "./chart-data.ts";
import type { ChartBand } from "./chart-types.ts";

/** Where a supply temperature should have been: around the controller's own set point, else around the heating curve over a smoothed outdoor temperature. Pure. */

/** The band around what is asked for, ± °C. */
export const BAND_C = 2;
/** A controller follows the weather as a building feels it, not every gust: time constant of the exponential smoothing. */
export const OUTDOOR_TAU_MS = 6 * 3_600_000;

/**
 * The expected supply temperature ± 2 °C within [from, to], epoch ms; null in a gap. `set` is the reported set point `t2_set` and wins
 * where it has values; without it the curve of `facts` over `outdoor` is taken. Undefined when neither says anything.
 */
export function supplyBand(
  facts: CircuitFacts | undefined,
  set: LineData | undefined,
  outdoor: LineData | undefined,
  from: number,
  to: number,
): ChartBand | undefined {
  const asked = set === undefined ? [] : middles(set);
  const points =
    asked.length > 0
      ? asked
      : facts === undefined || outdoor === undefined
        ? []
        : smoothed(middles(outdoor), OUTDOOR_TAU_MS).map(({ at, value }) => ({ at, value: expectedSupplyC(facts, value) }));
  if (points.length === 0) return undefined;
  const breaks = gapsOf(asked.length > 0 ? set! : outdoor!, from, to).map(([start, end]) => ({ at: (start + end) / 2, value: null }));
  const all: readonly { readonly at: number; readonly value: number | null }[] = [...points, ...breaks].sort((a, b) => a.at - b.at);
  return {
    times: all.map(({ at }) => at),
    low: all.map(({ value }) => (value === null ? null : value - BAND_C)),
    high: all.map(({ value }) => (value === null ? null : value + BAND_C)),
  };
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The values of a line as points; a bucket counts with the middle of its smallest and greatest value, at its middle. */
export function middles(line: LineData): Point[] {
  return line.times.flatMap((at, index) => {
    const low = line.low[index];
    return low === null || low === undefined ? [] : [{ at: at + line.bucketMs / 2, value: (low + (line.high[index] ?? low)) / 2 }];
  });
}

/** Exponentially smoothed values of ascending points with time constant `tauMs`, whatever their distances; the first one stays as it is. */
export function smoothed(points: readonly Point[], tauMs: number): Point[] {
  let value = points[0]?.value ?? 0;
  let before = points[0]?.at ?? 0;
  return points.map((point) => {
    value += (1 - Math.exp((before - point.at) / tauMs)) * (point.value - value);
    before = point.at;
    return { at: point.at, value };
  });
}
