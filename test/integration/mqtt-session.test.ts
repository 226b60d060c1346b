import mqtt, { type MqttClient } from "mqtt";
import { afterEach, describe, expect, test } from "vitest";
import { passwordOf, startIngestBroker, type IngestBroker } from "../support/ingest-broker.ts";
import { connectPacket, loginDevice, openDevice, type RawDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** A gateway's connection from login to the end: status, will, subscriptions. */

let running: IngestBroker | undefined;
const devices: RawDevice[] = [];
const clients: MqttClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  for (const device of devices.splice(0)) device.destroy();
  await running?.stop();
  running = undefined;
});

const TOPIC = "heat/v1/S01/B03-U2/telemetry";
const GOOD = '{"values":{"t_return":37.4}}';
const OFFLINE = { topic: "heat/v1/S01/status", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
const port = (): number => running!.broker.port;
const onlineValues = (): (number | null)[] =>
  running!.store.readings.filter(({ point }) => point.signal === "online").map(({ value }) => value);

async function login(name: string, options: Parameters<typeof loginDevice>[2] = {}): Promise<RawDevice> {
  const device = await loginDevice(port(), name, options);
  devices.push(device);
  return device;
}

async function knock(
  name: string,
  options: Parameters<typeof connectPacket>[1] = {},
): Promise<{ device: RawDevice; returnCode: number | undefined }> {
  const device = await openDevice(port());
  devices.push(device);
  device.send(connectPacket(name, options));
  const answer = await device.expect("connack");
  return { device, returnCode: answer.cmd === "connack" ? answer.returnCode : undefined };
}

describe("a session", () => {
  test("MQTT 5 is told so by the mqtt package too", async () => {
    running = await startIngestBroker();
    await expect(
      mqtt.connectAsync(
        running.broker.url,
        { clientId: "G1", username: "G1", password: passwordOf("G1"), protocolVersion: 5, reconnectPeriod: 0 },
        false,
      ),
    ).rejects.toThrow(/protocol version/i);
  });

  test("a durable one is not kept", async () => {
    running = await startIngestBroker();
    const first = await login("G1", { clean: false });
    first.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "heat/v1/S01/command", qos: 1 }] });
    await first.expect("suback");
    first.send({ cmd: "disconnect" });
    await until("it is gone", () => running!.broker.stats().connections === 0);
    const device = await openDevice(port());
    devices.push(device);
    device.send(connectPacket("G1", { clean: false }));
    expect(await device.expect("connack")).toMatchObject({ returnCode: 0, sessionPresent: false });
  });

  test("packets sent together with CONNECT are served after it", async () => {
    running = await startIngestBroker({
      authenticate: async (name) => new Promise((resolve) => setTimeout(() => resolve({ name, stations: ["S01"] }), 30)),
    });
    const device = await openDevice(port());
    devices.push(device);
    device.send(
      connectPacket("G1"),
      { cmd: "publish", topic: TOPIC, payload: GOOD, qos: 1, messageId: 1, retain: false, dup: false },
      { cmd: "pingreq" },
    );
    await device.expect("pingresp");
    await device.expect("puback");
    expect(device.received[0]?.cmd).toBe("connack");
    expect(running.store.readings).toHaveLength(1);
  });

  test("a credential check that fails or hangs is an unavailable server, not an open door", async () => {
    running = await startIngestBroker({ authenticate: () => Promise.reject(new Error("database is locked")) });
    expect((await knock("G1")).returnCode).toBe(3);
    await running.stop();
    running = await startIngestBroker({ authenticate: () => new Promise(() => {}), limits: { connectMs: 50 } });
    expect((await knock("G1")).returnCode).toBe(3);
    expect(running.broker.stats().refused).toEqual({ unanswered: 1 });
  });

  test("the same gateway again takes over, and is counted", async () => {
    running = await startIngestBroker();
    const first = await login("G1");
    const second = await login("G1");
    await until("the first is closed", () => first.closed());
    second.publish(TOPIC, GOOD, 1);
    await second.expect("puback");
    expect(running.broker.stats().takenOver).toBe(1);
    expect(running.broker.connected("G1")).toBe(true);
  });

  test("kick() ends it at once, and says that the station is offline", async () => {
    running = await startIngestBroker();
    const device = await login("G1", { will: OFFLINE });
    expect(running.broker.kick("G1")).toBe(true);
    await until("it is closed", () => device.closed());
    await until("the will is stored", () => onlineValues().length === 1);
    expect(onlineValues()).toEqual([0]);
    expect(running.broker.kick("G1")).toBe(false);
    expect(running.broker.stats().ended).toEqual({ kicked: 1 });
  });

  test("a gateway that only publishes stays, one that is silent goes after 1.5 keepalives, none at all is refused", async () => {
    running = await startIngestBroker();
    const busy = await login("G1", { keepalive: 1 });
    const silent = await login("G2", { keepalive: 1 });
    let sent = 0;
    await until("the silent one is closed", async () => {
      busy.publish(TOPIC, GOOD, ++sent);
      await until("it is acknowledged", () => busy.acks().length === sent);
      return silent.closed();
    });
    expect(busy.closed()).toBe(false);
    expect(running.broker.stats().ended).toEqual({ keepalive: 1 });
    // MQTT 3.1.1 knows the codes 0 to 5.
    expect((await knock("BOTH", { keepalive: 0 })).returnCode).toBe(2);
    const long = await knock("BOTH", { keepalive: 301 });
    expect(long.returnCode).toBe(2);
    await until("it is closed", () => long.device.closed());
    expect(running.broker.stats().refused).toEqual({ keepalive: 2 });
    expect(running.lines.join()).toContain("keepalive of 0 s");
  });
});

