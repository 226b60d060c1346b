import type { SignalId } from "../model/signals.ts";
import { subSeed, uniformAt } from "./random.ts";

/** Which of the signals of CONTRACT 2 a station has: all of them, those of a usual network, or the few of a poor one. */

export const POINT_SETS = ["full", "usual", "poor"] as const;
export type PointSet = (typeof POINT_SETS)[number];

type Shares = readonly [usual: number, poor: number];

/** Shares of stations and circuits that have a point. What is bought as one device stands together; what is not named all have. */
const GROUPS: readonly { readonly signals: readonly SignalId[]; readonly shares: Shares }[] = [
  { signals: ["t_out"], shares: [0.95, 0.7] },
  { signals: ["p1_supply", "p1_return"], shares: [1, 0.9] },
  { signals: ["q1_flow", "q1_total", "h1_power", "h1_total"], shares: [0.9, 0.5] },
  { signals: ["v1_pos"], shares: [1, 0.7] },
  { signals: ["v1_set"], shares: [0.9, 0.4] },
  { signals: ["power_ok"], shares: [0.85, 0.4] },
  { signals: ["tank_level"], shares: [0.85, 0.3] },
  { signals: ["flood"], shares: [0.6, 0.15] },
  { signals: ["t2_set"], shares: [0.85, 0.3] },
  { signals: ["p2_filter_in", "p2_filter_out"], shares: [0.6, 0.1] },
  { signals: ["q2_flow"], shares: [0.8, 0.3] },
  { signals: ["mk_total"], shares: [1, 0.85] },
  { signals: ["mk_flow"], shares: [0.7, 0.2] },
  { signals: ["mk_pump"], shares: [0.9, 0.5] },
  { signals: ["cp_run"], shares: [1, 0.8] },
  { signals: ["cp_fault", "cp_hz"], shares: [0.9, 0.5] },
  // Units of one circuit are of one make (DOMAIN 1: pressures and heat meters are optional).
  { signals: ["t_supply"], shares: [1, 0.7] },
  { signals: ["valve_pos", "valve_set"], shares: [0.85, 0.3] },
  { signals: ["p_supply", "p_return"], shares: [0.15, 0] },
  { signals: ["flow", "heat"], shares: [0.3, 0.05] },
  { signals: ["rssi", "battery"], shares: [1, 0.6] },
];

const groupOf = new Map(
  GROUPS.flatMap((group, index) => group.signals.map((signal) => [signal, { shares: group.shares, index }] as const)),
);

/** Whether the station, or the circuit and all below it, whose seed this is has a point for the signal. */
export function hasPoint(set: PointSet, seed: number, signal: SignalId): boolean {
  const group = groupOf.get(signal);
  if (set === "full" || group === undefined) return true;
  return uniformAt(subSeed(seed, "points", group.index), 0) < group.shares[set === "usual" ? 0 : 1];
}
