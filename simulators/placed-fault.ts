import type { Asset, Network } from "../model/network.ts";
import { type DisturbanceKind, type Fault, variantOf } from "./faults.ts";
import { subSeed } from "./random.ts";

/** A fault as one circuit sees it: which of its units it touches, in which way, and its own stream of chance. */

export interface PlacedFault {
  readonly fault: Fault;
  readonly variant: string | undefined;
  /** Rows in the columns of the units; empty for the whole circuit or station. */
  readonly rows: readonly number[];
  readonly seed: number;
}

/** The faults that act on a circuit: on itself, on its buildings and units, or on its station. `units` are the rows in order. */
export function placeFaults(
  faults: readonly Fault[],
  circuit: Asset,
  units: readonly Asset[],
  network: Network,
  seed: number,
): PlacedFault[] {
  return faults
    .filter((fault) => fault.asset === circuit.station || network.asset(fault.asset)?.circuit === circuit.id || fault.asset === circuit.id)
    .map((fault) => ({
      fault,
      variant: variantOf(fault),
      rows: units.flatMap((unit, row) =>
        unit.level === "unit" && (unit.id === fault.asset || unit.building === fault.asset) ? [row] : [],
      ),
      seed: subSeed(seed, "fault", fault.kind, fault.asset, fault.onset),
    }));
}

/** Those of some kinds. */
export const ofKind = (placed: readonly PlacedFault[], ...kinds: readonly DisturbanceKind[]): PlacedFault[] =>
  placed.filter(({ fault }) => kinds.includes(fault.kind));
