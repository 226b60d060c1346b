import { parseArgs } from "node:util";
import { InputError } from "../model/input-error.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { instantMs } from "../simulators/scenario-time.ts";

/** The command line of `npm run simulate`, and how a scenario's time lies in ours. */

export const SIMULATE_HELP = `npm run simulate -- SCENARIO [options]

Plays a scenario over real connections: one per gateway, with its will, its buffer and its backlog. SCENARIO is a YAML file or a name
from simulators/library (--list prints them).
  --mqtt URL           broker (default mqtt://127.0.0.1:1883, or the port of --config)
  --speed N|max        1 is the pace of the clock, 60 an hour a minute, max as fast as the broker acknowledges (default: the scenario's)
  --shift now          moves the scenario by whole days: at speed 1 so that it begins today and goes on live, else so that it has ended
                       by now. --shift begin and --shift end choose one of them at any speed
  --from T --to T      send only this part of it: 2027-01-12, "+3d 08:00" from its begin, ISO 8601. What comes before is still simulated
  --seed N             another seed than the scenario's
  --stations N         another size of its generated network
  --buffer N           objects that each gateway keeps while the broker is away (default: 100,000 shared out, 200 at least)

How the gateways log in (each with its own name and client id, gw-STATION):
  --register           registers them in the platform of --config and keeps their passwords in the --credentials file
  --credentials FILE   JSON {"gw-S01": {"password": "…", "stations": ["S01"]}} (default with --register: SCENARIO.gateways.json)
  --password P         the same password for all; with --user U also the same user name, as on other brokers
  --config FILE        settings of the platform (default heatsteward.yaml)
  Without any of these it prints the commands that register them.

What else it writes:
  --network FILE       writes the network file of the scenario, its season moved like the scenario, and ends: what the platform needs
  --truth FILE         JSON lines: {"type":"truth",…} for each planted fault and confounder, {"type":"call",…} for each resident's call
  --calls URL          posts the calls to the platform, e.g. http://127.0.0.1:8080; --token T: one that may take complaints
  --help               this text

Times. No device sends what has not happened yet: a scenario that reaches beyond now wants --shift, and one that has caught up with the
clock goes on at speed 1, whatever its speed. What is sent more than two minutes after it happened carries "hist": true, so that the
platform stores and judges it by its own time and learns nothing about clocks from it: wrong clocks show only at speed 1, live; and
gateways that fall silent in the past are a gap there, no "offline".

Example, against a platform in this folder:
  npm run simulate -- leak-severe --shift now --network network.yaml
  npm start &
  npm run simulate -- leak-severe --shift now --speed max --register --truth truth.jsonl

A scenario of one's own:
  title: { zh: 一处漏水, en: One leak }
  size: { stations: 3 }
  climate: jinan
  from: heating+30d
  to: +10d
  faults:
    - { kind: leak, asset: S01-1, at: +7d 09:00, size: severe, ramp: 12h, lasts: 2d }
`;

const DAY_MS = 86_400_000;
const SHIFTS = ["now", "begin", "end"] as const;
const STATIONS_MAX = 2_000;
const BUFFER_MAX = 10_000_000;

export interface SimulateOptions {
  readonly scenario: string | undefined;
  readonly list: boolean;
  readonly mqttUrl: string | undefined;
  readonly speed: number | "max" | undefined;
  readonly shift: (typeof SHIFTS)[number] | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly seed: number | undefined;
  readonly stations: number | undefined;
  readonly bufferObjects: number | undefined;
  readonly register: boolean;
  readonly credentials: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly config: string | undefined;
  readonly network: string | undefined;
  readonly truth: string | undefined;
  readonly calls: string | undefined;
  readonly token: string | undefined;
}

