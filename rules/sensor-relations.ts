import type { Asset } from "../model/network.ts";
import { HEATING_PHASES, type SeasonPhase } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { circulationOf } from "./circulation.ts";
import { habitsOf } from "./circuit-habits.ts";
import { heatedUnits } from "./cooling-index.ts";
import { coolingObserver } from "./cooling-watch.ts";
import { tidy } from "./phrases.ts";
import { type Relation, shiftOf } from "./relation.ts";
import type { View } from "./rule.ts";
import type { SensorLimits } from "./sensor-limits.ts";
import type { SensorDoubt } from "./sensor-tests.ts";
import { median } from "./statistics.ts";

/** R30, drift and bias: measurements that physics ties together. Each names the sensor that is to blame when it moves alone. */

export const RELATIONS = ["supply_over_units", "return_over_units", "unit_supply", "unit_return", "meter"] as const;
export type RelationName = (typeof RELATIONS)[number];

const UNITS_MIN = 3;
/** Supply and return of a unit through which nothing flows, °C: colder than anything that heats. */
const STANDING_SUPPLY_C = 28;
const STANDING_RETURN_C = 24;
/** Median deviation of the units' supply, K, up to which they have one source. */
const PEER_DEVIATION_K_MAX = 1;
const WATER_KWH_PER_M3K = 1.163;

/** The relation of an asset now; undefined where it does not exist, NaN where it is unknown at the moment. */
export function relationValue(name: RelationName, asset: Asset, view: View): number | undefined {
  const value = VALUES[name](asset, view);
  // Until the network is balanced nothing stands to anything as it will.
  return value !== undefined && !(HEATING_PHASES as readonly SeasonPhase[]).includes(view.phase) ? NaN : value;
}

const VALUES: Record<RelationName, (asset: Asset, view: View) => number | undefined> = {
  supply_over_units: (asset, view) => overUnits(asset, view, "t2_supply", "t_supply"),
  return_over_units: (asset, view) => overUnits(asset, view, "t2_return", "t_return"),
  unit_supply: (asset, view) => overPeers(asset, view, "t_supply"),
  unit_return: (asset, view) => overPeers(asset, view, "t_return"),
  meter: meterShare,
};

/** Circuit temperature less the median of its units: they drink of the same water. */
function overUnits(asset: Asset, view: View, own: SignalId, unit: SignalId): number | undefined {
  const circuit = circuitOf(asset, view);
  if (circuit === undefined || view.pointState(asset.id, own) === undefined) return undefined;
  const units = heatedUnits(view.network, circuit.id);
  if (units.length < UNITS_MIN) return undefined;
  const { headShare, flowShare } = circulationOf(circuit, view);
  const value = view.raw.last(asset.id, own)?.value;
  if (value === undefined || headShare < 0.6 || flowShare < 0.6) return NaN;
  const known = units.map(({ id }) => view.last(id, unit)?.value ?? NaN).filter((temperature) => !Number.isNaN(temperature));
  return known.length < Math.max(UNITS_MIN, units.length / 2) ? NaN : value - median(known);
}

/** Unit temperature less the median of its circuit's units. */
function overPeers(asset: Asset, view: View, signal: "t_supply" | "t_return"): number | undefined {
  if (asset.level !== "unit" || asset.circuit === undefined || view.pointState(asset.id, signal) === undefined) return undefined;
  const peers = view.observed(coolingObserver, asset.circuit)?.peers;
  if (peers === undefined) return NaN;
  if (peers.count < UNITS_MIN + 1) return undefined;
  // Peers that disagree among themselves, as while they are being filled, say nothing of one.
  if (peers.supplyDeviationK > PEER_DEVIATION_K_MAX) return NaN;
  const value = view.raw.last(asset.id, signal)?.value ?? NaN;
  return value - (signal === "t_supply" ? peers.supplyC : peers.returnC);
}

/** Heat meter over flow times spread (DOMAIN 3.7). */
function meterShare(asset: Asset, view: View): number | undefined {
  if (view.pointState(asset.id, "h1_power") === undefined || view.pointState(asset.id, "q1_flow") === undefined) return undefined;
  const power = view.raw.last(asset.id, "h1_power")?.value ?? NaN;
  const flow = view.raw.last(asset.id, "q1_flow")?.value ?? NaN;
  const spread = (view.raw.last(asset.id, "t1_supply")?.value ?? NaN) - (view.raw.last(asset.id, "t1_return")?.value ?? NaN);
  const computed = flow * WATER_KWH_PER_M3K * spread;
  return computed > 50 && spread > 5 ? power / computed : NaN;
}

const circuitOf = (asset: Asset, view: View): Asset | undefined =>
  asset.level === "circuit"
    ? asset
    : asset.level === "station" && asset.children.length === 1
      ? view.network.asset(asset.children[0]!)
      : undefined;

type Relations = Readonly<Partial<Record<RelationName, Relation>>>;

