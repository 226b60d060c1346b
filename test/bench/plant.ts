import { parseNetworkFile } from "../../model/network-file.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";
import { createPlant } from "../../simulators/plant.ts";

/**
 * Speed of the simulated plant: CPU ms per station-day at a poll every minute with all signals and unit reports every 30 min, for the
 * large stations (2 circuits, 60 units; at most 20 ms is asked) and for all. Days are measured one by one: the median tells a
 * machine that is busy with other things, the least what the plant itself needs.
 */

const DAYS = 14;
const DAY_MS = 86_400_000;
const POLL_MS = 60_000;
const UNITS_LARGE = 60;
const startAt = Date.UTC(2027, 0, 4);
const network = parseNetworkFile(demoNetworkYaml({ seed: 7, now: startAt + DAYS * DAY_MS }), "demo.yaml");

const built = performance.now();
const plant = createPlant({ network, seed: 7, climate: "jinan", startAt });
plant.advance(startAt);
console.log(`build and settle (1 day, ${network.assetCount} assets): ${(performance.now() - built).toFixed(0)} ms`);

const large: number[] = [];
const all: number[] = [];
let values = 0;
for (const station of plant.stations) {
  const isLarge = network.below(station.id, "unit").length >= UNITS_LARGE;
  for (let day = 0; day < DAYS; day++) {
    const from = startAt + day * DAY_MS;
    const before = process.cpuUsage();
    for (let at = from; at < from + DAY_MS; at += POLL_MS)
      for (const own of Object.values(station.sample(at).assets)) values += Object.keys(own).length;
    const used = process.cpuUsage(before);
    const ms = (used.user + used.system) / 1000;
    all.push(ms);
    if (isLarge) large.push(ms);
  }
}

const told = (days: readonly number[]): string => {
  const sorted = days.toSorted((a, b) => a - b);
  return `median ${sorted[Math.floor(sorted.length / 2)]!.toFixed(2)} ms, least ${sorted[0]!.toFixed(2)} ms of CPU per station-day`;
};
console.log(`2 circuits, ${UNITS_LARGE} units: ${told(large)}`);
console.log(
  `all ${plant.stations.length} stations: ${told(all)}, ${values} values in ${(all.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(2)} s CPU`,
);
