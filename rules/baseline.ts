import { median, medianDeviation, SIGMA_PER_MAD } from "./statistics.ts";

/**
 * What a quantity usually is at each hour of the day: the median of the last 14 days with a robust spread. Hours that were
 * flagged (faulty, ramping, poorly covered) never teach it. Hours are counted from 1970 in UTC; a clock change in the zone
 * shifts the habit by an hour for some days, which the spread absorbs.
 */
const BASELINE_DAYS = 14;
const BASELINE_HOURS = BASELINE_DAYS * 24;

/** Days of the same hour before its own median is used; until then the pooled median of all hours serves. */
const OWN_DAYS_MIN = 3;
const POOLED_HOURS_MIN = 24;
/** A pooled median does not know the habit of the day: its spread counts so much wider. */
const POOLED_WIDENING = 1.5;
/** Days at which an hour's own spread and the pooled spread weigh the same. */
const OWN_SPREAD_DAYS = 7;
/** Memory of the pooled spread, hours, and sigma per mean absolute deviation of clipped residuals. */
const SPREAD_HOURS = 168;
const SPREAD_HOURS_MIN = 24;
const SIGMA_PER_MEAN_DEVIATION = 1.3;

export interface Baseline {
  /** Ring of the last 14 days by hour; NaN: unknown. */
  readonly values: Float32Array;
  readonly flagged: Uint8Array;
  /** Median and own spread by UTC hour of day; NaN until three days are known. They stay when the ring empties under flags. */
  readonly medians: Float32Array;
  readonly spreads: Float32Array;
  readonly days: Uint8Array;
  /** Mean absolute residual over all hours, and how many hours it has seen (at most a week's). */
  meanDeviation: number;
  deviations: number;
  /** Newest hour recorded; NaN before the first. */
  newest: number;
}

/** What is expected for one hour: centre and sigma in the quantity's unit. `own`: by hour of day, else pooled. */
export interface Expectation {
  readonly centre: number;
  readonly sigma: number;
  readonly own: boolean;
}

export function startBaseline(): Baseline {
  return {
    values: new Float32Array(BASELINE_HOURS).fill(Number.NaN),
    flagged: new Uint8Array(BASELINE_HOURS),
    medians: new Float32Array(24).fill(Number.NaN),
    spreads: new Float32Array(24).fill(Number.NaN),
    days: new Uint8Array(24),
    meanDeviation: 0,
    deviations: 0,
    newest: Number.NaN,
  };
}

const place = (hour: number): number => ((hour % BASELINE_HOURS) + BASELINE_HOURS) % BASELINE_HOURS;
const slotOf = (hour: number): number => ((hour % 24) + 24) % 24;

/** Value of an hour of the last 14 days, flagged or not; NaN when unknown. */
export function valueAt(baseline: Baseline, hour: number): number {
  if (Number.isNaN(baseline.newest) || hour > baseline.newest || hour <= baseline.newest - BASELINE_HOURS) return Number.NaN;
  return baseline.values[place(hour)]!;
}

/** Hours that may teach. */
export function taughtHours(baseline: Baseline): number {
  let count = 0;
  for (let index = 0; index < BASELINE_HOURS; index++)
    if (baseline.flagged[index] === 0 && !Number.isNaN(baseline.values[index]!)) count += 1;
  return count;
}

/** Records an hour later than all before (NaN: unknown); hours left out between are unknown. An unflagged value teaches its hour of day. */
export function recordHour(baseline: Baseline, hour: number, value: number, flagged: boolean): void {
  const first = Number.isNaN(baseline.newest) ? hour : Math.max(baseline.newest + 1, hour - BASELINE_HOURS + 1);
  for (let skipped = first; skipped < hour; skipped++) {
    baseline.values[place(skipped)] = Number.NaN;
    baseline.flagged[place(skipped)] = 0;
  }
  baseline.newest = hour;
  baseline.values[place(hour)] = value;
  baseline.flagged[place(hour)] = flagged ? 1 : 0;
  if (flagged || Number.isNaN(value)) return;
  const before = baseline.medians[slotOf(hour)]!;
  if (!Number.isNaN(before)) learnSpread(baseline, Math.abs(value - before));
  learnSlot(baseline, hour);
}

