import { expectedSupplyC } from "../model/heating-curve.ts";
import type { CircuitDerived } from "../model/live.ts";
import type { StationFold } from "./fold.ts";
import { leakFigures } from "./leak.ts";

/** Numbers of a circuit that come out of the rules' work and that people want to see. */

export function deriveCircuits(fold: StationFold): Record<string, CircuitDerived> {
  const { plan, view, state } = fold;
  const derived: Record<string, CircuitDerived> = {};
  for (const circuit of plan.assets) {
    if (circuit.level !== "circuit") continue;
    const outdoor = view.last(circuit.id, "t_out") ?? view.last(plan.station.id, "t_out");
    const leak = plan.watches.find(({ rule, asset }) => rule.kind === "leak" && asset === circuit);
    const figures = leak === undefined ? undefined : leakFigures(state.memories[leak.index] as Parameters<typeof leakFigures>[0]);
    derived[circuit.id] = {
      supplyExpectedC:
        outdoor === undefined || circuit.circuitFacts === undefined ? null : expectedSupplyC(circuit.circuitFacts, outdoor.value),
      makeupM3h: figures?.makeupM3h ?? null,
      makeupExpectedM3h: figures?.expectedM3h ?? null,
    };
  }
  return derived;
}
