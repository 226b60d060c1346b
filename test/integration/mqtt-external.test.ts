import { createServer, connect, type Server, type Socket } from "node:net";
import { parser, type Packet } from "mqtt-packet";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectExternal, type ExternalBroker } from "../../ingest/external.ts";
import type { IngestLimits } from "../../ingest/limits.ts";
import { createPipeline, type Pipeline } from "../../ingest/pipeline.ts";
import { freePort } from "../support/free-port.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";
import { startMosquitto, type Mosquitto } from "../support/mosquitto.ts";
import { smallNetwork } from "../support/small-network.ts";
import { until } from "../support/until.ts";

/** Behind somebody else's broker: a durable session at a real mosquitto, each message acknowledged after its commit. */

let mosquitto: Mosquitto;
let clientNumber = 0;
const openExternals: ExternalBroker[] = [];
const openClients: MqttClient[] = [];
const openServers: Server[] = [];
beforeAll(async () => {
  mosquitto = await startMosquitto();
});
afterAll(() => mosquitto.remove());
afterEach(async () => {
  for (const external of openExternals.splice(0)) await external.close();
  for (const client of openClients.splice(0)) client.end(true);
  for (const server of openServers.splice(0)) server.close();
});

interface Started {
  readonly external: ExternalBroker;
  readonly pipeline: Pipeline;
  readonly lines: string[];
}

function open(store: MemoryStore, clientId: string, url = mosquitto.url, limits: Partial<IngestLimits> = {}): Started {
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(text);
  const log = { info: say, warn: say, error: say };
  const pipeline = createPipeline({ network: smallNetwork(), store, now: Date.now, log, onFresh: () => {}, limits });
  const external = connectExternal({ url, clientId, pipeline, log, now: Date.now, reconnectMs: 50 });
  openExternals.push(external);
  return { external, pipeline, lines };
}

const newClientId = (): string => `heatsteward-${process.pid}-${++clientNumber}`;

async function publisher(): Promise<MqttClient> {
  const client = await mqtt.connectAsync(mosquitto.url);
  openClients.push(client);
  return client;
}

const START = Date.now() - 3_600_000;
const publish = (client: MqttClient, from: number, count: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      client.publishAsync("heat/v1/S01/B03-U2/telemetry", JSON.stringify({ ts: START + from + index, values: { t_return: 37 } }), {
        qos: 1,
      }),
    ),
  );
const storedTimes = (store: MemoryStore): number[] =>
  store.readings.filter(({ point }) => point.signal === "t_return").map(({ at }) => at - START);
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

interface Wire {
  readonly url: string;
  /** What the platform sent to the broker, in order. */
  readonly sent: Packet[];
  readonly delivered: Packet[];
  /** Ends every connection at once. */
  cut(): void;
}

