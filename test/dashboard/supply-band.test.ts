import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BAND_C, middles, smoothed, supplyBand } from "../../dashboard/charts/supply-band.ts";
import { expectedSupplyC } from "../../model/heating-curve.ts";
import { fakeNetwork } from "../support/fake-plant.ts";

/** Where a supply temperature should have been. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const AT = Date.UTC(2026, 10, 20);
const facts = fakeNetwork(1).asset("S0001-L")!.circuitFacts!;
const line = (count: number, value: (index: number) => number | null, stepMs = 5 * MINUTE_MS) => {
  const values = Array.from({ length: count }, (_, index) => value(index));
  return { times: values.map((_, index) => AT + index * stepMs), low: values, high: values, bucketMs: 0 };
};

describe("the band of a supply temperature", () => {
  it("is the set point that the controller reports, ± 2 °C", () => {
    const band = supplyBand(
      facts,
      line(12, (index) => 50 + index),
      line(12, () => -20),
      AT,
      AT + HOUR_MS,
    )!;
    expect(band.low[3]).toBe(53 - BAND_C);
    expect(band.high[3]).toBe(53 + BAND_C);
  });
  it("is the heating curve over a smoothed outdoor temperature without one, also when the set point is only nulls", () => {
    for (const set of [undefined, line(200, () => null)]) {
      const band = supplyBand(
        facts,
        set,
        line(200, (index) => (index < 100 ? 0 : -10)),
        AT,
        AT + 200 * 5 * MINUTE_MS,
      )!;
      const middle = (index: number): number => (band.low[index]! + band.high[index]!) / 2;
      expect(middle(50)).toBeCloseTo(expectedSupplyC(facts, 0), 6);
      // One hour after a sudden frost most of the way is still to go; eight hours after it about a quarter.
      expect(middle(112)).toBeLessThan((expectedSupplyC(facts, 0) + expectedSupplyC(facts, -10)) / 2);
      expect(middle(199)).toBeGreaterThan(0.7 * expectedSupplyC(facts, -10) + 0.3 * expectedSupplyC(facts, 0));
    }
  });
  it("is interrupted where nothing was heard, and is not there without anything to go by", () => {
    const band = supplyBand(
      facts,
      line(60, (index) => (index > 20 && index < 40 ? null : 50)),
      undefined,
      AT,
      AT + 60 * 5 * MINUTE_MS,
    )!;
    expect(band.low.filter((value) => value === null)).toHaveLength(1);
    expect(supplyBand(facts, undefined, undefined, AT, AT + HOUR_MS)).toBeUndefined();
    expect(
      supplyBand(
        undefined,
        undefined,
        line(5, () => 1),
        AT,
        AT + HOUR_MS,
      ),
    ).toBeUndefined();
  });
});

describe("smoothing", () => {
  it("stays within what it smooths, and does not depend on how often a constant is told", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 600 }), fc.double({ min: -30, max: 20, noNaN: true })), {
          minLength: 1,
          maxLength: 60,
        }),
        (steps) => {
          let at = AT;
          const points = steps.map(([minutes, value]) => ({ at: (at += minutes * MINUTE_MS), value }));
          const values = points.map(({ value }) => value);
          for (const { value } of smoothed(points, 6 * HOUR_MS)) {
            expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
            expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          }
        },
      ),
    );
    const fine = smoothed(
      [{ at: 0, value: 0 }, ...Array.from({ length: 60 }, (_, index) => ({ at: (index + 1) * MINUTE_MS, value: 10 }))],
      HOUR_MS,
    ).at(-1)!.value;
    const coarse = smoothed(
      [
        { at: 0, value: 0 },
        { at: HOUR_MS, value: 10 },
      ],
      HOUR_MS,
    ).at(-1)!.value;
    expect(fine).toBeCloseTo(coarse, 9);
    expect(fine).toBeCloseTo(10 * (1 - Math.exp(-1)), 9);
  });
  it("takes the middle of a bucket", () => {
    expect(middles({ times: [AT], low: [1], high: [3], bucketMs: 60 })).toEqual([{ at: AT + 30, value: 2 }]);
  });
});
