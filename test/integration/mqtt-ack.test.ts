import { afterEach, describe, expect, test } from "vitest";
import { startIngestBroker, type IngestBroker } from "../support/ingest-broker.ts";
import { seededRandom } from "../support/random.ts";
import { loginDevice, type RawDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** A PUBACK means: this message is on disk (CONTRACT 3). */

let running: IngestBroker | undefined;
const devices: RawDevice[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.destroy();
  await running?.stop();
  running = undefined;
});

const TOPIC = "heat/v1/S01/B03-U2/telemetry";
const START = Date.now() - 3_600_000;
const body = (index: number): string => JSON.stringify({ ts: START + index, values: { t_return: 37 } });

async function login(name: string, onAck?: (messageId: number) => void): Promise<RawDevice> {
  const device = await loginDevice(running!.broker.port, name, {}, (packet) => packet.cmd === "puback" && onAck?.(packet.messageId ?? 0));
  devices.push(device);
  return device;
}

describe("no PUBACK before the commit", () => {
  test("while the commit is held nothing is acknowledged, though pings are answered", async () => {
    running = await startIngestBroker();
    const { store } = running;
    const device = await login("G1");
    store.hold();
    for (let index = 1; index <= 100; index++) device.publish(TOPIC, body(index), index);
    await until("the commit is on its way", () => store.held === 1);
    // Whatever was acknowledged before it would have arrived before these answers.
    for (let each = 0; each < 3; each++) {
      device.send({ cmd: "pingreq" });
      await device.expect("pingresp");
    }
    expect(device.acks()).toEqual([]);
    store.release();
    await until("all are acknowledged", () => device.acks().length === 100);
    expect(device.acks()).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test("each of 6,000 messages is in the store when its acknowledgement arrives, and in order", async () => {
    running = await startIngestBroker();
    const { store } = running;
    const random = seededRandom(11);
    const commit = store.commit.bind(store);
    store.commit = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, random() * 4));
      return commit(batch);
    };
    const stored = new Set<number>();
    const keep = store.readings.push.bind(store.readings);
    store.readings.push = (...readings) => {
      for (const { at } of readings) stored.add(at);
      return keep(...readings);
    };
    let early = 0;
    const run = async (name: string, offset: number): Promise<RawDevice> => {
      const device = await login(name, (messageId) => {
        if (!stored.has(START + offset + messageId)) early++;
      });
      const topic = name === "G2" ? "heat/v1/S02/S02-L/telemetry" : TOPIC;
      for (let index = 1; index <= 2_000; index++) {
        device.publish(
          topic,
          name === "G2" ? JSON.stringify({ ts: START + offset + index, values: { t2_return: 37 } }) : body(offset + index),
          index,
        );
        if (index % 100 === 0) await until("half are acknowledged", () => device.acks().length > index - 300);
      }
      return device;
    };
    const ran = await Promise.all([run("G1", 0), run("G2", 10_000), run("BOTH", 20_000)]);
    for (const device of ran) {
      await until("all are acknowledged", () => device.acks().length === 2_000);
      expect(device.acks()).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1));
    }
    expect(early).toBe(0);
    expect(stored.size).toBe(6_000);
  });

  test("a disk that is full: connected, answered, unacknowledged; then everything, once", async () => {
    running = await startIngestBroker({ ingestLimits: { retryFirstMs: 10, retryLongestMs: 20 } });
    const { store, pipeline } = running;
    const device = await login("G1");
    store.refuse("database or disk is full");
    for (let index = 1; index <= 50; index++) device.publish(TOPIC, body(index), index);
    await until("the refusal is known", () => pipeline.stats().failing);
    device.send({ cmd: "pingreq" });
    await device.expect("pingresp");
    expect(device.acks()).toEqual([]);
    store.refuse(undefined);
    await until("all are acknowledged", () => device.acks().length === 50);
    expect(store.readings).toHaveLength(50);
  });

  test("status messages and telemetry are acknowledged in the order in which they came", async () => {
    running = await startIngestBroker();
    const device = await login("G1");
    const order: number[] = [];
    for (let index = 1; index <= 300; index++) {
      if (index % 3 === 0) device.publish("heat/v1/S01/status", "online", index);
      else device.publish(TOPIC, body(index), index);
      order.push(index);
    }
    await until("all are acknowledged", () => device.acks().length === 300);
    expect(device.acks()).toEqual(order);
  });
});

describe("back-pressure", () => {
  test("a full queue stops the sockets, keeps the clients, loses nothing", async () => {
    running = await startIngestBroker({ ingestLimits: { queueMessagesMax: 100 } });
    const { store, pipeline, broker } = running;
    const count = 3_000;
    const device = await login("G1");
    const other = await login("G2");
    store.hold();
    for (let index = 1; index <= count; index++) device.publish(TOPIC, body(index), index);
    await until("the queue is full", () => pipeline.full);
    other.publish("heat/v1/S02/S02-L/telemetry", '{"values":{"t2_return":37}}', 1);
    await until("the commit is on its way", () => store.held === 1);
    expect(pipeline.stats().queueMessages).toBeLessThanOrEqual(101);
    expect(broker.stats().heldConnections).toBe(2);
    expect(device.acks()).toEqual([]);
    // Who comes now is let in, and waits like the others; the third one's login shows that the second was not read.
    const queued = pipeline.stats().queueMessages;
    const late = await login("BOTH");
    for (let index = 1; index <= 5; index++) late.publish("heat/v1/S02/S02-L/telemetry", `{"values":{"t2_return":${index}}}`, index);
    await login("G2");
    expect(pipeline.stats().queueMessages).toBe(queued);
    store.release();
    await until("all are acknowledged", () => device.acks().length === count && late.acks().length === 5);
    expect(pipeline.stats()).toMatchObject({ dropped: 0, queueMessages: 0 });
  });

  test("one connection may have so many messages in flight; the others do not wait for it", async () => {
    running = await startIngestBroker({ limits: { inFlightMessagesMax: 50 } });
    const { store, pipeline } = running;
    const device = await login("G1");
    store.hold();
    for (let index = 1; index <= 1_000; index++) device.publish(TOPIC, body(index), index);
    const other = await login("G2");
    other.publish("heat/v1/S02/S02-L/telemetry", '{"values":{"t2_return":37}}', 1);
    await until("both are waited for", () => pipeline.stats().queueMessages === 51);
    store.release();
    await until("all are acknowledged", () => device.acks().length === 1_000 && other.acks().length === 1);
    expect(store.readings).toHaveLength(1_001);
  });
});

describe("the end of the broker", () => {
  test("what was taken is committed and acknowledged before the sockets close; wills stay unsaid", async () => {
    running = await startIngestBroker();
    const { store, broker } = running;
    const device = await loginDevice(broker.port, "G1", {
      will: { topic: "heat/v1/S01/status", payload: Buffer.from("offline"), qos: 1, retain: true },
    });
    devices.push(device);
    store.hold();
    for (let index = 1; index <= 20; index++) device.publish(TOPIC, body(index), index);
    await until("the commit is on its way", () => store.held === 1);
    const closed = broker.close();
    store.release();
    await closed;
    await until("the socket is closed", () => device.closed());
    expect(device.acks()).toHaveLength(20);
    expect(store.readings.filter(({ point }) => point.signal === "online")).toEqual([]);
  });
});
