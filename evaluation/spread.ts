import type { Plant } from "../simulators/plant.ts";
import { HOUR_MS } from "./outcome.ts";

/** Between supply and return of each circuit, hour by hour: without a difference nobody can tell one unit's return from another's. */

/** DOMAIN 3.1 and 6: the cooling index means something above this, K. */
const SPREAD_K_MIN = 4;

export interface SpreadRecord {
  /** Hours with enough of a difference in a circuit (by id) in [from, to), epoch ms. */
  readonly hours: (circuit: string, from: number, to: number) => number;
}

/** Looks at the plant at every full hour from now on. */
export function recordSpread(plant: Plant): SpreadRecord {
  const wide = new Map<string, number[]>();
  plant.watch(HOUR_MS, ({ circuits, at }) => {
    for (const { asset, supplyC, returnC } of circuits) {
      if (supplyC - returnC <= SPREAD_K_MIN) continue;
      const own = wide.get(asset.id);
      if (own === undefined) wide.set(asset.id, [at]);
      else own.push(at);
    }
  });
  return { hours: (circuit, from, to) => (wide.get(circuit) ?? []).filter((at) => at >= from && at < to).length };
}
