import { formatDay, formatTime, localParts } from "../format.ts";
import { zoneOffsetMs } from "../../model/zone.ts";

/** Ticks of a time axis in the network's time zone, and a value axis that does not shimmer. Pure. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const TIME_STEPS_MS = [
  10_000,
  30_000,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
  14 * DAY_MS,
  28 * DAY_MS,
] as const;

/** Instants (epoch ms) at round local times, at most `count` of them. */
export function timeTicks(zone: string, from: number, to: number, count: number): number[] {
  const stepMs = TIME_STEPS_MS.find((step) => (to - from) / step <= Math.max(1, count)) ?? TIME_STEPS_MS.at(-1)!;
  const ticks: number[] = [];
  // Local time may jump at a clock change: every tick asks for its own offset.
  for (let local = Math.ceil((from + zoneOffsetMs(zone, from)) / stepMs) * stepMs; ticks.length <= count + 1; local += stepMs) {
    const guess = local - zoneOffsetMs(zone, local - zoneOffsetMs(zone, from));
    if (guess > to) break;
    if (guess >= from && guess !== ticks.at(-1)) ticks.push(guess);
  }
  return ticks;
}

/** "08:00" for a time of day, "11-20" at midnight or when a tick is a day or more. */
export function timeTickText(zone: string, at: number, stepMs: number): string {
  const { hour, minute, second } = localParts(zone, at);
  if (hour === 0 && minute === 0 && second === 0) return formatDay(zone, at);
  return stepMs >= DAY_MS ? formatDay(zone, at) : formatTime(zone, at, stepMs < MINUTE_MS);
}

const NICE = [1, 2, 2.5, 5, 10] as const;

/** A round step for about `count` divisions of `span`. */
function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (NICE.find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
}

/** Ends of a value axis that hold [min, max] with air, on round numbers, so that it moves seldom while data come in. */
export function niceRange(min: number, max: number, spanMin: number): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [0, spanMin];
  const middle = (min + max) / 2;
  const span = Math.max(max - min, spanMin);
  const low = Math.min(min, middle - span / 2);
  const high = Math.max(max, middle + span / 2);
  const step = niceStep(span, 12);
  return [Math.floor((low - span * 0.04) / step) * step, Math.ceil((high + span * 0.04) / step) * step];
}

/** Round values within a range, about `count` divisions of it. */
export function valueTicks([min, max]: readonly [number, number], count: number): number[] {
  const step = niceStep(max - min, Math.max(2, count));
  const ticks: number[] = [];
  for (let value = Math.ceil(min / step - 1e-9) * step; value <= max + step * 1e-9; value += step)
    ticks.push(Math.abs(value) < step * 1e-9 ? 0 : value);
  return ticks;
}

/** Decimals that tell ticks of this step apart: 0 for 5, 1 for 0.5 and 2.5, 2 for 0.05. */
export function decimalsOfStep(step: number): number {
  const power = Math.floor(Math.log10(step) + 1e-9);
  const mantissa = step / 10 ** power;
  const whole = Math.abs(mantissa - Math.round(mantissa)) < 1e-6;
  return Math.max(0, Math.min(4, -power + (whole ? 0 : 1)));
}
