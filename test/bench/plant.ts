import { parseNetworkFile } from "../../model/network-file.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";
import { createPlant } from "../../simulators/plant.ts";

/** Speed of the simulated plant: CPU ms per station-day at a poll every 5 min, for the large stations (2 circuits, 60 units) and for all. */

const DAYS = 14;
const DAY_MS = 86_400_000;
const POLL_MS = 300_000;
const startAt = Date.UTC(2027, 0, 4);
const network = parseNetworkFile(demoNetworkYaml({ seed: 7, now: startAt + DAYS * DAY_MS }), "demo.yaml");

const built = performance.now();
const plant = createPlant({ network, seed: 7, climate: "jinan", startAt });
plant.advance(startAt);
console.log(`build and settle (1 day, ${network.assetCount} assets): ${(performance.now() - built).toFixed(0)} ms`);

let large = { ms: 0, days: 0 };
let all = { ms: 0, days: 0, values: 0 };
for (const station of plant.stations) {
  const units = network.below(station.id, "unit").length;
  const before = process.cpuUsage();
  let values = 0;
  for (let at = startAt; at < startAt + DAYS * DAY_MS; at += POLL_MS)
    for (const own of Object.values(station.sample(at).assets)) values += Object.keys(own).length;
  const used = process.cpuUsage(before);
  const ms = (used.user + used.system) / 1000;
  all = { ms: all.ms + ms, days: all.days + DAYS, values: all.values + values };
  if (units >= 60) large = { ms: large.ms + ms, days: large.days + DAYS };
}
console.log(`2 circuits, 60 units: ${(large.ms / large.days).toFixed(2)} ms per station-day`);
console.log(
  `all ${plant.stations.length} stations: ${(all.ms / all.days).toFixed(2)} ms per station-day, ${all.values} values in ${(all.ms / 1000).toFixed(2)} s CPU`,
);