export function relationDoubts(
  relations: Relations,
  asset: Asset,
  view: View,
  limits: SensorLimits,
): { readonly signal: SignalId; readonly doubt: SensorDoubt }[] {
  const found: { signal: SignalId; doubt: SensorDoubt }[] = [];
  const off = (name: RelationName): number | undefined => {
    const relation = relations[name];
    const shift = relation === undefined ? undefined : shiftOf(relation);
    if (shift === undefined) return undefined;
    return Math.abs(shift.by) > Math.max(limits.sensor_shift_k, limits.sensor_shift_deviations * shift.deviation) ? shift.by : 0;
  };
  const drift = (signal: SignalId, by: number, zh: string, en: string): void => {
    found.push({
      signal,
      doubt: {
        sign: "drifting",
        value: Math.abs(by),
        limit: limits.sensor_shift_k,
        text: { zh: `与${zh}之差偏离原来 ${tidy(by)} K`, en: `Its difference to ${en} has moved by ${tidy(by)} K` },
      },
    });
  };
  const supply = off("supply_over_units");
  if (supply !== undefined && supply !== 0) drift("t2_supply", supply, "各单元供温", "the units' supply");
  const back = off("return_over_units");
  // Starved units cool their return: then the units moved, not the circuit's sensor.
  if (back !== undefined && back !== 0 && !unitsSuffer(asset, view)) drift("t2_return", back, "各单元回温", "the units' return");
  const unitSupply = off("unit_supply");
  const unitReturn = relations.unit_return === undefined ? undefined : shiftOf(relations.unit_return);
  // No source is warmer than its own; standing water is colder, but then its return is too.
  // Nor does water that stands tell of its sensor: it is as warm as its room.
  const isStanding =
    (view.raw.last(asset.id, "t_supply")?.value ?? NaN) < STANDING_SUPPLY_C &&
    !((view.raw.last(asset.id, "t_return")?.value ?? NaN) >= STANDING_RETURN_C);
  const isAlone = unitReturn !== undefined && unitSupply !== undefined && Math.abs(unitReturn.by) < 0.2 * Math.abs(unitSupply);
  if (
    unitSupply !== undefined &&
    !isStanding &&
    (unitSupply > 0 ? unitReturn !== undefined && unitReturn.by < 0.5 * unitSupply : unitSupply < 0 && isAlone)
  )
    drift("t_supply", unitSupply, "同伴供温", "its peers' supply");
  const meter = relations.meter === undefined ? undefined : shiftOf(relations.meter);
  if (meter !== undefined && Math.abs(meter.by) > Math.max(limits.sensor_meter_share, 5 * meter.deviation))
    found.push({
      signal: "h1_power",
      doubt: {
        sign: "impossible",
        value: Math.abs(meter.by),
        limit: limits.sensor_meter_share,
        text: {
          zh: `热表与流量温差算得之比由 ${tidy(meter.usual, 2)} 变为 ${tidy(meter.usual + meter.by, 2)}`,
          en: `Heat meter over flow times spread went from ${tidy(meter.usual, 2)} to ${tidy(meter.usual + meter.by, 2)}`,
        },
      },
    });
  const head = headDoubt(asset, view, limits);
  if (head !== undefined) found.push(head);
  return found;
}

const unitsSuffer = (asset: Asset, view: View): boolean => {
  const circuit = circuitOf(asset, view);
  if (circuit === undefined) return false;
  const units = heatedUnits(view.network, circuit.id);
  const suffering = units.filter(({ id }) => view.isSuspected(id, ["under_heated", "air_lock", "closed_valve", "over_heated"])).length;
  return suffering > units.length / 4;
};

/** Head off its usual while flow and frequency are as ever: the pressure that moved alone is wrong. */
function headDoubt(asset: Asset, view: View, limits: SensorLimits): { readonly signal: SignalId; readonly doubt: SensorDoubt } | undefined {
  const circuit = circuitOf(asset, view);
  if (circuit === undefined || view.pointState(asset.id, "p2_return") === undefined || view.pointState(asset.id, "p2_supply") === undefined)
    return undefined;
  const habits = habitsOf(view, circuit.id);
  const supply = view.raw.last(asset.id, "p2_supply")?.value ?? NaN;
  const back = view.raw.last(asset.id, "p2_return")?.value ?? NaN;
  const { flowShare, usualHeadKpa, standing } = circulationOf(circuit, view);
  const offKpa = supply - back - usualHeadKpa;
  if (!(Math.abs(offKpa) > limits.sensor_head_kpa) || !(Math.abs(flowShare - 1) < 0.08) || standing === true) return undefined;
  const backMovedKpa = back - habits.returnKpa.usual;
  const signal: SignalId = Math.abs(backMovedKpa + offKpa) < Math.abs(offKpa) / 2 ? "p2_return" : "p2_supply";
  const text: Text = {
    zh: `供回压差 ${tidy(supply - back, 0)} kPa，平时 ${tidy(usualHeadKpa, 0)}，而流量未变`,
    en: `Head ${tidy(supply - back, 0)} kPa, usual ${tidy(usualHeadKpa, 0)}, with an unchanged flow`,
  };
  return { signal, doubt: { sign: "impossible", value: Math.abs(offKpa), limit: limits.sensor_head_kpa, text } };
}
