import { zoneOffsetMs } from "../model/zone.ts";

/** Numbers, times and durations as people read them. Pure: no clock, no language beyond what is passed in. */

const MINUS = "\u2212";
/** Stands where a number is missing. */
export const NO_VALUE = "—";

/** A number with fixed decimals, a true minus sign and thousands separators; `signed` adds a plus sign to positive numbers. */
export function formatNumber(value: number | null | undefined, decimals: number, signed = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NO_VALUE;
  const text = Math.abs(value).toFixed(decimals);
  const dot = text.indexOf(".");
  const whole = (dot < 0 ? text : text.slice(0, dot)).replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = dot < 0 ? whole : whole + text.slice(dot);
  if (Number(text) === 0) return digits;
  return value < 0 ? MINUS + digits : signed ? `+${digits}` : digits;
}

export const formatShare = (share: number | null | undefined): string =>
  share === null || share === undefined ? NO_VALUE : `${formatNumber(share * 100, 0)}%`;

const two = (value: number): string => String(value).padStart(2, "0");

/** Fields of an instant (epoch ms) in a time zone. */
export function localParts(
  zone: string,
  at: number,
): { year: number; month: number; day: number; hour: number; minute: number; second: number } {
  const local = new Date(at + zoneOffsetMs(zone, at));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

/** "08:00" or "08:00:02". */
export function formatTime(zone: string, at: number, seconds = false): string {
  const { hour, minute, second } = localParts(zone, at);
  return seconds ? `${two(hour)}:${two(minute)}:${two(second)}` : `${two(hour)}:${two(minute)}`;
}

/** "11-20". */
export function formatDay(zone: string, at: number): string {
  const { month, day } = localParts(zone, at);
  return `${two(month)}-${two(day)}`;
}

/** "11-20 08:00:02"; with a year when it is not that of `now`. */
export function formatDateTime(zone: string, at: number, now: number, seconds = false): string {
  const year = localParts(zone, at).year;
  const prefix = year === localParts(zone, now).year ? "" : `${year}-`;
  return `${prefix}${formatDay(zone, at)} ${formatTime(zone, at, seconds)}`;
}

/** A running clock: "1:06:58", past its limit "−0:05:14"; hours do not roll over into days. */
export function formatClock(durationMs: number): string {
  const seconds = durationMs < 0 ? Math.ceil(-durationMs / 1000) : Math.floor(durationMs / 1000);
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return durationMs < 0 && seconds > 0 ? MINUS + text : text;
}

/** One unit is enough to judge an age: "0.4 s", "35 s", "12 min", "5.2 h", "4 d". Never negative. */
export function formatAge(ageMs: number): string {
  const age = Math.max(0, ageMs);
  if (age < 10_000) return `${(age / 1000).toFixed(1)} s`;
  if (age < 100_000) return `${Math.round(age / 1000)} s`;
  if (age < 5_400_000) return `${Math.round(age / 60_000)} min`;
  if (age < 36_000_000) return `${(age / 3_600_000).toFixed(1)} h`;
  if (age < 172_800_000) return `${Math.round(age / 3_600_000)} h`;
  return `${Math.round(age / 86_400_000)} d`;
}

/** A limit or a bucket as it was set: "10 min", "1 h", "72 s", "1.5 h". */
export function formatSpan(spanMs: number): string {
  if (spanMs < 1000) return `${spanMs} ms`;
  if (spanMs < 120_000) return `${trim(spanMs / 1000)} s`;
  if (spanMs < 3_600_000) return `${trim(spanMs / 60_000)} min`;
  if (spanMs <= 259_200_000) return `${trim(spanMs / 3_600_000)} h`;
  return `${trim(spanMs / 86_400_000)} d`;
}

const trim = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1).replace(/\.0$/, ""));
