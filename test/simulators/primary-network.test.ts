import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant } from "../../simulators/plant.ts";
import { branchOf, createPrimaryNetwork } from "../../simulators/primary-network.ts";
import { distance } from "./distance.ts";
import { constantWeather, DAY, HOUR, START } from "./small-plant.ts";

const SEASON = { filling: "2026-10-20", commissioning: "2026-11-05", heating: "2026-11-15", end: "2027-03-15" };
const network = parseNetworkFile(
  JSON.stringify({
    timezone: "Asia/Shanghai",
    season: SEASON,
    stations: ["north", "north", "south", undefined].map((branch, index) => ({
      id: `S${index + 1}`,
      ...(branch === undefined ? {} : { primary_branch: branch }),
      circuits: [{ id: `S${index + 1}-H`, buildings: [{ id: `S${index + 1}-B`, units: [{ id: `S${index + 1}-U` }] }] }],
    })),
  }),
  "primary.yaml",
);

const shortage = (variant: string, magnitude: number, asset = "S1"): Fault => ({
  kind: "primary_shortage",
  asset,
  variant,
  magnitude,
  onset: START,
  rampMs: 0,
  repairAt: START + 2 * DAY,
});
const primaryAt = (outdoorC: number, faults: readonly Fault[] = [], seed = 1) =>
  createPrimaryNetwork({ network, seed, weather: constantWeather(outdoorC), faults });
const supplyC = (outdoorC: number, at = START + HOUR): number => {
  const primary = primaryAt(outdoorC);
  let sum = 0;
  for (let hour = 0; hour < 240; hour++) sum += primary.connection("S1", at + hour * HOUR).supplyC / 240;
  return sum;
};

describe("the heat source", () => {
  it("follows the weather: 110 °C at design, less when mild, and knows its own limits", () => {
    expect(distance(supplyC(-5.3), 110)).toBeLessThanOrEqual(0.5);
    expect(distance(supplyC(8), 76)).toBeLessThanOrEqual(0.5);
    expect(supplyC(15)).toBeGreaterThan(70);
    expect(supplyC(-30)).toBeLessThan(116);
    expect(distance(supplyC(-20), supplyC(-30))).toBeLessThan(0.5);
  });

  it("looks at the outdoor temperature through a filter of some hours", () => {
    const front = { ...constantWeather(0), outdoorC: (at: number) => (at < START ? 5 : -5) };
    const primary = createPrimaryNetwork({ network, seed: 1, weather: front, faults: [] });
    expect(primary.sourceOutdoorC(START - HOUR)).toBeCloseTo(5, 6);
    expect(primary.sourceOutdoorC(START + 3 * HOUR)).toBeGreaterThan(-2);
    expect(primary.sourceOutdoorC(START + 6 * HOUR)).toBeLessThan(-0.5);
    expect(primary.sourceOutdoorC(START + 40 * HOUR)).toBeCloseTo(-5, 6);
  });

  it("is off out of season: no difference, cold mains; it warms them before commissioning", () => {
    const primary = primaryAt(5);
    const { commissioning, end } = network.season as { commissioning: number; end: number };
    expect(primary.connection("S1", commissioning - 4 * DAY)).toEqual({ supplyC: 18, differenceShare: 0 });
    expect(primary.connection("S1", commissioning).supplyC).toBeGreaterThan(70);
    expect(primary.connection("S1", end).differenceShare).toBeGreaterThan(0.8);
    expect(primary.connection("S1", end + DAY).differenceShare).toBe(0);
    expect(primary.connection("S1", end + 12 * DAY).supplyC).toBeLessThan(20);
  });

  it("is the same at an instant whoever asks when", () => {
    const early = primaryAt(0);
    for (let hour = 0; hour < 5000; hour += 3) early.connection("S2", START + hour * HOUR);
    for (const hours of [0.3, 77, 4000])
      expect(primaryAt(0).connection("S2", START + hours * HOUR)).toEqual(early.connection("S2", START + hours * HOUR));
    expect(primaryAt(0, [], 2).connection("S2", START)).not.toEqual(early.connection("S2", START));
  });
});

describe("a shortage", () => {
  const at = START + 30 * HOUR;
  /** Supply and difference of each station relative to the same instant without the fault. */
  const against = (fault: Fault) => {
    const [sound, short] = [primaryAt(-2), primaryAt(-2, [fault])];
    return network.stations.map(({ id }) => {
      const [a, b] = [sound.connection(id, at), short.connection(id, at)];
      return { colderK: a.supplyC - b.supplyC, difference: b.differenceShare / a.differenceShare };
    });
  };

  it("of pressure in a branch takes the square of the flow from all its stations, and from no other", () => {
    const felt = against(shortage("branch_pressure", 0.6)).map(({ difference }) => difference);
    expect(felt[0]).toBeCloseTo(0.16, 6);
    expect(felt[1]).toBeCloseTo(0.16, 6);
    expect(felt.slice(2)).toEqual([1, 1]);
  });

  it("of heat makes stations colder and, because all of them open, takes pressure as well", () => {
    const felt = against(shortage("source_cold", 0.4, "S3"));
    for (const { colderK, difference } of felt) {
      expect(colderK).toBeGreaterThan(20);
      expect(difference).toBeLessThan(0.7);
      expect(difference).toBeGreaterThan(0.15);
    }
  });

  it("of one station stays there, and one without a branch shares its branch with nobody", () => {
    const own = against(shortage("station_pressure", 0.5));
    expect(own.map(({ difference }) => difference < 0.99)).toEqual([true, false, false, false]);
    const lone = against(shortage("branch_cold", 0.5, "S4"));
    expect(lone.map(({ colderK }) => colderK > 1)).toEqual([false, false, false, true]);
    expect(branchOf(network, "S1")).toBe(branchOf(network, "S2"));
    expect(branchOf(network, "S4")).not.toBe(branchOf(network, "S3"));
  });

  it("opens the valves of all its stations and leaves them short of heat, and ends with its repair", () => {
    const plant = createPlant({
      network,
      seed: 2,
      climate: "jinan",
      startAt: START - DAY,
      weather: constantWeather(-3),
      faults: [shortage("branch_pressure", 0.9)],
    });
    const circuits = plant.stations.map(({ state }) => state.circuits[0]!);
    plant.advance(START + 6 * HOUR);
    for (const circuit of circuits.slice(0, 2)) {
      expect(circuit.valve.positionPct).toBeGreaterThan(98);
      expect(circuit.setC - circuit.supplyC).toBeGreaterThan(3);
    }
    for (const circuit of circuits.slice(2)) {
      expect(circuit.valve.positionPct).toBeLessThan(95);
      expect(distance(circuit.setC, circuit.supplyC)).toBeLessThan(1);
    }
    plant.advance(START + 2 * DAY + 8 * HOUR);
    for (const circuit of circuits) expect(distance(circuit.setC, circuit.supplyC)).toBeLessThan(1);
  });
});
