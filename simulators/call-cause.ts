import type { Network } from "../model/network.ts";
import type { DisturbanceKind, Fault } from "./faults.ts";
import { faultId } from "./scenario.ts";
import { reachOf } from "./truth.ts";

/** Which planted fault a call is about: for the score, never for the platform. */

/** A room follows the water by hours: a fault counts for so long after its repair. */
const AFTER_MS = 48 * 3_600_000;

/** Faults that make rooms cold, too hot, or pipes noisy. Sensors and gateways do none of it. */
const CAUSES: Readonly<Record<"cold" | "hot" | "noise", ReadonlySet<DisturbanceKind>>> = {
  cold: new Set([
    "burst",
    "low_pressure",
    "air_lock",
    "under_heated",
    "closed_valve",
    "clogged_strainer",
    "pump_failure",
    "power_failure",
    "primary_shortage",
    "curve_drift",
    "valve_stuck",
    "valve_hunting",
    "sun_on_sensor",
    "exchanger_fouling",
    "makeup_fault",
    "freeze_risk",
    "imbalance",
    "setback",
    "window_open",
    "suspended_unit",
    "cold_snap",
  ]),
  hot: new Set(["over_heated", "curve_drift", "valve_stuck", "imbalance"]),
  noise: new Set(["air_lock", "burst", "leak", "low_pressure", "makeup_fault", "planned_filling", "maintenance_drain", "draw_off_storm"]),
};

export interface CauseFinder {
  /** Id of the fault nearest to the caller that was at work at `at` or within two days before it. */
  find(asset: string, matter: keyof typeof CAUSES, at: number): string | undefined;
}

export function causeFinder(faults: readonly Fault[], network: Network): CauseFinder {
  const byAsset = new Map<string, { readonly fault: Fault; readonly id: string }[]>();
  for (const [index, fault] of faults.entries()) {
    const reach = reachOf(fault, network);
    for (const place of reach.length > 1 ? reach : [fault.asset])
      byAsset.set(place, [...(byAsset.get(place) ?? []), { fault, id: faultId(index, fault) }]);
  }
  return {
    find(asset, matter, at) {
      const kinds = CAUSES[matter];
      const atWork = ({ fault }: { readonly fault: Fault }): boolean =>
        kinds.has(fault.kind) && at >= fault.onset && (fault.repairAt === undefined || at < fault.repairAt + AFTER_MS);
      for (const { id } of network.lineage(asset)) {
        const found = byAsset.get(id)?.find(atWork);
        if (found !== undefined) return found.id;
      }
      return undefined;
    },
  };
}
