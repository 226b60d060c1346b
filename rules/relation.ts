import { median, medianDeviation, SIGMA_PER_MAD } from "./statistics.ts";

/**
 * How two measurements that go together stand to each other: their difference (or ratio) by hours and by days. What drifts away from
 * where it began is a sensor, also when it takes weeks.
 */
const HOURS_KEPT = 6;
const DAYS_KEPT = 21;
const DAYS_MIN = 2;
const DAY_HOURS_MIN = 12;

/** Plain data. */
export interface Relation {
  /** Newest hours, oldest first; NaN: unknown. */
  readonly hours: number[];
  /** Values of the day that runs, and medians of the days before, oldest first. */
  day: number[];
  readonly days: number[];
}

export const startRelation = (): Relation => ({ hours: [], day: [], days: [] });

/** Takes in an hour; `endsDay` after the last one of a day. */
export function learnRelation(relation: Relation, value: number, endsDay: boolean): void {
  relation.hours.push(value);
  if (relation.hours.length > HOURS_KEPT) relation.hours.shift();
  if (!Number.isNaN(value)) relation.day.push(value);
  if (!endsDay) return;
  if (relation.day.length >= DAY_HOURS_MIN) {
    relation.days.push(median(relation.day));
    if (relation.days.length > DAYS_KEPT) relation.days.shift();
  }
  relation.day = [];
}

export interface Shift {
  /** Median of the last hours less where it was. */
  readonly by: number;
  readonly usual: number;
  /** Standard deviation of the days. */
  readonly deviation: number;
}

/** How far it stands off where it was in the older half of the known days; undefined while too little is known. */
export function shiftOf({ hours, days }: Relation): Shift | undefined {
  const known = hours.filter((value) => !Number.isNaN(value));
  if (known.length < HOURS_KEPT - 1 || days.length < DAYS_MIN) return undefined;
  const older = days.slice(0, Math.max(DAYS_MIN, Math.ceil(days.length / 2)));
  const usual = median(older);
  return { by: median(known) - usual, usual, deviation: SIGMA_PER_MAD * medianDeviation(older, usual) };
}
