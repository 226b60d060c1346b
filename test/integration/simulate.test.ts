import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openScenario } from "../../cli/scenario-library.ts";
import type { Ticket } from "../../model/ticket.ts";
import type { Scenario } from "../../simulators/scenario.ts";
import { createWorld } from "../../simulators/world.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { ask, metric, runProgram } from "../support/platform-api.ts";
import {
  ADMIN_TOKEN,
  type PlatformFolder,
  platformFolder,
  type RunningPlatform,
  startPlatformProcess,
} from "../support/platform-process.ts";
import { until } from "../support/until.ts";

/** `npm run simulate` as its user meets it: real processes, a real broker, the same readings as offline. */

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const COMMAND = join(ROOT, "cli/simulate.ts");
const RUN_MS_MAX = 120_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two small stations for some hours, one of them silent for a while, with duplicates, losses and late polls. */
const SCENARIO = `title: { zh: 两个小站, en: Two small stations }
size: { stations: 2, circuits: 1, buildings: 2, units: 2, rooms: 0.5 }
climate: jinan
from: heating+20d
to: +10h
poll: 2m
points: full
vices: { base: usual, skew: 0s, drift_per_day: 0s, loss_share: 0.02, duplicate_share: 0.05, reorder_share: 0.05, latency: 3s }
residents: demanding
faults:
  - { kind: backfill, asset: S02, at: +3h, lasts: 2h }
  - { kind: sensor_dead, asset: S01-1, signal: q2_flow, at: +5h, size: 1, lasts: 1h }
`;

let folder: string;
let file: string;
let platform: RunningPlatform | undefined;
let home: PlatformFolder | undefined;
let mosquitto: Mosquitto | undefined;
let running: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-simulate-"));
  file = join(folder, "two.yaml");
  writeFileSync(file, SCENARIO);
});

afterEach(async () => {
  running?.kill("SIGKILL");
  await platform?.kill("SIGTERM");
  await mosquitto?.remove();
  home?.remove();
  rmSync(folder, { recursive: true, force: true });
  running = platform = mosquitto = home = undefined;
});

const simulate = (...options: string[]) =>
  runProgram(process.execPath, [COMMAND, file, ...options], { cwd: home?.path ?? folder, env: home?.environment, timeoutMs: RUN_MS_MAX });

/** What the scenario's devices send, offline: values by "asset signal", then by time. The last of what comes twice counts. */
function offline(
  scenario: Scenario,
  shiftMs: number,
): { readonly series: Map<string, Map<number, number | null>>; readonly objects: number } {
  const series = new Map<string, Map<number, number | null>>();
  let objects = 0;
  for (const event of createWorld(scenario).events()) {
    if (event.type !== "message") continue;
    objects += event.objects.length;
    for (const { ts, assets, values } of event.objects)
      for (const [asset, own] of Object.entries(assets ?? { [event.topic.split("/")[3]!]: values! }))
        for (const [signal, value] of Object.entries(own)) {
          const key = `${asset} ${signal}`;
          const known = series.get(key) ?? new Map<number, number | null>();
          known.set(ts + shiftMs, value);
          series.set(key, known);
        }
  }
  return { series, objects };
}

/** What the platform stored of one point, raw. */
async function stored(asset: string, signal: string, from: number, to: number): Promise<Map<number, number | null>> {
  const { body } = await ask<{ raw: boolean; times: number[]; series: { values: (number | null)[] }[] }>(
    home!,
    `/api/series?asset=${asset}&signal=${signal}&from=${from}&to=${to}&px=4000`,
  );
  expect(body.raw, `${asset} ${signal}`).toBe(true);
  return new Map(body.times.map((at, index) => [at, body.series[0]!.values[index]!]));
}

