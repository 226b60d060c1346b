import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant, type StationPlant } from "../../simulators/plant.ts";

/** One station S1 with a high zone S1-H and a low zone S1-L, each of 100,000 m² in four buildings: small to simulate, whole in its physics. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Midnight of 12 January 2027 in China. */
export const MIDNIGHT = Date.UTC(2027, 0, 11, 16);

const BUILDINGS = 4;
const UNITS = 4;

export function storyNetwork(): Network {
  const circuit = (letter: "H" | "L"): object => ({
    id: `S1-${letter}`,
    heating: "radiator",
    heated_area_m2: 100_000,
    households: 1020,
    circulation_m3h: 258,
    water_volume_m3: 105,
    static_pressure_kpa: 250,
    makeup_control: "band",
    buildings: Array.from({ length: BUILDINGS }, (_, building) => ({
      id: `${letter}${building + 1}`,
      floors: 6,
      units: Array.from({ length: UNITS }, (_unit, unit) => ({
        id: `${letter}${building + 1}-U${unit + 1}`,
        heated_area_m2: 100_000 / BUILDINGS / UNITS,
        households: 64,
      })),
    })),
  });
  const file = {
    name: "story",
    timezone: "Asia/Shanghai",
    season: { heating: "2026-11-15" },
    stations: [{ id: "S1", circuits: [circuit("H"), circuit("L")] }],
  };
  return parseNetworkFile(JSON.stringify(file), "story.yaml");
}

/** The plant of that station from `startAt` on. */
export function storyPlant(
  network: Network,
  options: { readonly seed: number; readonly startAt: number; readonly faults?: readonly Fault[] },
): StationPlant {
  return createPlant({ network, climate: "jinan", ...options }).station("S1");
}

/** Local time of day as [hour, minute] after `midnight`. */
export const clock = (hour: number, minute = 0, midnight = MIDNIGHT): number => midnight + hour * HOUR + minute * MINUTE;
