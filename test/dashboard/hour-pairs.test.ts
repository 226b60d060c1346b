import { describe, expect, it } from "vitest";
import { followedPairs, hourPairs, smoothPairs } from "../../dashboard/station/hour-pairs.ts";

/** Outdoor and supply of the same hour. */

const HOUR_MS = 3_600_000;
const AT = Date.UTC(2026, 10, 20);
const line = (points: readonly (readonly [at: number, low: number | null, high?: number])[]) => ({
  times: points.map(([at]) => AT + at),
  low: points.map(([, low]) => low),
  high: points.map(([, low, high]) => high ?? low),
});

describe("hour pairs", () => {
  it("hold the middle of smallest and greatest of hours in which both were measured", () => {
    const outdoor = line([
      [0, -4, -2],
      [60_000, -6, -5],
      [HOUR_MS, -7],
      [2 * HOUR_MS, null],
      [3 * HOUR_MS, -9],
    ]);
    const supply = line([
      [120_000, 48, 50],
      [2 * HOUR_MS, 51],
      [3 * HOUR_MS + 60_000, 52],
    ]);
    expect(hourPairs(outdoor, supply)).toEqual([
      { at: AT, outdoorC: -4, supplyC: 49 },
      { at: AT + 3 * HOUR_MS, outdoorC: -9, supplyC: 52 },
    ]);
  });
  it("are smoothed in the order of time, whatever order they come in", () => {
    const pairs = [5, 0, 3, 1, 4, 2].map((hour) => ({ at: AT + hour * HOUR_MS, outdoorC: hour === 0 ? 0 : -10, supplyC: 50 }));
    const found = smoothPairs(pairs);
    expect(found.map(({ at }) => (at - AT) / HOUR_MS)).toEqual([0, 1, 2, 3, 4, 5]);
    for (let index = 1; index < found.length; index++) expect(found[index]!.outdoorC).toBeLessThan(found[index - 1]!.outdoorC);
    expect(found[5]!.outdoorC).toBeGreaterThan(-10);
  });
  it("are taken over the outdoor temperature that the controller follows, as measured or smoothed", () => {
    const measured = Array.from({ length: 96 }, (_, hour) => ({
      at: AT + hour * HOUR_MS,
      outdoorC: -5 + 5 * Math.sin((hour / 24) * 2 * Math.PI),
      supplyC: 0,
    }));
    const curveC = (outdoorC: number): number => 50 - outdoorC;
    const atOnce = measured.map((pair) => ({ ...pair, supplyC: curveC(pair.outdoorC) - 3 }));
    expect(followedPairs(atOnce, curveC)).toEqual({ pairs: atOnce, smoothed: false });
    const calm = smoothPairs(measured);
    const slowly = measured.map((pair, index) => ({ ...pair, supplyC: curveC(calm[index]!.outdoorC) + 1 }));
    const found = followedPairs(slowly, curveC);
    expect(found.smoothed).toBe(true);
    expect(found.pairs[50]!.outdoorC).toBe(calm[50]!.outdoorC);
  });
});
