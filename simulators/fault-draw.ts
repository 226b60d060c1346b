import type { Asset, Network } from "../model/network.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import { areUndetectable } from "./fault-conflict.ts";
import { checkFault, DISTURBANCE_KINDS, type DisturbanceKind, disturbanceOf, type Fault } from "./faults.ts";
import { type FaultRate, USUAL_RATES } from "./fault-rates.ts";
import { type Draws, draws, subSeed, uniformAt } from "./random.ts";

/** Faults drawn at random by rates: when, where, how large, how long, all from the seed. */

const SEASON_MS = 120 * 86_400_000;
/** A fault that would hide another, or be hidden, is drawn again this often; then it is left out. */
const REDRAWS_MAX = 8;
/** Most faults of one kind at one station in one draw. */
const PER_STATION_KIND_MAX = 50;
/** Nobody drains more than this share of the water of a circuit, building or unit. */
const VOLUMES: ReadonlySet<DisturbanceKind> = new Set(["maintenance_drain", "planned_filling"]);
const EMPTIED_SHARE_MAX = 0.7;
/** Up to this static pressure the primary side has the higher one. */
const INWARD_STATIC_KPA_MAX = 330;

export interface FaultDrawOptions {
  readonly network: Network;
  readonly seed: number;
  /** Onsets fall in [from, to), epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Kinds to draw and how; `USUAL_RATES` when left out. A kind that is not named is not drawn. */
  readonly rates?: Readonly<Partial<Record<DisturbanceKind, FaultRate>>>;
  /** Also keep faults that make each other undetectable (see `fault-conflict.ts`); false when left out. */
  readonly withConflicts?: boolean;
}

/**
 * Draws faults, sorted by onset. The number of each kind at each station is Poisson with `perStationSeason` scaled to the span; a
 * station's draws depend on the seed, its id and the kind only, so that another station or kind changes nothing but which conflicts
 * are avoided. Kinds that touch the whole network (a cold snap, a shortage of the source) count per station all the same.
 */
export function drawFaults(options: FaultDrawOptions): Fault[] {
  const { network, from, to } = options;
  const rates = options.rates ?? USUAL_RATES;
  const kept: Fault[] = [];
  for (const station of network.stations)
    for (const kind of DISTURBANCE_KINDS) {
      const rate = rates[kind];
      if (rate === undefined || rate.perStationSeason <= 0) continue;
      const seed = subSeed(options.seed, "draw", station.id, kind);
      const count = poisson(seed, (rate.perStationSeason * (to - from)) / SEASON_MS);
      for (let index = 0; index < count; index++) {
        const fault = drawOne(kind, rate, station, subSeed(seed, index), options, kept);
        if (fault !== undefined) kept.push(fault);
      }
    }
  return kept.sort((a, b) => a.onset - b.onset || (a.asset < b.asset ? -1 : 1));
}

function drawOne(
  kind: DisturbanceKind,
  rate: FaultRate,
  station: Asset,
  seed: number,
  options: FaultDrawOptions,
  kept: readonly Fault[],
): Fault | undefined {
  for (let attempt = 0; attempt <= REDRAWS_MAX; attempt++) {
    const fault = candidate(kind, rate, station, draws(subSeed(seed, attempt)), options);
    if (fault === undefined) return undefined;
    checkFault(fault, options.network, `drawn ${kind}`);
    if (options.withConflicts === true || !kept.some((other) => areUndetectable(fault, other, options.network))) return fault;
  }
  return undefined;
}

/** One draw; undefined when the station has nothing that the kind could happen to. */
function candidate(kind: DisturbanceKind, rate: FaultRate, station: Asset, draw: Draws, options: FaultDrawOptions): Fault | undefined {
  const { network, from, to } = options;
  const { range, needsSignal, variants } = disturbanceOf(kind);
  const onset = Math.floor(draw.between(from, to) / 1000) * 1000;
  const repairAt = Math.round(onset + logBetween(draw, rate.repairAfterMs));
  const rampMs = rate.rampMs === undefined ? 0 : Math.round(logBetween(draw, rate.rampMs));
  const drawnSize = logBetween(draw, rate.magnitude);
  const isNegative = draw.between(0, 1) < 0.5;
  const signal = needsSignal ? draw.pick(signalsOf(kind)) : undefined;
  const assets = placesOf(kind, station, network, signal);
  if (assets.length === 0) return undefined;
  const place = draw.pick(draw.pick(assets));
  const size = VOLUMES.has(kind) ? Math.min(drawnSize, EMPTIED_SHARE_MAX * waterM3(place, network)) : drawnSize;
  const ways = rate.variants ?? variants;
  const scaled = kind === "sensor_unit" ? unitFactor(signal!) : size * (signal === undefined ? 1 : sensorScale(kind, signal));
  return {
    kind,
    asset: place.id,
    onset,
    rampMs,
    // A kind that can be off to either side is so as often to the one as to the other.
    magnitude: range[0] < 0 && isNegative ? -scaled : scaled,
    repairAt,
    ...(signal === undefined ? {} : { signal }),
    ...(ways === undefined ? {} : { variant: draw.pick(ways) }),
  };
}

