import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** `npm run bench`: every measurement of the product one after the other; each prints its machine and seed. Ratios hold within one run. */

const PARTS = [
  ["device -> synced -> rules", "ingest.ts"],
  ["store: commits, size, curves", "store.ts"],
  ["curves of a season over InfluxDB and the local store", "season.ts"],
  ["import of history: JSON lines and CSV", "import.ts"],
  ["forwarding to InfluxDB: sustained, and catching up", "influx.ts"],
  ["rules: cost of a reading, snapshots, rewinds", "rules.ts"],
  ["simulated plant", "plant.ts"],
] as const;

for (const [title, file] of PARTS) {
  const path = join(import.meta.dirname, file);
  if (!existsSync(path)) continue;
  console.log(`\n== ${title} (node test/bench/${file})`);
  const { status } = spawnSync(process.execPath, [path], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
