import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir, release } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Network, type Asset } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";

/** Measures the telemetry store: `node test/bench/store.ts [--stations 1000] [--polls 720] [--batch 2000] [--seed 1]`. */

const { values: options } = parseArgs({
  options: {
    stations: { type: "string", default: "1000" },
    polls: { type: "string", default: "720" },
    batch: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    folder: { type: "string", default: tmpdir() },
  },
});
const stations = Number(options.stations);
const polls = Number(options.polls);
const batchSize = Number(options.batch);
const POLL_MS = 10_000;
const START = 1_795_132_800_000;
const SIGNALS: readonly SignalId[] = ["t_out", "t1_supply", "t1_return", "p1_supply", "p1_return", "q1_flow", "h1_power", "v1_pos"];
const DECIMALS = [1, 1, 1, 0, 0, 1, 1, 0];

let state = Number(options.seed) >>> 0;
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const assets: Asset[] = Array.from({ length: stations }, (_, index) => {
  const id = `S${index}`;
  return {
    id,
    level: "station",
    name: id,
    parent: undefined,
    children: [],
    station: id,
    circuit: undefined,
    building: undefined,
    unit: undefined,
  };
});
const network = new Network({ name: "bench", timezone: "UTC", season: {}, areas: [], stewards: [], assets });
const points = assets.flatMap((asset) => SIGNALS.map((signal) => network.point(asset.id, signal)!));

const OUTAGE_POLLS = Math.ceil(3_600_000 / POLL_MS);

/** Readings of all points in the order of polls, `first` <= poll < `end`, in batches. */
function batchesOf(first: number, end: number): Reading[][] {
  const batches: Reading[][] = [];
  let batch: Reading[] = [];
  for (let poll = first; poll < end; poll++) {
    for (const [index, point] of points.entries()) {
      const scale = 10 ** DECIMALS[index % SIGNALS.length]!;
      const value = Math.round((48 + 5 * Math.sin(poll / 200 + index) + random()) * scale) / scale;
      batch.push({ point, at: START + poll * POLL_MS + (index % 7) * 1000, value });
      if (batch.length === batchSize) batches.push(batch.splice(0));
    }
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

const IN_FLIGHT_MAX = 16;

interface Measured {
  readonly readings: number;
  readonly perSecond: number;
  readonly mainUs: number;
  readonly allUs: number;
}

async function commitAll(store: LocalTelemetryStore, batches: readonly Reading[][]): Promise<Measured> {
  const readings = batches.reduce((sum, batch) => sum + batch.length, 0);
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  const inFlight = new Set<Promise<unknown>>();
  for (const batch of batches) {
    const commit: Promise<unknown> = store.commit({ readings: batch, rejects: [] }).finally(() => inFlight.delete(commit));
    inFlight.add(commit);
    if (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  const cpu = process.cpuUsage(cpuBefore);
  return {
    readings,
    perSecond: (readings * 1000) / (performance.now() - began),
    mainUs: (performance.eventLoopUtilization(loopBefore).active * 1000) / readings,
    allUs: (cpu.user + cpu.system) / readings,
  };
}

function show(name: string, { readings, perSecond, mainUs, allUs }: Measured): void {
  console.log(
    `${name.padEnd(16)}${Math.round(perSecond)} readings/s, main thread ${mainUs.toFixed(3)} us, all threads ${allUs.toFixed(3)} us each (${readings} readings)`,
  );
}

if (polls <= OUTAGE_POLLS + 6) throw new Error(`--polls: expected more than ${OUTAGE_POLLS + 6}, found ${polls}`);
const folder = mkdtempSync(join(options.folder, "heatsteward-bench-"));
const open = () => openTelemetryStore({ folder, network, now: () => START + polls * POLL_MS });
try {
  let store = await open();
  // An outage: what was polled in the hour before the last polls comes at the end.
  const before = batchesOf(0, polls - OUTAGE_POLLS - 6);
  const outage = batchesOf(polls - OUTAGE_POLLS - 6, polls - 6);
  const after = batchesOf(polls - 6, polls);
  console.log(
    `machine         ${cpus()[0]?.model.trim()} x ${cpus().length}, Linux ${release()}, Node ${process.version}, seed ${options.seed}`,
  );
  console.log(`load            ${points.length} series, batches of ${batchSize}, ${IN_FLIGHT_MAX} in flight`);
  show("in order", await commitAll(store, before));
  const stats = store.stats();
  await commitAll(store, after);
  show("an hour late", await commitAll(store, outage));
  show("all again", await commitAll(store, [...before, ...outage, ...after]));
  const total = store.stats().points;
  const checkpointBegan = performance.now();
  await store.checkpoint();
  const checkpointMs = performance.now() - checkpointBegan;
  await store.close();
  const bytes = statSync(join(folder, "chunks.db")).size;

  const openBegan = performance.now();
  store = await open();
  const openMs = performance.now() - openBegan;

  console.log(`commit          p50 ${stats.commitMsP50.toFixed(1)} ms, p99 ${stats.commitMsP99.toFixed(1)} ms`);
  console.log(`checkpoint      ${checkpointMs.toFixed(0)} ms`);
  console.log(`store           ${(bytes / total).toFixed(2)} B per point (${(bytes / 1e6).toFixed(1)} MB)`);
  console.log(`open            ${openMs.toFixed(0)} ms; memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB RSS`);

  const day = { points: [{ asset: "S1", signal: "t1_supply" as const }], px: 800 };
  for (let from = START; from < START + 86_400_000 * 30; from += 864_000 * 10) {
    // One series of its own with 30 days of 10 s data.
    const point = network.point("S1", "t2_supply")!;
    await store.commit({
      readings: Array.from({ length: 864 }, (_, index) => ({
        point,
        at: from + index * POLL_MS,
        value: Math.round(480 + 40 * random()) / 10,
      })),
      rejects: [],
    });
  }
  const time = (days: number): string => {
    const query = { ...day, points: [{ asset: "S1", signal: "t2_supply" as const }], from: START, to: START + days * 86_400_000 };
    const runs = Array.from({ length: 9 }, () => {
      const before = performance.now();
      store.curve(query);
      return performance.now() - before;
    }).sort((a, b) => a - b);
    return `${runs[0]!.toFixed(2)} … ${runs[8]!.toFixed(2)} ms`;
  };
  await store.checkpoint();
  console.log(`curve 24 h      ${time(1)}; 30 days ${time(30)}`);
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
