import { parseDocument } from "yaml";
import { InputError } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { parseNetworkFile } from "../model/network-file.ts";
import type { Path } from "../model/yaml-file.ts";
import type { Fault } from "./faults.ts";
import { generateNetwork } from "./network-generator.ts";
import { subSeed } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { listedFaults, local, randomFaults } from "./scenario-faults.ts";
import { readScenarioDocument, type ScenarioDocument, type ScenarioFile, STATIONS_MAX } from "./scenario-schema.ts";
import { duration, habitsOf, networkSize, vicesOf } from "./scenario-settings.ts";
import { instantMs } from "./scenario-time.ts";
import type { Weather } from "./weather.ts";
import { parseWeatherTable, tableWeather } from "./weather-table.ts";

/** Reads a scenario file: what it extends, its network, its span, its faults. One clear error with file and line for whatever does not fit. */

const EXTENDS_MAX = 5;
const DAY_MS = 86_400_000;
const DAYS_MAX = 400;
/** So long before filling and after the end of the heating season a scenario may reach. */
const BESIDE_SEASON_MS = 60 * DAY_MS;
const DEFAULT_YEAR = 2026;
const DEFAULTS = { seed: 1, climate: "jinan", from: "heating+30d", to: "+14d", pollMs: 60_000, unitIntervalMs: 1_800_000 } as const;

/** What a command puts in place of a scenario's own. */
export interface ScenarioOverrides {
  readonly seed?: number;
  /** Of a generated network. */
  readonly stations?: number;
  /** Length, from the scenario's own begin. */
  readonly days?: number;
}

/**
 * Parses a scenario. `file` is its path, as errors name it; files that it names are relative to it and read by `readOther`, which gets their
 * path in the same way and may throw an InputError.
 */
export function parseScenario(
  text: string,
  file: string,
  readOther: (path: string) => string,
  overrides: ScenarioOverrides = {},
): Scenario {
  const { value, place } = withExtends(text, file, readOther);
  const name = file.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  const seed = overrides.seed ?? value.seed ?? DEFAULTS.seed;
  // Two scenarios with one seed are still two networks.
  const own = subSeed(seed, name);
  const climate = value.climate ?? DEFAULTS.climate;
  const { network, networkYaml } = networkOf(value, place, { file, readOther, seed: own, stations: overrides.stations });
  const base = { timezone: network.timezone, season: network.season };
  const from = instantMs(value.from ?? DEFAULTS.from, base, place(["from"]));
  const to =
    overrides.days === undefined
      ? instantMs(value.to ?? DEFAULTS.to, { ...base, start: from }, place(["to"]))
      : from + overrides.days * DAY_MS;
  checkSpan(from, to, network, place);
  const span = { network, seed: own, from, to, place };
  const listed = listedFaults(value.faults ?? [], span);
  const all = [...listed.faults, ...randomFaults(value.random, span)];
  const weather = weatherOf(value, all, { file, readOther, seed: own, network, from, to, place });
  const order = all.map((_, index) => index).sort((a, b) => all[a]!.onset - all[b]!.onset || a - b);
  const placeOfFault = new Map(order.map((index, position) => [index, position]));
  return {
    name,
    title: value.title ?? { zh: file, en: file },
    seed,
    network,
    networkYaml,
    climate,
    ...(weather === undefined ? {} : { weather }),
    from,
    to,
    pollMs: duration(value.poll, DEFAULTS.pollMs, place(["poll"]), [10_000, DAY_MS]),
    unitIntervalMs: duration(value.unit_interval, DEFAULTS.unitIntervalMs, place(["unit_interval"]), [60_000, DAY_MS]),
    points: value.points ?? "usual",
    faults: order.map((index) => all[index]!),
    storms: listed.storms.map((storm) => storm.map((index) => placeOfFault.get(index)!)),
    vices: vicesOf(value.vices, place),
    habits: habitsOf(value.residents, place),
    speed: value.speed ?? 1,
  };
}

/** The file over what it extends: a key of the extending file replaces the same key of the other as a whole. */
function withExtends(text: string, file: string, readOther: (path: string) => string): ScenarioDocument {
  const chain: ScenarioDocument[] = [];
  const files = [file];
  for (let next: string | undefined = text; next !== undefined;) {
    const current = readScenarioDocument(next, files.at(-1)!);
    chain.push(current);
    const other: string | undefined = current.value.extends;
    if (other === undefined) break;
    const path = relativeTo(files.at(-1)!, other);
    if (files.includes(path) || chain.length >= EXTENDS_MAX)
      throw new InputError(
        current.place(["extends"]),
        files.includes(path) ? "another file" : `at most ${EXTENDS_MAX - 1} files behind one another`,
        `"${other}"`,
      );
    files.push(path);
    next = readOther(path);
  }
  const value: Record<string, unknown> = {};
  const owner = new Map<string, ScenarioDocument>();
  for (const document of [...chain].reverse())
    for (const [key, entry] of Object.entries(document.value))
      if (entry !== undefined) {
        value[key] = entry;
        owner.set(key, document);
      }
  return { value: value as ScenarioFile, place: (path: Path) => (owner.get(String(path[0])) ?? chain[0]!).place(path) };
}