describe("simulate", () => {
  it("over MQTT ends in the same stored readings as offline, with the truth and the calls beside it", { timeout: RUN_MS_MAX }, async () => {
    const scenario = openScenario(file);
    const networkFile = join(folder, "network.yaml");
    expect((await simulate("--shift", "now", "--speed", "max", "--network", networkFile)).stdout).toContain("2 stations, season moved by");
    home = await platformFolder(readFileSync(networkFile, "utf8"));
    platform = await startPlatformProcess(home);
    const truthFile = join(folder, "truth.jsonl");
    const now = Date.now();
    const calls = ["--calls", `http://127.0.0.1:${home.httpPort}`, "--token", ADMIN_TOKEN];
    const ended = await simulate("--shift", "now", "--speed", "max", "--register", "--truth", truthFile, ...calls);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    const lines = readFileSync(truthFile, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; disturbance?: string; from: number; at: number });
    const shiftMs = lines.find(({ disturbance }) => disturbance === "backfill")!.from - (scenario.from + 3 * HOUR);
    expect(Number.isInteger(shiftMs / DAY)).toBe(true);
    expect(scenario.to + shiftMs).toBeLessThanOrEqual(now + RUN_MS_MAX);
    expect(scenario.to + shiftMs).toBeGreaterThan(now - DAY);
    const { series, objects } = offline(scenario, shiftMs);
    expect(ended.stdout).toContain(`done: ${objects} objects`);
    const points = [...series.values()].reduce((sum, { size }) => sum + size, 0);
    // Beside them the platform keeps what the gateways say of themselves.
    await until("all points", async () => (await metric(home!, "store_points")) >= points);
    for (const key of series.keys()) {
      const [asset, signal] = key.split(" ") as [string, string];
      expect(await stored(asset, signal, scenario.from + shiftMs - HOUR, scenario.to + shiftMs + HOUR), key).toEqual(series.get(key));
    }
    expect((await ask<{ items: unknown[] }>(home, "/api/rejects")).body.items).toEqual([]);
    const called = lines.filter(({ type }) => type === "call");
    const { body: tickets } = await ask<{ items: Ticket[] }>(home, "/api/tickets?limit=200");
    expect(tickets.items.filter(({ source }) => source === "complaint").length).toBeLessThanOrEqual(called.length);
    expect(tickets.items.some(({ source }) => source === "complaint")).toBe(called.length > 0);
    // A second time nothing is registered anew, and nothing stored twice.
    const again = await simulate("--shift", "now", "--speed", "max", "--register");
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stdout).toContain(`done: ${objects} objects`);
  });

  it("a broker that goes away at speed: everything is sent in the end, and the summary says so", { timeout: RUN_MS_MAX }, async () => {
    mosquitto = await startMosquitto();
    const { objects } = offline(openScenario(file), 0);
    const child = (running = spawn(
      process.execPath,
      [COMMAND, file, "--shift", "end", "--speed", "4000", "--mqtt", mosquitto.url, "--password", "any"],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
    ));
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    await until("values arrive", () => /, [1-9]\d* objects\/s/.test(text));
    await mosquitto.stop();
    await until("a backlog", () => /0 of 2 gateways connected, [1-9]\d* objects waiting/.test(text));
    await mosquitto.start();
    expect(await ended, text).toBe(0);
    expect(text).toContain(`done: ${objects} objects`);
    expect(text).not.toContain("dropped");
  });

  it("ends at Ctrl-C within two seconds, in order, and says what was left", { timeout: RUN_MS_MAX }, async () => {
    mosquitto = await startMosquitto();
    const child = (running = spawn(
      process.execPath,
      [COMMAND, file, "--shift", "now", "--speed", "60", "--mqtt", mosquitto.url, "--password", "any"],
      {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      },
    ));
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    await until("values arrive", () => /, [1-9]\d* objects\/s/.test(text));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(text).toMatch(/stopped: \d+ objects with \d+ values acknowledged/);
  });

  it("without logins prints the commands that register the gateways, and ends with 2", async () => {
    const { code, stdout, stderr } = await simulate("--shift", "now");
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^npm run device -- add gw-S01 --station S01 --password (\S+)\nnpm run device -- add gw-S02 --station S02 --password \1\n/,
    );
    expect(stderr).toContain("--credentials: expected how the gateways log in, found nothing");
  });

  it.each([
    [["--speed", "0"], '--speed: expected a number above 0, like 1 or 60, or "max", found "0"'],
    [["--speed", "max"], "two: expected a scenario that has begun by now"],
    [["--shift", "soon"], '--shift: expected one of now, begin, end, found "soon"'],
    [["--shift", "now", "--from", "+3h", "--to", "+2h"], "--to: expected a time after --from"],
    [["--shift", "now", "--to", "+30d"], "--to: expected a time within the scenario"],
    [["--mqtt", "http://x"], "--mqtt: expected an address that begins with mqtt://"],
    [["--user", "u"], "--password: expected a password for --user"],
    [["--shift", "now", "--credentials", "/nowhere.json"], "/nowhere.json: expected a file that can be read, found ENOENT"],
    [["--nonsense"], "--nonsense"],
  ])("refuses %j with one clear line and exit code 2", async (options, message) => {
    const { code, stderr } = await simulate(...options);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "two.gateways.json"))).toBe(false);
  });

  it("explains itself with --help and lists its library", async () => {
    const help = await runProgram(process.execPath, [COMMAND, "--help"]);
    expect([help.code, help.stdout.includes("--truth FILE")]).toEqual([0, true]);
    const list = await runProgram(process.execPath, [COMMAND, "--list"]);
    expect(list.stdout).toMatch(/^leak-severe$/m);
  });
});
