import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { generate } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RejectReason } from "../../model/reading.ts";
import { startIngestBroker, type IngestBroker } from "../support/ingest-broker.ts";
import { connectPacket, loginDevice, openDevice, type RawDevice } from "../support/raw-device.ts";
import { seededRandom } from "../support/random.ts";
import { until } from "../support/until.ts";

/** What devices and strangers should not send: each has its reason, nothing stops, nobody else notices. */

let running: IngestBroker;
let neighbour: RawDevice;
let neighbourSent = 0;
const devices: RawDevice[] = [];
beforeEach(async () => {
  running = await startIngestBroker();
  neighbour = await loginDevice(running.broker.port, "G2");
  neighbourSent = 0;
});
afterEach(async () => {
  for (const device of [neighbour, ...devices.splice(0)]) device.destroy();
  await running.stop();
});

const STATION = "heat/v1/S01/telemetry";
const UNIT = "heat/v1/S01/B03-U2/telemetry";

async function login(): Promise<RawDevice> {
  const device = await loginDevice(running.broker.port, "G1");
  devices.push(device);
  return device;
}

/** The other gateway still publishes and is acknowledged. */
async function neighbourIsServed(): Promise<void> {
  neighbour.publish("heat/v1/S02/S02-L/telemetry", '{"values":{"t2_return":37.4}}', ++neighbourSent);
  await until("the neighbour is acknowledged", () => neighbour.acks().length === neighbourSent);
}

/** Resident memory of this process, MB. */
const residentMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1_024;

const TABLE: { name: string; topic?: string; payload: string | Buffer; reason: RejectReason; stored?: number }[] = [
  { name: "not JSON", payload: "hello", reason: "not_json" },
  { name: "an empty message", payload: "", reason: "not_json" },
  { name: "bad UTF-8", payload: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), reason: "bad_utf8" },
  { name: "1e999 beside a good value", payload: '{"values":{"t_return":1e999,"valve_pos":80}}', reason: "not_finite", stored: 1 },
  { name: "NaN", payload: '{"values":{"t_return":NaN}}', reason: "not_json" },
  { name: "an unknown station", topic: "heat/v1/S77/telemetry", payload: "{}", reason: "unknown_station" },
  { name: "the topic of another station", topic: "heat/v1/S02/telemetry", payload: '{"assets":{"S02":{"t_out":-3}}}', reason: "bad_topic" },
  { name: "the status of another station", topic: "heat/v1/S02/status", payload: "offline", reason: "bad_topic" },
  {
    name: "an unknown asset beside a good one",
    topic: STATION,
    payload: '{"assets":{"S01-Z":{"t_out":-3},"S01":{"t_out":-3}}}',
    reason: "unknown_asset",
    stored: 1,
  },
  {
    name: "an asset of another station",
    topic: STATION,
    payload: '{"assets":{"S02-L":{"t2_supply":48},"S01":{"t_out":-3}}}',
    reason: "foreign_asset",
    stored: 1,
  },
  {
    name: "an unknown signal beside a good one",
    payload: '{"values":{"t_retour":37,"valve_pos":80}}',
    reason: "unknown_signal",
    stored: 1,
  },
  { name: "a signal of another level", payload: '{"values":{"t2_supply":37,"valve_pos":80}}', reason: "wrong_level", stored: 1 },
  { name: "0.35 kPa", payload: '{"values":{"p_supply":0.35,"valve_pos":80}}', reason: "out_of_range", stored: 1 },
  { name: "1970", payload: '{"ts":86400000,"values":{"t_return":37}}', reason: "too_old" },
  { name: "tomorrow", payload: JSON.stringify({ ts: Date.now() + 86_400_000, values: { t_return: 37 } }), reason: "future_time" },
  { name: "2106", payload: '{"ts":4294967296000,"values":{"t_return":37}}', reason: "future_time" },
  { name: "64 KB and more in one object", payload: `{"pad":"${"x".repeat(70_000)}","values":{"t_return":37}}`, reason: "too_large" },
  { name: "1 MB of nothing", payload: " ".repeat(1_048_576), reason: "not_json" },
  { name: "a payload over the frame limit", payload: Buffer.alloc(2_000_000, 0x20), reason: "too_large" },
  { name: "a topic that is none of ours", topic: "zigbee2mqtt/lamp", payload: "{}", reason: "bad_topic" },
  { name: "a topic of nine levels", topic: "heat/v1/a/b/c/d/e/f/g", payload: "{}", reason: "bad_topic" },
  { name: "a hundred levels", topic: "/".repeat(100), payload: "{}", reason: "bad_topic" },
  { name: "a wildcard as a topic", topic: "heat/v1/S01/+", payload: "{}", reason: "bad_topic" },
  { name: "$SYS", topic: "$SYS/broker/heartbeat", payload: "{}", reason: "bad_topic" },
  { name: "a status that is no status", topic: "heat/v1/S01/status", payload: "broken", reason: "bad_shape" },
];

