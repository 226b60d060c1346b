import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, expect, it } from "vitest";
import type { Health } from "../../model/live.ts";
import { freePort } from "../support/free-port.ts";
import { ask, latest } from "../support/platform-api.ts";
import { platformFolder, type RunningPlatform, startPlatformProcess } from "../support/platform-process.ts";
import { until } from "../support/until.ts";

/** The brokers of the profiles, with their own settings files, in front of the platform with the settings of its container. */

const ROOT = join(import.meta.dirname, "../..");
const NETWORK = "stations: [{ id: S01, circuits: [{ id: S01-H }] }, { id: S02 }]\n";
const GATEWAY_PASSWORD = "password-of-the-gateway";

interface Deployed {
  readonly secrets: string;
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Secrets as `deploy/make-secrets.sh` makes them, and a folder for the broker. */
function prepare(): { folder: string; secrets: string } {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-deploy-"));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  const secrets = join(folder, "secrets");
  execFileSync("sh", [join(ROOT, "deploy/make-secrets.sh"), secrets, "localhost"], { stdio: "ignore" });
  mkdirSync(join(folder, "data"));
  return { folder, secrets };
}

function runner(command: string, options: readonly string[], port: number): Pick<Deployed, "start" | "stop"> {
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const ended = once(running, "exit");
    running.kill("SIGTERM");
    await ended;
  };
  cleanUp.push(stop);
  return {
    stop,
    async start() {
      let output = "";
      const started = spawn(command, options, { stdio: ["ignore", "pipe", "pipe"] });
      child = started;
      for (const stream of [started.stdout, started.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
      await until(`${command} listens`, async () => {
        if (started.exitCode !== null) throw new Error(`${command} ended with ${started.exitCode}: ${output}`);
        return new Promise<boolean>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => {
            socket.destroy();
            resolve(true);
          }).once("error", () => resolve(false));
        });
      });
    },
  };
}

async function mosquitto(): Promise<Deployed> {
  const { folder, secrets } = prepare();
  const port = await freePort();
  const passwords = join(secrets, "mosquitto_passwords");
  chmodSync(passwords, 0o600);
  execFileSync("mosquitto_passwd", ["-b", passwords, "S01", GATEWAY_PASSWORD], { stdio: "ignore" });
  writeFileSync(join(folder, "acl.conf"), readFileSync(join(ROOT, "deploy/mosquitto/acl.conf")));
  const settings = readFileSync(join(ROOT, "deploy/mosquitto/mosquitto.conf"), "utf8")
    .replace("listener 8883", `listener ${port} 127.0.0.1`)
    .replaceAll("/run/secrets", secrets)
    .replace("/mosquitto/config", folder)
    .replace("/mosquitto/data", join(folder, "data"));
  // In its container it is a user without rights from the start; here root would give them up and then not read the secrets.
  writeFileSync(join(folder, "mosquitto.conf"), `${settings}user root\n`);
  return { secrets, port, ...runner("mosquitto", ["-c", join(folder, "mosquitto.conf")], port) };
}

async function nats(): Promise<Deployed> {
  const { folder, secrets } = prepare();
  const port = await freePort();
  const users = readFileSync(join(secrets, "nats_users"), "utf8").replace(/# A gateway, one line each: (.*)/, (_line, example: string) =>
    example.replace("gw-S01", "S01").replace("…", GATEWAY_PASSWORD),
  );
  expect(users).toContain(GATEWAY_PASSWORD);
  writeFileSync(join(folder, "users.conf"), users);
  const settings = readFileSync(join(ROOT, "deploy/nats/nats.conf"), "utf8")
    .replace("8883", String(port))
    .replace("4222", String(await freePort()))
    .replace("8222", String(await freePort()))
    .replaceAll("/run/secrets", secrets)
    .replace('"/data"', JSON.stringify(join(folder, "data")));
  const file = join(folder, "nats.conf");
  writeFileSync(file, settings);
  execFileSync("nats-server", ["-t", "-c", file], { stdio: "pipe" });
  return { secrets, port, ...runner("nats-server", ["-c", file], port) };
}

