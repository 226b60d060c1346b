import type { View } from "./rule.ts";

/** What return pressure a circuit usually holds, learned hour by hour: for circuits whose network file does not say. */

const HOUR_MS = 3_600_000;
/** Hours that are remembered, and hours after which the level counts as known. */
const HOURS_MAX = 72;
const HOURS_MIN = 6;
/** An hour teaches only if it is this well covered. */
const COVERAGE_MIN = 0.7;
const SAMPLES_MIN = 6;

/** Plain data, part of a rule's memory. */
export interface PressureLevel {
  /** Median of each hour, oldest first, and its lower tenth: where the makeup pump starts. */
  medians: number[];
  lows: number[];
  hour: number;
  usualKpa: number;
  startKpa: number;
}

export const startPressureLevel = (): PressureLevel => ({ medians: [], lows: [], hour: -1, usualKpa: NaN, startKpa: NaN });

/** Once an hour takes in the hour before, unless a fault is about (`isDisturbed`): a fault must not become the habit. */
export function learnPressure(level: PressureLevel, circuit: string, view: View, isDisturbed: boolean): void {
  const hour = Math.floor(view.at / HOUR_MS);
  if (hour === level.hour) return;
  level.hour = hour;
  if (isDisturbed) return;
  const samples = view.since(circuit, "p2_return", view.at - HOUR_MS);
  const interval = view.interval(circuit, "p2_return") ?? HOUR_MS;
  if (samples.length < SAMPLES_MIN || samples.length * interval < COVERAGE_MIN * HOUR_MS) return;
  const values = samples.map((sample) => sample.value).sort((a, b) => a - b);
  level.medians.push(values[values.length >> 1]!);
  level.lows.push(values[Math.floor(values.length / 10)]!);
  if (level.medians.length > HOURS_MAX) {
    level.medians.shift();
    level.lows.shift();
  }
  if (level.medians.length < HOURS_MIN) return;
  level.usualKpa = middle(level.medians);
  level.startKpa = middle(level.lows);
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
