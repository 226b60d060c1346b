import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { limitReader } from "./limit-reader.ts";
import type { Limit } from "./limits.ts";
import type { View } from "./rule.ts";
import { median, medianDeviation, quantile } from "./statistics.ts";

/**
 * The cooling index φ of a unit: its temperature drop over the median drop of its circuit's units. Independent of the load
 * (DOMAIN 3.1): 1 is usual, 1.35 is 60 % of the flow, 1.8 is near blockage.
 */

const limit = (value: number, unit: string, zh: string, en: string): Limit => ({ value, unit, reason: { zh, en } });

/** Shared by the rules over φ. */
export const coolingLimits = {
  cooling_drop_k_min: limit(
    4,
    "K",
    "温降中位数过小时，两支±0.5 K探头的噪声使指数不可信",
    "With a smaller median drop two sensors of ±0.5 K drown the index",
  ),
  cooling_age_hours: limit(
    3,
    "h",
    "不同时刻的温度不可比：负荷、降温时段已变",
    "Older temperatures are not compared: load and night set-back have changed",
  ),
  cooling_peers_min: limit(4, "1", "少于4个同伴时只与自身历史比较", "With fewer peers a unit is compared with its own past only"),
  cooling_base_rise: limit(1.12, "1", "日中位数高出基线12%以上不计入基线", "Days this far above the base do not teach it"),
  cooling_base_max: limit(
    1.28,
    "1",
    "基线上限，起初就更高的除外：缓慢欠流不被当作正常",
    "The base does not rise above this unless it began higher: slow under-flow is not the norm",
  ),
  cooling_first_base_max: limit(1.8, "1", "起初就接近堵死的不作为基线", "What is near blockage from the first day on is no base"),
  cooling_unknown_base: limit(
    1.44,
    "1",
    "基线未建立时，可能一直偏流到这个程度：由失调规则处理",
    "Without a base the unit may always have been so far off: that is the imbalance rule's matter",
  ),
  cooling_moved_pct: limit(
    3,
    "%",
    "给定关小这么多即重学基线：少流是人的意图",
    "A command that closes the valve by this begins a new base: less water is what was meant",
  ),
  cooling_moved_max_pct: limit(25, "%", "一次关小更多不是平衡调节", "A command that closes it by more at once is no balancing"),
} satisfies Record<string, Limit>;

const coolingValues = limitReader(coolingLimits);

/** Standard deviation of the difference of two sensors, K, and the drop from which on it hardly matters. */
const SENSORS_K = 0.7;
const WIDE_DROP_K = 10;
/** Coarser sensors of temperature are not built: a larger step is a point that has reported little. */
const STEP_K_MAX = 1;
const NO_FLOW_DROP_K = 0.5;
const STAGNANT_INDEX = 1.5;

/** What the units of one circuit do at one moment. */
export interface Peers {
  readonly at: number;
  /** Units with a temperature drop, and units with a return temperature. */
  readonly count: number;
  readonly returnCount: number;
  readonly dropK: number;
  /** Median of the units' own supply sensors; the circuit's supply where they have none. */
  readonly supplyC: number;
  readonly supplyDeviationK: number;
  readonly returnC: number;
  readonly returnDeviationK: number;
  /** Spread of φ over the circuit. */
  readonly indexP10: number;
  readonly indexP90: number;
  /** Units with φ >= 1.5 at the moment. */
  readonly starved: number;
}

const unitLists = new WeakMap<Network, Map<string, readonly Asset[]>>();

/** The units of a circuit that are to be heated. */
export function heatedUnits(network: Network, circuit: string): readonly Asset[] {
  let lists = unitLists.get(network);
  if (lists === undefined) unitLists.set(network, (lists = new Map()));
  let units = lists.get(circuit);
  if (units === undefined)
    lists.set(circuit, (units = network.below(circuit, "unit").filter((unit) => unit.unitFacts?.suspended !== true)));
  return units;
}

