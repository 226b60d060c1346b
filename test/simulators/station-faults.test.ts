import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { MINUTE, ONSET, planted, plantWith } from "./planted.ts";
import { constantWeather, HOUR, START } from "./small-plant.ts";

const SIZES = ["mild", "severe"] as const;

/** Four stations of one circuit each: two on the branch N, one on the branch E, one on none. */
const FOUR = parseNetworkFile(
  JSON.stringify({
    season: { heating: "2026-11-15" },
    stations: ["N", "N", "E", undefined].map((branch, index) => ({
      id: `S${index + 1}`,
      ...(branch === undefined ? {} : { primary_branch: branch }),
      circuits: [{ id: `S${index + 1}-1`, heated_area_m2: 40_000 }],
    })),
  }),
  "four.yaml",
);

/** By how much the supply of each station is short of its set point, K, some hours after a fault. */
function deficitsK(faults: readonly Fault[], hours = 5): number[] {
  const plant = createPlant({ network: FOUR, seed: 3, climate: "jinan", startAt: START, faults, weather: constantWeather(-2) });
  plant.advance(ONSET + hours * HOUR);
  return plant.stations.map(({ state }) => state.circuits[0]!.setC - state.circuits[0]!.supplyC);
}

describe("a primary shortage", () => {
  it.each([
    ["branch_pressure", [true, true, false, false]],
    ["branch_cold", [true, true, false, false]],
    ["source_cold", [true, true, true, true]],
    ["source_pressure", [true, true, true, true]],
    ["station_pressure", [true, false, false, false]],
  ] as const)("(%s) reaches whom it should, mild by more than 2 K, severe by more than 8 K", (variant, short) => {
    for (const size of SIZES) {
      const deficits = deficitsK([planted("primary_shortage", size, { asset: "S1", variant })]);
      const limitK = size === "mild" ? 2 : 8;
      expect(deficits.map((deficit) => deficit > limitK)).toEqual(short);
      for (const [index, deficit] of deficits.entries()) if (!short[index]) expect(Math.abs(deficit)).toBeLessThan(1);
    }
  });

  it.each(SIZES)("(%s) opens the valves fully, and after it they find back", (size) => {
    const repairAt = ONSET + 10 * HOUR;
    const { plant, circuit } = plantWith([planted("primary_shortage", size, { asset: "S1", repairAt })], -2);
    plant.advance(ONSET + 3 * HOUR);
    expect(circuit.valve.positionPct).toBeGreaterThan(95);
    expect(plant.stations[0]!.state.primaryKpa).toBeLessThan(size === "mild" ? 30 : 8);
    plant.advance(repairAt + 3 * HOUR);
    expect(distance(circuit.supplyC, circuit.setC)).toBeLessThan(1);
  });
});

describe("a power failure", () => {
  it("stops pumps, makeup and valve at once, says so, and is over when the power is back", () => {
    const repairAt = ONSET + 4 * HOUR;
    const { plant, circuit } = plantWith([planted("power_failure", 1, { asset: "S1", repairAt })], -5);
    const station = plant.stations[0]!;
    plant.advance(ONSET);
    const position = circuit.valve.positionPct;
    expect(station.state.powerOk).toBe(true);
    const during = station.sample(ONSET + 2 * MINUTE).assets;
    expect(during["S1"]).toMatchObject({ power_ok: 0 });
    expect(during["S1-H"]).toMatchObject({ cp_run: 0, cp_fault: 0, mk_pump: 0 });
    plant.advance(ONSET + 3 * HOUR);
    expect(circuit.flow).toBe(0);
    expect(circuit.valve.positionPct).toBe(position);
    expect(circuit.supplyC).toBeLessThan(40);
    plant.advance(repairAt + 2 * HOUR);
    expect(station.state.powerOk).toBe(true);
    expect(circuit.flow).toBeGreaterThan(0.98);
    expect(distance(circuit.supplyC, circuit.setC)).toBeLessThan(1);
  });
});
