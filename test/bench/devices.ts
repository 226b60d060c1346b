import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { Aedes } from "aedes";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";

/** What it costs the simulated devices to send 14 days of ten stations through a broker that stores nothing. */

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SEED = 7;
const DAYS = "14";
const now = Date.UTC(2027, 0, 18);

async function brokerThread(): Promise<void> {
  const broker = await Aedes.createBroker({ concurrency: 5000 });
  const server = createServer((socket) => broker.handle(socket));
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(typeof address === "object" && address !== null ? address.port : 0);
  });
}

async function measure(): Promise<void> {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const folder = mkdtempSync(join(tmpdir(), "devices-bench-"));
  try {
    const network = join(folder, "network.yaml");
    const credentials = join(folder, "gateways.json");
    writeFileSync(network, demoNetworkYaml({ seed: SEED, now }));
    const gateways = Array.from({ length: 10 }, (_, index) => `S${String(index + 1).padStart(2, "0")}`);
    writeFileSync(credentials, JSON.stringify(Object.fromEntries(gateways.map((id) => [`gw-${id}`, { password: "x", stations: [id] }]))));
    const started = performance.now();
    const options = [
      "--mqtt",
      `mqtt://127.0.0.1:${port}`,
      "--network",
      network,
      "--credentials",
      credentials,
      "--seed",
      String(SEED),
      "--now",
      String(now),
      "--days",
      DAYS,
      "--history-only",
    ];
    const output = execFileSync(process.execPath, [join(root, "simulators/demo-devices.ts"), ...options], { encoding: "utf8" });
    console.log(`${output.trim().split("\n").at(-1)}, ${((performance.now() - started) / 1000).toFixed(1)} s in all`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await worker.terminate();
  }
}

await (isMainThread ? measure() : brokerThread());
