import type { LineData } from "../charts/chart-data.ts";

/** Makeup per hour from its totaliser, so that a pump that runs a minute in ten reads as what it is. Pure. */

const HOUR_MS = 3_600_000;

/**
 * Mean makeup of each clock hour, m³/h, one value at its start, drawn as steps. A totaliser that fell (reset, replaced) counts
 * nothing for that step; an hour in which the totaliser was heard for less than half its time is null.
 */
export function hourlyMakeup(total: LineData): LineData {
  const hours = new Map<number, { volume: number; knownMs: number }>();
  let before: { at: number; value: number } | undefined;
  for (const [index, at] of total.times.entries()) {
    const value = total.high[index];
    if (value === null || value === undefined) continue;
    if (before !== undefined && at > before.at) spread(hours, before.at, at, Math.max(0, value - before.value));
    before = { at, value };
  }
  const starts = [...hours.keys()].sort((a, b) => a - b);
  const values = starts.map((start) => {
    const { volume, knownMs } = hours.get(start)!;
    return knownMs < HOUR_MS / 2 ? null : (volume / knownMs) * HOUR_MS;
  });
  return { times: starts, low: values, high: values, bucketMs: 0 };
}

/** Shares a volume out over the hours that the step touches. */
function spread(hours: Map<number, { volume: number; knownMs: number }>, from: number, to: number, volume: number): void {
  // A step over a long gap says nothing about its single hours.
  if (to - from > HOUR_MS) return;
  for (let start = Math.floor(from / HOUR_MS) * HOUR_MS; start < to; start += HOUR_MS) {
    const partMs = Math.min(to, start + HOUR_MS) - Math.max(from, start);
    const hour = hours.get(start) ?? { volume: 0, knownMs: 0 };
    hour.volume += (volume * partMs) / (to - from);
    hour.knownMs += partMs;
    hours.set(start, hour);
  }
}
