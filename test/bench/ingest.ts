import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Aedes } from "aedes";
import { startBroker } from "../../ingest/broker.ts";
import { createPipeline } from "../../ingest/pipeline.ts";
import { Network, type Asset } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { RuleHost } from "../../rules/host.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import type { TelemetryStore } from "../../store/telemetry.ts";

/**
 * Messages of 8 values from device to acknowledgement, over real connections, four ways: plain aedes that stores nothing, this
 * ingest with a store that costs nothing, with the store on disk, and with the store and all rules. About 30 s. `node test/bench/ingest.ts`
 */

const FOR_MS = 1_800;
const LOADS = [
  { connections: 8, inFlight: 2_000, forMs: FOR_MS },
  { connections: 200, inFlight: 80, forMs: FOR_MS },
  { connections: 1_000, inFlight: 16, forMs: FOR_MS },
] as const;
const CONNECTIONS_MOST = 1_000;
const run = promisify(execFile);
const quiet = { info: () => {}, warn: (text: string) => console.log(text), error: (text: string) => console.log(text) };

interface Served {
  readonly port: number;
  readonly note: () => string;
  close(): Promise<void>;
}

function benchNetwork(): Network {
  const assets: Asset[] = [];
  const common = { name: "", circuit: undefined, building: undefined, unit: undefined };
  for (let index = 0; index < CONNECTIONS_MOST; index++) {
    const station = `S${index}`;
    assets.push({ ...common, id: station, level: "station", parent: undefined, children: [`${station}-H`], station });
    assets.push({ ...common, id: `${station}-H`, level: "circuit", parent: station, children: [], station });
  }
  return new Network({ name: "bench", timezone: "Asia/Shanghai", season: {}, areas: [], stewards: [], assets });
}

async function plainAedes(): Promise<Served> {
  const aedes = await Aedes.createBroker({ concurrency: 5_000 });
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    note: () => "",
    async close() {
      server.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}

async function ingest(
  network: Network,
  store: Pick<TelemetryStore, "commit">,
  closeStore: () => Promise<void>,
  host?: RuleHost,
): Promise<Served> {
  let fresh = 0;
  const onFresh = (readings: readonly Reading[]): void => {
    fresh += readings.length;
    host?.accept(readings);
  };
  const pipeline = createPipeline({ network, store, now: Date.now, log: quiet, onFresh });
  const authenticate = (name: string): { name: string; stations: string[] } => ({ name, stations: [name.replace("gateway-", "S")] });
  const broker = await startBroker({ host: "127.0.0.1", port: 0, pipeline, log: quiet, now: Date.now, authenticate });
  return {
    port: broker.port,
    note() {
      const { ackMsP50, ackMsP99, rejects } = pipeline.stats();
      return `, ack p50 ${ackMsP50} ms p99 ${ackMsP99} ms, ${fresh} readings fresh, rejects ${JSON.stringify(rejects)}`;
    },
    async close() {
      await broker.close();
      await pipeline.drain();
      await closeStore();
    },
  };
}

async function withoutStore(): Promise<Served> {
  return ingest(benchNetwork(), { commit: ({ readings }) => Promise.resolve({ fresh: readings, duplicates: 0 }) }, () => Promise.resolve());
}

async function withDisk(hasRules: boolean): Promise<Served> {
  const network = benchNetwork();
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-bench-"));
  const store = await openTelemetryStore({ folder, network, now: Date.now, checkpointMs: Number.POSITIVE_INFINITY });
  const host = hasRules ? new RuleHost({ network, history: (station, from, to) => store.readings(station, from, to) }) : undefined;
  return ingest(
    network,
    store,
    async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
    host,
  );
}

const ways: [string, () => Promise<Served>][] = [
  ["plain aedes", plainAedes],
  ["ingest, no store", withoutStore],
  ["ingest, disk", () => withDisk(false)],
  ["device to rules", () => withDisk(true)],
];
console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`,
);
for (const load of LOADS) {
  let plainPerSecond = 0;
  for (const [name, serve] of ways) {
    const served = await serve();
    const before = process.cpuUsage();
    const { stdout } = await run(process.execPath, [
      join(import.meta.dirname, "ingest-load.ts"),
      JSON.stringify({ ...load, port: served.port }),
    ]);
    const cpu = process.cpuUsage(before);
    const { acknowledged, elapsedMs } = JSON.parse(stdout) as { acknowledged: number; elapsedMs: number };
    const perSecond = (acknowledged / elapsedMs) * 1_000;
    if (name === "plain aedes") plainPerSecond = perSecond;
    const cpuSeconds = (cpu.user + cpu.system) / acknowledged;
    console.log(
      `${String(load.connections).padStart(5)} connections x ${load.inFlight} in flight, ${name.padEnd(16)} ${String(Math.round(perSecond)).padStart(7)} msg/s (${(perSecond / plainPerSecond).toFixed(2)}x), ` +
        `${cpuSeconds.toFixed(1)} CPU s per million${served.note()}`,
    );
    await served.close();
  }
}
