import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { circulationOf } from "./circulation.ts";
import { coolingObserver } from "./cooling-watch.ts";
import { tidy } from "./phrases.ts";
import type { View } from "./rule.ts";
import type { SensorLimits } from "./sensor-limits.ts";

/** R30: what gives a bad sensor away, one test each. All look at raw values: a signal that is not believed is judged all the same. */

const HOUR_MS = 3_600_000;

/** Below this a loop is as good as empty, kPa. */
const EMPTY_KPA = 60;
const PRESSURES: readonly SignalId[] = ["p2_return", "p2_supply", "p2_filter_in", "p2_filter_out", "p_supply", "p_return"];

export type SensorSign = "dead" | "missing" | "stuck" | "spiking" | "noisy" | "swapped" | "impossible" | "drifting" | "reset";

/** What a test says of one signal. */
export interface SensorDoubt {
  readonly sign: SensorSign;
  readonly text: Text;
  /** What the test compared, and with what. */
  readonly value: number;
  readonly limit: number;
}

/** "Sensor failed" on many of its readings. */
export function isDead(asset: Asset, signal: SignalId, view: View, limits: SensorLimits): SensorDoubt | undefined {
  const state = view.pointState(asset.id, signal);
  if (state === undefined || state.failedShare < limits.sensor_failed_share) return undefined;
  return {
    sign: "dead",
    value: state.failedShare,
    limit: limits.sensor_failed_share,
    text: {
      zh: `近期 ${tidy(100 * state.failedShare, 0)}% 的上报为“传感器故障”`,
      en: `${tidy(100 * state.failedShare, 0)} % of its last reports say "sensor failed"`,
    },
  };
}

/** Nothing comes of it while other points of the same device go on; `heardAt`: when the newest of them did. */
export function isMissing(asset: Asset, signal: SignalId, view: View, limits: SensorLimits, heardAt: number): SensorDoubt | undefined {
  const lastAt = view.lastReport(asset.id, signal);
  const interval = view.interval(asset.id, signal);
  if (lastAt === undefined || interval === undefined) return undefined;
  const leastMs = Math.max(limits.sensor_missing_hours * HOUR_MS, limits.sensor_missing_intervals * interval);
  // The device itself is silent: another rule's matter.
  if (view.at - heardAt > 2 * interval || heardAt - lastAt < leastMs) return undefined;
  // Near zero a pressure that falls on looks like another unit, and is not taken in: its neighbours tell of it. While a loop is filled
  // there may be no neighbour that tells.
  if (PRESSURES.includes(signal) && view.phase === "filling") return undefined;
  if (PRESSURES.includes(signal) && PRESSURES.some((other) => (view.raw.last(asset.id, other)?.value ?? Infinity) < EMPTY_KPA))
    return undefined;
  const hours = (heardAt - lastAt) / HOUR_MS;
  return {
    sign: "missing",
    value: hours,
    limit: leastMs / HOUR_MS,
    text: {
      zh: `同一设备仍在上报，唯此测点 ${tidy(hours)} 小时无数据`,
      en: `Its device reports, this point has sent nothing for ${tidy(hours)} h`,
    },
  };
}

/** Lone jumps, one after the other. */
export function isSpiking(asset: Asset, signal: SignalId, view: View, limits: SensorLimits): SensorDoubt | undefined {
  const state = view.pointState(asset.id, signal);
  if (state === undefined || state.spikes < limits.sensor_spikes) return undefined;
  return {
    sign: "spiking",
    value: state.spikes,
    limit: limits.sensor_spikes,
    text: { zh: `6小时内约 ${tidy(state.spikes, 0)} 次孤立跳变`, en: `About ${tidy(state.spikes, 0)} lone jumps within six hours` },
  };
}

/** A primary that heats is at least this warm, °C. */
const PRIMARY_WARM_C = 45;

/** Supply and return of one place, in this order. */
const PAIRS: readonly (readonly [SignalId, SignalId])[] = [
  ["t2_supply", "t2_return"],
  ["t1_supply", "t1_return"],
  ["t_supply", "t_return"],
  ["p2_supply", "p2_return"],
  ["p1_supply", "p1_return"],
];

/** Supply below return in a loop that is heated and moves: their cables are swapped (both signals are doubted). */
export function swappedPair(
  asset: Asset,
  view: View,
  limits: SensorLimits,
): { readonly signals: readonly SignalId[]; readonly doubt: SensorDoubt } | undefined {
  for (const [supplySignal, returnSignal] of PAIRS) {
    if (view.pointState(asset.id, supplySignal) === undefined || view.pointState(asset.id, returnSignal) === undefined) continue;
    const supply = view.raw.last(asset.id, supplySignal);
    const back = view.raw.last(asset.id, returnSignal);
    if (supply === undefined || back === undefined) continue;
    const isPressure = supplySignal.startsWith("p");
    const limit = isPressure ? limits.sensor_swapped_kpa : limits.sensor_swapped_k;
    const excess = back.value - supply.value;
    if (excess < limit || !isMoving(asset, supplySignal, view, back.value)) continue;
    const unit = isPressure ? "kPa" : "K";
    return {
      signals: [supplySignal, returnSignal],
      doubt: {
        sign: "swapped",
        value: excess,
        limit,
        text: {
          zh: `回 ${tidy(back.value)} 高于供 ${tidy(supply.value)}（${tidy(excess)} ${unit}），疑似接反`,
          en: `Return ${tidy(back.value)} is above supply ${tidy(supply.value)} by ${tidy(excess)} ${unit}: swapped?`,
        },
      },
    };
  }
  return undefined;
}

/** Whether the place is heated and moves, so that the supply must be the warmer (the higher) one. */
function isMoving(asset: Asset, supplySignal: SignalId, view: View, backValue: number): boolean {
  if (asset.level === "unit" && asset.circuit !== undefined) {
    const peers = view.observed(coolingObserver, asset.circuit)?.peers;
    if (peers === undefined) return false;
    // What is called its return has to be as warm as the others' supply.
    return peers.count >= 3 && peers.dropK > 4 && Math.abs(backValue - peers.supplyC) < 5;
  }
  if (supplySignal === "t1_supply" && backValue < PRIMARY_WARM_C) return false;
  if (supplySignal === "t1_supply" || supplySignal === "p1_supply") return (view.last(asset.id, "v1_pos")?.value ?? 50) > 10;
  const circuit = asset.level === "circuit" ? asset : view.network.asset(asset.children[0] ?? "");
  if (circuit === undefined) return false;
  const { standing, flowShare } = circulationOf(circuit, view);
  return standing !== true && !(flowShare < 0.3) && (view.last(circuit.id, "power_ok")?.value ?? 1) > 0.5;
}
