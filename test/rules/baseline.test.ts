import { describe, expect, it } from "vitest";
import { expectation, flagSince, forget, recordHour, startBaseline, taughtHours, valueAt } from "../../rules/baseline.ts";
import { seededRandom } from "../support/random.ts";

const FIRST = 490_000;
const habit = (hour: number): number => (hour % 24 >= 8 && hour % 24 < 20 ? 0.5 : 0.2);

function taught(hours: number, seed = 1): ReturnType<typeof startBaseline> {
  const random = seededRandom(seed);
  const baseline = startBaseline();
  for (let hour = FIRST; hour < FIRST + hours; hour++) recordHour(baseline, hour, habit(hour) + 0.1 * (random() - 0.5), false);
  return baseline;
}

describe("baseline", () => {
  it("knows nothing for a day, then a pooled median, then each hour of the day", () => {
    expect(expectation(taught(23), FIRST + 23, 0.01)).toBeUndefined();
    const pooled = expectation(taught(24), FIRST + 24, 0.01)!;
    expect(pooled.own).toBe(false);
    expect(pooled.sigma).toBeGreaterThan(0.15);
    const own = taught(72);
    for (let hour = FIRST + 72; hour < FIRST + 96; hour++) {
      const found = expectation(own, hour, 0.01)!;
      expect(found.own).toBe(true);
      expect(Math.abs(found.centre - habit(hour))).toBeLessThan(0.06);
    }
  });

  it("grows surer with the days", () => {
    const sigma = (days: number): number => expectation(taught(24 * days), FIRST + 24 * days, 0.01)!.sigma;
    expect(sigma(14)).toBeLessThan(sigma(3));
    expect(sigma(14)).toBeGreaterThan(0.02);
    expect(sigma(14)).toBeLessThan(0.06);
  });

  it("does not learn from flagged hours, and keeps what it knew while they fill its ring", () => {
    const baseline = taught(24 * 14);
    const before = expectation(baseline, FIRST + 24 * 14 + 10, 0.01)!;
    for (let hour = FIRST + 24 * 14; hour < FIRST + 24 * 34; hour++) recordHour(baseline, hour, 3, true);
    const after = expectation(baseline, FIRST + 24 * 34 + 10, 0.01)!;
    expect(after).toEqual(before);
    expect(taughtHours(baseline)).toBe(0);
  });

  it("withdraws hours that turn out to be faulty", () => {
    const clean = taught(24 * 5);
    const dirty = taught(24 * 5);
    for (let hour = FIRST + 120; hour < FIRST + 144; hour++) recordHour(dirty, hour, 2, false);
    expect(expectation(dirty, FIRST + 150, 0.01)!.centre).toBeGreaterThan(habit(FIRST + 150) - 0.05);
    flagSince(dirty, FIRST + 120);
    for (let hour = FIRST + 144; hour < FIRST + 168; hour++)
      expect(expectation(dirty, hour, 0.01)!.centre).toBeCloseTo(expectation(clean, hour, 0.01)!.centre, 6);
  });

  it("is not narrowed to nothing by hours that are mostly zero", () => {
    const random = seededRandom(7);
    const baseline = startBaseline();
    for (let hour = FIRST; hour < FIRST + 336; hour++) recordHour(baseline, hour, random() < 0.3 ? 0.4 : 0, false);
    expect(expectation(baseline, FIRST + 336, 0.01)!.sigma).toBeGreaterThan(0.1);
  });

  it("has gaps where nothing was recorded, and forgets when told", () => {
    const baseline = taught(48);
    recordHour(baseline, FIRST + 60, 0.3, false);
    expect(valueAt(baseline, FIRST + 55)).toBeNaN();
    expect(valueAt(baseline, FIRST + 60)).toBeCloseTo(0.3, 6);
    expect(valueAt(baseline, FIRST + 61)).toBeNaN();
    forget(baseline);
    expect(expectation(baseline, FIRST + 61, 0.01)).toBeUndefined();
    expect(valueAt(baseline, FIRST + 60)).toBeCloseTo(0.3, 6);
  });
});
