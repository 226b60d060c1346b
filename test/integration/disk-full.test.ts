import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, it } from "vitest";
import type { Health } from "../../model/live.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { ask, latest, metric } from "../support/platform-api.ts";
import { platformFolder, startPlatformProcess } from "../support/platform-process.ts";
import { seededRandom } from "../support/random.ts";
import { mountSmallDisk } from "../support/small-disk.ts";
import { until } from "../support/until.ts";

/** The data disk fills up: nothing is acknowledged that is not on it, everything else goes on, and with space it resumes by itself. */

const NETWORK = "stations:\n  - { id: S01, circuits: [{ id: S01-H }] }\n";
const DISK_MB = 16;
const FILLER_BYTES = 9_000_000;
const START = Date.parse("2026-11-20T00:00:00Z");
const OBJECTS = 200;
const IN_FLIGHT = 4;
/** Without an acknowledgement for so long the disk is full; a commit takes milliseconds. */
const QUIET_MS = 1_500;

/** Sends numbered arrays, a few at a time, until told to stop; values that no codec makes small. */
function flood(client: MqttClient): { readonly acknowledged: number[]; lastAt: () => number; stop: () => void } {
  const random = seededRandom(11);
  const acknowledged: number[] = [];
  let sent = 0;
  let stopped = false;
  let last = performance.now();
  const next = (): void => {
    if (stopped) return;
    const number = sent++;
    const from = START + number * OBJECTS * 1_000;
    const objects = Array.from({ length: OBJECTS }, (_, index) => ({
      ts: from + index * 1_000,
      hist: true,
      assets: {
        "S01-H": {
          t2_supply: 40 + random() * 20,
          t2_return: 30 + random() * 10,
          p2_supply: 300 + random() * 100,
          p2_return: 200 + random() * 100,
        },
      },
    }));
    client.publish("heat/v1/S01/telemetry", JSON.stringify(objects), { qos: 1 }, (error) => {
      if (error) return;
      acknowledged.push(number);
      last = performance.now();
      next();
    });
  };
  for (let index = 0; index < IN_FLIGHT; index++) next();
  return { acknowledged, lastAt: () => last, stop: () => (stopped = true) };
}

it("holds the acknowledgements, says why, keeps answering, resumes when space is freed, and has lost nothing", async (context) => {
  const folder = await platformFolder(NETWORK, "heatsteward-full-");
  const data = join(folder.path, "data");
  const disk = mountSmallDisk(data, DISK_MB, (why) => {
    folder.remove();
    return context.skip(why);
  });
  folder.addDevice("G1", "--station", "S01", "--password", "secret of G1");
  writeFileSync(join(data, "filler"), Buffer.alloc(FILLER_BYTES));
  const platform = await startPlatformProcess(folder);
  const client = await connectAsync(`mqtt://127.0.0.1:${folder.mqttPort}`, {
    clientId: "G1",
    username: "G1",
    password: "secret of G1",
    reconnectPeriod: 200,
    keepalive: 60,
  });
  client.on("error", () => {});
  try {
    const load = flood(client);
    const down = await until(
      "the disk is full and the health says so",
      async () => {
        const { status, body } = await ask<Health>(folder, "/api/health");
        return performance.now() - load.lastAt() > QUIET_MS && status === 503 && body;
      },
      60_000,
    );
    const before = load.acknowledged.length;
    expect(before).toBeGreaterThan(5);
    expect(down).toMatchObject({
      status: "down",
      parts: {
        store: {
          status: "down",
          message: { zh: expect.stringContaining("未确认"), en: expect.stringMatching(/refuses to write: .*full/) },
        },
      },
    });
    expect(await metric(folder, "store_failing")).toBe(1);
    expect((await latest(folder, "S01", "S01-H", "t2_supply"))?.value).toBeTypeOf("number");
    expect((await ask(folder, `/api/series?asset=S01-H&signal=t2_supply&from=${START}&to=${START + 3_600_000}&px=100`)).status).toBe(200);
    expect((await ask(folder, "/api/tickets?state=open")).status).toBe(200);
    expect(load.acknowledged.length).toBe(before);

    rmSync(join(data, "filler"));
    await until("messages are acknowledged again", () => load.acknowledged.length > before + IN_FLIGHT, 30_000);
    load.stop();
    await until("the health is good again", async () => (await ask<Health>(folder, "/api/health")).body.parts["store"]?.status === "ok");
    await platform.kill("SIGKILL");
    const store = await openTelemetryStore({ folder: data, network: parseNetworkFile(NETWORK, "network.yaml"), now: () => START });
    const stored = new Set(store.readings("S01", START, Number.MAX_SAFE_INTEGER).map(({ point, at }) => `${point.signal} ${at}`));
    await store.close();
    const lost = load.acknowledged.filter(
      (number) =>
        !stored.has(`t2_supply ${START + number * OBJECTS * 1_000}`) ||
        !stored.has(`p2_return ${START + (number * OBJECTS + OBJECTS - 1) * 1_000}`),
    );
    expect(lost).toEqual([]);
    console.log(`${before} arrays of ${OBJECTS} polls until the disk was full, ${load.acknowledged.length} in the end, none lost`);
  } finally {
    client.end(true);
    if (platform.process.exitCode === null && platform.process.signalCode === null) await platform.kill("SIGKILL");
    disk.unmount();
    folder.remove();
  }
});
