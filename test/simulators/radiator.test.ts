import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { steadyRoomC } from "../../simulators/building.ts";
import { emitterCoefficient, EMITTER_EXPONENT, emitterReturnC, sizePerFlow } from "../../simulators/radiator.ts";
import { WATER_KJ_PER_KG_K } from "../../simulators/water.ts";
import { distance } from "./distance.ts";

/** Design temperatures of DOMAIN 3.1: [kind, supply, return]. */
const DESIGNS = [
  ["radiator", 55, 40],
  ["radiator", 75, 50],
  ["floor", 45, 35],
] as const;

/** The law itself, walked along the radiator in small steps. */
function integratedReturnC(supplyC: number, roomC: number, coefficient: number, flowKgS: number, exponent: number): number {
  const steps = 4000;
  let celsius = supplyC;
  for (let step = 0; step < steps; step++) {
    const slope = (at: number): number => (-coefficient * Math.max(0, at - roomC) ** exponent) / (flowKgS * WATER_KJ_PER_KG_K) / steps;
    const half = celsius + slope(celsius) / 2;
    celsius += slope(half);
  }
  return celsius;
}

describe("radiator", () => {
  it.each(DESIGNS)("gives the design return of a %s at %d/%d", (kind, supplyC, returnC) => {
    const n = EMITTER_EXPONENT[kind];
    const coefficient = emitterCoefficient(2, supplyC, returnC, 20, n);
    expect(coefficient).toBeGreaterThan(0);
    expect(emitterReturnC(supplyC, 20, sizePerFlow(coefficient, 2, n), n)).toBeCloseTo(returnC, 9);
  });

  it("is the solution of its differential equation, at full and at small flow", () => {
    const coefficient = emitterCoefficient(1, 55, 40, 20, 1.3);
    for (const flowKgS of [1.3, 1, 0.5, 0.2, 0.05]) {
      const exact = emitterReturnC(50, 19, sizePerFlow(coefficient, flowKgS, 1.3), 1.3);
      expect(exact).toBeCloseTo(integratedReturnC(50, 19, coefficient, flowKgS, 1.3), 3);
    }
  });

  it("never goes below the room, and cools more with less flow", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 25, max: 90, noNaN: true }),
        fc.double({ min: 5, max: 24, noNaN: true }),
        fc.double({ min: 0.001, max: 3, noNaN: true }),
        (supplyC, roomC, flowKgS) => {
          const coefficient = emitterCoefficient(1, 55, 40, 20, 1.3);
          const returnC = emitterReturnC(supplyC, roomC, sizePerFlow(coefficient, flowKgS, 1.3), 1.3);
          const slower = emitterReturnC(supplyC, roomC, sizePerFlow(coefficient, flowKgS / 2, 1.3), 1.3);
          expect(returnC).toBeGreaterThanOrEqual(roomC);
          expect(returnC).toBeLessThan(supplyC);
          expect(slower).toBeLessThanOrEqual(returnC);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it("passes cold water unchanged and has the room's temperature without flow", () => {
    expect(emitterReturnC(18, 20, 0.1, 1.3)).toBe(18);
    expect(emitterReturnC(50, 20, sizePerFlow(3, 0, 1.3), 1.3)).toBe(20);
  });

  it.each([
    [1.3, 0.81, 0.83, 21.0, 20.8],
    [0.8, 1.15, 1.18, 19.0, 19.2],
    [0.6, 1.35, 1.43, 17.4, 18.0],
    [0.5, 1.48, 1.6, 16.2, 17.1],
    [0.4, 1.63, 1.8, 14.6, 15.8],
    [0.3, 1.8, 2.05, 12.2, 14.0],
    [0.2, 1.98, 2.34, 8.7, 11.3],
    [0.1, 2.14, 2.58, 3.2, 6.9],
  ])("has the cooling index and rooms of DOMAIN 3.1 at a flow share of %d", (share, least, most, roomAtDesignC, roomAtZeroC) => {
    const indices = DESIGNS.flatMap(([kind, supplyC, returnC]) =>
      [-5.3, 0, 4, 8].map((outdoorC) => {
        const n = EMITTER_EXPONENT[kind];
        const coefficient = emitterCoefficient(1, supplyC, returnC, 20, n);
        const load = (20 - outdoorC) / 25.3;
        const curveC = 20 + 0.5 * (supplyC + returnC - 40) * load ** (1 / n) + 0.5 * (supplyC - returnC) * load;
        const drop = (flow: number): number => curveC - emitterReturnC(curveC, 20, sizePerFlow(coefficient, flow, n), n);
        return drop(share) / drop(1);
      }),
    );
    expect(distance(Math.min(...indices), least)).toBeLessThanOrEqual(0.04);
    expect(distance(Math.max(...indices), most)).toBeLessThanOrEqual(0.02);
    for (const [outdoorC, expectedC] of [
      [-5.3, roomAtDesignC],
      [0, roomAtZeroC],
    ] as const) {
      const coefficient = emitterCoefficient(1, 55, 40, 20, 1.3);
      const load = (20 - outdoorC) / 25.3;
      const supplyC = 20 + 27.5 * load ** (1 / 1.3) + 7.5 * load;
      const heatKw = (roomC: number): number =>
        share * WATER_KJ_PER_KG_K * (supplyC - emitterReturnC(supplyC, roomC, sizePerFlow(coefficient, share, 1.3), 1.3));
      expect(distance(steadyRoomC((WATER_KJ_PER_KG_K * 15) / 25.3, outdoorC, 0, heatKw), expectedC)).toBeLessThanOrEqual(0.06);
    }
  });
});
