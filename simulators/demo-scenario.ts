import type { Asset, Network } from "../model/network.ts";
import type { Fault } from "./faults.ts";

/** What goes wrong around the "now" of a demonstration, and what only looks as if it did. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A demonstration that is started again this long after its last scenario gets another one, on other stations. */
export const NEXT_SCENARIO_AFTER_MS = 12 * HOUR_MS;
/** Stations by which the places of the next scenario move on. */
const ROTATION = 3;
/** Most scenarios that one demonstration remembers. */
export const SCENARIOS_MAX = 60;

/** One start of the demonstration: `now`, and from when on readings were not yet sent (no fault may begin in what was). */
export interface Scene {
  readonly now: number;
  readonly unsentFrom: number;
}

/** The faults of all scenes so far, in the order of their onset. Places that the network does not have are left out. */
export function demoFaults(network: Network, scenes: readonly Scene[]): Fault[] {
  return scenes.flatMap((scene, index) => sceneFaults(network, scene, index * ROTATION)).sort((a, b) => a.onset - b.onset);
}

function sceneFaults(network: Network, scene: Scene, rotation: number): Fault[] {
  const { now } = scene;
  const count = network.stations.length;
  const stationAt = (position: number): Asset | undefined => network.stations[(position + rotation) % Math.max(1, count)];
  const circuitAt = (position: number): string | undefined => stationAt(position)?.children[0];
  const unitAt = (position: number, nth: number): string | undefined => {
    const units = network.below(circuitAt(position) ?? "", "unit").filter((unit) => unit.unitFacts?.suspended !== true);
    return units[nth % Math.max(1, units.length)]?.id;
  };
  const faults: Fault[] = [];
  const add = (kind: Fault["kind"], asset: string | undefined, from: number, to: number, magnitude: number, rampMs = 0): void => {
    const onset = Math.max(now + from, scene.unsentFrom);
    if (asset !== undefined && onset < now + to) faults.push({ kind, asset, onset, rampMs, magnitude, repairAt: now + to });
  };

  // A hole in the mains that grows since eight hours: convincing about now.
  add("leak", circuitAt(1), -8 * HOUR_MS, 20 * HOUR_MS, 1.6, 12 * HOUR_MS);
  // Work on a branch: drained and filled again, and air stays in one riser.
  add("maintenance_drain", circuitAt(0), -9.2 * HOUR_MS, -9.2 * HOUR_MS + 40 * MINUTE_MS, 2);
  add("air_lock", unitAt(0, 13), -8.4 * HOUR_MS, 10 * HOUR_MS, 0.65, 40 * MINUTE_MS);
  // Somebody half closed the valve of a unit last night.
  add("closed_valve", unitAt(4, 7), -15 * HOUR_MS, 30 * HOUR_MS, 0.52, 5 * MINUTE_MS);
  // What the audience sees happen.
  add("burst", circuitAt(3), 90_000, 2 * HOUR_MS, 9);
  add("offline", stationAt(8)?.id, 4 * MINUTE_MS, 34 * MINUTE_MS, 1);
  add("low_pressure", circuitAt(5), 7 * MINUTE_MS, 50 * MINUTE_MS, 1.5);
  // None of these is a fault: they must not open a ticket.
  add("maintenance_drain", circuitAt(6), -26 * HOUR_MS, -24.5 * HOUR_MS, 2.5);
  add("pump_switchover", circuitAt(7), -20 * HOUR_MS, -19.5 * HOUR_MS, 38);
  add("pump_switchover", circuitAt(9), 6 * MINUTE_MS, 36 * MINUTE_MS, 38);
  add("cold_snap", stationAt(0)?.id, -60 * HOUR_MS, 36 * HOUR_MS, 3);
  return faults;
}
