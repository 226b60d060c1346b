import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Health } from "../../model/live.ts";
import { openLive } from "../support/live-client.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { ask, type Ended, latest, metric, publish, runProgram } from "../support/platform-api.ts";
import {
  ADMIN_TOKEN,
  type PlatformFolder,
  platformFolder,
  type RunningPlatform,
  startPlatformProcess,
} from "../support/platform-process.ts";
import { loginDevice } from "../support/raw-device.ts";
import { until } from "../support/until.ts";

/** The commands of the README and what they promise, from outside: processes, mosquitto_pub, HTTP, WebSocket. */

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const NETWORK = `stations:
  - { id: S01, circuits: [{ id: S01-H, buildings: [{ id: B03, units: [{ id: B03-U2 }] }] }] }
  - { id: S02 }
`;
const TOPIC = "heat/v1/S01/telemetry";
const BROKER_PASSWORD = "a-secret-of-the-broker";
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };
/** Scripts that people run with options; the others drive tools of the developer. */
const COMMANDS = Object.entries(scripts).filter(([, command]) => command.startsWith("node ") && !command.includes("test/"));

let folder: PlatformFolder;
let platform: RunningPlatform;
beforeAll(async () => {
  folder = await platformFolder(NETWORK, "heatsteward-commands-");
  folder.addDevice("G1", "--station", "S01", "--password", "secret of G1");
  platform = await startPlatformProcess(folder);
});
afterAll(async () => {
  await platform.kill("SIGKILL");
  folder.remove();
});

const command = (file: string, ...options: string[]): Promise<Ended> =>
  runProgram(process.execPath, [join(ROOT, file), ...options], { cwd: folder.path, env: folder.environment });
const device = (...options: string[]): Promise<Ended> => command("cli/device.ts", ...options);
const word = (name: string, { stdout }: Ended): string => new RegExp(`^${name} +(\\S+)$`, "m").exec(stdout)?.[1] ?? "";

