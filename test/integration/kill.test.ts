import { type MqttClient, connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { type PlatformFolder, platformFolder, startPlatformProcess } from "../support/platform-process.ts";
import { seededRandom } from "../support/random.ts";

/** kill -9 of the whole process at random instants under load: what was acknowledged is there, once. */

const KILLS = Number(process.env["HEATSTEWARD_TEST_KILLS"] ?? 100);
const SEED = Number(process.env["HEATSTEWARD_TEST_SEED"] ?? 20_261_121);
const CLIENTS = 4;
/** Messages that one client keeps in flight. */
const IN_FLIGHT = 100;
const KILL_AFTER_MS = { min: 50, max: 500 };

const NETWORK = `stations:
${Array.from({ length: CLIENTS }, (_, index) => `  - { id: K${index}, circuits: [{ id: K${index}-A }] }`).join("\n")}
`;

let folder: PlatformFolder;
beforeAll(async () => {
  folder = await platformFolder(NETWORK, "heatsteward-kill-");
  for (let index = 0; index < CLIENTS; index++)
    folder.addDevice(`gw${index}`, "--station", `K${index}`, "--password", `a-secret-of-${index}`);
});
afterAll(() => folder.remove());

interface Device {
  readonly station: string;
  /** Event times whose PUBACK arrived. */
  readonly acknowledged: number[];
  sent: number;
}

const START = Date.parse("2026-11-20T00:00:00Z");

/** Sends numbered messages as fast as they are acknowledged until the connection dies; counts a message only on its PUBACK. */
function load(device: Device, client: MqttClient): void {
  const circuit = `${device.station}-A`;
  const next = (): void => {
    if (!client.connected) return;
    const number = device.sent++;
    const at = START + number * 100;
    const payload = JSON.stringify({
      ts: at,
      hist: true,
      assets: { [device.station]: { t_out: -3.1 }, [circuit]: { t2_supply: 40 + (number % 100) / 10, mk_total: number / 100 } },
    });
    client.publish(`heat/v1/${device.station}/telemetry`, payload, { qos: 1 }, (error) => {
      if (error) return;
      device.acknowledged.push(at);
      next();
    });
  };
  for (let index = 0; index < IN_FLIGHT; index++) next();
}

it(`keeps every acknowledged message through ${KILLS} kills, and nothing twice`, { timeout: 600_000 }, async () => {
  const random = seededRandom(SEED);
  const devices: Device[] = Array.from({ length: CLIENTS }, (_, index) => ({ station: `K${index}`, acknowledged: [], sent: 0 }));
  const readyMs: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const platform = await startPlatformProcess(folder);
    readyMs.push(platform.readyMs);
    const clients = await Promise.all(
      devices.map((_, index) =>
        connectAsync(`mqtt://127.0.0.1:${folder.mqttPort}`, {
          clientId: `gw${index}`,
          username: `gw${index}`,
          password: `a-secret-of-${index}`,
          reconnectPeriod: 0,
          keepalive: 60,
        }),
      ),
    );
    for (const client of clients) client.on("error", () => {});
    for (const [index, client] of clients.entries()) load(devices[index]!, client);
    await new Promise((resolve) => setTimeout(resolve, KILL_AFTER_MS.min + random() * (KILL_AFTER_MS.max - KILL_AFTER_MS.min)));
    await platform.kill("SIGKILL");
    for (const client of clients) client.end(true);
  }
  const store = await openTelemetryStore({
    folder: `${folder.path}/data`,
    network: parseNetworkFile(NETWORK, "network.yaml"),
    now: () => START,
  });
  let acknowledged = 0;
  let lost = 0;
  let stored = 0;
  for (const device of devices) {
    const readings = store.readings(device.station, START, START + device.sent * 100 + 1);
    const keys = new Set(readings.map(({ point, at }) => `${point.asset} ${point.signal} ${at}`));
    expect(keys.size, `${device.station}: readings stored twice`).toBe(readings.length);
    stored += readings.length;
    acknowledged += device.acknowledged.length;
    for (const at of device.acknowledged) {
      const whole =
        keys.has(`${device.station} t_out ${at}`) &&
        keys.has(`${device.station}-A t2_supply ${at}`) &&
        keys.has(`${device.station}-A mk_total ${at}`);
      if (!whole) lost += 1;
    }
  }
  await store.close();
  readyMs.sort((a, b) => a - b);
  console.log(
    `${KILLS} kills, seed ${SEED}: ${acknowledged} messages acknowledged, ${lost} lost, ${stored} readings stored, none twice; ready after a kill: median ${readyMs[KILLS >> 1]!.toFixed(0)} ms, p99 ${readyMs[Math.floor(KILLS * 0.99)]!.toFixed(0)} ms`,
  );
  expect(lost).toBe(0);
  expect(acknowledged).toBeGreaterThan(KILLS * 10);
});
