import type { Asset } from "../model/network.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import { heatStateOf } from "./heat-state.ts";
import { tidy } from "./phrases.ts";
import { FAILED } from "./quality.ts";
import type { View } from "./rule.ts";
import type { SensorLimits } from "./sensor-limits.ts";
import type { SensorDoubt } from "./sensor-tests.ts";

/** R30, stuck: the same value for longer than this point ever rested, while what goes with it moved (DOMAIN 3.8). */

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Signals that never rest in a running plant, each with those that go with it, and by how much of its own unit it moves at least when
 * they move by one of theirs. Outdoors nothing need be asked: weather never rests.
 */
const LIVELY: Partial<Record<SignalId, Partial<Record<SignalId, number>>>> = {
  t_out: {},
  t1_supply: { t1_return: 0.3, t2_supply: 0.3 },
  t1_return: { t2_return: 0.7, t2_supply: 0.3, t1_supply: 0.05 },
  p1_supply: { p1_return: 0.3, q1_flow: 0.5 },
  p1_return: { p1_supply: 0.3, q1_flow: 0.3 },
  q1_flow: { h1_power: 0.01, v1_pos: 0.05 },
  h1_power: { q1_flow: 20, v1_pos: 5 },
  v1_pos: { v1_set: 1, t2_supply: 0.7 },
  t2_supply: { t2_return: 1, t2_set: 0.7 },
  t2_return: { t2_supply: 0.5 },
  p2_supply: { p2_return: 0.7 },
  p2_return: { p2_supply: 0.3 },
  q2_flow: { p2_supply: 0.05 },
  p2_filter_in: { p2_filter_out: 0.7 },
  p2_filter_out: { p2_filter_in: 0.7 },
  t_supply: { t_return: 0.7 },
  t_return: { t_supply: 0.4 },
  flow: { t_return: 0.05 },
};
/** A valve that does not move while the supply stays right does move: its feedback is wrong. Else it is the valve. */
const FOLLOWS_K = 2;

export const isLively = (signal: SignalId): boolean => LIVELY[signal] !== undefined;

/** A move that a point has to show, where its resolution is finer. */
const STEP: Readonly<Record<string, number>> = { "°C": 0.1, kPa: 1, "m³/h": 0.2, kW: 5, "%": 1 };
const COARSE_STEP: Readonly<Record<string, number>> = { "°C": 1, kPa: 10, "m³/h": 1, kW: 50, "%": 5 };
/** Equal values from which on a run is followed. */
const FLAT_FROM = 6;
/** How long a point is known before its own longest rest counts; until then so many times the limit is waited for. */
const KNOWN_MS = 4 * DAY_MS;
const UNKNOWN_TIMES = 4;
/** A rest long ago is no longer the measure: what is left of it after a day. */
const DAILY_FADE = 0.95;
/** Water that stands has the temperature of its room, °C: it does not move with what flows elsewhere. */
const STANDING_C = 22;

/** The run of equal values that goes on, and how its companions moved meanwhile. Plain data. */
interface FlatRun {
  readonly since: number;
  judgedStuck: boolean;
  companions: { readonly signal: SignalId; least: number; most: number }[];
}

/** What a point's rests were so far. Plain data. */
export interface Rests {
  readonly knownFrom: number;
  longestMs: number;
  fadedAt: number;
  run: FlatRun | undefined;
}

export const startRests = (at: number): Rests => ({ knownFrom: at, longestMs: 0, fadedAt: at, run: undefined });

/** Follows the rests of one point and judges the one that goes on. */
export function isStuck(rests: Rests, asset: Asset, signal: SignalId, view: View, limits: SensorLimits): SensorDoubt | undefined {
  const state = view.pointState(asset.id, signal)!;
  if (rests.run !== undefined && rests.run.since !== state.flatAt) {
    // What was taken for a fault does not teach how long rests may last.
    if (!rests.run.judgedStuck) rests.longestMs = Math.max(rests.longestMs, state.flatAt - rests.run.since);
    rests.run = undefined;
  }
  if (view.at - rests.fadedAt >= DAY_MS) {
    rests.longestMs *= DAILY_FADE;
    rests.fadedAt = view.at;
  }
  if (state.flatCount < FLAT_FROM) return undefined;
  const run = (rests.run ??= { since: state.flatAt, judgedStuck: false, companions: [] });
  const movedSteps = followCompanions(run, asset, signal, view);
  const value = view.raw.last(asset.id, signal)?.value;
  // Nothing flows, or the pressure is gone: a true zero does not move, nor does water that stands.
  if (value === undefined || value === 0 || (asset.level === "unit" && value < STANDING_C)) return undefined;
  if (signal === "v1_pos" && !supplyFollows(asset, view)) return undefined;
  if (state.quality === FAILED || state.flatCount < limits.sensor_stuck_samples || movedSteps < limits.sensor_stuck_steps) return undefined;
  const leastMs =
    view.at - rests.knownFrom < KNOWN_MS
      ? UNKNOWN_TIMES * limits.sensor_stuck_hours * HOUR_MS
      : Math.max(limits.sensor_stuck_hours * HOUR_MS, limits.sensor_stuck_rests * rests.longestMs);
  const flatMs = view.at - state.flatAt;
  if (flatMs < leastMs) return undefined;
  run.judgedStuck = true;
  const hours = flatMs / HOUR_MS;
  return {
    sign: "stuck",
    value: hours,
    limit: leastMs / HOUR_MS,
    text: {
      zh: `${tidy(hours)} 小时停在 ${tidy(value, SIGNALS[signal].decimals + 1)} 不变（${state.flatCount} 次上报），相关测点在动`,
      en: `Has said ${tidy(value, SIGNALS[signal].decimals + 1)} for ${tidy(hours)} h (${state.flatCount} reports) while what goes with it moved`,
    },
  };
}

/** By how many of its own steps the point should have moved during the run, after its most lively companion. */
function followCompanions(run: FlatRun, asset: Asset, signal: SignalId, view: View): number {
  const gains = Object.entries(LIVELY[signal]!) as [SignalId, number][];
  if (gains.length === 0) return Infinity;
  const resolution = view.pointState(asset.id, signal)?.resolution;
  // A point that has never moved may be as coarse as they come.
  const step = Number.isNaN(resolution)
    ? (COARSE_STEP[SIGNALS[signal].unit] ?? 1)
    : Math.max(STEP[SIGNALS[signal].unit] ?? 1, finite(resolution));
  let most = 0;
  for (const [companion, gain] of gains) {
    const value = view.raw.last(asset.id, companion)?.value;
    if (value === undefined) continue;
    let known = run.companions.find((one) => one.signal === companion);
    if (known === undefined) run.companions.push((known = { signal: companion, least: value, most: value }));
    known.least = Math.min(known.least, value);
    known.most = Math.max(known.most, value);
    most = Math.max(most, (gain * (known.most - known.least)) / step);
  }
  return most;
}

/** Whether the supply is where it should be. */
function supplyFollows(asset: Asset, view: View): boolean {
  const circuit = asset.level === "circuit" ? asset : view.network.asset(asset.children[0] ?? "");
  return circuit !== undefined && Math.abs(heatStateOf(circuit, view).errorK) < FOLLOWS_K;
}

const finite = (number: number | undefined): number => (number === undefined || Number.isNaN(number) ? 0 : number);