/** Undefined for --help. Throws InputError for an option that does not fit. */
export function readSimulateOptions(args: readonly string[]): SimulateOptions | undefined {
  const word = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      list: { type: "boolean" },
      mqtt: word,
      speed: word,
      shift: word,
      from: word,
      to: word,
      seed: word,
      stations: word,
      buffer: word,
      register: { type: "boolean" },
      credentials: word,
      user: word,
      password: word,
      config: word,
      network: word,
      truth: word,
      calls: word,
      token: word,
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true || (positionals.length === 0 && values.list !== true)) return undefined;
  if (positionals.length > 1) throw new InputError("SCENARIO", "one scenario", positionals.join(" "));
  if (values.user !== undefined && values.password === undefined) throw new InputError("--password", "a password for --user", "nothing");
  if (values.register === true && values.password !== undefined)
    throw new InputError("--password", "nothing beside --register, which makes passwords itself", "a password");
  if (values.calls !== undefined && values.token === undefined) throw new InputError("--token", "a token for --calls", "nothing");
  return {
    scenario: positionals[0],
    list: values.list ?? false,
    mqttUrl: values.mqtt === undefined ? undefined : url("--mqtt", values.mqtt, ["mqtt:", "mqtts:", "ws:", "wss:"]),
    speed: values.speed === undefined ? undefined : speed(values.speed),
    shift: values.shift === undefined ? undefined : shift(values.shift),
    from: values.from,
    to: values.to,
    seed: whole("--seed", values.seed, 0, 2 ** 32 - 1),
    stations: whole("--stations", values.stations, 1, STATIONS_MAX),
    bufferObjects: whole("--buffer", values.buffer, 1, BUFFER_MAX),
    register: values.register ?? false,
    credentials: values.credentials,
    user: values.user,
    password: values.password,
    config: values.config,
    network: values.network,
    truth: values.truth,
    calls: values.calls === undefined ? undefined : url("--calls", values.calls, ["http:", "https:"]),
    token: values.token,
  };
}

function whole(name: string, word: string | undefined, least: number, most: number): number | undefined {
  if (word === undefined) return undefined;
  const value = Number(word);
  if (word.trim() === "" || !Number.isInteger(value) || value < least || value > most)
    throw new InputError(name, `a whole number from ${least} to ${most}`, `"${word}"`);
  return value;
}

function speed(word: string): number | "max" {
  if (word === "max") return word;
  const value = Number(word);
  if (word.trim() === "" || !(value > 0 && value <= 1_000_000))
    throw new InputError("--speed", 'a number above 0, like 1 or 60, or "max"', `"${word}"`);
  return value;
}

function shift(word: string): (typeof SHIFTS)[number] {
  const found = SHIFTS.find((known) => known === word);
  if (found === undefined) throw new InputError("--shift", `one of ${SHIFTS.join(", ")}`, `"${word}"`);
  return found;
}

function url(name: string, word: string, protocols: readonly string[]): string {
  const parsed = URL.canParse(word) ? new URL(word) : undefined;
  if (parsed === undefined || !protocols.includes(parsed.protocol))
    throw new InputError(name, `an address that begins with ${protocols.map((each) => `${each}//`).join(" or ")}`, `"${word}"`);
  return word;
}

export interface Span {
  /** What is sent, in the scenario's own time, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Added to it, ms; whole days. */
  readonly shiftMs: number;
  readonly speed: number | "max";
  /** All that is sent happened before now; else the rest goes on live. */
  readonly isPast: boolean;
}

/** Which part of the scenario is sent and when. Throws InputError for a part outside of it, or one that is still to come. */
export function spanOf(scenario: Scenario, options: SimulateOptions, now: number): Span {
  const base = { timezone: scenario.network.timezone, season: scenario.network.season, start: scenario.from };
  const instant = (name: "from" | "to"): number => {
    const word = options[name];
    if (word === undefined) return scenario[name];
    const at = instantMs(word, base, `--${name}`);
    if (at < scenario.from || at > scenario.to)
      throw new InputError(
        `--${name}`,
        `a time within the scenario, ${iso(scenario.from)} to ${iso(scenario.to)}`,
        word === iso(at) ? word : `${word}, which is ${iso(at)}`,
      );
    return at;
  };
  const from = instant("from");
  const to = instant("to");
  if (to <= from) throw new InputError("--to", `a time after --from, ${iso(from)}`, iso(to));
  const pace = options.speed ?? scenario.speed;
  const begins = options.shift === "begin" || (options.shift === "now" && pace === 1);
  const shiftMs = options.shift === undefined ? 0 : Math.floor((now - (begins ? from : to)) / DAY_MS) * DAY_MS;
  if (from + shiftMs > now)
    throw new InputError(
      scenario.name,
      "a scenario that has begun by now",
      `one that begins on ${iso(from)}`,
      "--shift now moves it to the present",
    );
  if (options.shift === undefined && to > now && pace !== 1)
    throw new InputError(
      scenario.name,
      `at speed ${pace} one that has ended by now`,
      `one that ends on ${iso(to)}`,
      "--shift now moves it, or --to ends it earlier",
    );
  return { from, to, shiftMs, speed: pace, isPast: to + shiftMs <= now };
}

export const iso = (at: number): string => new Date(at).toISOString();
