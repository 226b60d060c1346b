import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { importFiles } from "../../cli/import-run.ts";
import { openOffline } from "../../cli/import-target.ts";
import { loadConfig } from "../../config.ts";
import { EMPTY_MAPPING } from "../../ingest/import-mapping.ts";
import { ImportReport } from "../../ingest/import-report.ts";
import type { SignalId } from "../../model/signals.ts";

/** Measures the offline import: `node test/bench/import.ts [--stations 100] [--polls 5000] [--seed 1]`: JSON lines, a wide and a long CSV. */

const { values: options } = parseArgs({
  options: {
    stations: { type: "string", default: "100" },
    polls: { type: "string", default: "5000" },
    seed: { type: "string", default: "1" },
    folder: { type: "string", default: tmpdir() },
  },
});
const stations = Number(options.stations);
const polls = Number(options.polls);
const POLL_MS = 60_000;
const START = 1_767_225_600_000;
const SIGNALS: readonly SignalId[] = ["t2_supply", "t2_return", "p2_supply", "p2_return", "q2_flow", "mk_total", "mk_flow", "cp_hz"];
const DECIMALS = [1, 1, 0, 0, 1, 2, 2, 1];
/** Rows of the long table: a value each. */
const LONG_POLLS = Math.ceil(polls / 4);

let state = Number(options.seed) >>> 0;
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const LEVELS = [48, 40, 420, 260, 120, 1031, 0.4, 42];
const SWINGS = [5, 4, 8, 6, 3, 0, 0.3, 2];
const valueOf = (index: number, poll: number): string =>
  index === 5
    ? (LEVELS[5]! + poll * 0.01).toFixed(2)
    : (LEVELS[index]! + SWINGS[index]! * 0.7 * Math.sin(poll / 200) + random() * SWINGS[index]! * 0.1).toFixed(DECIMALS[index]);
const id = (station: number): string => `S${String(station).padStart(3, "0")}-H`;
const localTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

const folder = mkdtempSync(join(options.folder, "heatsteward-import-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Writes a file poll by poll. */
function generate(name: string, count: number, head: string, poll: (number: number) => string): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  writeSync(file, head);
  for (let number = 0; number < count; number++) writeSync(file, poll(number));
  closeSync(file);
  return path;
}

const each = <Thing>(work: (station: number) => Thing): Thing[] => Array.from({ length: stations }, (_, station) => work(station));
const network = each((station) => `  - { id: S${String(station).padStart(3, "0")}, circuits: [{ id: ${id(station)} }] }`);
writeFileSync(join(folder, "network.yaml"), `name: bench\ntimezone: Asia/Shanghai\nstations:\n${network.join("\n")}\n`);
writeFileSync(join(folder, "heatsteward.yaml"), "network: network.yaml\n");

const files = [
  [
    "JSON lines",
    generate("polls.ndjson", polls, "", (poll) =>
      each(
        (station) =>
          `{"asset":"${id(station)}","ts":${START + poll * POLL_MS},"values":{${SIGNALS.map((signal, index) => `"${signal}":${valueOf(index, poll)}`).join(",")}}}\n`,
      ).join(""),
    ),
  ],
  [
    "CSV, a column per signal",
    generate("wide.csv", polls, "时间,机组,二次供温,二次回温,二次供压,二次回压,循环流量,补水累计,补水瞬时,循环泵频率\n", (poll) =>
      each(
        (station) => `${localTime(START + poll * POLL_MS)},${id(station)},${SIGNALS.map((_, index) => valueOf(index, poll)).join(",")}\n`,
      ).join(""),
    ),
  ],
  [
    "CSV, a row per value",
    generate("long.csv", LONG_POLLS, "asset,signal,time,value\n", (poll) =>
      each((station) =>
        SIGNALS.map((signal, index) => `${id(station)},${signal},${localTime(START + poll * POLL_MS)},${valueOf(index, poll)}\n`).join(""),
      ).join(""),
    ),
  ],
] as const;

console.log(
  `node ${process.version}  ${cpus().length} x ${cpus()[0]!.model}  linux ${release()}  seed ${options.seed}  ${stations} stations`,
);
for (const [title, path] of files) {
  const data = join(folder, "data");
  rmSync(data, { recursive: true, force: true });
  const config = loadConfig({ file: join(folder, "heatsteward.yaml"), environment: {}, folder });
  const startedMs = performance.now();
  const target = await openOffline(config, Date.now);
  const report = new ImportReport();
  await importFiles([path], {
    network: config.network,
    mapping: EMPTY_MAPPING,
    mappingText: "",
    format: undefined,
    resume: false,
    target,
    report,
    stdin: process.stdin,
    now: Date.now,
    onProgress: () => undefined,
    onResume: () => undefined,
  });
  await target.finish();
  await target.close();
  const seconds = (performance.now() - startedMs) / 1_000;
  const { stored, rejected } = report.counts();
  const bytes = statSync(join(data, "chunks.db")).size;
  console.log(
    `${title.padEnd(26)} ${stored} values in ${seconds.toFixed(1)} s: ${Math.round(stored / seconds)} values/s, ${(statSync(path).size / 1e6 / seconds).toFixed(0)} MB/s, ${(bytes / stored).toFixed(2)} B/value, ${rejected} rejected, RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}
