/** Widths of buckets that a person can read: parts of a second, seconds, minutes, hours, days. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms),
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  DAY,
];

/** Pixels that a curve is drawn on: more are not drawn finer. */
export const PX_MAX = 10_000;

/** The widest nice width with at least one bucket per pixel; beyond a day, days doubled. */
export function bucketWidthMs(rangeMs: number, px: number): number {
  const perPixel = rangeMs / px;
  if (perPixel >= 2 * DAY) return DAY * 2 ** Math.floor(Math.log2(perPixel / DAY));
  return WIDTHS_MS.findLast((width) => width <= perPixel) ?? WIDTHS_MS[0]!;
}
