import { InputError } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { isSignalId, SIGNAL_IDS, type SignalId } from "../model/signals.ts";
import type { Path } from "../model/yaml-file.ts";
import { drawFaults } from "./fault-draw.ts";
import { faultPlaces } from "./fault-places.ts";
import { checkFault, DISTURBANCE_KINDS, type DisturbanceKind, disturbanceOf, type Fault, isDisturbanceKind } from "./faults.ts";
import { type FaultRate, USUAL_RATES } from "./fault-rates.ts";
import { draws, subSeed } from "./random.ts";
import { type FaultEntry, nearestHint, type ScenarioFile } from "./scenario-schema.ts";
import { duration } from "./scenario-settings.ts";
import { instantMs } from "./scenario-time.ts";

/** The faults that a scenario lists, placed and sized: kinds by name, places by id or drawn, times by the scenario's own clock. */

const MINUTE_MS = 60_000;
const YEAR_MS = 366 * 86_400_000;

export interface FaultsOptions {
  readonly network: Network;
  readonly seed: number;
  /** The scenario's span, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly place: (path: Path) => string;
}

export interface ListedFaults {
  readonly faults: readonly Fault[];
  /** One event in many places: indexes into `faults`. */
  readonly storms: readonly (readonly number[])[];
}

export function listedFaults(entries: readonly FaultEntry[], options: FaultsOptions): ListedFaults {
  const load = new Map<string, number>();
  const faults: Fault[] = [];
  const storms: number[][] = [];
  for (const [index, entry] of entries.entries()) {
    const own = faultsOf(entry, index, options, load);
    if (entry.storm === true && own.length > 1) storms.push(own.map((_, position) => faults.length + position));
    for (const fault of own) {
      const station = options.network.asset(fault.asset)!.station;
      load.set(station, (load.get(station) ?? 0) + 1);
      faults.push(fault);
    }
  }
  return { faults, storms };
}

function faultsOf(entry: FaultEntry, index: number, options: FaultsOptions, load: ReadonlyMap<string, number>): Fault[] {
  const { network, from, to } = options;
  const place = (key: keyof FaultEntry): string => options.place(["faults", index, key]);
  const kind = kindOf(entry.kind, place("kind"));
  const facts = disturbanceOf(kind);
  const base = { timezone: network.timezone, season: network.season, start: from };
  const onset = instantMs(entry.at, base, place("at"));
  const spreadMs = duration(entry.spread, 0, place("spread"), [0, YEAR_MS]);
  const within = `a time within the scenario, ${local(from, network)} to ${local(to, network)}`;
  if (onset < from || onset >= to) throw new InputError(place("at"), within, local(onset, network));
  if (onset + spreadMs > to) throw new InputError(place("spread"), within, `up to ${local(onset + spreadMs, network)}`);
  const seed = subSeed(options.seed, "fault", index);
  const draw = draws(subSeed(seed, "spread"));
  const signal = signalOf(entry, facts.needsSignal === true, place);
  const assets = faultPlaces(entry.asset, {
    network,
    seed,
    levels: facts.levels,
    load,
    place: place("asset"),
  });
  return assets.map((asset) => {
    // On the minute, as far as chance goes: so that a file with the same times written out plays the same.
    const ownOnset = onset + Math.floor(draw.between(0, spreadMs) / MINUTE_MS) * MINUTE_MS;
    const repairAt = repairOf(entry, ownOnset, base, place);
    const fault: Fault = {
      kind,
      asset,
      onset: ownOnset,
      rampMs: duration(entry.ramp, 0, place("ramp"), [0, YEAR_MS]),
      magnitude: entry.size === "severe" ? facts.severe : typeof entry.size === "number" ? entry.size : facts.mild,
      ...(repairAt === undefined ? {} : { repairAt }),
      ...(signal === undefined ? {} : { signal }),
      ...(entry.variant === undefined ? {} : { variant: entry.variant }),
    };
    checkFault(fault, network, options.place(["faults", index]));
    return fault;
  });
}

/** Faults drawn by rates: the usual ones times a factor, or only the kinds that the file names, per station and season. */
export function randomFaults(random: ScenarioFile["random"], options: FaultsOptions): Fault[] {
  if (random === undefined || random === "none") return [];
  const { network, seed, from, to, place } = options;
  const group = random === "usual" ? {} : random;
  const times = group.times ?? 1;
  const rates: { [kind in DisturbanceKind]?: FaultRate } = {};
  if ((group.base ?? (group.kinds === undefined ? "usual" : "none")) === "usual")
    for (const kind of DISTURBANCE_KINDS) rates[kind] = scaled(kind, USUAL_RATES[kind].perStationSeason * times);
  for (const [word, perStationSeason] of Object.entries(group.kinds ?? {})) {
    const kind = kindOf(word, place(["random", "kinds", word]));
    rates[kind] = scaled(kind, perStationSeason * times);
  }
  const start = from + duration(group.after, 0, place(["random", "after"]), [0, to - from]);
  return drawFaults({ network, seed: subSeed(seed, "random"), from: start, to, rates });
}

const scaled = (kind: DisturbanceKind, perStationSeason: number): FaultRate => ({ ...USUAL_RATES[kind], perStationSeason });

function kindOf(word: string, place: string): DisturbanceKind {
  if (isDisturbanceKind(word)) return word;
  throw new InputError(place, `a kind of fault: ${DISTURBANCE_KINDS.join(", ")}`, `"${word}"`, nearestHint(word, DISTURBANCE_KINDS));
}

function repairOf(
  entry: FaultEntry,
  onset: number,
  base: Parameters<typeof instantMs>[1],
  place: (key: keyof FaultEntry) => string,
): number | undefined {
  if (entry.lasts !== undefined && entry.repair !== undefined) throw new InputError(place("repair"), "either `lasts` or `repair`", "both");
  if (entry.lasts !== undefined) return onset + duration(entry.lasts, 0, place("lasts"), [1_000, YEAR_MS]);
  if (entry.repair === undefined) return undefined;
  const repairAt = instantMs(entry.repair, base, place("repair"));
  if (repairAt <= onset) throw new InputError(place("repair"), "a time after the fault began", `"${entry.repair}"`);
  return repairAt;
}

function signalOf(entry: FaultEntry, needed: boolean, place: (key: keyof FaultEntry) => string): SignalId | undefined {
  if (entry.signal === undefined) {
    if (needed) throw new InputError(place("kind"), "the `signal` that fails, such as t2_supply", "none");
    return undefined;
  }
  if (!needed) throw new InputError(place("signal"), `no signal: ${entry.kind} is no fault of a sensor`, `"${entry.signal}"`);
  if (isSignalId(entry.signal)) return entry.signal;
  throw new InputError(place("signal"), "a signal of the network", `"${entry.signal}"`, nearestHint(entry.signal, SIGNAL_IDS));
}

/** "2027-01-12 09:10" in the network's zone. */
export function local(at: number, network: Network): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: network.timezone, dateStyle: "short", timeStyle: "short" }).format(at);
}
