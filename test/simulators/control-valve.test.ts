import { describe, expect, it } from "vitest";
import { controlValve, stepControlValve, VALVE_RANGE, valveFlowM3h } from "../../simulators/control-valve.ts";
import { distance } from "./distance.ts";

describe("control valve", () => {
  it("is equal percentage: every 10 % multiplies the flow by the same factor", () => {
    const ratios = [30, 50, 70, 90].map((pct) => valveFlowM3h(40, pct + 10, 120) / valveFlowM3h(40, pct, 120));
    for (const ratio of ratios) expect(ratio).toBeCloseTo(VALVE_RANGE ** 0.1, 9);
    expect(valveFlowM3h(40, 100, 100)).toBeCloseTo(40);
    expect(valveFlowM3h(40, 0, 100)).toBe(0);
    expect(valveFlowM3h(40, 50, -5)).toBe(0);
  });

  it("takes 90 s for its stroke and rests within its deadband", () => {
    const valve = controlValve(0);
    for (let second = 0; second < 45; second += 5) stepControlValve(valve, 60, 5);
    expect(valve.positionPct).toBeCloseTo(50, 6);
    const still = controlValve(50);
    stepControlValve(still, 0.2, 10);
    expect(still.positionPct).toBe(50);
    expect(still.commandPct).toBeGreaterThan(50);
  });

  it("does not wind up at its end: it leaves full opening within a minute after a day of shortage", () => {
    const valve = controlValve(60);
    for (let minute = 0; minute < 1440; minute++) stepControlValve(valve, 4, 60);
    expect(distance(valve.positionPct, 100)).toBeLessThanOrEqual(1);
    for (let second = 0; second < 60; second += 10) stepControlValve(valve, -3, 10);
    expect(valve.positionPct).toBeLessThan(96);
  });

  it("opens while it is too cold and closes while it is too warm", () => {
    const valve = controlValve(50);
    for (let minute = 0; minute < 10; minute++) stepControlValve(valve, 1, 60);
    const opened = valve.positionPct;
    for (let minute = 0; minute < 20; minute++) stepControlValve(valve, -1, 60);
    expect(opened).toBeGreaterThan(52);
    expect(valve.positionPct).toBeLessThan(opened);
  });
});
