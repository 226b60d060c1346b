import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reject } from "../../model/reading.ts";
import { ask, latest, metric, publish } from "../support/platform-api.ts";
import { type PlatformFolder, platformFolder, type RunningPlatform, startPlatformProcess } from "../support/platform-process.ts";
import { connectPacket, loginDevice, openDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** What gateways, programs and strangers should not send to the running platform: each is told apart, explained and counted; everybody else goes on. */

const NETWORK = `stations:
  - { id: S01, circuits: [{ id: S01-H, buildings: [{ id: B03, units: [{ id: B03-U2 }] }] }] }
  - { id: S02, circuits: [{ id: S02-L }] }
`;
const G1 = { gateway: "G1", password: "secret of G1" };
const G2 = { gateway: "G2", password: "secret of G2" };
const UNIT = "heat/v1/S01/B03-U2/telemetry";
const STATION = "heat/v1/S01/telemetry";

let folder: PlatformFolder;
let platform: RunningPlatform;
let sent = 0;
beforeAll(async () => {
  folder = await platformFolder(NETWORK, "heatsteward-bad-");
  folder.addDevice("G1", "--station", "S01", "--password", G1.password);
  folder.addDevice("G2", "--station", "S02", "--password", G2.password);
  platform = await startPlatformProcess(folder);
});
afterAll(async () => {
  await platform.kill("SIGKILL");
  folder.remove();
});

const send = (topic: string, payload: string | { readonly file: string }, from = G1): ReturnType<typeof publish> =>
  publish({ port: folder.mqttPort, ...from, topic, payload });

async function rejects(): Promise<readonly Reject[]> {
  return (await ask<{ items: Reject[] }>(folder, "/api/rejects?limit=200")).body.items;
}

/** The process lives and another gateway's value arrives. */
async function neighbourGoesOn(): Promise<void> {
  const value = 30 + (++sent % 40) / 10;
  expect((await send("heat/v1/S02/S02-L/telemetry", JSON.stringify({ values: { t2_return: value } }), G2)).code).toBe(0);
  expect((await latest(folder, "S02", "S02-L", "t2_return"))?.value).toBe(value);
  expect(platform.process.exitCode).toBeNull();
}

interface Case {
  readonly name: string;
  readonly topic?: string;
  readonly payload: string | Buffer;
  readonly reject: Partial<Reject>;
  /** What is stored all the same. */
  readonly kept?: readonly [asset: string, signal: string, value: number];
}

const inUnit = (values: string, ts = ""): string => `{${ts}"values":{${values}}}`;
const text = (part: string): unknown => expect.stringContaining(part);
const CASES: readonly Case[] = [
  {
    name: "not JSON",
    payload: "hello",
    reject: { reason: "not_json", station: "S01", expected: text("JSON"), found: text("hello") } as Partial<Reject>,
  },
  {
    name: "bad UTF-8",
    payload: Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
    reject: { reason: "bad_utf8", station: "S01" },
  },
  {
    name: "1e999",
    payload: inUnit('"t_return":1e999,"valve_pos":61'),
    reject: { reason: "not_finite", asset: "B03-U2", signal: "t_return" },
    kept: ["B03-U2", "valve_pos", 61],
  },
  { name: "NaN", payload: inUnit('"t_return":NaN'), reject: { reason: "not_json" } },
  {
    name: "an unknown station",
    topic: "heat/v1/S77/telemetry",
    payload: "{}",
    reject: { reason: "unknown_station", found: text("S77") } as Partial<Reject>,
  },
  {
    name: "the topic of another station",
    topic: "heat/v1/S02/telemetry",
    payload: '{"assets":{"S02":{"t_out":-3}}}',
    reject: { reason: "bad_topic", found: text("S02") } as Partial<Reject>,
  },
  {
    name: "an unknown asset",
    topic: STATION,
    payload: '{"assets":{"S01-Z":{"t_out":-3},"S01":{"t_out":-3.5}}}',
    reject: { reason: "unknown_asset", asset: "S01-Z" },
    kept: ["S01", "t_out", -3.5],
  },
  {
    name: "an unknown signal",
    payload: inUnit('"t_retour":37,"valve_pos":62'),
    reject: { reason: "unknown_signal", asset: "B03-U2", found: text("t_retour"), suggestion: text("t_return") } as Partial<Reject>,
    kept: ["B03-U2", "valve_pos", 62],
  },
  {
    name: "a pressure in MPa where kPa are declared",
    topic: STATION,
    payload: '{"assets":{"S01-H":{"p2_supply":0.35,"t2_supply":48.5}}}',
    reject: {
      reason: "out_of_range",
      asset: "S01-H",
      signal: "p2_supply",
      expected: text("kPa"),
      found: text("0.35"),
      suggestion: text("MPa"),
    } as Partial<Reject>,
    kept: ["S01-H", "t2_supply", 48.5],
  },
  {
    name: "the year 1970",
    payload: inUnit('"t_return":37', '"ts":86400000,'),
    reject: { reason: "too_old", expected: text("2000"), found: text("1970-01-02") } as Partial<Reject>,
  },
  {
    name: "tomorrow",
    payload: inUnit('"t_return":37', `"ts":${Date.now() + 86_400_000},`),
    reject: { reason: "future_time", suggestion: text("NTP") } as Partial<Reject>,
  },
  {
    name: "1 MB in one message",
    payload: `{"pad":"${"x".repeat(1_000_000)}","values":{"t_return":37}}`,
    reject: { reason: "too_large", expected: text("bytes") } as Partial<Reject>,
  },
];

describe("a message is acknowledged and explained, the rest of it and other gateways go on", () => {
  it.each(CASES)("$name", async ({ topic = UNIT, payload, reject, kept }) => {
    const before = (await rejects()).length;
    const file = join(folder.path, "payload");
    writeFileSync(file, payload);
    const ended = await send(topic, { file });
    expect(ended.code, ended.stderr).toBe(0);
    const found = await rejects();
    expect(found).toHaveLength(before + 1);
    expect(found[0]).toMatchObject({ topic, gateway: "G1", expected: expect.any(String), found: expect.any(String), ...reject });
    if (kept !== undefined) expect((await latest(folder, "S01", kept[0], kept[1]))?.value).toBe(kept[2]);
    await neighbourGoesOn();
  });

  it("null says that a sensor failed: stored, no reject", async () => {
    const before = (await rejects()).length;
    expect((await send(UNIT, inUnit('"t_return":null'))).code).toBe(0);
    expect(await latest(folder, "S01", "B03-U2", "t_return")).toMatchObject({ value: null, unit: "°C" });
    expect(await rejects()).toHaveLength(before);
  });
});

describe("a connection is refused, counted in the metrics, and everybody else goes on", () => {
  it("256 MB announced before CONNECT", async () => {
    const stranger = await openDevice(folder.mqttPort);
    stranger.send(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await until("it is closed", () => stranger.closed());
    expect(await metric(folder, 'broker_ended_total{reason="too_large"}')).toBe(1);
    await neighbourGoesOn();
  });

  it("a wrong password, no password, the client id of another gateway", async () => {
    expect((await send(UNIT, "{}", { ...G1, password: "guessed" })).code).not.toBe(0);
    expect((await publish({ port: folder.mqttPort, ...G1, clientId: "G2", topic: UNIT, payload: "{}" })).code).not.toBe(0);
    const nobody = await openDevice(folder.mqttPort);
    nobody.send(connectPacket("G1", { username: undefined, password: undefined }));
    expect(await nobody.expect("connack")).toMatchObject({ returnCode: 5 });
    nobody.destroy();
    expect(await metric(folder, 'broker_refused_total{reason="credentials"}')).toBe(1);
    expect(await metric(folder, 'broker_refused_total{reason="client_id"}')).toBe(1);
    expect(await metric(folder, 'broker_refused_total{reason="anonymous"}')).toBe(1);
    await neighbourGoesOn();
  });

  it.each(["#", "$SYS/#", "$share/group/heat/v1/S01/telemetry", "heat/v1/S02/telemetry"])("a subscription to %s", async (filter) => {
    const before = await metric(folder, "broker_subscriptions_refused_total");
    const device = await loginDevice(folder.mqttPort, "G1");
    device.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] });
    await until("it is refused", async () => device.closed() || device.received.some(({ cmd }) => cmd === "suback"));
    const granted = device.received
      .filter((packet) => packet.cmd === "suback")
      .flatMap((packet) => ("granted" in packet ? packet.granted : []));
    expect(granted.every((code) => code === 128)).toBe(true);
    expect(await metric(folder, "broker_subscriptions_refused_total")).toBe(before + 1);
    await neighbourGoesOn();
    expect(device.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
    device.destroy();
  });
});