/** Places of a station where a kind can happen, one list per level, so that a circuit is as likely as all of its units together. */
function placesOf(kind: DisturbanceKind, station: Asset, network: Network, signal: SignalId | undefined): Asset[][] {
  return disturbanceOf(kind)
    .levels.filter((level) => signal === undefined || PLACES[signal] === level)
    .map((level) =>
      (level === "station" ? [station] : network.below(station.id, level)).filter(
        (asset) => asset.unitFacts?.suspended !== true && (kind !== "exchanger_leak" || leaksInwards(asset)),
      ),
    )
    .filter((assets) => assets.length > 0);
}

/** The exchanger of a high zone has more pressure than the primary side: its leak is a loss of water like any other. */
const leaksInwards = (circuit: Asset): boolean => (circuit.circuitFacts?.staticPressureKpa ?? 0) <= INWARD_STATIC_KPA_MAX;

/** Water of a circuit, or of the part of it that a building or unit has by its heated area, m³. */
function waterM3(place: Asset, network: Network): number {
  const circuit = network.asset(place.circuit ?? place.id)!;
  const { waterVolumeM3, heatedAreaM2 } = circuit.circuitFacts!;
  if (place.level === "circuit") return waterVolumeM3;
  const units = place.level === "unit" ? [place] : network.below(place.id, "unit");
  const areaM2 = units.reduce((sum, unit) => sum + (unit.unitFacts?.heatedAreaM2 ?? 0), 0);
  return (waterVolumeM3 * areaM2) / heatedAreaM2;
}

/** Signals whose transmitters fail, and where they usually are. */
const PLACES: Readonly<Partial<Record<SignalId, Asset["level"]>>> = {
  t_out: "station",
  t1_supply: "station",
  t1_return: "station",
  p1_supply: "station",
  q1_flow: "station",
  q1_total: "station",
  h1_total: "station",
  t2_supply: "circuit",
  t2_return: "circuit",
  p2_supply: "circuit",
  p2_return: "circuit",
  q2_flow: "circuit",
  mk_total: "circuit",
  t_supply: "unit",
  t_return: "unit",
  t_room: "room",
};

function signalsOf(kind: DisturbanceKind): SignalId[] {
  const all = Object.keys(PLACES) as SignalId[];
  if (kind === "totaliser_reset") return all.filter((id) => id.endsWith("_total"));
  const gauges = all.filter((id) => !id.endsWith("_total"));
  if (kind === "sensor_swapped") return gauges.filter((id) => id.endsWith("_supply"));
  return kind === "sensor_unit" ? gauges.filter((id) => SIGNALS[id].unit === "kPa" || id === "t2_supply") : gauges;
}

/** Sizes of biases and drifts are named for a temperature; a pressure or a flow is off by more of its own unit. */
function sensorScale(kind: DisturbanceKind, signal: SignalId): number {
  if (kind !== "sensor_bias" && kind !== "sensor_drift") return 1;
  return { "°C": 1, kPa: 12, "m³/h": 6 }[SIGNALS[signal].unit as "°C" | "kPa" | "m³/h"] ?? 1;
}

/** MPa in place of kPa, or a raw integer of tenths. */
const unitFactor = (signal: SignalId): number => (SIGNALS[signal].unit === "kPa" ? 0.001 : 10);

/** Between two numbers so that each doubling is as likely as the next; evenly where one of them is not positive. */
function logBetween(draw: Draws, [least, most]: readonly [number, number]): number {
  const share = draw.between(0, 1);
  return least > 0 && most > 0 ? least * (most / least) ** share : least + (most - least) * share;
}

/** A Poisson number by the seed (Knuth's product of uniforms). */
function poisson(seed: number, mean: number): number {
  const limit = Math.exp(-Math.min(mean, PER_STATION_KIND_MAX));
  let product = 1;
  for (let count = 0; count < PER_STATION_KIND_MAX; count++) {
    product *= uniformAt(seed, count);
    if (product <= limit) return count;
  }
  return PER_STATION_KIND_MAX;
}
