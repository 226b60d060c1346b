import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import type { Reading } from "../../model/reading.ts";
import { createFold } from "../../rules/fold.ts";
import { LIMITS, RULES } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import { oneLimitTable } from "../../rules/limit-versions.ts";
import { limitTable } from "../../rules/limits.ts";
import { planStation } from "../../rules/plan.ts";
import { refold, restore } from "../../rules/rewind.ts";
import { takeSnapshot } from "../../rules/snapshot.ts";
import { DAY, HOUR, MINUTE, MemoryHistory, START, plantReadings, smallNetwork } from "../support/signals.ts";

/** What the rules cost: µs a reading, bytes and ms a snapshot, ms a rewind, for a station of 60 units. `node test/bench/rules.ts [days]` */

const SEED = 20270110;
const days = Number(process.argv[2] ?? 3);
const network = smallNetwork({ circuits: 2, buildings: 10, units: 3, rooms: 1 });

function fed(intervalMs: number): { readings: Reading[]; host: RuleHost; history: MemoryHistory } {
  const readings = plantReadings({ network, from: START, to: START + days * DAY, seed: SEED, intervalMs, unitIntervalMs: 15 * MINUTE });
  const history = new MemoryHistory();
  history.commit(readings);
  const host = new RuleHost({ network, history: history.read });
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  for (let index = 0; index < readings.length; index += 5000) host.accept(readings.slice(index, index + 5000));
  const feedMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  const { evaluations, failures, lastFailure, snapshots, snapshotBytes } = host.counts();
  console.log(
    `${intervalMs / 1000} s polls: ${readings.length} readings in ${feedMs.toFixed(0)} ms = ${((1000 * feedMs) / readings.length).toFixed(2)} us a reading (${((user + system) / readings.length).toFixed(2)} us of CPU), ` +
      `${evaluations} evaluations, ${failures} failures ${lastFailure ?? ""}, ${snapshots} snapshots of ${(snapshotBytes / snapshots / 1024).toFixed(0)} KiB, ` +
      `findings: ${host.episodes("S1").length}`,
  );
  return { readings, host, history };
}

console.log(`${cpus()[0]!.model.trim()} x ${cpus().length}, Node ${process.version}, seed ${SEED}, 60 units, ${days} days`);
fed(MINUTE);
const { host, history } = fed(MINUTE);
fed(10_000);

const end = START + days * DAY;
const rewindMs = (ageMs: number): string => {
  const point = network.point("S1", "t_out")!;
  let best = Infinity;
  for (let round = 1; round <= 5; round++) {
    host.accept(history.commit([{ point, at: end - ageMs + round, value: 1 }]));
    const startedMs = performance.now();
    host.settle();
    best = Math.min(best, performance.now() - startedMs);
  }
  return best.toFixed(1);
};
for (const [name, ageMs] of [
  ["5 min", 5 * MINUTE],
  ["20 min", 20 * MINUTE],
  ["2 h", 2 * HOUR],
  ["12 h", 12 * HOUR],
] as const)
  console.log(`rewind for a reading ${name} late: ${rewindMs(ageMs)} ms`);

const fold = createFold(planStation(network, network.asset("S1")!, RULES), oneLimitTable(limitTable(network, LIMITS)));
refold(fold, history.read, START, START + 2 * DAY);
let snapshotMs = Infinity;
for (let round = 0; round < 20; round++) {
  const startedMs = performance.now();
  takeSnapshot(fold);
  snapshotMs = Math.min(snapshotMs, performance.now() - startedMs);
}
const snapshot = takeSnapshot(fold);
let restoreMs = Infinity;
for (let round = 0; round < 5; round++) {
  const startedMs = performance.now();
  restore(fold, snapshot, history.read, true);
  restoreMs = Math.min(restoreMs, performance.now() - startedMs);
}
console.log(`snapshot ${snapshotMs.toFixed(2)} ms, restore with 12 h of warming up ${restoreMs.toFixed(1)} ms`);
