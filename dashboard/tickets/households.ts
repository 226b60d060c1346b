import type { Network } from "../../model/network.ts";

/** Households of an asset or below it: those of its units, else of its circuits; 0 when the network file does not say. */
export function householdsBelow(network: Network, asset: string): number {
  const ofUnits = network.below(asset, "unit").reduce((sum, unit) => sum + (unit.unitFacts?.households ?? 0), 0);
  return ofUnits > 0 ? ofUnits : network.below(asset, "circuit").reduce((sum, circuit) => sum + (circuit.circuitFacts?.households ?? 0), 0);
}