describe("is acknowledged, kept with its reason, and stops nobody", () => {
  test.each(TABLE)("$name: $reason", async ({ topic, payload, reason, stored }) => {
    const device = await login();
    device.publish(topic ?? UNIT, payload, 1);
    device.publish(UNIT, '{"values":{"t_return":38.5}}', 2);
    await until("both are acknowledged", () => device.acks().length === 2);
    await neighbourIsServed();
    expect(device.closed()).toBe(false);
    expect(running.store.rejectList.map((reject) => reject.reason)).toEqual([reason]);
    expect(running.store.rejectList[0]).toMatchObject({ gateway: "G1", expected: expect.any(String), found: expect.any(String) });
    expect(running.store.readings).toHaveLength((stored ?? 0) + 2);
    expect(running.pipeline.stats().rejects).toEqual({ [reason]: 1 });
  });

  test("null is no reject: the sensor failed", async () => {
    const device = await login();
    device.publish(UNIT, '{"values":{"t_return":null}}', 1);
    await until("it is acknowledged", () => device.acks().length === 1);
    expect(running.store.readings.map(({ value }) => value)).toEqual([null]);
    expect(running.store.rejectList).toEqual([]);
  });
});

describe("ends the connection that sent it, and no other", () => {
  test("QoS 2", async () => {
    const device = await login();
    device.publish(UNIT, '{"values":{"t_return":37}}', 1, 2);
    await until("it is closed", () => device.closed());
    await neighbourIsServed();
    expect(running.store.rejectList).toMatchObject([{ reason: "bad_shape", expected: "QoS 0 or 1", found: "QoS 2", gateway: "G1" }]);
    expect(running.store.readings).toHaveLength(1);
    expect(running.broker.stats().ended).toEqual({ qos_2: 1 });
  });

  test("more than 16 MB announced after CONNECT", async () => {
    const device = await login();
    device.send(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    await until("it is closed", () => device.closed());
    await neighbourIsServed();
    expect(running.store.rejectList).toMatchObject([{ reason: "too_large", gateway: "G1" }]);
    expect(running.broker.stats().ended).toEqual({ too_large: 1 });
    expect(running.lines.join()).toContain("268435455 bytes");
  });

  test("a control packet over 4 KB: a SUBSCRIBE of 20,000 filters", async () => {
    const device = await login();
    device.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: Array.from({ length: 20_000 }, (_, index) => ({ topic: `heat/v1/S01/command/${index}`, qos: 0 as const })),
    });
    await until("it is closed", () => device.closed());
    await neighbourIsServed();
    expect(running.broker.stats().ended).toEqual({ too_large: 1 });
  });

  test("a CONNECT over 4 KB", async () => {
    const device = await openDevice(running.broker.port);
    device.send(connectPacket("G1", { password: Buffer.alloc(5_000, 0x61) }));
    await until("it is closed", () => device.closed());
    expect(device.received).toEqual([]);
    expect(running.broker.stats().ended).toEqual({ too_large: 1 });
  });

  test("anything before CONNECT, a second CONNECT, an endless length, a PUBLISH without a topic", async () => {
    const early = await openDevice(running.broker.port);
    early.publish(UNIT, '{"values":{"t_return":37}}', 1);
    await until("it is closed", () => early.closed());
    const twice = await login();
    twice.send(connectPacket("G1"));
    await until("it is closed", () => twice.closed());
    const endless = await login();
    endless.send(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]));
    await until("it is closed", () => endless.closed());
    const topicless = await login();
    topicless.send(Buffer.from([0x30, 0x02, 0x00, 0x00]));
    await until("it is closed", () => topicless.closed());
    await neighbourIsServed();
    expect(running.broker.stats().ended).toMatchObject({ not_connect: 1, malformed: 2 });
    expect(running.store.readings).toHaveLength(1);
  });
});

