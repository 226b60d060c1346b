import type { Curve } from "../model/curve.ts";
import type { LatestValue } from "../model/live.ts";
import type { SignalId } from "../model/signals.ts";

/** Keeps a fetched curve running with live values: points appended, the open bucket widened, the old end cut off. Pure. */

export interface FreshValue {
  readonly asset: string;
  readonly signal: SignalId;
  readonly value: LatestValue;
}

/** The curve with these values added and everything before `from` gone. Values not newer than the curve's end change nothing (the curve has them already). */
export function followCurve(curve: Curve, fresh: readonly FreshValue[], from: number): Curve {
  return curve.raw ? followRaw(curve, fresh, from) : followBuckets(curve, fresh, from);
}

function followRaw(curve: Extract<Curve, { raw: true }>, fresh: readonly FreshValue[], from: number): Curve {
  const start = firstAtOrAfter(curve.times, from);
  const times = curve.times.slice(start);
  const series = curve.series.map((one) => ({ ...one, values: one.values.slice(start) }));
  for (const { asset, signal, value } of [...fresh].sort((a, b) => a.value[0] - b.value[0])) {
    const [at, number] = value;
    const target = series.find((one) => one.asset === asset && one.signal === signal);
    if (target === undefined || at < from || at < (times.at(-1) ?? 0)) continue;
    if (at !== times.at(-1)) {
      times.push(at);
      for (const one of series) one.values.push(null);
    }
    target.values[times.length - 1] = number;
  }
  return { ...curve, from, to: Math.max(curve.to, times.at(-1) ?? 0), times, series };
}

function followBuckets(curve: Extract<Curve, { raw: false }>, fresh: readonly FreshValue[], from: number): Curve {
  const { bucketMs } = curve;
  const start = firstAtOrAfter(curve.times, from - bucketMs);
  const times = curve.times.slice(start);
  const series = curve.series.map((one) => ({
    ...one,
    min: one.min.slice(start),
    max: one.max.slice(start),
    count: one.count.slice(start),
  }));
  for (const { asset, signal, value } of [...fresh].sort((a, b) => a.value[0] - b.value[0])) {
    const [at, number] = value;
    const target = series.find((one) => one.asset === asset && one.signal === signal);
    const bucket = Math.floor(at / bucketMs) * bucketMs;
    if (target === undefined || number === null || bucket < (times.at(-1) ?? 0) || bucket + bucketMs < from) continue;
    if (bucket !== times.at(-1)) {
      times.push(bucket);
      for (const one of series) {
        one.min.push(null);
        one.max.push(null);
        one.count.push(0);
      }
    }
    const last = times.length - 1;
    target.min[last] = Math.min(target.min[last] ?? number, number);
    target.max[last] = Math.max(target.max[last] ?? number, number);
    target.count[last] = (target.count[last] ?? 0) + 1;
  }
  return { ...curve, from, to: Math.max(curve.to, (times.at(-1) ?? 0) + bucketMs), times, series };
}

function firstAtOrAfter(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
