import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { gainShare, GAIN_W_M2, lossKwPerK, stairwellC, steadyRoomC } from "../../simulators/building.ts";
import type { Circuit } from "../../simulators/circuit.ts";
import { createPlant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { constantWeather, DAY, HOUR, referencePlant, START } from "./small-plant.ts";

interface UnitEntry {
  readonly position?: string;
  readonly suspended?: boolean;
}

/** Rooms of one building of three units between others, long after the start. */
function roomsOf(entries: readonly UnitEntry[], seed: number): { circuit: Circuit; rooms: number[] } {
  const network = parseNetworkFile(
    JSON.stringify({
      stations: [
        {
          id: "S",
          circuits: [
            {
              id: "C",
              heated_area_m2: 10_000,
              buildings: [
                { id: "A", floors: 6, units: entries.map((entry, index) => ({ id: `A${index}`, heated_area_m2: 1667, ...entry })) },
                { id: "B", floors: 6, units: [0, 1, 2].map((index) => ({ id: `B${index}`, heated_area_m2: 1667 })) },
              ],
            },
          ],
        },
      ],
    }),
    "building.yaml",
  );
  const plant = createPlant({ network, seed, climate: "jinan", startAt: START, weather: constantWeather(-3) });
  plant.advance(START + 9 * DAY);
  const circuit = plant.stations[0]!.state.circuits[0]!;
  return { circuit, rooms: Array.from(circuit.units.roomC) };
}

/** Mean over seeds of the rooms of the building's units. */
function meanRooms(entries: readonly UnitEntry[]): number[] {
  const seeds = [1, 2, 3, 4, 5].map((seed) => roomsOf(entries, seed).rooms.slice(0, entries.length));
  return entries.map((_, row) => seeds.reduce((sum, rooms) => sum + rooms[row]!, 0) / seeds.length);
}

describe("building", () => {
  const plain = meanRooms([{}, {}, {}]);

  it("loses 2.96 kW/K behind a unit of 75 kW, and more at a colder place for less (DOMAIN 5.2)", () => {
    expect(lossKwPerK(75, -5.3)).toBeCloseTo(2.96, 2);
    expect(lossKwPerK(75, -17)).toBeLessThan(lossKwPerK(75, -5.3));
  });

  it("gains 3.5 W/m² on the mean of a day, more in the evening than at noon", () => {
    let sum = 0;
    for (let minute = 0; minute < 1440; minute++) sum += gainShare(minute / 60) / 1440;
    expect(distance(sum * GAIN_W_M2, 3.5)).toBeLessThanOrEqual(0.5);
    expect(gainShare(20) - gainShare(13)).toBeGreaterThan(0.3);
  });

  it("has the room temperature at which heat in and out are equal", () => {
    expect(steadyRoomC(3, 0, 6, () => 54)).toBeCloseTo(20, 6);
    expect(steadyRoomC(3, -10, 0, (roomC) => 2 * (40 - roomC))).toBeCloseTo(10, 6);
    expect(stairwellC(20, 20)).toBeCloseTo(20, 9);
  });

  it("cools towards the outside with its time constant of 60 to 120 h when the heat is gone", () => {
    const { plant, circuit } = referencePlant({
      weather: constantWeather(-5),
      faults: [{ kind: "pump_failure", asset: "S1-H", onset: START, rampMs: 0, magnitude: 1 }],
    });
    plant.advance(START + 6 * HOUR);
    const { units } = circuit;
    const before = Float64Array.from(units.roomC);
    plant.advance(START + 30 * HOUR);
    for (const [row, roomC] of units.roomC.entries()) {
      const restC = -5 + units.gainKw[row]! / units.lossKwK[row]!;
      const hours = 24 / Math.log((before[row]! - restC) / (roomC - restC));
      expect(hours).toBeGreaterThan(55);
      expect(hours).toBeLessThan(135);
      expect(distance(hours, units.capacityKjK[row]! / units.lossKwK[row]! / 3600)).toBeLessThanOrEqual(15);
    }
  });

  it("is colder at its corner and end, for which radiators were sized in part", () => {
    const [corner, middle, end] = meanRooms([{ position: "corner" }, {}, { position: "end" }]);
    // The same building, drawn alike, between its neighbours.
    expect(plain[0]! - corner!).toBeGreaterThan(0.25);
    expect(plain[0]! - corner!).toBeLessThan(1.5);
    expect(plain[2]! - end!).toBeGreaterThan(0.1);
    expect(plain[2]! - end!).toBeLessThan(plain[0]! - corner!);
    expect(distance(middle!, plain[1]!)).toBeLessThan(plain[2]! - end!);
  });

  it("is colder beside a suspended unit, which stays cold and takes its heat through the wall", () => {
    const beside = meanRooms([{}, { suspended: true }, {}]);
    expect(beside[1]!).toBeLessThan(12);
    expect(beside[1]!).toBeGreaterThan(0);
    for (const row of [0, 2]) {
      expect(plain[row]! - beside[row]!).toBeGreaterThan(0.25);
      expect(plain[row]! - beside[row]!).toBeLessThan(2);
    }
  });
});
