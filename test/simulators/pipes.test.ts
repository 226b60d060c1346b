import { describe, expect, it } from "vitest";
import { createPipe, GROUND_C, heldKgK, outletC, PIPE_CELLS, stepPipe, WALL_FACTOR, wallFactor } from "../../simulators/pipes.ts";
import { WATER_KJ_PER_KG_K } from "../../simulators/water.ts";
import { distance } from "./distance.ts";

/** Inner diameter and wall, mm, of steel pipes. */
const DN = { 50: [54.5, 2.9], 80: [82.5, 3.2], 125: [132.5, 3.6], 200: [210.1, 4.5] } as const;
const LENGTH_M = 600;
const STEP_K = 10;
/** DOMAIN 5.7 and 3.10. */
const RMSE_K_MAX = 1.5;

describe("pipes", () => {
  it("delays a step of temperature by the water and its wall", () => {
    const pipe = createPipe(12_000, 0, 40);
    let meanDelayS = 0;
    let before = 40;
    for (let second = 0; second < 7200; second += 10) {
      stepPipe(pipe, 50, 20, 10);
      meanDelayS += ((outletC(pipe) - before) / 10) * (second + 5);
      before = outletC(pipe);
    }
    const plugFlowS = (12_000 * WALL_FACTOR) / 20;
    expect(outletC(pipe)).toBeCloseTo(50, 3);
    expect(distance(meanDelayS / plugFlowS, 1)).toBeLessThanOrEqual(0.02);
  });

  it("carries heat in the wall: 1.3 times the water's for DN50, less for wider pipes", () => {
    const factors = Object.values(DN).map(([innerMm, wallMm]) => wallFactor(innerMm, wallMm));
    expect(distance(factors[0]!, 1.3)).toBeLessThanOrEqual(0.02);
    expect(factors.toSorted((a, b) => b - a)).toEqual(factors);
    expect(factors.at(-1)!).toBeGreaterThan(1.08);
    expect(factors.some((factor) => factor > WALL_FACTOR) && factors.some((factor) => factor < WALL_FACTOR)).toBe(true);
  });

  describe.each(Object.entries(DN))("DN%s", (_, [innerMm, wallMm]) => {
    it.each([0.3, 0.7, 1.5])("answers a step as water and wall do, at %d m/s", (speedMS) => {
      const areaM2 = (Math.PI * (innerMm / 1000) ** 2) / 4;
      const waterKg = areaM2 * LENGTH_M * 990;
      const kgS = areaM2 * speedMS * 990;
      const lossKgS = (0.3e-3 * LENGTH_M) / WATER_KJ_PER_KG_K;
      const factor = wallFactor(innerMm, wallMm);
      const pipe = createPipe(waterKg, lossKgS, 45, factor);
      // Closed form: what comes out is what went in `delayS` ago, cooled towards the ground.
      const kept = Math.exp(-lossKgS / kgS);
      const delayS = (factor * LENGTH_M) / speedMS;
      const settled = (inletC: number): number => GROUND_C + (inletC - GROUND_C) * kept;
      for (let second = 0; second < 8 * delayS; second += 60) stepPipe(pipe, 45, kgS, 60);
      expect(distance(outletC(pipe), settled(45))).toBeLessThanOrEqual(0.05);
      let squares = 0;
      let count = 0;
      for (let second = 30; second < 4 * delayS; second += 60, count++) {
        stepPipe(pipe, 45 + STEP_K, kgS, 60);
        squares += (outletC(pipe) - settled(second < delayS ? 45 : 45 + STEP_K)) ** 2;
      }
      expect(Math.sqrt(squares / count)).toBeLessThanOrEqual(RMSE_K_MAX);
      expect(distance(outletC(pipe), settled(45 + STEP_K))).toBeLessThanOrEqual(0.1);
    });
  });

  it("conserves heat exactly in any step size", () => {
    for (const stepS of [1, 60, 3600]) {
      const pipe = createPipe(9000, 0.4, 45);
      const before = heldKgK(pipe);
      let balance = 0;
      for (let step = 0; step < 50; step++) {
        const inletC = 50 - (step % 7);
        const lost = stepPipe(pipe, inletC, 15, stepS);
        balance += 15 * stepS * (inletC - outletC(pipe)) - lost;
      }
      expect(heldKgK(pipe) - before).toBeCloseTo(balance, 3);
    }
  });

  it("cools to the ground when the water stands, wherever that is", () => {
    const pipe = createPipe(5000, 0.5, 50);
    for (let hour = 0; hour < 100; hour++) stepPipe(pipe, 50, 0, 3600);
    expect(outletC(pipe)).toBeCloseTo(GROUND_C, 1);
    expect(pipe.cellC).toHaveLength(PIPE_CELLS);
    for (let hour = 0; hour < 100; hour++) stepPipe(pipe, 50, 0, 3600, 16);
    expect(outletC(pipe)).toBeCloseTo(16, 1);
  });
});
