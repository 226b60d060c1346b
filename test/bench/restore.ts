import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { Network, type Asset } from "../../model/network.ts";
import { openAppDatabase } from "../../store/database.ts";
import { createBackups } from "../../store/backup.ts";
import { restoreBackup } from "../../store/restore.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";

/** Measures a backup under load and its restore: `node test/bench/restore.ts [--gb 1] [--rate 10000] [--seconds 10]`. Exit code 1 on a miss. */

const { values: options } = parseArgs({
  options: {
    gb: { type: "string", default: "1" },
    /** Values per second while the backup is made. */
    rate: { type: "string", default: "10000" },
    /** Of the load alone, to compare with. */
    seconds: { type: "string", default: "10" },
    folder: { type: "string", default: tmpdir() },
  },
});
const GOALS = { restoreSeconds: 30, loopGapMs: 50 };
const STATIONS = 100;
const STEP_MS = 20;
const START = 1_795_132_800_000;
const BALLAST_CHUNK_BYTES = 1_500;

const assets: Asset[] = Array.from({ length: STATIONS }, (_, index) => {
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
const points = assets.map(({ id }) => network.point(id, "t1_supply")!);

const folder = mkdtempSync(join(options.folder, "heatsteward-restore-"));
const data = join(folder, "data");
const open = () => openTelemetryStore({ folder: data, network, now: () => START, checkpointMs: 5_000 });

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly loopGapMs: number;
  readonly values: number;
  readonly seconds: number;
}

let tick = 0;
/** Commits at the rate until `until` resolves. */
async function loadUntil(store: Awaited<ReturnType<typeof open>>, until: Promise<unknown>): Promise<Measured> {
  const load = { ended: false };
  void until.finally(() => (load.ended = true));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const durations: number[] = [];
  const commits: Promise<unknown>[] = [];
  const began = performance.now();
  let values = 0;
  delay.enable();
  while (!load.ended) {
    const due = ((performance.now() - began) / 1000) * Number(options.rate);
    while (values < due) {
      const at = START + tick++ * 1000;
      const since = performance.now();
      const readings = points.map((point, index) => ({ point, at, value: Math.round(480 + 40 * Math.sin(tick / 30 + index)) / 10 }));
      commits.push(store.commit({ readings, rejects: [] }).then(() => durations.push(performance.now() - since)));
      values += readings.length;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  delay.disable();
  await Promise.all(commits);
  durations.sort((a, b) => a - b);
  const at = (share: number): number => durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), loopGapMs: delay.max / 1e6, values, seconds: (performance.now() - began) / 1000 };
}

function show(name: string, { p50, p99, max, loopGapMs, values, seconds }: Measured): void {
  console.log(
    `${name.padEnd(16)}commit p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(0)} ms, loop gap ${loopGapMs.toFixed(0)} ms (${Math.round(values / seconds)} values/s for ${seconds.toFixed(1)} s)`,
  );
}

try {
  console.log(`machine         ${cpus()[0]?.model.trim()} x ${cpus().length}, Linux ${release()}, Node ${process.version}`);
  writeFileSync(join(folder, "heatsteward.yaml"), "network: network.yaml\n");
  writeFileSync(join(folder, "network.yaml"), "stations: []\n");
  await (await open()).close();
  openAppDatabase(data).close();
  const file = new DatabaseSync(join(data, "chunks.db"));
  const rows = Math.ceil((Number(options.gb) * 1e9) / BALLAST_CHUNK_BYTES);
  file.exec(`
    PRAGMA synchronous = OFF;
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${rows})
    INSERT INTO chunk SELECT n, n % 10000 + 1000000, n, n + 1, 1024, 1024, 40, 50, 46000, 44, 45, randomblob(${BALLAST_CHUNK_BYTES}) FROM number`);
  file.close();

  const store = await open();
  const backups = createBackups({
    dataFolder: data,
    settingsFile: join(folder, "heatsteward.yaml"),
    networkFile: join(folder, "network.yaml"),
    version: "bench",
    now: Date.now,
    hold: (work) => store.holdCheckpoints(work),
  });
  const alone = await loadUntil(store, new Promise((resolve) => setTimeout(resolve, Number(options.seconds) * 1000)));
  show("load alone", alone);
  const running = backups.run({ folder: join(folder, "backups") });
  const during = await loadUntil(store, running);
  const done = await running;
  show("with a backup", during);
  const bytes = done.files.reduce((sum, each) => sum + each.bytes, 0);
  console.log(`backup          ${(bytes / 1e9).toFixed(2)} GB in ${(done.tookMs / 1000).toFixed(1)} s`);
  await store.close();

  const began = performance.now();
  restoreBackup({ from: done.folder, dataFolder: data, replace: true, now: Date.now });
  const restoreSeconds = (performance.now() - began) / 1000;
  console.log(`restore         ${(bytes / 1e9).toFixed(2)} GB in ${restoreSeconds.toFixed(1)} s, checked, staged and put in place`);
  const openBegan = performance.now();
  const restored = await open();
  console.log(`open            ${(performance.now() - openBegan).toFixed(0)} ms, ${restored.stats().points} points`);
  await restored.close();
  if (restoreSeconds > GOALS.restoreSeconds || during.loopGapMs > GOALS.loopGapMs) {
    console.log(`missed          restore <= ${GOALS.restoreSeconds} s, loop gap <= ${GOALS.loopGapMs} ms`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
