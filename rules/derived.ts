import { expectedSupplyC } from "../model/heating-curve.ts";
import type { CircuitDerived } from "../model/live.ts";
import type { Asset } from "../model/network.ts";
import type { StationFold } from "./fold.ts";
import { makeupFigures, makeupObserver } from "./makeup-watch.ts";

/** Numbers of a circuit that come out of the rules' work and that people want to see. */

export function deriveCircuits(fold: StationFold): Record<string, CircuitDerived> {
  const { plan } = fold;
  const derived: Record<string, CircuitDerived> = {};
  for (const circuit of plan.assets) {
    if (circuit.level !== "circuit") continue;
    const makeup = fold.view.observed(makeupObserver, circuit.id);
    const figures = makeup === undefined ? undefined : makeupFigures(makeup);
    derived[circuit.id] = {
      supplyExpectedC: supplyExpectedC(fold, circuit),
      makeupM3h: figures?.makeupM3h ?? null,
      makeupExpectedM3h: figures?.expectedM3h ?? null,
    };
  }
  return derived;
}

/** Outdoor readings of this long stand for the filtered temperature that a controller follows (DOMAIN 2: 4-12 h; as far back as is kept). */
const OUTDOOR_MS = 7_200_000;

/** What the supply should be now: the set point that the controller reports, else the heating curve at the mean outdoor temperature of the last hours. */
function supplyExpectedC({ view, plan }: StationFold, circuit: Asset): number | null {
  const set = view.last(circuit.id, "t2_set");
  if (set !== undefined) return set.value;
  const own = view.since(circuit.id, "t_out", view.at - OUTDOOR_MS);
  const outdoor = own.length > 0 ? own : view.since(plan.station.id, "t_out", view.at - OUTDOOR_MS);
  if (outdoor.length === 0 || circuit.circuitFacts === undefined) return null;
  return expectedSupplyC(circuit.circuitFacts, outdoor.reduce((sum, sample) => sum + sample.value, 0) / outdoor.length);
}
