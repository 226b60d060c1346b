import type { Level } from "../model/signals.ts";
import type { Sample } from "./rule.ts";

/** The recent good values of one point: a growing ring of numbers that is rebuilt from the store, never saved. */

/** What rules see of the past: 2 h of stations and circuits, 12 h of everything below (`View.since`) … */
const SEEN_MS: Record<Level, number> = { station: 7_200_000, circuit: 7_200_000, building: 43_200_000, unit: 43_200_000, room: 43_200_000 };
/** … but no more samples than this, … */
const SEEN_SAMPLES_MAX = 720;
/** … and what is kept beyond that, so that a short rewind finds its past without asking the store. */
const REWIND_MS = 5_400_000;
const CAPACITY_FIRST = 16;
const CAPACITY_MAX = 1024;

export interface Series {
  readonly seenMs: number;
  times: Float64Array;
  values: Float64Array;
  /** Index of the oldest sample; the capacity is a power of two. */
  head: number;
  count: number;
  /** Event time of the newest sample that was pushed out, -Infinity if none. */
  evictedAt: number;
  /** The newest sample as an object, made when first asked for. */
  newest: Sample | undefined;
}

export const seenMsOf = (level: Level): number => SEEN_MS[level];

export function createSeries(level: Level): Series {
  return {
    seenMs: SEEN_MS[level],
    times: new Float64Array(CAPACITY_FIRST),
    values: new Float64Array(CAPACITY_FIRST),
    head: 0,
    count: 0,
    evictedAt: -Infinity,
    newest: undefined,
  };
}

/** Adds a sample that is newer than all others. */
export function pushSample(series: Series, at: number, value: number): void {
  const mask = series.times.length - 1;
  const oldest = at - series.seenMs - REWIND_MS;
  while (series.count > 0 && series.times[series.head]! < oldest) evict(series, mask);
  if (series.count > mask) {
    if (mask + 1 < CAPACITY_MAX) return grow(series, at, value);
    evict(series, mask);
  }
  const index = (series.head + series.count) & mask;
  series.times[index] = at;
  series.values[index] = value;
  series.count++;
  series.newest = undefined;
}

function evict(series: Series, mask: number): void {
  series.evictedAt = series.times[series.head]!;
  series.head = (series.head + 1) & mask;
  series.count--;
}

function grow(series: Series, at: number, value: number): void {
  const { times, values, head, count } = series;
  const mask = times.length - 1;
  series.times = new Float64Array(times.length * 2);
  series.values = new Float64Array(times.length * 2);
  for (let offset = 0; offset < count; offset++) {
    series.times[offset] = times[(head + offset) & mask]!;
    series.values[offset] = values[(head + offset) & mask]!;
  }
  series.head = 0;
  pushSample(series, at, value);
}

export function newestSample(series: Series): Sample | undefined {
  if (series.count === 0) return undefined;
  if (series.newest !== undefined) return series.newest;
  const index = (series.head + series.count - 1) & (series.times.length - 1);
  return (series.newest = { at: series.times[index]!, value: series.values[index]! });
}

/** The samples from `from` to now that a rule may see, oldest first. */
export function samplesSince(series: Series, from: number, now: number): readonly Sample[] {
  const { times, values, head, count } = series;
  const mask = times.length - 1;
  const first = Math.max(from, now - series.seenMs);
  const least = Math.max(0, count - SEEN_SAMPLES_MAX);
  let start = count;
  while (start > least && times[(head + start - 1) & mask]! >= first) start--;
  const samples: Sample[] = [];
  for (let offset = start; offset < count; offset++) {
    const index = (head + offset) & mask;
    samples.push({ at: times[index]!, value: values[index]! });
  }
  return samples;
}

/**
 * Forgets everything after `at`. False if what rules could see at that time is no longer all here: then the series has to be
 * filled again from the store.
 */
export function rewindSeries(series: Series, at: number): boolean {
  const mask = series.times.length - 1;
  while (series.count > 0 && series.times[(series.head + series.count - 1) & mask]! > at) series.count--;
  series.newest = undefined;
  return series.evictedAt < at - series.seenMs || series.count >= SEEN_SAMPLES_MAX;
}

export function clearSeries(series: Series): void {
  series.head = 0;
  series.count = 0;
  series.evictedAt = -Infinity;
  series.newest = undefined;
}
