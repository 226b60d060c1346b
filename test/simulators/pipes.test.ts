import { describe, expect, it } from "vitest";
import { createPipe, GROUND_C, heldKgK, outletC, PIPE_CELLS, stepPipe, WALL_FACTOR } from "../../simulators/pipes.ts";
import { distance } from "./distance.ts";

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

  it("cools to the ground when the water stands", () => {
    const pipe = createPipe(5000, 0.5, 50);
    for (let hour = 0; hour < 100; hour++) stepPipe(pipe, 50, 0, 3600);
    expect(outletC(pipe)).toBeCloseTo(GROUND_C, 1);
    expect(pipe.cellC).toHaveLength(PIPE_CELLS);
  });
});
