import { describe, expect, it } from "vitest";
import { coolingLimits, heatedUnits, peersOf, unitCooling } from "../../rules/cooling-index.ts";
import {
  BLOCK_MS,
  halfDays,
  indexOver,
  judgedBase,
  relearnBase,
  riseHours,
  roseAbove,
  startCoolingTrack,
  track,
  weekOf,
} from "../../rules/cooling-track.ts";
import { storyNetwork } from "../support/unit-story.ts";
import { type ArrayView, arrayView } from "../support/view.ts";

const AT = 1_796_000_000_000 - (1_796_000_000_000 % 86_400_000);
const HALF_HOUR_MS = 1_800_000;
const DAY_MS = 86_400_000;

function viewOf(drops: readonly number[], story: { suspended?: number; supplyC?: number } = {}): ArrayView {
  const network = storyNetwork({
    seed: 1,
    days: 1,
    unitCount: drops.length,
    unitFacts: (unit) => ({ suspended: unit === story.suspended }),
  });
  const view = arrayView(network, coolingLimits);
  view.moveTo(AT);
  drops.forEach((drop, index) => {
    view.put(`U${index}`, "t_supply", AT, story.supplyC ?? 50);
    view.put(`U${index}`, "t_return", AT, (story.supplyC ?? 50) - drop);
  });
  view.put("S1-H", "t2_supply", AT, 51);
  view.put("S1-H", "t2_return", AT, 39);
  return view;
}

const coolingOf = (view: ArrayView, unit: string): ReturnType<typeof unitCooling> =>
  unitCooling(view, view.network.asset(unit)!, peersOf(view, "S1-H"));

describe("cooling index", () => {
  it("is a unit's drop over the median drop of its circuit", () => {
    const view = viewOf([12, 12, 12, 18, 12, 10]);
    expect(coolingOf(view, "U3").index).toBeCloseTo(1.5, 6);
    expect(coolingOf(view, "U5").index).toBeCloseTo(10 / 12, 6);
    expect(coolingOf(view, "U3").amongPeers).toBe(true);
    expect(peersOf(view, "S1-H").starved).toBe(1);
  });

  it("leaves suspended units and such without flow out of the median", () => {
    const view = viewOf([12, 12, 12, 12, 12, 30, 0.2], { suspended: 5 });
    expect(heatedUnits(view.network, "S1-H")).toHaveLength(6);
    expect(peersOf(view, "S1-H")).toMatchObject({ count: 5, dropK: 12 });
  });

  it("is unknown while the circuit's drop is small", () => {
    expect(coolingOf(viewOf([4, 4, 4, 6, 4, 4]), "U3").index).toBeNaN();
  });

  it("falls back on the station's drop with fewer than four peers", () => {
    const cooling = coolingOf(viewOf([12, 18, 12, 12]), "U1");
    expect(cooling.amongPeers).toBe(false);
    expect(cooling.index).toBeCloseTo(18 / 12, 6);
    expect(cooling.offeredC).toBe(51);
  });

  it("does not count values that are stale", () => {
    const view = viewOf([12, 12, 12, 18, 12, 12]);
    view.moveTo(AT + 4 * 3_600_000);
    expect(coolingOf(view, "U3").index).toBeNaN();
  });
});

const TEACHING = { firstMax: 1.8, riseMax: 1.12, creptMax: 1.28 };

