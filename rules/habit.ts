import { median } from "./statistics.ts";

/** What a quantity usually is: the median of the last hours that taught, for what changes with the season but not within a day. */

/** Hours that are remembered, and hours after which the habit is known. */
const HOURS_MAX = 72;
export const HOURS_MIN = 6;

/** Plain data, part of an observer's memory. */
export interface Habit {
  /** One value an hour, oldest first. */
  readonly hours: number[];
  /** Median of them; NaN until there are six. */
  usual: number;
}

export const startHabit = (): Habit => ({ hours: [], usual: NaN });

/** Takes in an hour's value; NaN teaches nothing. */
export function learnHabit(habit: Habit, value: number): void {
  if (Number.isNaN(value)) return;
  habit.hours.push(value);
  if (habit.hours.length > HOURS_MAX) habit.hours.shift();
  if (habit.hours.length >= HOURS_MIN) habit.usual = median(habit.hours);
}
