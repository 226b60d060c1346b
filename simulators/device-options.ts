import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { InputError } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { parseNetworkFile } from "../model/network-file.ts";
import type { GatewayLogin } from "./device-fleet.ts";
import { readCredentials } from "./gateway-credentials.ts";
import { CLIMATES, type Climate } from "./weather.ts";

/** The command line of the simulated devices. */

export const DEVICES_HELP = `node simulators/demo-devices.ts --mqtt URL --network FILE --credentials FILE [options]

Simulates the network and sends its readings over MQTT: the past as fast as the broker takes it, then live.
  --mqtt URL               broker, e.g. mqtt://127.0.0.1:1883
  --network FILE           network file
  --credentials FILE       JSON {"GATEWAY": {"password": "…", "stations": ["S01"]}}
  --seed N                 weather, plant and sensors (default 1)
  --days N                 history before now, 0 to 60 days (default 14)
  --start MS               begin of the history instead of --days, epoch ms
  --now MS                 what the clock shows at the start, epoch ms (default: the clock of the machine)
  --first-now MS           instant around which the faults are planted (default: now of the first start)
  --climate NAME           ${CLIMATES.join(" or ")} (default jinan)
  --history-interval TIME  poll of the past, e.g. 60s or 5m (default 300s)
  --live-interval TIME     poll of the present (default 30s)
  --unit-interval TIME     report of a unit or room (default 30m)
  --state FILE             remembers what was sent; the next start continues there
  --history-only           ends when the history is sent`;

export interface DeviceOptions {
  readonly mqttUrl: string;
  readonly network: Network;
  readonly gateways: readonly GatewayLogin[];
  readonly seed: number;
  /** Clock at the start, epoch ms, and how far it is ahead of the machine's. */
  readonly now: number;
  readonly clockAheadMs: number;
  readonly startAt: number;
  readonly firstNow: number;
  readonly climate: Climate;
  readonly historyIntervalMs: number;
  readonly liveIntervalMs: number;
  readonly unitIntervalMs: number;
  readonly stateFile: string | undefined;
  readonly historyOnly: boolean;
}

const DAY_MS = 86_400_000;
const DAYS_MAX = 60;

/** Parses arguments; `machineNow` is the machine's clock. Throws InputError for anything that does not fit; undefined for --help. */
export function readDeviceOptions(args: readonly string[], machineNow: number): DeviceOptions | undefined {
  const word = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      mqtt: word,
      network: word,
      credentials: word,
      seed: word,
      days: word,
      start: word,
      now: word,
      "first-now": word,
      climate: word,
      "history-interval": word,
      "live-interval": word,
      "unit-interval": word,
      state: word,
      "history-only": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const required = (name: "mqtt" | "network" | "credentials"): string => values[name] ?? missing(`--${name}`);
  const network = parseNetworkFile(readText(required("network")), required("network"));
  const now = values.now === undefined ? machineNow : integer("--now", values.now, 0, Number.MAX_SAFE_INTEGER);
  const startAt =
    values.start === undefined
      ? now - integer("--days", values.days ?? "14", 0, DAYS_MAX) * DAY_MS
      : integer("--start", values.start, 0, now);
  return {
    mqttUrl: required("mqtt"),
    network,
    gateways: gatewaysOf(required("credentials"), network),
    seed: integer("--seed", values.seed ?? "1", 0, 2 ** 32 - 1),
    now,
    clockAheadMs: now - machineNow,
    startAt,
    firstNow: values["first-now"] === undefined ? now : integer("--first-now", values["first-now"], 0, Number.MAX_SAFE_INTEGER),
    climate: climate(values.climate ?? "jinan"),
    historyIntervalMs: duration("--history-interval", values["history-interval"] ?? "300s"),
    liveIntervalMs: duration("--live-interval", values["live-interval"] ?? "30s"),
    unitIntervalMs: duration("--unit-interval", values["unit-interval"] ?? "30m"),
    stateFile: values.state,
    historyOnly: values["history-only"] ?? false,
  };
}

function missing(name: string): never {
  throw new InputError(name, "a value", "nothing");
}

function integer(name: string, word: string, least: number, most: number): number {
  const value = Number(word);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new InputError(name, `a whole number from ${least} to ${most}`, `"${word}"`);
  return value;
}

function climate(word: string): Climate {
  const found = CLIMATES.find((known) => known === word);
  if (found === undefined) throw new InputError("--climate", `one of ${CLIMATES.join(", ")}`, `"${word}"`);
  return found;
}

/** "30s", "5m" or "1h" as ms: from the plant's own grid of 10 s to a day. */
function duration(name: string, word: string): number {
  const match = /^(\d+)(s|m|h)$/.exec(word);
  const ms = match === null ? NaN : Number(match[1]) * { s: 1000, m: 60_000, h: 3_600_000 }[match[2] as "s" | "m" | "h"];
  if (!(ms >= 10_000 && ms <= DAY_MS)) throw new InputError(name, "a time from 10s to 24h, like 30s, 5m or 1h", `"${word}"`);
  return ms;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(file, "a file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function gatewaysOf(file: string, network: Network): GatewayLogin[] {
  return Object.entries(readCredentials(file)).map(([name, { password, stations }]) => {
    const unknown = stations.find((id) => network.asset(id)?.level !== "station");
    if (unknown !== undefined) throw new InputError(`${file} ${name}.stations`, "stations of the network", JSON.stringify(unknown));
    return { name, password, stations };
  });
}
