import type { Asset, Network } from "../model/network.ts";
import { gasForLoss } from "./air-lock.ts";
import { type Fault, faultShare, faultSize } from "./faults.ts";
import { areaOfLeakM2 } from "./leak.ts";
import type { Units } from "./units.ts";

/** The faults of one circuit, sorted by what they act on, and what they amount to at an instant. */

/** A crew that repaired a loss of water fills up and vents for so long; venting one riser takes less. */
const CIRCUIT_VENTING_MS = 3 * 3_600_000;
const UNIT_VENTING_MS = 3_600_000;

interface Placed {
  readonly fault: Fault;
  /** Rows in the columns of the units; empty for the whole circuit. */
  readonly rows: readonly number[];
}

export interface CircuitFaults {
  /** Holes: bursts and leaks. */
  readonly holes: readonly Placed[];
  readonly deadMakeup: readonly Fault[];
  readonly drains: readonly Fault[];
  readonly switchovers: readonly Fault[];
  readonly closedValves: readonly Placed[];
  readonly airLocks: readonly Placed[];
}

export function compileFaults(faults: readonly Fault[], circuit: Asset, units: Units, network: Network): CircuitFaults {
  const own = faults.filter((fault) => network.asset(fault.asset)?.circuit === circuit.id || fault.asset === circuit.id);
  const placed = (...kinds: readonly Fault["kind"][]): Placed[] =>
    own.filter((fault) => kinds.includes(fault.kind)).map((fault) => ({ fault, rows: rowsOf(fault.asset, circuit, units) }));
  const plain = (kind: Fault["kind"]): Fault[] => own.filter((fault) => fault.kind === kind);
  return {
    holes: placed("burst", "leak"),
    deadMakeup: plain("low_pressure"),
    drains: plain("maintenance_drain"),
    switchovers: plain("pump_switchover"),
    closedValves: placed("closed_valve"),
    airLocks: placed("air_lock"),
  };
}

function rowsOf(asset: string, circuit: Asset, units: Units): number[] {
  if (asset === circuit.id) return [];
  return units.assets.flatMap((unit, row) => (unit.id === asset || unit.building === asset ? [row] : []));
}

/** Open area of all holes, m², and how far above the suction pressure (share of the supply head) they sit on the mean. */
export function holesAt(faults: CircuitFaults, at: number): { readonly areaM2: number; readonly headShare: number } {
  let areaM2 = 0;
  let weighted = 0;
  for (const { fault, rows } of faults.holes) {
    const area = areaOfLeakM2(faultSize(fault, at));
    areaM2 += area;
    // In the mains the hole sits on the supply side; in a building half the head is already used up.
    weighted += area * (rows.length === 0 ? 0.9 : 0.5);
  }
  return { areaM2, headShare: areaM2 === 0 ? 0 : weighted / areaM2 };
}

/** Drained on purpose or beside a dead makeup pump, m³/h. */
export function drainM3h(faults: CircuitFaults, at: number): number {
  let sum = 0;
  for (const fault of faults.deadMakeup) sum += faultSize(fault, at);
  for (const fault of faults.drains)
    if (fault.repairAt !== undefined)
      sum += (fault.magnitude * 3_600_000 * (faultShare(fault, at) > 0 ? 1 : 0)) / (fault.repairAt - fault.onset);
  return sum;
}

export const makeupReady = (faults: CircuitFaults, at: number): boolean => faults.deadMakeup.every((fault) => faultShare(fault, at) === 0);

/** Whether a circulation pump is switched on: not between the trip of one and the start of the other. */
export function pumpSwitchedOn(faults: CircuitFaults, at: number): boolean {
  return faults.switchovers.every((fault) => at < fault.onset || at >= fault.onset + fault.magnitude * 1000);
}

/** Writes the openness that closed valves leave to the units. */
export function applyClosedValves(faults: CircuitFaults, units: Units, at: number): void {
  if (faults.closedValves.length === 0) return;
  units.manual.fill(1);
  for (const { fault, rows } of faults.closedValves)
    for (const row of rows) units.manual[row] = Math.min(units.manual[row]!, Math.max(0, 1 - faultSize(fault, at)));
}

/** Gas (L) that an air lock keeps in a unit, and whether somebody vents it. */
export function heldGasL(faults: CircuitFaults, row: number, at: number): number {
  let held = 0;
  for (const { fault, rows } of faults.airLocks)
    if (rows.includes(row)) held = Math.max(held, gasForLoss(fault.magnitude) * faultShare(fault, at));
  return held;
}

export function ventedAt(faults: CircuitFaults, row: number, at: number): boolean {
  const since = (fault: Fault): number => (fault.repairAt === undefined ? -1 : at - fault.repairAt);
  const within = (fault: Fault, limitMs: number): boolean => since(fault) >= 0 && since(fault) < limitMs;
  if (faults.airLocks.some(({ fault, rows }) => rows.includes(row) && within(fault, UNIT_VENTING_MS))) return true;
  return (
    faults.holes.some(({ fault }) => within(fault, CIRCUIT_VENTING_MS)) ||
    faults.deadMakeup.some((fault) => within(fault, CIRCUIT_VENTING_MS))
  );
}
