import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectiveness, exchangedKw, exchangerUa, logMeanK } from "../../simulators/exchanger.ts";
import { WATER_KJ_PER_KG_K } from "../../simulators/water.ts";
import { distance } from "./distance.ts";

describe("exchanger", () => {
  it("has 171 kW/K for 4.5 MW at 110/50 : 40/55 (DOMAIN 5.4)", () => {
    const meanK = logMeanK(110, 50, 40, 55);
    expect(meanK).toBeCloseTo(26.4, 1);
    expect(distance(4500 / meanK, 171)).toBeLessThanOrEqual(1);
  });

  it("passes the design heat with that UA and the design flows", () => {
    const primaryKgS = 4500 / (WATER_KJ_PER_KG_K * 60);
    const secondaryKgS = 4500 / (WATER_KJ_PER_KG_K * 15);
    expect(primaryKgS).toBeCloseTo(17.9, 1);
    expect(exchangedKw(4500 / logMeanK(110, 50, 40, 55), primaryKgS, 110, secondaryKgS, 40)).toBeCloseTo(4500, 3);
  });

  it("is the closed form at equal flows and its limit beside them", () => {
    expect(effectiveness(3, 1)).toBeCloseTo(0.75, 12);
    expect(effectiveness(3, 1 - 1e-5)).toBeCloseTo(0.75, 4);
    expect(effectiveness(50, 0.3)).toBeCloseTo(1, 6);
  });

  it("never heats above the primary nor cools below the secondary", () => {
    const share = fc.double({ min: 0.01, max: 2, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.double({ min: 45, max: 120, noNaN: true }), (primary, secondary, primaryC) => {
        const kw = exchangedKw(exchangerUa(170, primary, secondary, 0), primary * 18, primaryC, secondary * 72, 40);
        expect(40 + kw / (secondary * 72 * WATER_KJ_PER_KG_K)).toBeLessThanOrEqual(primaryC + 1e-9);
        expect(primaryC - kw / (primary * 18 * WATER_KJ_PER_KG_K)).toBeGreaterThanOrEqual(40 - 1e-9);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it("passes less when fouled or slow, and nothing without flow", () => {
    expect(exchangerUa(170, 1, 1, 0.25)).toBeCloseTo(127.5);
    expect(exchangerUa(170, 0.5, 1, 0)).toBeCloseTo(170 * 0.5 ** 0.4);
    expect(exchangedKw(170, 0, 110, 72, 40)).toBe(0);
    expect(exchangedKw(170, 18, 110, 0, 40)).toBe(0);
  });
});
