import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { localBroker, type LocalBroker } from "./local-broker.ts";

const entry = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "simulators/demo-devices.ts");
const NETWORK = JSON.stringify({
  stations: [{ id: "S1", circuits: [{ id: "S1-H", buildings: [{ id: "B1", units: [{ id: "B1-U1" }] }] }] }],
});

let broker: LocalBroker;
let folder: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  broker = await localBroker();
  folder = mkdtempSync(join(tmpdir(), "devices-"));
  writeFileSync(join(folder, "network.yaml"), NETWORK);
  writeFileSync(join(folder, "gateways.json"), JSON.stringify({ "gw-1": { password: "secret", stations: ["S1"] } }));
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const options = (...more: string[]): string[] => {
  const files = [
    "--network",
    join(folder, "network.yaml"),
    "--credentials",
    join(folder, "gateways.json"),
    "--state",
    join(folder, "state.json"),
  ];
  return [entry, "--mqtt", `mqtt://127.0.0.1:${broker.port}`, "--days", "1", ...files, ...more];
};

function start(args: readonly string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let text = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  return { child, output: () => text, ended: new Promise((resolve) => child.once("exit", (code) => resolve(code))) };
}

const status = (): string | undefined => broker.received.findLast(({ topic }) => topic === "heat/v1/S1/status")?.payload;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("demo devices", () => {
  it("print progress, go live, and end cleanly at SIGTERM", async () => {
    const { child, output, ended } = start(options());
    await until("live", () => output().includes("devices: live, 1 gateways"));
    expect(output()).toMatch(/history 100 %, \d+ messages\/s, \d+ values\/s, 0 s left/);
    expect(status()).toBe("online");
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(status()).toBe("online");
  });

  it("end with --history-only when all is acknowledged", async () => {
    const { output, ended } = start(options("--history-only", "--history-interval", "10m"));
    expect(await ended).toBe(0);
    const count = broker.received
      .filter(({ topic }) => topic.endsWith("telemetry"))
      .flatMap(({ payload }) => [JSON.parse(payload)].flat()).length;
    expect(output()).toContain(`history sent, ${count} messages`);
    expect(count).toBeGreaterThan(23 * 6);
  });

  it("end when their parent was killed", async () => {
    const relay = `const { spawn } = require("node:child_process"); const child = spawn(process.execPath, ${JSON.stringify(options())}, { stdio: "ignore" }); console.log(child.pid); setInterval(() => {}, 1000);`;
    const { child, output } = start(["-e", relay]);
    await until("online", () => status() === "online");
    const pid = Number(output());
    expect(alive(pid)).toBe(true);
    child.kill("SIGKILL");
    await until("the end of the orphan", () => !alive(pid));
  });

  it.each([
    [["--days", "999"], '--days: expected a whole number from 0 to 60, found "999"'],
    [["--history-interval", "5"], "--history-interval: expected a time from 10s to 24h"],
    [["--climate", "mars"], "--climate: expected one of jinan, hohhot"],
    [["--nonsense"], "--nonsense"],
    [["--network", "/nowhere.yaml"], "/nowhere.yaml: expected a file that can be read, found ENOENT"],
  ])("refuse %j with one clear line and exit code 2", (more, message) => {
    const { status: code, stderr } = spawnSync(process.execPath, options(...more), { encoding: "utf8" });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("refuse credentials for a station that is not there", () => {
    writeFileSync(join(folder, "gateways.json"), JSON.stringify({ "gw-1": { password: "secret", stations: ["S9"] } }));
    const { status: code, stderr } = spawnSync(process.execPath, options(), { encoding: "utf8" });
    expect(code).toBe(2);
    expect(stderr).toContain('gw-1.stations: expected stations of the network, found "S9"');
  });

  it("explain themselves with --help", () => {
    const { status: code, stdout } = spawnSync(process.execPath, [entry, "--help"], { encoding: "utf8" });
    expect(code).toBe(0);
    expect(stdout).toContain("--history-interval TIME");
  });
});
