import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { startBroker } from "../../ingest/broker.ts";
import { createPipeline } from "../../ingest/pipeline.ts";
import { Network, type Asset, type Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { RuleHost } from "../../rules/host.ts";
import { createInfluxLink } from "../../store/influx-link.ts";
import type { InfluxSettings } from "../../store/influx.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { type InfluxServer, startInflux } from "../support/influx-server.ts";

/**
 * Forwarding to a real InfluxDB on the same machine: 100,000 values a second from device to InfluxDB with all rules, then what
 * waits after an outage (ten minutes at 10,000 values a second, unless said otherwise), while as much goes on coming. About 90 s.
 * `node test/bench/influx.ts`; a day at nominal load (10,000 series each 10 s): `node test/bench/influx.ts --outage-hours 24 --stations 101`
 */

const SUSTAINED = { connections: 200, inFlight: 400, perSecond: 13_000, forMs: 20_000 } as const;
const VALUES_PER_MESSAGE = 8;
const LIVE_COMMITS_PER_S = 50;
/** Slower than this is as good as never: the bench gives up. */
const CATCH_UP_PER_S_MIN = 30_000;

const POLL_MS = 10_000;

const { values: options } = parseArgs({ options: { "outage-hours": { type: "string" }, stations: { type: "string" } } });
const OUTAGE_MS = Math.round(Number(options["outage-hours"] ?? 1 / 6) * 3_600_000);
const STATIONS = Number(options.stations ?? 1_000);
if (!(OUTAGE_MS > 0 && STATIONS >= 1)) throw new Error("--outage-hours and --stations: expected numbers above 0");

const SIGNALS = {
  circuit: ["t2_supply", "t2_return", "t2_set", "p2_supply", "p2_return", "q2_flow", "mk_total", "cp_hz"],
  unit: ["t_supply", "t_return", "valve_pos", "p_supply", "p_return", "flow", "heat"],
} as const satisfies Record<string, readonly SignalId[]>;

/** Each with one circuit and 13 units: 99 series. */
function benchNetwork(): Network {
  const assets: Asset[] = [];
  for (let index = 0; index < STATIONS; index++) {
    const [station, circuit, building] = [`S${index}`, `S${index}-H`, `S${index}-B`];
    const common = { name: "", unit: undefined, station };
    const units = Array.from({ length: 13 }, (_, unit) => `${building}-U${unit}`);
    assets.push({
      ...common,
      id: station,
      level: "station",
      parent: undefined,
      children: [circuit],
      circuit: undefined,
      building: undefined,
    });
    assets.push({ ...common, id: circuit, level: "circuit", parent: station, children: [building], circuit, building: undefined });
    assets.push({ ...common, id: building, level: "building", parent: circuit, children: units, circuit, building });
    for (const id of units) assets.push({ ...common, id, level: "unit", parent: building, children: [], circuit, building });
  }
  return new Network({ name: "bench", timezone: "Asia/Shanghai", season: {}, areas: [], stewards: [], assets });
}

function settingsOf(server: InfluxServer): InfluxSettings {
  return {
    url: server.url,
    dialect: undefined,
    token: undefined,
    org: undefined,
    bucket: "heatsteward",
    database: "heatsteward",
    user: undefined,
    password: undefined,
    retentionMs: undefined,
    gzip: false,
    spoolBytesMax: 10e9,
  };
}

async function withStore(network: Network, work: (store: LocalTelemetryStore) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-bench-"));
  const store = await openTelemetryStore({ folder, network, now: Date.now, influx: true });
  try {
    await work(store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quiet = { info: () => {}, warn: (text: string) => console.log(text), error: (text: string) => console.log(text) };
const percentile = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;

async function sustained(server: InfluxServer, network: Network): Promise<void> {
  await withStore(network, async (store) => {
    const link = createInfluxLink({ settings: settingsOf(server), network, spool: store.spool, log: () => {}, now: Date.now });
    const host = new RuleHost({ network, history: (station, from, to) => store.readings(station, from, to) });
    const pipeline = createPipeline({ network, store, now: Date.now, log: quiet, onFresh: (readings) => host.accept(readings) });
    const authenticate = (name: string): { name: string; stations: string[] } => ({ name, stations: [name.replace("gateway-", "S")] });
    const broker = await startBroker({ host: "127.0.0.1", port: 0, pipeline, log: quiet, now: Date.now, authenticate });
    const cpu = process.cpuUsage();
    const serverCpu = cpuSeconds(server.pid);
    const job = JSON.stringify({ ...SUSTAINED, port: broker.port });
    let behindMsMost = 0;
    const watching = setInterval(() => (behindMsMost = Math.max(behindMsMost, link.state().behindMs)), 100);
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "ingest-load.ts"), job]);
    const { acknowledged } = JSON.parse(stdout) as { acknowledged: number };
    const arrivedMs = performance.now() - started;
    while (link.state().spoolPoints > 0) await wait(20);
    const forwardedMs = performance.now() - started;
    clearInterval(watching);
    const used = process.cpuUsage(cpu);
    const values = acknowledged * VALUES_PER_MESSAGE;
    const { ackMsP50, ackMsP99 } = pipeline.stats();
    const { requests, rollupsWritten, retries } = link.state();
    console.log(
      `sustained: ${Math.round((values / arrivedMs) * 1000)} values/s arrived over MQTT for ${(arrivedMs / 1000).toFixed(1)} s, ` +
        `${Math.round((values / forwardedMs) * 1000)} values/s were in InfluxDB ${Math.round(forwardedMs - arrivedMs)} ms later; at most ${Math.round(behindMsMost)} ms behind; ` +
        `ack p50 ${ackMsP50} ms p99 ${ackMsP99} ms; ${requests} requests, ${retries} retries, ${rollupsWritten} rollup lines; ` +
        `CPU s: platform ${((used.user + used.system) / 1e6).toFixed(1)}, InfluxDB ${(cpuSeconds(server.pid) - serverCpu).toFixed(1)} of ${((forwardedMs / 1000) * cpus().length).toFixed(0)}`,
    );
    await broker.close();
    await pipeline.drain();
    await link.close();
  });
}

async function catchUp(server: InfluxServer, network: Network): Promise<void> {
  await withStore(network, async (store) => {
    const groups = stationPoints(network);
    const points = groups.reduce((sum, group) => sum + group.length, 0);
    const link = createInfluxLink({ settings: settingsOf(server), network, spool: store.spool, log: () => {}, now: Date.now });
    await link.ready;
    const begin = Date.now() - OUTAGE_MS;
    await server.stop();
    const filled = performance.now();
    for (let at = begin; at < begin + OUTAGE_MS; at += POLL_MS)
      for (let start = 0; start < groups.length; start += 50)
        await store.commit({ readings: groups.slice(start, start + 50).flatMap((group) => readingsOf(group, at)), rejects: [] });
    const backlog = link.state().spoolPoints;
    const bytes = link.state().spoolBytes;
    console.log(
      `outage: ${backlog} values (${(bytes / 1e6).toFixed(0)} MB of journal, ${(bytes / backlog).toFixed(1)} B each) written in ${((performance.now() - filled) / 1000).toFixed(1)} s; RSS ${rssMb()} MB`,
    );
    const live = startLive(store, groups, begin + OUTAGE_MS, points / (POLL_MS / 1000));
    await wait(8000);
    const before = live.take();
    await server.start();
    const started = performance.now();
    let rssMost = 0;
    while (link.state().behindMs > 3000 && performance.now() - started < (1000 * backlog) / CATCH_UP_PER_S_MIN) {
      rssMost = Math.max(rssMost, rssMb());
      await wait(50);
    }
    const tookMs = performance.now() - started;
    const during = live.take();
    await wait(8000);
    const after = live.take();
    live.stop();
    console.log(
      `catch-up: ${(tookMs / 1000).toFixed(1)} s (${Math.round((backlog / tookMs) * 1000)} values/s beside ${Math.round(points / (POLL_MS / 1000))} live values/s); RSS at most ${rssMost} MB`,
    );
    for (const [when, ms] of [
      ["InfluxDB down", before],
      ["catching up", during],
      ["caught up", after],
    ] as const)
      console.log(
        `  commits while ${when}: p50 ${percentile(ms, 0.5).toFixed(1)} ms, p99 ${percentile(ms, 0.99).toFixed(1)} ms, most ${percentile(ms, 1).toFixed(1)} ms (${ms.length})`,
      );
    await link.close();
  });
}

/** Commits at a steady rate; `take` answers the sorted durations since the last call. */
function startLive(store: LocalTelemetryStore, groups: readonly (readonly Point[])[], from: number, valuesPerSecond: number) {
  let durations: number[] = [];
  let sent = 0;
  const began = performance.now();
  const perCommit = valuesPerSecond / LIVE_COMMITS_PER_S;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * LIVE_COMMITS_PER_S;
    for (; sent < due; sent++) {
      const start = performance.now();
      const readings: Reading[] = [];
      for (let group = sent * 2; readings.length < perCommit; group++)
        readings.push(...readingsOf(groups[group % groups.length]!, from + Math.floor(group / groups.length) * POLL_MS));
      void store.commit({ readings, rejects: [] }).then(() => durations.push(performance.now() - start));
    }
  }, 5);
  return {
    take() {
      const taken = durations.sort((a, b) => a - b);
      durations = [];
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}

function stationPoints(network: Network): Point[][] {
  return network.stations.map(({ id }) =>
    [...network.below(id, "circuit"), ...network.below(id, "unit")].flatMap((asset) =>
      SIGNALS[asset.level as keyof typeof SIGNALS].map((signal) => network.point(asset.id, signal)!),
    ),
  );
}

const readingsOf = (points: readonly Point[], at: number): Reading[] =>
  points.map((point, index) => ({ point, at, value: Math.round((40 + index + 3 * Math.sin(at / 600_000 + point.index)) * 10) / 10 }));

function rssMb(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

/** User and system time of a process so far. */
function cpuSeconds(pid: number | undefined): number {
  const fields = pid === undefined || !statSync(`/proc/${pid}`, { throwIfNoEntry: false }) ? [] : readStat(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
}

function readStat(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
}

console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}, InfluxDB 1.6.7; no random input`,
);
const network = benchNetwork();
for (const part of OUTAGE_MS > 3_600_000 ? [catchUp] : [sustained, catchUp]) {
  const server = await startInflux();
  try {
    await part(server, network);
  } finally {
    await server.remove();
  }
}
