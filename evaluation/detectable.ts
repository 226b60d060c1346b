import { phaseAt } from "../simulators/season.ts";
import type { Fault, DisturbanceKind } from "../simulators/faults.ts";
import { variantOf } from "../simulators/faults.ts";
import type { Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { HOUR_MS } from "./outcome.ts";

/**
 * Whether a planted fault can be seen at all, by anybody who knows the figures of DOMAIN and has the points that the station sends.
 * What our rules happen to find plays no part. Sizes are those below which DOMAIN shows no effect beyond noise, or names no limit.
 */

export interface Seen {
  readonly network: Network;
  readonly from: number;
  readonly to: number;
  /** Whether a point was ever received. */
  readonly has: (asset: string, signal: SignalId) => boolean;
  /** Outdoor temperature of the climate, °C. */
  readonly outdoorC: (at: number) => number;
  /** Hours in which a circuit's supply and return are far enough apart (`spread.ts`). */
  readonly spreadHours: (circuit: string, from: number, to: number) => number;
}

interface Need {
  /** Least magnitude (absolute). */
  readonly size?: number;
  /** Least time at or above that size, h. */
  readonly hours?: number;
  /** At least one of these points of the circuit or station (or, `at: "asset"`, of the asset itself). */
  readonly points?: readonly SignalId[];
  /** Only while water is warm. */
  readonly warm?: true;
  /** Only while supply and return are apart: it shows in the return of single units. */
  readonly spread?: true;
  /** Only while pumps run or pressure is held. */
  readonly filled?: true;
}

const NEEDS: Readonly<Partial<Record<DisturbanceKind, Need>>> = {
  // R01: makeup over 3 % of the circulation, or the pressure falls: a quarter of an hour shows either.
  burst: { size: 5, hours: 0.25, points: ["p2_return", "mk_total", "mk_flow"], filled: true },
  // DOMAIN 3.5: 0.1 m³/h is the least that was ever found, in 11 h and at most 14.
  leak: { size: 0.1, hours: 14, points: ["mk_total", "mk_flow"], filled: true },
  // R03: three of five days; 0.1 m³/h over the eight hours of the habit.
  draw_off: { size: 0.8, hours: 72, points: ["mk_total", "mk_flow"], filled: true },
  low_pressure: { size: 0, hours: 0.5, points: ["p2_return", "p2_supply"], filled: true },
  over_pressure: { size: 50, hours: 0.5, points: ["p2_return", "p2_supply"], filled: true },
  makeup_fault: { size: 0.9, hours: 3, points: ["p2_return", "tank_level"], filled: true },
  exchanger_leak: { size: 0.5, hours: 12, points: ["p2_return", "p2_supply"], filled: true },
  // DOMAIN 3.1: an index of 1.35 (60 % of the flow) is under-flow, for R05 2 h and for R06 12 h.
  air_lock: { size: 0.4, hours: 2, points: ["t_return"], warm: true, spread: true },
  under_heated: { size: 0.4, hours: 12, points: ["t_return"], warm: true, spread: true },
  closed_valve: { size: 0.4, hours: 6, points: ["t_return"], warm: true, spread: true },
  // DOMAIN 3.2: 3 m are 27 kPa and 4 % of the flow; R08 wants a day.
  clogged_strainer: { size: 3, hours: 24, points: ["p2_filter_out", "q2_flow"], filled: true },
  // R09: less than 30 % of the head is left at 55 % of the speed.
  pump_failure: { size: 0.45, hours: 0.05, points: ["cp_run", "q2_flow", "p2_supply"], filled: true },
  // R19: an hour without flow below -5 °C.
  freeze_risk: { size: 0.95, hours: 1, points: ["q2_flow", "t2_return"], filled: true },
  // R20: 8 K between the tenths for a day; DOMAIN 3.1 gives that at ±40 % of the flow.
  imbalance: { size: 0.4, hours: 24, points: ["t2_return"], warm: true, spread: true },
  over_heated: { size: 0.3, hours: 24, points: ["t_return"], warm: true, spread: true },
  power_failure: { hours: 0.05 },
  // R11: 3 K of deficit for half an hour; the valve still makes up for less than this.
  primary_shortage: { size: 0.5, hours: 1, points: ["t2_supply"], warm: true },
  // R12: 3 K against the set point, or 2.5 K against the learned line for a day and six hours.
  curve_drift: { size: 3, hours: 30, points: ["t2_supply"], warm: true },
  valve_stuck: { size: 5, hours: 6, points: ["v1_pos"], warm: true },
  valve_hunting: { size: 3, hours: 2, points: ["v1_pos", "t2_supply"], warm: true },
  // R15: a quarter of the UA, over a 7-day median.
  exchanger_fouling: { size: 0.25, hours: 168, points: ["t1_return", "t2_supply"], warm: true },
  // DOMAIN 3.6 and 3.7: 3 K, or 8 % of a flow; what is less is within the accuracy of DOMAIN 1 over a season.
  sensor_bias: { size: 2.5, hours: 12 },
  sensor_drift: { size: 2.5, hours: 24 },
  sensor_stuck: { hours: 4 },
  sensor_spike: { size: 0.5, hours: 2 },
  sensor_noise: { size: 5, hours: 1 },
  sensor_swapped: { hours: 2, warm: true },
  sensor_unit: { hours: 0.25 },
  sensor_dead: { size: 0.3, hours: 1 },
  totaliser_reset: {},
  // R31: ten minutes.
  offline: { hours: 1 / 6 },
  // R32: two minutes over twenty messages.
  clock_skew: { size: 120, hours: 1 },
  dst_mistake: { hours: 1 },
};

const DRIFT_REFERENCE_HOURS = 720;
const FREEZING_C = -5;

/** Why a fault cannot be seen; undefined: it can. Confounders have nothing to be seen. */
export function hiddenBecause(fault: Fault, seen: Seen): string | undefined {
  const need = NEEDS[fault.kind];
  if (need === undefined) return undefined;
  const from = Math.max(fault.onset, seen.from);
  const to = Math.min(fault.repairAt ?? seen.to, seen.to);
  if (to <= from) return "outside the world";
  return (
    notSent(fault, need, seen) ??
    tooSmall(fault, need, to) ??
    tooShort(fault, need, from, to) ??
    wrongSeason(fault, need, seen, from, to) ??
    tooCool(fault, need, seen, from, to)
  );
}

function notSent(fault: Fault, { points }: Need, { network, has }: Seen): string | undefined {
  if (fault.signal !== undefined) return has(fault.asset, fault.signal) ? undefined : `no point ${fault.signal}`;
  if (points === undefined) return undefined;
  const places = [
    ...network.lineage(fault.asset),
    ...(["circuit", "unit"] as const).flatMap((level) => network.below(fault.asset, level)),
  ].map(({ id }) => id);
  const isSent = (signal: SignalId): boolean => places.some((id) => network.carriers(id, signal).some((place) => has(place, signal)));
  return points.some(isSent) ? undefined : `no point ${points.join(" or ")}`;
}

const UNSIZED: ReadonlySet<DisturbanceKind> = new Set(["sensor_unit", "totaliser_reset"]);

function tooSmall(fault: Fault, { size = 0 }: Need, to: number): string | undefined {
  if (UNSIZED.has(fault.kind)) return undefined;
  // Radiators that are too small return warmer water: only rooms tell, and they are as cold as those of a bad place.
  if (fault.kind === "under_heated" && variantOf(fault) === "undersized" && Math.abs(fault.magnitude) < 0.5)
    return "radiators too small by less than half";
  const reached =
    fault.kind === "sensor_drift"
      ? (Math.abs(fault.magnitude) * (to - fault.onset)) / (DRIFT_REFERENCE_HOURS * HOUR_MS)
      : Math.abs(fault.magnitude);
  return reached < size ? `size ${reached.toPrecision(2)} below ${size}` : undefined;
}

/** The time at or above the size that can be seen: what grows is not yet there in the beginning. */
function tooShort(fault: Fault, { size = 0, hours = 0 }: Need, from: number, to: number): string | undefined {
  const lastsHours = (to - visibleFrom(fault, size, from)) / HOUR_MS;
  return lastsHours < hours ? `${Math.max(0, lastsHours).toFixed(1)} h, less than ${hours.toFixed(1)}` : undefined;
}

/** When it has grown to a size. */
function visibleFrom({ magnitude, onset, rampMs }: Fault, size: number, from: number): number {
  const share = magnitude === 0 ? 0 : Math.min(1, size / Math.abs(magnitude));
  return Math.max(from, onset + share * rampMs);
}

function tooCool(fault: Fault, { spread, size = 0, hours = 0 }: Need, seen: Seen, from: number, to: number): string | undefined {
  if (spread !== true) return undefined;
  const circuit = seen.network.lineage(fault.asset).find(({ level }) => level === "circuit")?.id ?? fault.asset;
  const wide = seen.spreadHours(circuit, visibleFrom(fault, size, from), to);
  return wide < hours ? `supply and return apart for ${wide} h, less than ${hours}` : undefined;
}

function wrongSeason(fault: Fault, { warm, filled }: Need, seen: Seen, from: number, to: number): string | undefined {
  const phases = new Set<string>();
  let coldest = Infinity;
  for (let at = from; at <= to; at += HOUR_MS) {
    phases.add(phaseAt(seen.network.season, at));
    coldest = Math.min(coldest, seen.outdoorC(at));
  }
  if (warm === true && !phases.has("heating") && !phases.has("commissioning")) return "nothing is warm in this phase";
  if (filled === true && ![...phases].some((phase) => phase !== "off" && phase !== "filling")) return "the circuit is not in service";
  if (fault.kind === "freeze_risk" && coldest > FREEZING_C) return `never below ${FREEZING_C} °C`;
  return undefined;
}
