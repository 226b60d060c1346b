import { describe, expect, it } from "vitest";
import type { Circuit } from "../../simulators/circuit.ts";
import type { Fault } from "../../simulators/faults.ts";
import { distance } from "./distance.ts";
import { constantWeather, HOUR, referencePlant, START } from "./small-plant.ts";

/** How the branches of the reference circuit take flow from each other, in the plant itself (DOMAIN 3.2). */

const closed = (asset: string, magnitude: number): Fault => ({ kind: "closed_valve", asset, onset: START, rampMs: 0, magnitude });

interface Flows {
  readonly station: number;
  readonly building: number;
  readonly other: number;
}

function flows(faults: readonly Fault[]): Flows {
  const { plant, circuit } = referencePlant({ weather: constantWeather(0), faults });
  plant.advance(START + HOUR);
  return {
    station: circuit.flow,
    building: unitFlows(circuit, ["B7-U1", "B7-U2", "B7-U3"]),
    other: unitFlows(circuit, ["B12-U1", "B12-U2", "B12-U3"]),
  };
}

const unitFlows = (circuit: Circuit, ids: readonly string[]): number =>
  circuit.units.assets.reduce(
    (sum, unit, row) => (ids.includes(unit.id) ? sum + circuit.units.flow[row]! * circuit.units.designKgS[row]! : sum),
    0,
  );

const sound = flows([]);
const percent = (now: number, before: number): number => (now / before - 1) * 100;

describe("branches", () => {
  it.each([
    [0.5, -0.19, -16],
    [0.7, -0.26, -23],
    [0.9, -0.34, -29],
    [1, -0.38, -32],
  ])("a unit that loses %d of its flow: station %d %%, its building %d %%, the others a little more", (lost, station, building) => {
    const now = flows([closed("B7-U2", lost)]);
    expect(distance(percent(now.station, sound.station), station)).toBeLessThanOrEqual(0.03);
    expect(distance(percent(now.building, sound.building), building)).toBeLessThanOrEqual(2.5);
    expect(percent(now.other, sound.other)).toBeGreaterThan(0.5);
    expect(percent(now.other, sound.other)).toBeLessThan(1.4);
  });

  it("a closed building: station -1.2 %, the others +4 %", () => {
    const now = flows([closed("B7", 1)]);
    expect(distance(percent(now.station, sound.station), -1.2)).toBeLessThanOrEqual(0.1);
    expect(distance(percent(now.other, sound.other), 4)).toBeLessThanOrEqual(0.4);
    expect(now.building).toBe(0);
  });
});