describe("every command", () => {
  it.each(COMMANDS)("npm run %s -- --help explains itself", async (name) => {
    const { code, stdout, stderr } = await runProgram("npm", ["run", "--silent", name, "--", "--help"], { cwd: ROOT });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(name === "start" ? /npm start/ : new RegExp(`npm run ${name}`));
  });

  it.each(COMMANDS)("npm run %s refuses an unknown option with exit code 2 and one line", async (_name, script) => {
    const { code, stderr } = await command(script.replace("node ", ""), "--bogus");
    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("--bogus");
  });

  it.each([
    [["ad", "G9"], /COMMAND: expected one of add, .*found "ad"; did you mean "add"\?/],
    [["add", "G9", "--station", "S09"], /S09.*S0[12]/],
    [["add", "G9"], /--station/],
    [["add", "G 9", "--station", "S01"], /G 9/],
    [["add", "G1", "--station", "S01"], /"G1".*rotate/],
    [["revoke", "nobody"], /nobody/],
    [["list", "--config", "none.yaml"], /none\.yaml: expected a settings file that can be read, found ENOENT/],
  ])("device %j is refused with place, expected and found", async (options, message) => {
    const { code, stderr } = await device(...options);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/expected .*found /);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("a gateway that is added while the platform runs", () => {
  it("is let in within 5 s, with its own password only; a new password works beside the old one; a revocation ends its connection", async () => {
    const added = await device("add", "G5", "--station", "S01", "--station", "S02");
    expect(added.code, added.stderr).toBe(0);
    const password = word("password", added);
    const send = (secret: string): Promise<Ended> =>
      publish({ port: folder.mqttPort, gateway: "G5", password: secret, topic: TOPIC, payload: '{"assets":{"S01":{"t_out":-5}}}' });
    await until("it is let in", async () => (await send(password)).code === 0, 5_000);
    expect((await send("not its password")).code).not.toBe(0);

    const rotated = await device("rotate", "G5");
    expect(rotated.code, rotated.stderr).toBe(0);
    await until("the new password works", async () => (await send(word("password", rotated))).code === 0, 5_000);
    expect((await send(password)).code, "the old one stays valid for its grace").toBe(0);

    await device("add", "G6", "--station", "S02", "--password", "secret of G6");
    const held = await until("it is let in", () => loginDevice(folder.mqttPort, "G6").catch(() => undefined), 5_000);
    expect((await device("revoke", "G6")).code).toBe(0);
    await until("its connection is ended", () => held.closed(), 5_000);
    await expect(loginDevice(folder.mqttPort, "G6")).rejects.toThrow("refused");
    expect((await device("list")).stdout).toMatch(/^G6\tS02\t.*revoked /m);
  });
});

describe("a value", () => {
  it("published with mosquitto_pub is in the API within 1 s and on the live socket", async () => {
    const live = await openLive({ port: folder.httpPort, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    await live.next("snapshot");
    const ended = await publish({
      port: folder.mqttPort,
      gateway: "G1",
      password: "secret of G1",
      topic: TOPIC,
      payload: '{"assets":{"S01-H":{"t2_supply":48.25},"B03-U2":{"t_return":37.5}}}',
    });
    expect(ended.code, ended.stderr).toBe(0);
    await until("it is in the API", async () => (await latest(folder, "S01", "S01-H", "t2_supply"))?.value === 48.25, 1_000);
    const delta = await live.next("delta", ({ stations }) => stations.some(({ values }) => values["S01-H"]?.t2_supply?.[1] === 48.25));
    expect(delta.stations.map(({ id }) => id)).toEqual(["S01"]);
    await live.end();
    const { body } = await ask<{ raw: boolean; series: { values: number[] }[] }>(
      folder,
      `/api/series?asset=B03-U2&signal=t_return&from=${Date.now() - 60_000}&to=${Date.now() + 1_000}&px=100`,
    );
    expect(body).toMatchObject({ raw: true, series: [{ asset: "B03-U2", signal: "t_return", unit: "°C", values: [37.5] }] });
  });
});

describe("documents", () => {
  it("OpenAPI and AsyncAPI describe routes and topics, metrics are Prometheus text, health is open to everybody", async () => {
    const openapi = await ask<{ openapi: string; paths: Record<string, unknown> }>(folder, "/api/openapi.json");
    expect(openapi.body.openapi).toMatch(/^3\./);
    expect(Object.keys(openapi.body.paths)).toEqual(
      expect.arrayContaining([
        "/api/stations",
        "/api/series",
        "/api/tickets",
        "/api/tickets/{id}",
        "/api/complaints",
        "/api/rejects",
        "/api/kpi",
        "/metrics",
      ]),
    );
    const asyncapi = await ask<{ asyncapi: string }>(folder, "/api/asyncapi.json");
    expect(asyncapi.body.asyncapi).toMatch(/^3\./);
    expect(JSON.stringify(asyncapi.body)).toContain("heat/v1/{station}/telemetry");
    const { body } = await ask<string>(folder, "/metrics");
    for (const line of body.trim().split("\n"))
      expect(line).toMatch(/^# (HELP|TYPE) heatsteward_\w+ .+$|^heatsteward_\w+(\{[^}]*\})? \S+$/);
    expect(await metric(folder, "ingest_messages_total")).toBeGreaterThan(0);
    const health = await fetch(`http://127.0.0.1:${folder.httpPort}/api/health`);
    expect(((await health.json()) as Health).status).toBe("ok");
    for (const path of ["/api/stations", "/metrics", "/api/openapi.json"])
      expect((await fetch(`http://127.0.0.1:${folder.httpPort}${path}`)).status, path).toBe(401);
  });
});

describe("an external broker", () => {
  it("gives the same: what it acknowledged while the platform was dead arrives after the next start, once", async () => {
    const mosquitto = await startMosquitto();
    const outside = await platformFolder(NETWORK, "heatsteward-external-");
    const environment = { ...outside.environment, HEATSTEWARD_MQTT_URL: mosquitto.url.replace("//", `//reader:${BROKER_PASSWORD}@`) };
    let running: RunningPlatform | undefined;
    const send = (number: number): Promise<Ended> =>
      publish({
        port: mosquitto.port,
        gateway: "any",
        password: "any",
        topic: TOPIC,
        payload: JSON.stringify({ ts: 1_795_132_800_000 + number * 1_000, hist: true, assets: { S01: { t_out: -number } } }),
      });
    try {
      running = await startPlatformProcess({ ...outside, environment });
      await until("it is connected", async () => (await metric(outside, "external_connected")) === 1);
      await until(
        "its subscription is made",
        async () => (await send(1)).code === 0 && (await latest(outside, "S01", "S01", "t_out"))?.value === -1,
      );
      await running.kill("SIGKILL");
      for (const number of [2, 3, 4]) expect((await send(number)).code).toBe(0);
      running = await startPlatformProcess({ ...outside, environment });
      await until("what was sent meanwhile is there", async () => (await latest(outside, "S01", "S01", "t_out"))?.value === -4);
      const { body } = await ask<{ series: { values: number[] }[] }>(
        outside,
        "/api/series?asset=S01&signal=t_out&from=1795132800000&to=1795132810000&px=100",
      );
      expect(body.series[0]!.values).toEqual([-1, -2, -3, -4]);
      await mosquitto.stop();
      await until(
        "the health says that the broker is gone",
        async () => (await ask<Health>(outside, "/api/health")).body.parts["broker"]?.status === "degraded",
      );
      await mosquitto.start();
      await until("it is connected again by itself", async () => (await metric(outside, "external_connected")) === 1);
      expect(running.stderr()).toContain(`the connection to ${mosquitto.url} is gone`);
      expect(running.stderr(), "a password in the log").not.toContain(BROKER_PASSWORD);
    } finally {
      await running?.kill("SIGKILL");
      await mosquitto.remove();
      outside.remove();
    }
  });
});
