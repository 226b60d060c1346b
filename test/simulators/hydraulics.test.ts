import { describe, expect, it } from "vitest";
import { circulation, NOMINAL_HEADS, opennessOf, unitFlow } from "../../simulators/hydraulics.ts";
import { distance } from "./distance.ts";

const UNITS = 60;

/** Percent by which something changed. */
const percent = (now: number, before = 1): number => (now / before - 1) * 100;

/** 60 equal units in 20 buildings, the first ones with these shares of openness. */
function network(open: readonly number[]): { flow: number; units: number[] } {
  const openness = Array.from({ length: UNITS }, (_, index) => open[index] ?? 1);
  const conductance = openness.reduce((sum, share) => sum + share / UNITS, 0);
  const flow = circulation(NOMINAL_HEADS, 1, conductance);
  return { flow, units: openness.map((share) => unitFlow(flow, conductance, share)) };
}

const buildingFlow = (units: readonly number[]): number => (units[0]! + units[1]! + units[2]!) / 3;

describe("hydraulics (DOMAIN 3.2)", () => {
  it("has the nominal flow when all is as commissioned", () => {
    const { flow, units } = network([]);
    expect(flow).toBeCloseTo(1, 12);
    expect(units[17]).toBeCloseTo(1, 12);
  });

  it.each([
    [0.5, -0.19, -16],
    [0.3, -0.26, -23],
    [0.1, -0.34, -29],
    [0, -0.38, -32],
  ])("hides one unit at %d of its flow from the station", (share, stationPercent, buildingPercent) => {
    const { flow, units } = network([share]);
    expect(distance(percent(flow), stationPercent)).toBeLessThanOrEqual(0.01);
    expect(distance(percent(buildingFlow(units)), buildingPercent)).toBeLessThanOrEqual(1);
    expect(percent(units[30]!)).toBeGreaterThan(0.6);
    expect(percent(units[30]!)).toBeLessThan(1.35);
  });

  it("gives the others 4 % more when one building is closed", () => {
    const { flow, units } = network([0, 0, 0]);
    expect(distance(percent(flow), -1.2)).toBeLessThanOrEqual(0.05);
    expect(distance(percent(units[30]!), 4)).toBeLessThanOrEqual(0.1);
  });

  it.each([
    [1, -1.4],
    [3, -3.9],
    [5, -6.3],
    [8, -9.5],
  ])("loses flow to a strainer with %d m more", (extraM, expectedPercent) => {
    expect(
      distance(percent(circulation({ ...NOMINAL_HEADS, commonM: NOMINAL_HEADS.commonM + extraM }, 1, 1)), expectedPercent),
    ).toBeLessThanOrEqual(0.06);
  });

  it("follows the pump's speed and stands still without it or with everything closed", () => {
    expect(circulation(NOMINAL_HEADS, 0.8, 1)).toBeCloseTo(0.8, 12);
    expect(circulation(NOMINAL_HEADS, 0, 1)).toBe(0);
    expect(circulation(NOMINAL_HEADS, 1, 0)).toBe(0);
    expect(unitFlow(0, 0, 1)).toBe(0);
    expect(opennessOf(4)).toBe(0.5);
  });
});