describe("status and will", () => {
  test("a gateway that dies is offline, one that says goodbye is not", async () => {
    running = await startIngestBroker();
    const dying = await login("G1", { will: OFFLINE });
    dying.publish("heat/v1/S01/status", "online", 1);
    await dying.expect("puback");
    dying.destroy();
    await until("the will is stored", () => onlineValues().length === 2);
    expect(onlineValues()).toEqual([1, 0]);

    const polite = await login("G1", { will: OFFLINE });
    polite.publish("heat/v1/S01/status", "online", 1);
    await polite.expect("puback");
    polite.send({ cmd: "disconnect" });
    await until("it is closed", () => polite.closed());
    await running.pipeline.flush();
    expect(onlineValues()).toEqual([1, 0, 1]);
  });

  test("the last status of a station is kept for who may read it; telemetry is never kept", async () => {
    running = await startIngestBroker();
    const device = await login("G1");
    const publish = (topic: string, payload: string, messageId: number): void =>
      device.send({ cmd: "publish", topic, payload, qos: 1, messageId, retain: true, dup: false });
    publish("heat/v1/S01/status", "offline", 1);
    publish("heat/v1/S01/status", "online", 2);
    publish(TOPIC, GOOD, 3);
    publish("heat/v1/S02/status", "offline", 4);
    await until("all are acknowledged", () => device.acks().length === 4);
    const client = mqtt.connect(running.broker.url, { clientId: "BOTH", username: "BOTH", password: passwordOf("BOTH") });
    clients.push(client);
    const told: string[] = [];
    client.on("message", (topic, payload, packet) => told.push(`${topic} ${String(payload)} ${packet.retain ? "kept" : "live"}`));
    const granted = await client.subscribeAsync(["heat/v1/S01/status", "heat/v1/S02/status"], { qos: 1 });
    expect(granted.map(({ qos }) => qos)).toEqual([1, 1]);
    await until("the kept one arrives", () => told.length > 0);
    device.publish("heat/v1/S01/status", "offline", 5);
    await until("the live one arrives", () => told.length > 1);
    expect(told).toEqual(["heat/v1/S01/status online kept", "heat/v1/S01/status offline live"]);
  });
});

describe("subscriptions", () => {
  test("nothing but the own command and status topics, and at most four", async () => {
    running = await startIngestBroker();
    const device = await login("G1");
    const subscribe = async (...topics: string[]): Promise<unknown> => {
      device.send({ cmd: "subscribe", messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 2 })) });
      const answer = await device.expect("suback");
      return answer.cmd === "suback" ? answer.granted : undefined;
    };
    expect(await subscribe("#", "$SYS/#", "$share/g/heat/v1/S01/command", "heat/v1/S02/command", "heat/v1/+/telemetry", "+/#")).toEqual([
      128, 128, 128, 128, 128, 128,
    ]);
    expect(
      await subscribe(
        "heat/v1/S01/command",
        "heat/v1/S01/status",
        "heat/v1/S01/command/a",
        "heat/v1/S01/command/b",
        "heat/v1/S01/command/c",
      ),
    ).toEqual([2, 2, 2, 2, 128]);
    expect(await subscribe("heat/v1/S01/command/d")).toEqual([128]);
    expect(running.broker.stats().subscriptionsRefused).toBe(8);
    device.publish(TOPIC, GOOD, 9);
    await device.expect("puback");
    expect(device.received.filter(({ cmd }) => cmd === "publish")).toEqual([]);
  });

  test("nothing of another gateway ever reaches a device", async () => {
    running = await startIngestBroker();
    const spy = await login("G1");
    spy.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: ["#", "heat/#", "heat/v1/S02/telemetry", "heat/v1/S02/status"].map((topic) => ({ topic, qos: 1 })),
    });
    await spy.expect("suback");
    const other = await login("G2");
    other.publish("heat/v1/S02/telemetry", '{"assets":{"S02":{"t_out":-3}}}', 1);
    other.publish("heat/v1/S02/status", "online", 2);
    await until("both are acknowledged", () => other.acks().length === 2);
    spy.send({ cmd: "pingreq" });
    await spy.expect("pingresp");
    expect(spy.received.map(({ cmd }) => cmd)).toEqual(["connack", "suback", "pingresp"]);
  });
});
