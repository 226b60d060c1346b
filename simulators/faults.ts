import type { FaultKind } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Level } from "../model/signals.ts";

/** What goes wrong in the plant, as data: a kind, a place, a time course and a size. Faults act through physics, never on signals. */

/** Kinds of disturbances: `truth` is the ticket that it should lead to; without one it is a confounder and must lead to none. */
interface DisturbanceFacts {
  readonly truth: FaultKind | undefined;
  readonly levels: readonly Level[];
  /** What `magnitude` means. */
  readonly unit: string;
}

export const DISTURBANCES = {
  burst: { truth: "burst", levels: ["circuit", "building", "unit"], unit: "m³/h at 300 kPa" },
  leak: { truth: "leak", levels: ["circuit", "building", "unit"], unit: "m³/h at 300 kPa" },
  air_lock: { truth: "air_lock", levels: ["unit"], unit: "share of the unit's flow lost, 0…1" },
  closed_valve: { truth: "under_heated", levels: ["building", "unit"], unit: "share of the flow lost, 0…1 (1: closed)" },
  low_pressure: { truth: "low_pressure", levels: ["circuit"], unit: "m³/h drained while the makeup pump is dead" },
  offline: { truth: "offline", levels: ["station"], unit: "none" },
  maintenance_drain: { truth: undefined, levels: ["circuit"], unit: "m³ drained between onset and repairAt" },
  pump_switchover: { truth: undefined, levels: ["circuit"], unit: "s until the other pump runs" },
  cold_snap: { truth: undefined, levels: ["station"], unit: "K, for the whole network" },
} as const satisfies Record<string, DisturbanceFacts>;

type DisturbanceKind = keyof typeof DISTURBANCES;

export interface Fault {
  readonly kind: DisturbanceKind;
  readonly asset: string;
  /** Epoch ms. */
  readonly onset: number;
  /** Time in which it grows from nothing to `magnitude`; 0: at once. */
  readonly rampMs: number;
  /** In the unit of its kind. */
  readonly magnitude: number;
  /** When it is put right; never, when left out. */
  readonly repairAt?: number;
}

/** Share of its magnitude (0…1) that a fault has reached at an instant; 0 before onset and from repair on. */
export function faultShare(fault: Fault, at: number): number {
  if (at < fault.onset || (fault.repairAt !== undefined && at >= fault.repairAt)) return 0;
  return fault.rampMs <= 0 ? 1 : Math.min(1, (at - fault.onset) / fault.rampMs);
}

/** Size (in the unit of its kind) at an instant. */
export const faultSize = (fault: Fault, at: number): number => fault.magnitude * faultShare(fault, at);

/** A gateway under an `offline` fault says nothing: the device process asks this, the plant runs on. */
export function gatewaySilent(faults: readonly Fault[], station: string, at: number): boolean {
  return faults.some((fault) => fault.kind === "offline" && fault.asset === station && faultShare(fault, at) > 0);
}

/** Throws when a fault names an asset that is not there, or one of a level where its kind cannot happen. */
export function checkFaults(faults: readonly Fault[], network: Network): void {
  for (const fault of faults) {
    const asset = network.asset(fault.asset);
    const levels: readonly Level[] = DISTURBANCES[fault.kind].levels;
    if (asset === undefined) throw new Error(`fault ${fault.kind}: expected an asset of the network, found "${fault.asset}"`);
    if (!levels.includes(asset.level))
      throw new Error(`fault ${fault.kind}: expected an asset of level ${levels.join(" or ")}, found ${asset.level} ${asset.id}`);
    if (!Number.isFinite(fault.magnitude) || fault.magnitude < 0)
      throw new Error(`fault ${fault.kind} on ${fault.asset}: expected a magnitude of 0 or more, found ${fault.magnitude}`);
  }
}