/** The peers of a circuit at the moment. */
export function peersOf(view: View, circuit: string): Peers {
  const supplies: number[] = [];
  const returns: number[] = [];
  const drops: number[] = [];
  const circuitC = view.last(circuit, "t2_supply")?.value ?? Number.NaN;
  for (const unit of heatedUnits(view.network, circuit)) {
    const returnC = recent(view, unit.id, "t_return");
    if (returnC === undefined) continue;
    returns.push(returnC);
    const ownC = recent(view, unit.id, "t_supply");
    if (ownC !== undefined) supplies.push(ownC);
    const supplyC = ownC ?? (hasSupply(view, unit.id) ? NaN : circuitC);
    // Sensors that are swapped, or without flow, say nothing about a usual drop.
    if (supplyC - returnC >= NO_FLOW_DROP_K) drops.push(supplyC - returnC);
  }
  const dropK = median(drops);
  const indices = drops.map((drop) => drop / dropK);
  const supplyC = supplies.length > 0 ? median(supplies) : circuitC;
  const returnC = median(returns);
  return {
    at: view.at,
    count: drops.length,
    returnCount: returns.length,
    dropK,
    supplyC,
    supplyDeviationK: medianDeviation(supplies, supplyC),
    returnC,
    returnDeviationK: medianDeviation(returns, returnC),
    indexP10: quantile(indices, 0.1),
    indexP90: quantile(indices, 0.9),
    starved: indices.filter((index) => index >= STAGNANT_INDEX).length,
  };
}

/** Whether a unit has a supply sensor of its own; what flows into one without is what leaves the station. */
const hasSupply = (view: View, unit: string): boolean => view.lastReport(unit, "t_supply") !== undefined;

/** A temperature of about now: meters that report once a day are not current for days. */
function recent(view: View, unit: string, signal: "t_supply" | "t_return"): number | undefined {
  const sample = view.last(unit, signal);
  const ageMsMax = coolingValues(view.limits, unit).cooling_age_hours * 3_600_000;
  return sample === undefined || view.at - sample.at > ageMsMax ? undefined : sample.value;
}

/** One unit at one moment; NaN where unknown. */
export interface UnitCooling {
  /** Of its own sensor. */
  readonly supplyC: number;
  readonly returnC: number;
  readonly index: number;
  /** How far φ may be off by coarse sensors and a small drop. */
  readonly indexError: number;
  /** Compared with its circuit's units; otherwise with the station's own drop, which only its own past makes meaningful. */
  readonly amongPeers: boolean;
  /** Supply temperature that should arrive: of the peers, else of the station. */
  readonly offeredC: number;
}

export function unitCooling(view: View, unit: Asset, peers: Peers): UnitCooling {
  const supplyC = recent(view, unit.id, "t_supply") ?? Number.NaN;
  const returnC = recent(view, unit.id, "t_return") ?? Number.NaN;
  const circuit = unit.circuit ?? unit.station;
  const stationSupplyC = view.last(circuit, "t2_supply")?.value ?? Number.NaN;
  const limits = coolingValues(view.limits, unit.id);
  const amongPeers = peers.count > limits.cooling_peers_min;
  const dropK = amongPeers ? peers.dropK : stationSupplyC - (view.last(circuit, "t2_return")?.value ?? Number.NaN);
  const arrivingC = hasSupply(view, unit.id) ? supplyC : stationSupplyC;
  const index = dropK > limits.cooling_drop_k_min ? (arrivingC - returnC) / dropK : Number.NaN;
  const supplyStepK = hasSupply(view, unit.id) ? stepK(view, unit.id, "t_supply") : stepK(view, circuit, "t2_supply");
  const indexError = errorOf(dropK, supplyStepK, stepK(view, unit.id, "t_return"));
  return { supplyC, returnC, index, indexError, amongPeers, offeredC: amongPeers ? peers.supplyC : stationSupplyC };
}

/**
 * Standard deviation of φ, DOMAIN 3.1: two sensors of ±0.5 K make 0.14 over a drop of 5 K. From a drop of 10 K on the limits of φ have it in
 * them; rounding to whole kelvins comes on top.
 */
function errorOf(dropK: number, supplyStepK: number, returnStepK: number): number {
  if (!(dropK > 0)) return 0;
  return SENSORS_K * Math.max(0, 1 / dropK - 1 / WIDE_DROP_K) + Math.hypot(supplyStepK, returnStepK) / 2 / dropK;
}

/** Smallest step that a temperature was seen to make, K; 0 while unknown. */
function stepK(view: View, asset: string, signal: SignalId): number {
  const step = view.pointState(asset, signal)?.resolution ?? NaN;
  return Number.isNaN(step) ? 0 : Math.min(step, STEP_K_MAX);
}

/** Outdoor temperature, °C, as the unit's circuit or station reports it; undefined when neither does. */
export function outdoorC(view: View, unit: Asset): number | undefined {
  return (view.last(unit.circuit ?? unit.station, "t_out") ?? view.last(unit.station, "t_out"))?.value;
}