/** Withdraws the hours from `hour` on from what was learned: a fault has been found to begin there. */
export function flagSince(baseline: Baseline, hour: number): void {
  if (Number.isNaN(baseline.newest)) return;
  const first = Math.max(hour, baseline.newest - BASELINE_HOURS + 1);
  for (let flagged = first; flagged <= baseline.newest; flagged++) baseline.flagged[place(flagged)] = 1;
  for (let slot = first; slot <= Math.min(baseline.newest, first + 23); slot++) learnSlot(baseline, slot);
}

/** Forgets everything learned but keeps the values: what was learned has turned out to be a fault from the start. */
export function forget(baseline: Baseline): void {
  baseline.flagged.fill(1);
  baseline.medians.fill(Number.NaN);
  baseline.spreads.fill(Number.NaN);
  baseline.days.fill(0);
  baseline.meanDeviation = 0;
  baseline.deviations = 0;
}

/** Expectation for an hour, of what was learned before it; undefined before a day is known. `floor` is the smallest sigma. */
export function expectation(baseline: Baseline, hour: number, floor: number): Expectation | undefined {
  const slot = slotOf(hour);
  const centre = baseline.medians[slot]!;
  if (Number.isNaN(centre)) return pooled(baseline, floor);
  const days = baseline.days[slot]!;
  const common = baseline.deviations < SPREAD_HOURS_MIN ? pooledSpread(baseline) : baseline.meanDeviation * SIGMA_PER_MEAN_DEVIATION;
  const weight = days / (days + OWN_SPREAD_DAYS);
  // Rare large values leave the median deviation of an hour near zero; the mean deviation of all hours knows of them.
  const spread = Math.max(common, weight * baseline.spreads[slot]! + (1 - weight) * common);
  // The median of few days is itself uncertain: variance 1.57 sigma² / n.
  return { centre, sigma: Math.max(floor, spread) * Math.sqrt(1 + 1.57 / Math.max(1, days)), own: true };
}

/** What is usual at an hour; NaN before its own hour of day or a day of hours is known. */
export const usualAt = (baseline: Baseline, hour: number): number => expectation(baseline, hour, 0)?.centre ?? Number.NaN;

function learnSlot(baseline: Baseline, hour: number): void {
  const known: number[] = [];
  for (let day = 0; day < BASELINE_DAYS; day++) {
    const index = place(hour - 24 * day);
    if (baseline.flagged[index] === 0 && !Number.isNaN(baseline.values[index]!)) known.push(baseline.values[index]!);
  }
  if (known.length < OWN_DAYS_MIN) return;
  const slot = slotOf(hour);
  const centre = median(known);
  baseline.medians[slot] = centre;
  baseline.spreads[slot] = SIGMA_PER_MAD * medianDeviation(known, centre);
  baseline.days[slot] = known.length;
}

function learnSpread(baseline: Baseline, deviation: number): void {
  const before = baseline.meanDeviation;
  // Once it is known, a wild hour counts for four usual ones at most.
  const counted = baseline.deviations < SPREAD_HOURS_MIN ? deviation : Math.min(deviation, 4 * before);
  baseline.deviations = Math.min(baseline.deviations + 1, SPREAD_HOURS);
  baseline.meanDeviation = before + (counted - before) / baseline.deviations;
}

function taught(baseline: Baseline): number[] {
  const known: number[] = [];
  for (let index = 0; index < BASELINE_HOURS; index++) {
    if (baseline.flagged[index] === 0 && !Number.isNaN(baseline.values[index]!)) known.push(baseline.values[index]!);
  }
  return known;
}

function pooledSpread(baseline: Baseline): number {
  return SIGMA_PER_MAD * medianDeviation(taught(baseline));
}

function pooled(baseline: Baseline, floor: number): Expectation | undefined {
  const known = taught(baseline);
  if (known.length < POOLED_HOURS_MIN) return undefined;
  const centre = median(known);
  const spread = SIGMA_PER_MAD * medianDeviation(known, centre);
  return { centre, sigma: POOLED_WIDENING * Math.max(floor, spread), own: false };
}
