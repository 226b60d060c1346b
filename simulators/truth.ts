import type { FaultKind } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { disturbanceOf, type Fault, variantOf } from "./faults.ts";
import { faultId, type Scenario } from "./scenario.ts";

/** What was really wrong, when and where: for the score only, never for the rules. */

export interface Truth {
  readonly id: string;
  /** The ticket that it should lead to; undefined for a confounder, which should lead to none. */
  readonly kind: FaultKind | undefined;
  /** Kinds under which a ticket is right as well. */
  readonly alsoRight: readonly FaultKind[];
  readonly asset: string;
  readonly station: string;
  /** Ids of all stations that feel it: a shortage of a branch is one fault in many places. */
  readonly reach: readonly string[];
  /** Onset and repair, or the end of the scenario, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly magnitude: number;
  readonly disturbance: Fault["kind"];
  /** Id of the first fault of the storm that this one is part of. */
  readonly storm?: string;
}

export function truthOf(scenario: Pick<Scenario, "faults" | "storms" | "network" | "to">): Truth[] {
  const storms = new Map<number, string>();
  for (const storm of scenario.storms) for (const index of storm) storms.set(index, faultId(storm[0]!, scenario.faults[storm[0]!]!));
  return scenario.faults.map((fault, index) => {
    const facts = disturbanceOf(fault.kind);
    const storm = storms.get(index);
    return {
      id: faultId(index, fault),
      kind: facts.truth,
      alsoRight: facts.alsoRight,
      asset: fault.asset,
      station: scenario.network.asset(fault.asset)?.station ?? fault.asset,
      reach: reachOf(fault, scenario.network),
      from: fault.onset,
      to: Math.max(fault.onset, Math.min(fault.repairAt ?? scenario.to, scenario.to)),
      magnitude: fault.magnitude,
      disturbance: fault.kind,
      ...(storm === undefined ? {} : { storm }),
    };
  });
}

/** Ids of all stations that a fault reaches: its own, all of its primary branch, or all of the network. */
export function reachOf(fault: Fault, network: Network): string[] {
  const own = network.asset(fault.asset)?.station ?? fault.asset;
  const variant = variantOf(fault) ?? "";
  if (fault.kind === "cold_snap" || (fault.kind === "primary_shortage" && variant.startsWith("source")))
    return network.stations.map(({ id }) => id);
  if (fault.kind !== "primary_shortage" || !variant.startsWith("branch")) return [own];
  const branch = network.asset(own)?.primaryBranch;
  if (branch === undefined) return [own];
  return network.stations.filter((station) => station.primaryBranch === branch).map(({ id }) => id);
}