async function gateway(broker: Deployed, clientId: string, password = GATEWAY_PASSWORD): Promise<MqttClient> {
  const client = await connectAsync(`mqtts://127.0.0.1:${broker.port}`, {
    clientId,
    username: "S01",
    password,
    ca: readFileSync(join(broker.secrets, "mqtt_ca")),
    reconnectPeriod: 0,
    protocolVersion: 4,
  });
  client.on("error", () => {});
  cleanUp.push(() => client.end(true));
  return client;
}

it.each([
  ["mosquitto", mosquitto],
  ["nats", nats],
])("%s: rights by station, TLS, and nothing lost while the platform is away", async (name, deploy) => {
  const broker = await deploy();
  await broker.start();
  const folder = await platformFolder(NETWORK);
  cleanUp.push(() => folder.remove());
  const settings = readFileSync(join(ROOT, "deploy/heatsteward.yaml"), "utf8")
    .replace("/data", join(folder.path, "data"))
    .replace("0.0.0.0, port: 8080", "127.0.0.1, port: 8080")
    .replaceAll("/run/secrets", broker.secrets)
    // Nobody answers there: the platform starts and works all the same.
    .replace("influxdb:8086", "127.0.0.1:9");
  writeFileSync(join(folder.path, "heatsteward.yaml"), settings);
  const address = join(folder.path, "mqtt_url");
  writeFileSync(
    address,
    readFileSync(join(broker.secrets, `mqtt_url_${name}`), "utf8").replace(`@${name}:8883`, `@127.0.0.1:${broker.port}`),
  );
  Object.assign(folder.environment, {
    HEATSTEWARD_MQTT_URL_FILE: address,
    HEATSTEWARD_INFLUX_TOKEN_FILE: join(broker.secrets, "influx_token"),
    NODE_EXTRA_CA_CERTS: join(broker.secrets, "mqtt_ca"),
  });
  let platform: RunningPlatform | undefined;
  cleanUp.push(() => platform?.kill("SIGKILL"));
  platform = await startPlatformProcess(folder);
  await until(
    "the platform is connected",
    async () => (await ask<Health>(folder, "/api/health")).body.parts["broker"]?.figures["connected"] === "true",
  );

  await expect(gateway(broker, "stranger", "wrong")).rejects.toThrow(/not authori[sz]ed|refused|closed/i);
  // Not its station: some brokers acknowledge and forget, some end the connection.
  const foreign = await gateway(broker, "foreign");
  const ended = new Promise((resolve) => foreign.once("close", () => resolve("closed")));
  await Promise.race([ended, foreign.publishAsync("heat/v1/S02/telemetry", poll("S02", 66.6), { qos: 1 }).catch(() => {})]);
  foreign.end(true);

  const own = await gateway(broker, "own");
  await own.publishAsync("heat/v1/S01/telemetry", poll("S01", 81.5), { qos: 1 });
  const value = async (): Promise<number | null | undefined> => (await latest(folder, "S01", "S01", "t1_supply"))?.value;
  await until("the value is there", async () => (await value()) === 81.5);

  expect(await platform.kill("SIGTERM")).toBe(0);
  await own.publishAsync("heat/v1/S01/telemetry", poll("S01", 82.5), { qos: 1 });
  await own.endAsync();
  // The broker keeps it, also over a restart of its own.
  await broker.stop();
  await broker.start();
  platform = await startPlatformProcess(folder);
  await until("what came meanwhile is there", async () => (await value()) === 82.5);
  expect((await latest(folder, "S02", "S02", "t1_supply"))?.value).toBeUndefined();
});

const poll = (station: string, supplyC: number): string => JSON.stringify({ assets: { [station]: { t1_supply: supplyC } } });
