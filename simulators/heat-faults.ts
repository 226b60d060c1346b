import { SOUND_VALVE, type ValveBehaviour } from "./control-valve.ts";
import { faultShare, faultSize, isActive } from "./faults.ts";
import { ofKind, type PlacedFault } from "./placed-fault.ts";
import type { Units } from "./units.ts";

/** What changes the heat of a circuit: its curve, its control valve, its exchanger, and the flats themselves. */

/** Movement of the control valve that changes the supply temperature by about 1 K in mid-season, %. */
const HAND_PCT_PER_K = 1.6;
/** Heat passes from walls to the air of a room so much better than from the room to the outdoors. */
const WALL_TO_AIR_FACTOR = 14;
/** A controller hunts when it is tuned sharper than its sensor is quick: this one sits in a dry pocket. */
const DRY_POCKET_S = 200;
/** Hours of an extra set-back at noon, with an hour in and out. */
const NOON = { from: 10, to: 15, rampH: 1 } as const;
/** Conductance between heated flats and those shut off, relative to what a shut-off flat loses to the outside. */
const INNER_WALL_FACTOR = 1.5;

export interface HeatFaults {
  readonly curves: readonly PlacedFault[];
  readonly setbacks: readonly PlacedFault[];
  readonly valves: readonly PlacedFault[];
  readonly foulings: readonly PlacedFault[];
  readonly flats: readonly PlacedFault[];
  /** The units' sizes without faults; undefined where no fault touches flats. */
  readonly sound: SoundUnits | undefined;
}

interface SoundUnits {
  readonly coefficient: Float64Array;
  readonly lossKwK: Float64Array;
  readonly capacityKjK: Float64Array;
  readonly gainKw: Float64Array;
  readonly sunKw: Float64Array;
}

export function heatFaults(placed: readonly PlacedFault[], units: Units): HeatFaults {
  const flats = ofKind(placed, "window_open", "suspended_unit", "under_heated").filter(
    ({ fault, variant }) => fault.kind !== "under_heated" || variant === "undersized",
  );
  return {
    curves: ofKind(placed, "curve_drift"),
    setbacks: ofKind(placed, "setback"),
    valves: ofKind(placed, "valve_stuck", "valve_hunting", "curve_drift"),
    foulings: ofKind(placed, "exchanger_fouling"),
    flats,
    sound: flats.length === 0 ? undefined : soundUnits(units),
  };
}

const soundUnits = (units: Units): SoundUnits => ({
  coefficient: units.coefficient.slice(),
  lossKwK: units.lossKwK.slice(),
  capacityKjK: units.capacityKjK.slice(),
  gainKw: units.gainKw.slice(),
  sunKw: units.sunKw.slice(),
});

/** How far off (K) the circuit's outdoor sensor is, and what is added to its set point, K; `slope` is that of its curve, K/K. */
export function curveShift(
  faults: HeatFaults,
  at: number,
  localHour: number,
  nightShare: number,
  slope: number,
): { readonly sensorK: number; readonly setK: number } {
  let sensorK = 0;
  let setK = 0;
  for (const { fault, variant } of faults.curves)
    if (variant === "outdoor_sensor") sensorK += faultSize(fault, at) / slope;
    else if (variant === "set_point") setK += faultSize(fault, at);
  for (const { fault, variant } of faults.setbacks) setK -= faultSize(fault, at) * (variant === "noon" ? noonShare(localHour) : nightShare);
  return { sensorK, setK };
}

function noonShare(localHour: number): number {
  return Math.max(0, Math.min(1, (localHour - NOON.from) / NOON.rampH, (NOON.to + NOON.rampH - localHour) / NOON.rampH));
}

/** How the control valve and its controller behave at an instant. */
export function valveBehaviour(faults: HeatFaults, at: number): ValveBehaviour {
  if (faults.valves.length === 0) return SOUND_VALVE;
  const behaviour = { ...SOUND_VALVE };
  for (const { fault, variant } of faults.valves) {
    if (!isActive(fault, at)) continue;
    if (fault.kind === "valve_hunting") {
      behaviour.gainFactor *= 1 + (fault.magnitude - 1) * faultShare(fault, at);
      behaviour.pocketS = DRY_POCKET_S;
    } else if (fault.kind === "curve_drift") {
      if (variant === "manual") behaviour.handPct = HAND_PCT_PER_K * faultSize(fault, at);
    } else if (variant === "linkage") behaviour.isPlugLoose = true;
    else behaviour.stictionPct = Math.max(behaviour.stictionPct, faultSize(fault, at));
  }
  return behaviour;
}

/** Share of the exchanger's UA that is lost. */
export const foulingShare = (faults: HeatFaults, at: number): number =>
  1 - faults.foulings.reduce((left, { fault }) => left * (1 - faultSize(fault, at)), 1);

/**
 * Writes the sizes of the units for an instant: open windows add loss, undersized radiators have less power, flats that are
 * shut off take their share of radiators, mass and gains with them and draw heat through the inner walls.
 */
export function applyFlats(faults: HeatFaults, units: Units, at: number): void {
  const { sound } = faults;
  if (sound === undefined) return;
  for (const name of ["coefficient", "lossKwK", "capacityKjK", "gainKw", "sunKw"] as const) units[name].set(sound[name]);
  units.draughtShare.fill(0);
  for (const { fault, rows } of faults.flats) {
    const size = faultSize(fault, at);
    if (size === 0) continue;
    for (const row of rows) {
      if (fault.kind === "window_open") {
        units.lossKwK[row]! += size * sound.lossKwK[row]!;
        units.draughtShare[row] = size / (size + WALL_TO_AIR_FACTOR);
      } else if (fault.kind === "under_heated") units.coefficient[row]! *= 1 - size;
      else shutOff(units, row, Math.min(0.98, size));
    }
  }
}

function shutOff(units: Units, row: number, share: number): void {
  const loss = units.lossKwK[row]!;
  const outer = loss * share;
  const inner = outer * INNER_WALL_FACTOR;
  units.lossKwK[row] = loss * (1 - share) + (inner * outer) / (inner + outer);
  for (const column of [units.coefficient, units.capacityKjK, units.gainKw, units.sunKw]) column[row]! *= 1 - share;
}
