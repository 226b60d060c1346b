import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "./cli/command.ts";
import { type Config, loadConfig } from "./config.ts";
import { ensureDashboard } from "./dashboard-build.ts";
import { createLog } from "./log.ts";
import { InputError } from "./model/input-error.ts";
import type { Actor } from "./model/role.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { demoNetworkYaml } from "./simulators/demo-network.ts";

/** `npm run demo`: the platform on its embedded defaults and ten simulated stations, one process tree, nothing to prepare. */

const HELP = `npm run demo -- [--data DIR] [--days N] [--seed N] [--config FILE]

Starts the platform with a simulated network of ten stations: sends the last N days (14) through the broker as fast as it goes,
then runs live. Prints the address and a generated login. Ctrl-C stops everything; the next start continues on the same data.
  --data DIR     where the demonstration keeps its data (default: demo-data; remove the folder to begin anew)
  --days N       days of history, 1 to 60
  --seed N       another seed, another network, weather and faults (first start only)
  --config FILE  settings for ports, addresses and log level; its network file is not used
Environment as for npm start: HEATSTEWARD_HTTP_PORT, HEATSTEWARD_MQTT_PORT, HEATSTEWARD_LOG.
`;

const root = dirname(fileURLToPath(import.meta.url));
const DEVICES_STOP_MS_MAX = 3_000;
/** Whatever hangs at the end, the process is gone after this; what was acknowledged is on disk anyway. */
const STOP_MS_MAX = 9_000;
const DAYS_MAX = 60;
const DAY_MS = 86_400_000;

/** What a second start needs to continue: kept in the data folder, readable by its owner only. */
interface DemoState {
  readonly seed: number;
  /** Start of the history, epoch ms. */
  readonly startAt: number;
  /** "Now" of the first start: faults are planted around it. */
  readonly firstNow: number;
  readonly password: string;
  readonly gateways: Readonly<Record<string, { readonly password: string; readonly stations: readonly string[] }>>;
}

const USER = "demo";
const BY: Actor = { name: "demonstration", role: "admin" };

await runCommand(HELP, async () => {
  const { values } = parseArgs({
    options: {
      data: { type: "string", default: "demo-data" },
      days: { type: "string", default: "14" },
      seed: { type: "string" },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  const folder = resolve(values.data);
  const { state, fresh } = prepare(
    folder,
    wholeNumber("--days", values.days, 1, DAYS_MAX),
    values.seed === undefined ? randomInt(1, 1_000_000) : wholeNumber("--seed", values.seed, 1, 2 ** 31),
  );
  const config = demoConfig(folder, values.config);
  const started = performance.now();
  const [platform] = await Promise.all([
    startPlatform(config, { log: createLog(config.logLevel), simulated: true }),
    ensureDashboard(console.log),
  ]);
  await register(platform, state);
  console.log(
    `\n  HeatSteward 供暖管家 demonstration (seed ${state.seed}${fresh ? "" : ", continued"})\n\n  open      ${platform.httpUrl}\n  user      ${USER}\n  password  ${state.password}\n\n  All data are simulated. Ctrl-C stops; the next start continues.\n`,
  );
  const devices = startDevices(folder, platform.mqttUrl, state);
  stopTogether(platform, devices, started);
  return "done";
});

function wholeNumber(name: string, word: string, min: number, max: number): number {
  const value = Number(word);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new InputError(name, `a whole number from ${min} to ${max}`, `"${word}"`);
  return value;
}

function prepare(folder: string, days: number, seed: number): { state: DemoState; fresh: boolean } {
  const file = join(folder, "demo.json");
  if (existsSync(file)) return { state: readState(file), fresh: false };
  const firstNow = Date.now();
  const networkYaml = demoNetworkYaml({ seed, now: firstNow });
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "network.yaml"), networkYaml);
    writeFileSync(join(folder, "heatsteward.yaml"), "network: network.yaml\ndata: data\nlog: warn\n");
  } catch (error) {
    throw new InputError(folder, "a folder that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const network = loadConfig({ file: join(folder, "heatsteward.yaml"), environment: {}, folder }).network;
  const gateways: Record<string, { password: string; stations: string[] }> = {};
  for (const station of network.stations) gateways[`gw-${station.id}`] = { password: secret(), stations: [station.id] };
  const state: DemoState = { seed, startAt: firstNow - days * DAY_MS, firstNow, password: secret().slice(0, 14), gateways };
  // Whole or not at all: a start that is killed here begins anew.
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { state, fresh: true };
}

function readState(file: string): DemoState {
  const text = readFileSync(file, "utf8");
  let state: Partial<DemoState> | null;
  try {
    state = JSON.parse(text) as Partial<DemoState> | null;
  } catch {
    state = null;
  }
  if (typeof state?.seed !== "number" || typeof state.password !== "string" || typeof state.gateways !== "object")
    throw new InputError(file, "the state of a demonstration", JSON.stringify(text.slice(0, 40)), "remove its folder to begin anew");
  return state as DemoState;
}

function secret(): string {
  return randomBytes(18).toString("base64url");
}

function demoConfig(folder: string, settings: string | undefined): Config {
  const own = loadConfig({ file: join(folder, "heatsteward.yaml"), environment: process.env, folder: process.cwd() });
  if (settings === undefined) return own;
  const given = loadConfig({ file: settings, environment: process.env, folder: process.cwd() });
  return { ...given, network: own.network, networkFile: own.networkFile, dataFolder: own.dataFolder };
}

async function register(platform: Platform, state: DemoState): Promise<void> {
  if (!platform.accounts.users().some(({ name }) => name === USER))
    await platform.accounts.addUser({ name: USER, password: state.password, role: "admin" }, BY);
  for (const [name, gateway] of Object.entries(state.gateways)) {
    if (platform.gateways.gateway(name) === undefined) await platform.gateways.addGateway(name, gateway.stations, BY, gateway.password);
  }
}

function startDevices(folder: string, mqttUrl: string, state: DemoState): ChildProcess {
  const credentials = join(folder, "gateways.json");
  writeFileSync(credentials, JSON.stringify(state.gateways), { mode: 0o600 });
  const options = [
    "--mqtt",
    mqttUrl,
    "--network",
    join(folder, "network.yaml"),
    "--credentials",
    credentials,
    "--seed",
    String(state.seed),
  ];
  options.push("--start", String(state.startAt), "--first-now", String(state.firstNow), "--state", join(folder, "devices.json"));
  return spawn(process.execPath, [join(root, "simulators", "demo-devices.ts"), ...options], { stdio: ["pipe", "inherit", "inherit"] });
}

function stopTogether(platform: Platform, devices: ChildProcess, started: number): void {
  let stopping = false;
  const devicesEnded = new Promise<void>((resolve) => devices.once("exit", () => resolve()));
  devices.once("exit", (code) => {
    if (!stopping)
      console.error(
        `the simulated devices ended (${code ?? "by a signal"}) after ${((performance.now() - started) / 1000).toFixed(0)} s; the platform goes on`,
      );
  });
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
    devices.kill("SIGTERM");
    const cutOff = setTimeout(() => devices.kill("SIGKILL"), DEVICES_STOP_MS_MAX);
    await devicesEnded;
    clearTimeout(cutOff);
    await platform.stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
}