describe("memory", () => {
  test("100 strangers announce 256 MB each before CONNECT and send 1 MB of it: closed at the announcement", async () => {
    // In a process of their own, so that what is measured is the broker's.
    const script = `
      const { connect } = require("node:net");
      const flood = Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(1_000_000)]);
      for (let each = 0; each < 100; each++) {
        const socket = connect(${running.broker.port}, "127.0.0.1", () => socket.write(flood));
        socket.on("error", () => {});
      }`;
    const before = residentMb();
    const { code } = await new Promise<{ code: number | null }>((resolve) => {
      execFile(process.execPath, ["-e", script], { timeout: 20_000 }, (error) =>
        resolve({ code: error === null ? 0 : Number(error.code) }),
      );
    });
    // The script ends by itself when every one of its connections was closed.
    expect(code).toBe(0);
    await neighbourIsServed();
    expect(running.broker.stats().ended).toEqual({ too_large: 100 });
    // About 15 MB of it are the chunks that were read once; without a limit on the socket it is several hundred.
    expect(residentMb() - before).toBeLessThan(40);
  });

  test("100 strangers announce 4,000 bytes and wait: a few KB each", async () => {
    const before = residentMb();
    const strangers = await Promise.all(Array.from({ length: 100 }, () => openDevice(running.broker.port)));
    for (const stranger of strangers) stranger.send(Buffer.from([0x10, 0xa0, 0x1f]));
    await neighbourIsServed();
    expect(residentMb() - before).toBeLessThan(50);
    for (const stranger of strangers) stranger.destroy();
  });
});

test("4,000 mutilated packets of a logged-in device: no crash, and the neighbour is served", async () => {
  const random = seededRandom(20_261);
  const good = generate({
    cmd: "publish",
    topic: UNIT,
    payload: '{"ts":1795132800000,"values":{"t_return":37.4,"valve_pos":80}}',
    qos: 1,
    messageId: 7,
    retain: false,
    dup: false,
  });
  for (let round = 0; round < 40; round++) {
    const device = await login();
    for (let each = 0; each < 100; each++) {
      const bytes = Buffer.from(good);
      const changes = 1 + Math.floor(random() * 4);
      for (let change = 0; change < changes; change++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      device.send(bytes);
    }
    await neighbourIsServed();
    device.destroy();
  }
  await running.pipeline.flush();
  expect(running.store.readings.every(({ value }) => value === null || Number.isFinite(value))).toBe(true);
}, 60_000);

test("any payload on the own topic is acknowledged", async () => {
  const device = await login();
  let messageId = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      async (payload) => {
        messageId = (messageId % 65_535) + 1;
        device.publish(UNIT, Buffer.from(payload), messageId);
        await until("it is acknowledged", () => device.acks().at(-1) === messageId, 5_000);
      },
    ),
    { seed: 5, numRuns: 100 },
  );
  expect(device.closed()).toBe(false);
});
