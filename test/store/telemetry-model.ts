import type { CurveGap } from "../../model/curve.ts";
import type { Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";

/** What the telemetry store promises, written as plainly as possible: a map of every reading, walked in full for every question. */

export type Sample = readonly [at: number, value: number | null];

export class TelemetryModel {
  readonly #values = new Map<Point, Map<number, number | null>>();

  /** The readings that changed something, in order. */
  write(readings: readonly Reading[]): Reading[] {
    return readings.filter(({ point, at, value }) => {
      const known = this.#values.get(point) ?? new Map<number, number | null>();
      this.#values.set(point, known);
      // A failure never replaces what is known of the same time.
      if (known.has(at) && (value === null || Object.is(known.get(at), value))) return false;
      known.set(at, value);
      return true;
    });
  }

  samples(point: Point, from = -Infinity, to = Infinity): Sample[] {
    return [...(this.#values.get(point) ?? [])].filter(([at]) => at >= from && at < to).sort((a, b) => a[0] - b[0]);
  }

  readings(station: string, from: number, to: number): Reading[] {
    const words = ({ point }: Reading): string => `${point.asset}\n${point.signal}`;
    return [...this.#values.keys()]
      .filter((point) => point.station === station)
      .flatMap((point) => this.samples(point, from, to).map(([at, value]) => ({ point, at, value })))
      .sort((a, b) => a.at - b.at || (words(a) < words(b) ? -1 : 1));
  }

  get points(): number {
    return [...this.#values.values()].reduce((sum, known) => sum + known.size, 0);
  }
}

export interface ModelBucket {
  readonly min: number | null;
  readonly max: number | null;
  readonly count: number;
}

/** Buckets by their start; those without a good sample are missing. */
export function bucketsOf(samples: readonly Sample[], widthMs: number): Map<number, ModelBucket> {
  const buckets = new Map<number, ModelBucket>();
  for (const [at, value] of samples) {
    if (value === null) continue;
    const start = Math.floor(at / widthMs) * widthMs;
    const { min, max, count } = buckets.get(start) ?? { min: value, max: value, count: 0 };
    buckets.set(start, { min: Math.min(min ?? value, value), max: Math.max(max ?? value, value), count: count + 1 });
  }
  return buckets;
}

/**
 * Gaps by their definition: silences longer than 3 usual intervals and 3 min, unless they are a slower rhythm,
 * and stretches of failed samples. Samples of one
 * bucket have their mean interval and hide the gaps between them (`bucketMs` 0: raw, every sample for itself).
 */
export function gapsOf(all: readonly Sample[], from: number, to: number, end: number, bucketMs: number): CurveGap[] {
  const inside = all.filter(([at]) => at >= from && at < to);
  const times = inside.map(([at]) => at);
  const usual = usualMs(times, all.map(([at]) => at).slice(-32), bucketMs);
  const tooLong = Math.max(180_000, 3 * usual);
  const stretches: [number, number][] = [];
  if (times.length === 0) stretches.push([from, end]);
  else {
    const first = times[0]!;
    const last = times[times.length - 1]!;
    if (first - from > tooLong) stretches.push([from, first]);
    const silences = times.flatMap((at, index): [number, number][] => {
      const previous = times[index - 1];
      return previous !== undefined && !sameBucket(previous, at, bucketMs) && at - previous > tooLong ? [[previous, at]] : [];
    });
    for (const [before, after] of silences) if (!isSlowRhythm(silences, before, after)) stretches.push([before + usual, after]);
    if (end - last > tooLong) stretches.push([last + usual, end]);
    for (const [index, [at, value]] of inside.entries()) {
      if (value !== null) continue;
      const next = inside[index + 1];
      stretches.push([at, next === undefined ? Math.min(at + usual, Math.max(end, at)) : next[0]]);
    }
  }
  return joined(stretches).filter(([start, stop]) => stop - start > bucketMs);
}

/** A silence in a row of five or more that follow each other, and not three times as long as the middle one of them. */
function isSlowRhythm(silences: readonly (readonly [number, number])[], before: number, after: number): boolean {
  let start = silences.findIndex(([at]) => at === before);
  let end = start;
  while (start > 0 && silences[start - 1]![1] === silences[start]![0]) start--;
  while (end + 1 < silences.length && silences[end]![1] === silences[end + 1]![0]) end++;
  const lengths = silences.slice(start, end + 1).map(([from, to]) => to - from);
  return lengths.length >= 5 && after - before <= 3 * lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)]!;
}

const sameBucket = (a: number, b: number, bucketMs: number): boolean =>
  bucketMs > 0 && Math.floor(a / bucketMs) === Math.floor(b / bucketMs);

function usualMs(times: readonly number[], newest: readonly number[], bucketMs: number): number {
  const groups = Map.groupBy(times, (at) => (bucketMs > 0 ? Math.floor(at / bucketMs) : at));
  const distances: number[] = [];
  let previous: number | undefined;
  for (const group of groups.values()) {
    if (previous !== undefined) distances.push(group[0]! - previous);
    previous = group[group.length - 1]!;
    for (let index = 1; index < group.length; index++) distances.push((previous - group[0]!) / (group.length - 1));
  }
  if (distances.length >= 5) return lowerMedian(distances);
  return newest.length < 2 ? 60_000 : lowerMedian(newest.slice(1).map((at, index) => at - newest[index]!));
}

function lowerMedian(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.ceil(numbers.length / 2) - 1]!;
}

function joined(stretches: [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, stop] of stretches.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const previous = result[result.length - 1];
    if (previous !== undefined && start <= previous[1]) previous[1] = Math.max(previous[1], stop);
    else result.push([start, stop]);
  }
  return result;
}
