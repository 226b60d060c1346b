import { FAULT_KINDS, type FaultKind } from "../model/finding.ts";
import type { Truth } from "../simulators/truth.ts";

/**
 * What a planted fault does to the plant or to what is heard of it: under which other kinds a ticket is still about this fault, though
 * not rightly named. From the physics and the root causes of DOMAIN 4, never from what the rules say.
 */
const CONSEQUENCES: Readonly<Record<FaultKind, readonly FaultKind[]>> = {
  burst: ["leak", "low_pressure", "makeup_fault", "air_lock", "under_heated", "freeze_risk", "power_failure"],
  leak: ["burst", "draw_off", "low_pressure", "makeup_fault", "exchanger_leak", "air_lock"],
  draw_off: ["leak", "burst", "low_pressure", "makeup_fault"],
  low_pressure: ["makeup_fault", "leak", "burst", "air_lock", "under_heated", "pump_failure"],
  // The relief valve lets go of what is pumped in: makeup rises.
  over_pressure: ["makeup_fault", "exchanger_leak", "leak", "burst"],
  makeup_fault: ["low_pressure", "burst", "leak", "air_lock", "under_heated"],
  exchanger_leak: ["over_pressure", "makeup_fault", "leak"],
  air_lock: ["under_heated", "closed_valve", "imbalance"],
  under_heated: ["air_lock", "closed_valve", "imbalance"],
  closed_valve: ["air_lock", "under_heated", "imbalance", "freeze_risk", "over_heated"],
  clogged_strainer: ["under_heated", "pump_failure", "curve_drift", "imbalance"],
  pump_failure: ["under_heated", "air_lock", "freeze_risk", "curve_drift", "low_pressure", "power_failure", "clogged_strainer"],
  power_failure: ["offline", "pump_failure", "low_pressure", "makeup_fault", "under_heated", "freeze_risk", "curve_drift"],
  primary_shortage: ["curve_drift", "under_heated", "valve_stuck", "freeze_risk"],
  curve_drift: ["under_heated", "over_heated", "primary_shortage", "valve_stuck", "sensor_fault"],
  valve_stuck: ["curve_drift", "under_heated", "over_heated", "primary_shortage"],
  valve_hunting: ["curve_drift", "sensor_fault", "valve_stuck"],
  exchanger_fouling: ["curve_drift", "under_heated", "primary_shortage", "valve_stuck"],
  freeze_risk: ["pump_failure", "closed_valve", "under_heated", "air_lock", "low_pressure"],
  imbalance: ["under_heated", "over_heated", "air_lock", "closed_valve"],
  over_heated: ["imbalance"],
  // A false value can bring about any finding at its place: a crew that is sent for it finds the transmitter.
  sensor_fault: FAULT_KINDS.filter((kind) => kind !== "sensor_fault" && kind !== "offline" && kind !== "clock_skew"),
  offline: ["power_failure", "clock_skew"],
  clock_skew: ["offline", "sensor_fault", "leak", "burst"],
};

/** Whether a finding of this kind names the fault rightly. */
export const isRightKind = (truth: Pick<Truth, "kind" | "alsoRight">, kind: FaultKind): boolean =>
  truth.kind === kind || truth.alsoRight.includes(kind);

/** Whether a finding of this kind at its place may be this fault's doing. */
export const isRelated = (truth: Pick<Truth, "kind" | "alsoRight">, kind: FaultKind): boolean =>
  isRightKind(truth, kind) || (truth.kind !== undefined && CONSEQUENCES[truth.kind].includes(kind));

/** Ids of causes in tickets that mean the same as a kind of fault. */
const CAUSE_KINDS: Readonly<Record<string, readonly FaultKind[]>> = {
  clogged_filter: ["under_heated", "clogged_strainer"],
  buried_pipe: ["burst", "leak"],
  building_pipe: ["burst", "leak"],
  station_pipe: ["burst", "leak"],
  pipe_leak: ["leak", "burst"],
  strainer_or_unit: ["leak"],
  drain: ["draw_off"],
  relief_valve: ["over_pressure"],
  position: ["under_heated"],
  indoor: ["under_heated"],
  makeup_pump_weak: ["makeup_fault"],
  tank_empty: ["makeup_fault"],
  water_loss: ["leak", "burst"],
  valve_oversized: ["valve_hunting"],
  linkage: ["valve_stuck"],
};

/** Whether a cause that a ticket lists names the fault. A cause whose id is a kind means that kind. */
export const causeNames = (truth: Pick<Truth, "kind" | "alsoRight">, cause: string): boolean =>
  (CAUSE_KINDS[cause] ?? [cause as FaultKind]).some((kind) => kind === truth.kind);