describe("cooling track", () => {
  const feed = (
    hours: number,
    index: (hour: number) => number,
    suspect: (hour: number) => boolean = () => false,
  ): ReturnType<typeof startCoolingTrack> => {
    const history = startCoolingTrack(HALF_HOUR_MS);
    for (let step = 0; step < hours * 2; step++) track(history, AT + step * HALF_HOUR_MS, index(step / 2), suspect(step / 2), TEACHING);
    return history;
  };

  it("has a base after three days and not before", () => {
    expect(feed(72, () => 1.05).base).toBeNaN();
    expect(feed(73, () => 1.05).base).toBeCloseTo(1.05, 5);
  });

  it("does not learn from suspect days, nor from days far above the base", () => {
    const suspect = feed(
      24 * 6,
      (hour) => (hour < 96 ? 1 : 1.05),
      (hour) => hour >= 96,
    );
    expect(suspect.base).toBeCloseTo(1, 5);
    expect(feed(24 * 12, (hour) => (hour < 96 ? 1 : 1.3)).base).toBeCloseTo(1, 5);
    expect(feed(24 * 12, (hour) => (hour < 96 ? 1.1 : 1)).base).toBeCloseTo(1, 5);
  });

  it("takes for usual what was high from the beginning, but neither near blockage nor what crept up", () => {
    const always = feed(24 * 12, () => 1.6);
    expect(always.base).toBeCloseTo(1.6, 5);
    expect(judgedBase(always, true, 1.44)).toBeCloseTo(1.6, 5);
    expect(feed(24 * 12, () => 1.9).base).toBeNaN();
    const crept = feed(24 * 60, (hour) => 1 + 0.01 * (hour / 24));
    expect(crept.base).toBeCloseTo(1.28, 5);
    // Without peers only its own past tells.
    expect(
      judgedBase(
        feed(24, () => 1.6),
        true,
        1.44,
      ),
    ).toBe(1.44);
    expect(
      judgedBase(
        feed(24, () => 1.6),
        false,
        1.44,
      ),
    ).toBeNaN();
  });

  it("goes by the better hours before while there is no base, but not by a single one", () => {
    const judged = (index: (hour: number) => number): number => judgedBase(feed(20, index), true, 1.44);
    expect(judged((hour) => (hour < 8 ? 1 : 1.9))).toBeCloseTo(1, 5);
    expect(judged((hour) => (hour < 8 ? 1.2 : 1.9))).toBeCloseTo(1.2, 5);
    expect(judged((hour) => (hour >= 8 && hour < 10 ? 1 : 1.9))).toBe(1.44);
  });

  it("begins anew after a move that was meant, and knows the new base after the next full day", () => {
    const history = startCoolingTrack(HALF_HOUR_MS);
    const MOVED = 24 * 10 + 7;
    const bases: number[] = [];
    for (let step = 0; step < 24 * 12 * 2; step++) {
      if (step === 2 * MOVED) relearnBase(history, AT + step * HALF_HOUR_MS);
      track(history, AT + step * HALF_HOUR_MS, step < 2 * MOVED ? 1 : 1.5, false, TEACHING);
      if (step % 48 === 40) bases.push(history.base);
    }
    expect(bases[9]).toBeCloseTo(1, 5);
    expect(bases[10]).toBeNaN();
    expect(bases[11]).toBeCloseTo(1.5, 5);
  });

  it("averages what it knows", () => {
    const history = feed(10, (hour) => (hour >= 9 ? Number.NaN : hour >= 8 ? 2 : 1));
    expect(indexOver(history, 1, 1)).toBeNaN();
    expect(indexOver(history, 2, 2)).toBe(2);
    expect(indexOver(history, 6, 2)).toBe(1);
    expect(indexOver(history, 6, 11)).toBeNaN();
  });

  it("tells when and how fast the index rose", () => {
    const sudden = feed(24 * 5, (hour) => (hour < 110 ? 1 : 2));
    expect(roseAbove(sudden, 1.5)).toBe(AT + 110 * 3_600_000);
    expect(riseHours(sudden, 2)).toBeLessThan(1);
    const slow = feed(24 * 9, (hour) => 1 + (0.6 * Math.max(0, hour - 96)) / 120);
    expect(riseHours(slow, 1.6)).toBeGreaterThan(48);
    expect(
      riseHours(
        feed(24 * 9, () => 1.5),
        1.5,
      ),
    ).toBeNaN();
    expect(
      roseAbove(
        feed(24 * 9, () => 1.5),
        1.2,
      ),
    ).toBeUndefined();
  });

  it("takes one low value among high ones for noise", () => {
    const history = feed(24 * 5, (hour) => (hour < 110 || hour === 115 ? 1 : 2));
    expect(roseAbove(history, 1.5)).toBe(AT + 110 * 3_600_000);
  });

  it("keeps a week in blocks of two hours, with gaps as gaps", () => {
    const history = startCoolingTrack(HALF_HOUR_MS);
    for (let step = 0; step < 10 * 48; step++) {
      const hour = step / 2;
      if (hour >= 200 && hour < 210) continue;
      track(history, AT + step * HALF_HOUR_MS, hour, false, TEACHING);
    }
    const { times, values } = weekOf(history);
    expect(times.at(-1)).toBe(AT + 10 * DAY_MS - 2 * BLOCK_MS);
    expect(values.at(-1)).toBeCloseTo(236.75, 5);
    expect(values.filter(Number.isNaN)).toHaveLength(5);
    expect(times.every((time, index) => index === 0 || time === times[index - 1]! + BLOCK_MS)).toBe(true);
    expect(halfDays(history).length).toBeGreaterThanOrEqual(8);
  });
});
