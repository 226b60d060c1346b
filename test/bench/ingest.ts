import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startBroker } from "../../ingest/broker.ts";
import { createPipeline } from "../../ingest/pipeline.ts";
import { Network, type Asset } from "../../model/network.ts";
import type { TelemetryStore } from "../../store/telemetry.ts";

/**
 * Messages of 8 values from device to acknowledgement, through the real broker and pipeline. `node test/bench/ingest.ts
 * [--store disk]`: without it commits cost nothing, which shows what the wire, the decoder and the acknowledgement cost.
 */

const LOADS = [
  { connections: 8, inFlight: 500, forMs: 4_000 },
  { connections: 200, inFlight: 20, forMs: 4_000 },
  { connections: 1_000, inFlight: 4, forMs: 4_000 },
] as const;
const CONNECTIONS_MOST = 1_000;
const run = promisify(execFile);

function benchNetwork(): Network {
  const assets: Asset[] = [];
  const common = { circuit: undefined, building: undefined, unit: undefined };
  for (let index = 0; index < CONNECTIONS_MOST; index++) {
    assets.push({
      ...common,
      id: `S${index}`,
      level: "station",
      name: "",
      parent: undefined,
      children: [`S${index}-H`],
      station: `S${index}`,
    });
    assets.push({ ...common, id: `S${index}-H`, level: "circuit", name: "", parent: `S${index}`, children: [], station: `S${index}` });
  }
  return new Network({ name: "bench", timezone: "Asia/Shanghai", season: {}, areas: [], stewards: [], assets });
}

async function openStore(network: Network, folder: string): Promise<Pick<TelemetryStore, "commit"> & { close(): Promise<void> }> {
  if (!process.argv.includes("disk"))
    return { commit: async ({ readings }) => ({ fresh: readings, duplicates: 0 }), close: async () => {} };
  const { openTelemetryStore } = (await import("../../store/telemetry-store.ts" as string)) as {
    openTelemetryStore: (options: object) => Promise<TelemetryStore>;
  };
  return openTelemetryStore({ folder, path: folder, directory: folder, network, now: Date.now });
}

const log = { info: () => {}, warn: (text: string) => console.log(text), error: (text: string) => console.log(text) };
console.log(
  `${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, store: ${process.argv.includes("disk") ? "disk" : "none"}`,
);
for (const load of LOADS) {
  const network = benchNetwork();
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-bench-"));
  const store = await openStore(network, folder);
  let fresh = 0;
  const pipeline = createPipeline({ network, store, now: Date.now, log, onFresh: (readings) => (fresh += readings.length) });
  const authenticate = (name: string): { name: string; stations: string[] } => ({ name, stations: [name.replace("gateway-", "S")] });
  const broker = await startBroker({ host: "127.0.0.1", port: 0, pipeline, log, now: Date.now, authenticate });
  const before = process.cpuUsage();
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, "ingest-load.ts"),
    JSON.stringify({ ...load, port: broker.port }),
  ]);
  const cpu = process.cpuUsage(before);
  const { acknowledged, elapsedMs } = JSON.parse(stdout) as { acknowledged: number; elapsedMs: number };
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  const { ackMsP50, ackMsP99, rejects } = pipeline.stats();
  console.log(
    `${String(load.connections).padStart(5)} connections x ${load.inFlight} in flight: ${Math.round((acknowledged / elapsedMs) * 1_000)} msg/s, ${((cpuSeconds / acknowledged) * 1e6).toFixed(1)} CPU s per million messages, ` +
      `ack p50 ${ackMsP50} ms p99 ${ackMsP99} ms, ${acknowledged} acknowledged, ${fresh} readings fresh, rejects ${JSON.stringify(rejects)}`,
  );
  await broker.close();
  await pipeline.drain();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
