import { gasForLoss } from "./air-lock.ts";
import { faultShare, faultSize, isActive } from "./faults.ts";
import { ofKind, type PlacedFault } from "./placed-fault.ts";
import { normalAt, uniformAt } from "./random.ts";
import { positionForOpenness, type Units } from "./units.ts";
import { filledShare } from "./water-faults.ts";

/** What stands in the way of the flow: pumps, strainer, main valve, valves and filters of units, gas. */

/** A crew that repaired a loss of water fills up and vents for so long; venting one riser takes less. */
const CIRCUIT_VENTING_MS = 3 * 3_600_000;
const UNIT_VENTING_MS = 3_600_000;
/** Filling leaves gas in this share of the units, and so much of it, L (DOMAIN 5.11: 20-60 %). */
const FILLED_UNITS = { least: 0.2, most: 0.6 } as const;
const FILLED_GAS_L = { least: 0.15, most: 0.5 } as const;

export interface FlowFaults {
  readonly pumps: readonly PlacedFault[];
  readonly switchovers: readonly PlacedFault[];
  readonly strainers: readonly PlacedFault[];
  readonly mainValves: readonly PlacedFault[];
  /** What changes the openness of units. */
  readonly unitValves: readonly PlacedFault[];
  readonly airLocks: readonly PlacedFault[];
  readonly fillings: readonly PlacedFault[];
  /** Losses of water, after whose repair everything is vented. */
  readonly waterLosses: readonly PlacedFault[];
}

export function flowFaults(placed: readonly PlacedFault[]): FlowFaults {
  return {
    pumps: ofKind(placed, "pump_failure"),
    switchovers: ofKind(placed, "pump_switchover"),
    strainers: ofKind(placed, "clogged_strainer"),
    mainValves: ofKind(placed, "freeze_risk"),
    unitValves: ofKind(placed, "closed_valve", "under_heated", "over_heated", "imbalance", "suspended_unit").filter(
      ({ variant }) => variant !== "undersized",
    ),
    airLocks: ofKind(placed, "air_lock"),
    fillings: ofKind(placed, "planned_filling"),
    waterLosses: ofKind(placed, "burst", "leak", "low_pressure", "makeup_fault"),
  };
}

export interface PumpState {
  /** A pump is switched on, its fault bit is set, and the share of its speed that reaches the water. */
  readonly run: boolean;
  readonly isFaulty: boolean;
  readonly health: number;
}

const SOUND_PUMP: PumpState = { run: true, isFaulty: false, health: 1 };

/** The circulation pump at an instant. One that trips says so; one whose coupling broke runs without moving water. */
export function pumpState(faults: FlowFaults, at: number): PumpState {
  if (faults.pumps.length === 0 && faults.switchovers.length === 0) return SOUND_PUMP;
  let run = faults.switchovers.every(({ fault }) => at < fault.onset || at >= fault.onset + fault.magnitude * 1000);
  let isFaulty = false;
  let health = 1;
  for (const { fault, variant } of faults.pumps) {
    health = Math.min(health, 1 - faultSize(fault, at));
    if (health > 0 || variant !== "trip" || !isActive(fault, at)) continue;
    run = false;
    isFaulty = true;
  }
  return { run, isFaulty, health };
}

/** Head that dirt adds to the strainer at nominal flow, m. */
export const strainerDirtM = (faults: FlowFaults, at: number): number =>
  faults.strainers.reduce((sum, { fault }) => sum + faultSize(fault, at), 0);

/** Openness of the main valves, 1: open. */
export const mainOpenness = (faults: FlowFaults, at: number): number =>
  faults.mainValves.reduce((open, { fault }) => open * (1 - faultSize(fault, at)), 1);

/** Writes openness, position and command of the units' valves for an instant. */
export function applyUnitValves(faults: FlowFaults, units: Units, at: number): void {
  if (faults.unitValves.length === 0) return;
  units.manual.fill(1);
  units.positionPct.set(units.valvePct);
  units.commandPct.set(units.valvePct);
  for (const placed of faults.unitValves) {
    const { fault, variant } = placed;
    const size = faultSize(fault, at);
    if (size === 0) continue;
    if (fault.kind === "imbalance") mistune(placed, units, size);
    for (const row of placed.rows) {
      units.manual[row]! *= fault.kind === "over_heated" ? 1 + size : Math.max(0, 1 - size);
      if (variant !== "actuator" && variant !== "command") continue;
      units.positionPct[row] = positionForOpenness(units.valvePct[row]!, 1 - size);
      if (variant === "command") units.commandPct[row] = units.positionPct[row]!;
    }
  }
}

/** Spreads the openness of all units; its mean stays. */
function mistune({ seed }: PlacedFault, units: Units, deviation: number): void {
  for (let row = 0; row < units.count; row++) units.manual[row]! *= Math.exp(deviation * normalAt(seed, row) - deviation ** 2 / 2);
}

/** Whether gas can be held in any unit now, so that a minute without can be passed over. */
export const mayHoldGas = (faults: FlowFaults): boolean => faults.airLocks.length > 0 || faults.fillings.length > 0;

/** Gas (L) that a fault or a filling keeps in a unit. */
export function heldGasL(faults: FlowFaults, row: number, at: number, pumpM3h: number): number {
  let held = 0;
  for (const { fault, rows } of faults.airLocks)
    if (rows.includes(row)) held = Math.max(held, gasForLoss(fault.magnitude) * faultShare(fault, at));
  for (const filling of faults.fillings) if (isActive(filling.fault, at)) held = Math.max(held, fillingGasL(filling, row, at, pumpM3h));
  return held;
}

function fillingGasL(filling: PlacedFault, row: number, at: number, pumpM3h: number): number {
  const { rows, seed } = filling;
  if (rows.length > 0 && !rows.includes(row)) return 0;
  const share = filledShare(filling, at, pumpM3h);
  if (share >= 1) return 0;
  const touched = FILLED_UNITS.least + (FILLED_UNITS.most - FILLED_UNITS.least) * uniformAt(seed, 0);
  if (uniformAt(seed, 1 + row * 2) > touched) return 0;
  return share * (FILLED_GAS_L.least + (FILLED_GAS_L.most - FILLED_GAS_L.least) * uniformAt(seed, 2 + row * 2));
}

/** Whether somebody vents a unit: after the repair of its air lock, or of a loss of water in the circuit. */
export function isVented(faults: FlowFaults, row: number, at: number): boolean {
  const within = ({ fault }: PlacedFault, limitMs: number): boolean =>
    fault.repairAt !== undefined && at >= fault.repairAt && at < fault.repairAt + limitMs;
  return (
    faults.airLocks.some((placed) => placed.rows.includes(row) && within(placed, UNIT_VENTING_MS)) ||
    faults.waterLosses.some((placed) => within(placed, CIRCUIT_VENTING_MS))
  );
}
