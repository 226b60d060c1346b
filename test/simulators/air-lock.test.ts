import { describe, expect, it } from "vitest";
import { airOpenness, bubbling, gasForLoss, stepGas } from "../../simulators/air-lock.ts";

/** Gas after so many minutes. */
function after(minutes: number, gasL: number, heldL: number, topKpa: number, venting = false): number {
  let gas = gasL;
  for (let minute = 0; minute < minutes; minute++) gas = stepGas(gas, heldL, topKpa, venting, 60);
  return gas;
}

describe("air lock", () => {
  it("takes the share of the flow that it is sized for", () => {
    for (const lost of [0.2, 0.5, 0.8]) expect(airOpenness(gasForLoss(lost))).toBeCloseTo(1 - lost, 9);
    expect(airOpenness(0)).toBe(1);
  });

  it("comes in while the top of the riser has no pressure, and not while it has", () => {
    expect(after(120, 0, 0, -60)).toBeGreaterThan(1.5);
    expect(after(120, 0, 0, 40)).toBe(0);
  });

  it("comes out of the water slowly while the pressure at the top is low, and stays", () => {
    expect(after(24 * 60, 0, 0, 10)).toBeCloseTo(0.72, 6);
    expect(after(24 * 60, 0, 0, 19)).toBeLessThan(0.1);
    expect(after(600, 2, 0, 21)).toBeCloseTo(1.5, 6);
  });

  it("leaves by itself at 0.05 L/h, by hand in half an hour", () => {
    expect(after(600, 2, 0, 60)).toBeCloseTo(1.5, 6);
    expect(after(30, 5, 0, 60, true)).toBe(0);
    expect(after(600, 2, 2, 60)).toBe(2);
  });

  it("never holds more than its riser", () => {
    expect(after(6000, 0, 0, -300)).toBeLessThanOrEqual(8);
  });

  it("makes the flow swing between little and full only", () => {
    const swings = Array.from({ length: 200 }, (_, minute) => bubbling(5, minute * 60_000, 3));
    expect(Math.max(...swings) - Math.min(...swings)).toBeGreaterThan(0.3);
    expect(bubbling(5, 60_000, 0.2)).toBe(1);
    expect(bubbling(5, 60_000, 7)).toBe(1);
  });
});