/** A wire between the platform and the broker on which every packet is seen. */
async function tapWire(port: number, onSent?: (packet: Packet) => void): Promise<Wire> {
  const sent: Packet[] = [];
  const delivered: Packet[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    const up = parser({ protocolVersion: 4 });
    const down = parser({ protocolVersion: 4 });
    up.on("packet", (packet) => {
      sent.push(packet);
      onSent?.(packet);
    });
    down.on("packet", (packet) => delivered.push(packet));
    near.on("data", (chunk) => {
      up.parse(chunk);
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      down.parse(chunk);
      near.write(chunk);
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        near.destroy();
        far.destroy();
        sockets.delete(socket);
      });
    }
  });
  openServers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const wirePort = typeof address === "object" ? (address?.port ?? 0) : 0;
  return {
    url: `mqtt://127.0.0.1:${wirePort}`,
    sent,
    delivered,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
const acksOf = (wire: Wire): Packet[] => wire.sent.filter(({ cmd }) => cmd === "puback");

test("no acknowledgement precedes its commit, and packets are let in meanwhile", async () => {
  const store = createMemoryStore();
  let early = 0;
  const wire = await tapWire(mosquitto.port, (packet) => {
    if (packet.cmd !== "puback") return;
    const message = wire.delivered.find((each) => each.cmd === "publish" && each.messageId === packet.messageId);
    const { ts } = JSON.parse(String((message as { payload?: Buffer } | undefined)?.payload)) as { ts: number };
    if (!store.readings.some(({ at }) => at === ts)) early++;
  });
  const { external, pipeline } = open(store, newClientId(), wire.url);
  await external.ready();
  store.hold();
  const client = await publisher();
  await publish(client, 0, 500);
  await until("all are in the pipeline", () => pipeline.stats().queueMessages === 500);
  await until("the commit is on its way", () => store.held === 1);
  expect(acksOf(wire)).toEqual([]);
  store.release();
  await until("all are acknowledged", () => acksOf(wire).length === 500);
  expect(early).toBe(0);
  expect(storedTimes(store)).toEqual(range(0, 500));
  expect(store.batches.length).toBeLessThan(10);
});

test("what was not committed when the platform died comes again, what was does not", async () => {
  const clientId = newClientId();
  const store = createMemoryStore();
  const wire = await tapWire(mosquitto.port);
  const first = open(store, clientId, wire.url);
  await first.external.ready();
  const client = await publisher();
  await publish(client, 0, 20);
  await until("the first are acknowledged", () => acksOf(wire).length === 20);
  store.hold();
  await publish(client, 100, 30);
  await until("the second are in the pipeline", () => first.pipeline.stats().queueMessages === 30);
  // Dies: never commits, never acknowledges.
  const closing = first.external.close();
  wire.cut();
  await publish(client, 200, 10);

  const later = createMemoryStore();
  const second = open(later, clientId);
  await second.external.ready();
  await until("all that was not acknowledged is stored", () => later.readings.length >= 40);
  await second.pipeline.flush();
  expect(storedTimes(later).toSorted((a, b) => a - b)).toEqual([...range(100, 30), ...range(200, 10)]);
  store.release();
  await closing;
});

test("an acknowledgement whose connection is gone is not sent on the next one", async () => {
  const store = createMemoryStore();
  const wire = await tapWire(mosquitto.port);
  const { external, pipeline } = open(store, newClientId(), wire.url);
  await external.ready();
  const client = await publisher();
  store.hold();
  await publish(client, 0, 10);
  await until("they are in the pipeline", () => pipeline.stats().queueMessages === 10);
  wire.cut();
  await until("connected again, and they came again", () => external.stats().connects === 2 && pipeline.stats().queueMessages === 20);
  expect(acksOf(wire)).toEqual([]);
  store.release();
  await until("the new ones are acknowledged", () => acksOf(wire).length === 10);
  await pipeline.flush();
  expect(external.stats()).toMatchObject({ staleAcks: 10, messages: 20 });
  expect(storedTimes(store)).toEqual(range(0, 10));
});

test("a disk that refuses: nothing is acknowledged until it takes again", async () => {
  const store = createMemoryStore();
  const wire = await tapWire(mosquitto.port);
  const { external, pipeline } = open(store, newClientId(), wire.url, { retryFirstMs: 5, retryLongestMs: 10 });
  await external.ready();
  store.refuse("disk full");
  await publish(await publisher(), 0, 10);
  await until("it was tried", () => pipeline.stats().failing);
  expect(acksOf(wire)).toEqual([]);
  store.refuse(undefined);
  await until("all are acknowledged", () => acksOf(wire).length === 10);
  expect(storedTimes(store)).toEqual(range(0, 10));
});

test("a full queue stops the reading; afterwards everything is there", async () => {
  const store = createMemoryStore();
  const { external, pipeline } = open(store, newClientId(), mosquitto.url, { queueMessagesMax: 20 });
  await external.ready();
  store.hold();
  const client = await publisher();
  await publish(client, 0, 300);
  await until("the queue is full", () => pipeline.full);
  expect(pipeline.stats().queueMessages).toBe(20);
  store.release();
  await until("all are stored", () => store.readings.length === 300);
  expect(pipeline.stats().dropped).toBe(0);
});

test("status, station and asset topics; rejects are acknowledged; other topics are not subscribed", async () => {
  const store = createMemoryStore();
  const { external } = open(store, newClientId());
  await external.ready();
  const client = await publisher();
  await client.publishAsync("heat/v1/S02/status", "online", { qos: 1, retain: true });
  await client.publishAsync("heat/v1/S02/telemetry", '{"assets":{"S02":{"t_out":-3}}}', { qos: 0 });
  await client.publishAsync("heat/v1/S02/S02-L/telemetry", "garbage", { qos: 1 });
  await client.publishAsync("heat/v1/S02/S02-L/command", "open", { qos: 1 });
  await client.publishAsync("heat/v1/S99/telemetry", "{}", { qos: 1 });
  await until("all are stored", () => store.readings.length === 2 && store.rejectList.length === 2);
  expect(store.rejectList.map(({ reason }) => reason)).toEqual(["not_json", "unknown_station"]);
  expect(external.stats().messages).toBe(4);
  await client.publishAsync("heat/v1/S02/status", "", { qos: 1, retain: true });
});

test("the broker restarts: the platform comes back by itself and misses nothing", async () => {
  const store = createMemoryStore();
  const { external } = open(store, newClientId());
  await external.ready();
  const client = await publisher();
  await publish(client, 0, 10);
  await until("the first are stored", () => store.readings.length === 10);
  await mosquitto.stop();
  await until("it is noticed", () => !external.stats().connected);
  await mosquitto.start();
  await until("it is back", () => external.stats().connected && client.connected);
  await external.ready();
  await publish(client, 100, 10);
  await until("all are stored", () => store.readings.length === 20);
  expect(storedTimes(store)).toEqual([...range(0, 10), ...range(100, 10)]);
});

test("a broker that is not there yet delays and says so, it does not fail", async () => {
  const store = createMemoryStore();
  const port = await freePort();
  const { external, lines } = open(store, newClientId(), `mqtt://127.0.0.1:${port}`);
  await until("the failure is known", () => external.stats().lastError);
  expect(external.stats()).toMatchObject({ connected: false, connects: 0 });
  expect(lines.join()).toContain("ECONNREFUSED");
});
