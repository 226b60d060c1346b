import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { generate } from "mqtt-packet";
import { afterEach, describe, expect, test } from "vitest";
import { startBroker } from "../../ingest/broker.ts";
import { passwordOf, startIngestBroker, type IngestBroker } from "../support/ingest-broker.ts";
import { loginDevice, openDevice, type RawDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** The broker as gateways and strangers meet it: real clients, real sockets. */

let running: IngestBroker | undefined;
const devices: RawDevice[] = [];
const processes: ChildProcess[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.destroy();
  for (const child of processes.splice(0)) child.kill("SIGKILL");
  await running?.stop();
  running = undefined;
});

const TOPIC = "heat/v1/S01/B03-U2/telemetry";
const GOOD = '{"values":{"t_return":37.4}}';
const port = (): number => running!.broker.port;

async function login(name: string, options: Parameters<typeof loginDevice>[2] = {}): Promise<RawDevice> {
  const device = await loginDevice(port(), name, options);
  devices.push(device);
  return device;
}

/** Debian's mosquitto_pub: exit code and what it said. */
function mosquittoPub(...options: string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      "mosquitto_pub",
      ["-h", "127.0.0.1", "-p", String(port()), ...options],
      { timeout: 10_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr });
      },
    );
    processes.push(child);
  });
}
const as = (name: string): string[] => ["-i", name, "-u", name, "-P", passwordOf(name)];

describe("mosquitto_pub", () => {
  test("publishes with QoS 1 and QoS 0", async () => {
    running = await startIngestBroker();
    expect(await mosquittoPub(...as("G1"), "-t", TOPIC, "-q", "1", "-m", GOOD)).toEqual({ code: 0, said: "" });
    expect(running.store.readings).toHaveLength(1);
    expect((await mosquittoPub(...as("G1"), "-t", TOPIC, "-q", "0", "-m", '{"values":{"valve_pos":80}}')).code).toBe(0);
    await until("the second is stored", () => running!.store.readings.length === 2);
    expect(running.broker.stats().qos0Messages).toBe(1);
  });

  test.each([
    ["a wrong password", ["-i", "G1", "-u", "G1", "-P", "guess"], 4, "credentials"],
    ["an unknown user", ["-i", "G9", "-u", "G9", "-P", "guess"], 4, "credentials"],
    ["no user at all", ["-i", "G1"], 5, "anonymous"],
    ["the client id of another gateway", ["-i", "G2", "-u", "G1", "-P", passwordOf("G1")], 2, "client_id"],
    ["MQTT 5", [...as("G1"), "-V", "5"], 132, "version"],
    ["a will about another station", [...as("G1"), "--will-topic", "heat/v1/S02/status", "--will-payload", "offline"], 5, "will"],
    ["a will on a telemetry topic", [...as("G1"), "--will-topic", "heat/v1/S01/telemetry", "--will-payload", GOOD], 5, "will"],
  ])("with %s is refused, counted and logged", async (_, options, code, reason) => {
    running = await startIngestBroker();
    const { code: exit } = await mosquittoPub(...options, "-t", TOPIC, "-q", "1", "-m", GOOD);
    expect(exit).toBe(code);
    expect(running.store.readings).toEqual([]);
    expect(running.broker.stats().refused).toEqual({ [reason]: 1 });
    expect(running.lines.join("\n")).toContain(`refused (${reason})`);
    expect(running.lines.join("\n")).not.toContain(passwordOf("G1"));
  });

  test("another gateway is served meanwhile", async () => {
    running = await startIngestBroker();
    const results = await Promise.all([
      mosquittoPub("-i", "G1", "-u", "G1", "-P", "guess", "-t", TOPIC, "-m", GOOD),
      mosquittoPub(...as("G2"), "-t", "heat/v1/S02/S02-L/telemetry", "-q", "1", "-m", '{"values":{"t2_return":37}}'),
    ]);
    expect(results.map(({ code }) => code)).toEqual([4, 0]);
    expect(running.store.readings).toHaveLength(1);
  });
});

describe("limits", () => {
  test("a connection that does not say CONNECT in time is closed", async () => {
    running = await startIngestBroker({ limits: { connectMs: 100 } });
    const device = await openDevice(port());
    devices.push(device);
    await until("it is closed", () => device.closed());
    expect(running.broker.stats().ended).toEqual({ connect_timeout: 1 });
  });

  test("connections from one address a second, and connections at all", async () => {
    running = await startIngestBroker({ limits: { connectionsPerSecondMax: 0.001, connectionsAtOnceMax: 3 } });
    for (let each = 0; each < 3; each++) devices.push(await openDevice(port()));
    const fourth = await openDevice(port());
    await until("the fourth is closed", () => fourth.closed());
    expect(running.broker.stats()).toMatchObject({ connections: 3, refused: { rate: 1 } });
    await running.stop();

    running = await startIngestBroker({ limits: { connectionsMax: 2 } });
    for (let each = 0; each < 2; each++) devices.push(await openDevice(port()));
    const third = await openDevice(port());
    await until("the third is closed", () => third.closed());
    expect(running.broker.stats().refused).toEqual({ full: 1 });
  });

  test("a device that does not take its acknowledgements is cut off; the others do not notice", async () => {
    running = await startIngestBroker({ limits: { drainMs: 300 } });
    const frozen = await login("G1");
    frozen.socket.pause();
    const other = await login("G2");
    const flood = Buffer.concat(
      Array.from({ length: 10_000 }, (_, index) =>
        generate({ cmd: "publish", topic: TOPIC, payload: '{"values":{}}', qos: 1, messageId: index + 1, retain: false, dup: false }),
      ),
    );
    let messageId = 0;
    await until(
      "it is cut off",
      async () => {
        if (frozen.socket.writableLength < 4 * flood.length) for (let each = 0; each < 4; each++) frozen.send(flood);
        other.publish("heat/v1/S02/telemetry", '{"assets":{"S02":{"t_out":-3}}}', ++messageId);
        await until("the other is acknowledged", () => other.acks().length === messageId, 2_000);
        return running!.broker.stats().ended.slow_reader === 1;
      },
      60_000,
    );
    expect(frozen.acks()).toEqual([]);
    expect(running.broker.connected("G1")).toBe(false);
  });

  test("a port in use is an error that names it", async () => {
    running = await startIngestBroker();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const takenPort = typeof address === "object" ? (address?.port ?? 0) : 0;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    await expect(
      startBroker({ host: "127.0.0.1", port: takenPort, pipeline: running.pipeline, log, now: Date.now, authenticate: () => undefined }),
    ).rejects.toMatchObject({
      name: "InputError",
      place: `MQTT port ${takenPort}`,
      expected: "a free port",
    });
    await new Promise((resolve) => taken.close(resolve));
  });
});

test("1,000 devices come back at once", async () => {
  running = await startIngestBroker({ authenticate: (name) => ({ name, stations: ["S01"] }) });
  const child = spawn(process.execPath, [
    `${import.meta.dirname}/../bench/ingest-load.ts`,
    JSON.stringify({ port: port(), connections: 1_000, inFlight: 1, forMs: 300 }),
  ]);
  processes.push(child);
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  expect(code).toBe(0);
  const { acknowledged } = JSON.parse(out) as { acknowledged: number };
  expect(acknowledged).toBeGreaterThanOrEqual(1_000);
  expect(running.broker.stats()).toMatchObject({ connectionsTotal: 1_000, refused: {} });
  expect(running.pipeline.stats().messages).toBe(acknowledged);
});
