import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Circuit } from "../../simulators/circuit.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant, type Plant } from "../../simulators/plant.ts";
import type { Weather } from "../../simulators/weather.ts";

/** A plant of one station with the circuit of DOMAIN 5.2: 100,000 m², 20 buildings of 3 units, 258 t/h, 105 m³. */

export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** Midnight in China. */
export const START = Date.UTC(2027, 0, 10, 16);

/** The reference network with a whole season: Jinan, 2026/27. */
export const seasonNetwork = (makeup: "band" | "vfd" = "band"): Network =>
  referenceNetwork("radiator", makeup, { filling: "2026-10-20", commissioning: "2026-11-05", heating: "2026-11-15", end: "2027-03-15" });

export function referenceNetwork(
  heating: "radiator" | "floor" = "radiator",
  makeup: "band" | "vfd" = "band",
  season: Readonly<Record<string, string>> = { heating: "2026-11-15" },
): Network {
  const facts = heating === "radiator" ? { circulation_m3h: 258, water_volume_m3: 105 } : { circulation_m3h: 387, water_volume_m3: 140 };
  const buildings = Array.from({ length: 20 }, (_, building) => ({
    id: `B${building + 1}`,
    floors: 6,
    units: Array.from({ length: 3 }, (_, unit) => ({
      id: `B${building + 1}-U${unit + 1}`,
      heated_area_m2: 1667,
      households: 17,
      rooms: building === 0 ? [{ id: `B1-U${unit + 1}-R1` }] : [],
    })),
  }));
  const circuit = {
    id: "S1-H",
    heating,
    heated_area_m2: 100_000,
    households: 1020,
    static_pressure_kpa: 250,
    makeup_control: makeup,
    ...facts,
    buildings,
  };
  return parseNetworkFile(
    JSON.stringify({ timezone: "Asia/Shanghai", season, stations: [{ id: "S1", circuits: [circuit] }] }),
    "reference.yaml",
  );
}

/** Always the same outdoors, no sun; the local hour is China's. */
export const constantWeather = (outdoorC: number): Weather => ({
  outdoorC: () => outdoorC,
  sunShare: () => 0,
  localHour: (at) => (((at / HOUR + 8) % 24) + 24) % 24,
});

export interface Reference {
  readonly network: Network;
  readonly plant: Plant;
  readonly circuit: Circuit;
}

export function referencePlant(
  options: { seed?: number; faults?: readonly Fault[]; weather?: Weather; heating?: "radiator" | "floor"; makeup?: "band" | "vfd" } = {},
): Reference {
  const network = referenceNetwork(options.heating, options.makeup);
  const plant = createPlant({
    network,
    seed: options.seed ?? 1,
    climate: "jinan",
    startAt: START,
    faults: options.faults,
    weather: options.weather,
  });
  return { network, plant, circuit: plant.stations[0]!.state.circuits[0]! };
}

export function median(values: Iterable<number>): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Cooling index of each unit: its own temperature drop over the median of all. */
export function coolingIndex(circuit: Circuit): number[] {
  const drops = Array.from(circuit.units.supplySensorC, (supplyC, row) => supplyC - circuit.units.returnSensorC[row]!);
  const middle = median(drops);
  return drops.map((drop) => drop / middle);
}