/** A path that a file names, seen from where the file's own path is seen. */
function relativeTo(file: string, other: string): string {
  if (other.startsWith("/")) return other;
  const parts: string[] = file.split("/").slice(0, -1);
  for (const part of other.split("/")) {
    if (part === "..") {
      if (parts.length === 0 || parts.at(-1) === "..") parts.push("..");
      else parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

interface NetworkSource {
  readonly file: string;
  readonly readOther: (path: string) => string;
  readonly seed: number;
  readonly stations: number | undefined;
}

function networkOf(value: ScenarioFile, place: (path: Path) => string, source: NetworkSource): { network: Network; networkYaml: string } {
  if (value.network !== undefined && value.size !== undefined)
    throw new InputError(place(["size"]), "either `network` (a file) or `size` (generated)", `both (\`network\` at ${place(["network"])})`);
  const { stations } = source;
  if (stations !== undefined && value.network !== undefined)
    throw new InputError(
      place(["network"]),
      "a generated network (`size`), to take another number of stations",
      `the file "${value.network}"`,
    );
  if (stations !== undefined && !(Number.isInteger(stations) && stations >= 1 && stations <= STATIONS_MAX))
    throw new InputError("stations", `a whole number from 1 to ${STATIONS_MAX}`, String(stations));
  const path = value.network === undefined ? undefined : relativeTo(source.file, value.network);
  const name = path ?? `${source.file} (its generated network)`;
  const text =
    path === undefined
      ? generateNetwork({
          seed: subSeed(source.seed, "network"),
          climate: value.climate ?? DEFAULTS.climate,
          size: networkSize(value.size, stations, place),
          year: seasonYear(value),
        })
      : source.readOther(path);
  const own = parseNetworkFile(text, name);
  if (value.season === undefined) return { network: own, networkYaml: text };
  const document = parseDocument(text);
  for (const [key, day] of Object.entries(value.season)) document.setIn(["season", key], day);
  const networkYaml = document.toString({ lineWidth: 0 });
  try {
    return { network: parseNetworkFile(networkYaml, name), networkYaml };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(place(["season"]), error.expected, error.found, error.suggestion);
  }
}

interface WeatherSource {
  readonly file: string;
  readonly readOther: (path: string) => string;
  readonly seed: number;
  readonly network: Network;
  readonly from: number;
  readonly to: number;
  readonly place: (path: Path) => string;
}

/** The table of real temperatures, when the scenario names one: it has to tell the whole span, and leaves nothing for a cold snap to change. */
function weatherOf(value: ScenarioFile, faults: readonly Fault[], source: WeatherSource): Weather | undefined {
  if (value.weather === undefined) return undefined;
  const { network, from, to, place } = source;
  const path = relativeTo(source.file, value.weather);
  const table = parseWeatherTable(source.readOther(path), path, network.timezone);
  const [first, last] = [table.rows[0]!.at, table.rows.at(-1)!.at];
  if (first > from || last < to)
    throw new InputError(
      place(["weather"]),
      `temperatures from ${local(from, network)} to ${local(to, network)}`,
      `a table from ${local(first, network)} to ${local(last, network)}`,
    );
  if (faults.some(({ kind }) => kind === "cold_snap"))
    throw new InputError(place(["weather"]), "no cold_snap among the faults: the table tells the weather", "one");
  return tableWeather(table, { seed: subSeed(source.seed, "sky"), timezone: network.timezone });
}

/** The autumn in which the season of a generated network begins: by the date that the scenario begins, if it names one. */
function seasonYear(value: ScenarioFile): number {
  const named = /^(\d{4})-(\d{2})/.exec(value.season?.heating ?? value.from ?? "");
  if (named === null) return DEFAULT_YEAR;
  return Number(named[2]) >= 7 ? Number(named[1]) : Number(named[1]) - 1;
}

function checkSpan(from: number, to: number, network: Network, place: (path: Path) => string): void {
  if (to <= from) throw new InputError(place(["to"]), `a time after the begin, ${local(from, network)}`, local(to, network));
  if (to - from > DAYS_MAX * DAY_MS)
    throw new InputError(place(["to"]), `at most ${DAYS_MAX} days`, `${Math.ceil((to - from) / DAY_MS)} days`);
  const { season } = network;
  const first = season.filling ?? season.commissioning ?? season.heating;
  if (first !== undefined && from < first - BESIDE_SEASON_MS)
    throw new InputError(
      place(["from"]),
      `a time of the season, from ${local(first - BESIDE_SEASON_MS, network)} on`,
      local(from, network),
    );
  if (season.end !== undefined && to > season.end + BESIDE_SEASON_MS)
    throw new InputError(place(["to"]), `a time of the season, to ${local(season.end + BESIDE_SEASON_MS, network)}`, local(to, network));
}
