import type { Insight, Learning, RuleTrace } from "../model/insight.ts";
import type { StationFold } from "./fold.ts";
import { traceLines } from "./trace.ts";

/** What one station's fold tells people of its inside. */

/** @throws if the network has no such asset. */
export function insightOf(fold: StationFold, asset: string): Insight {
  const { plan, view, traces, state } = fold;
  const order = plan.network.lineage(asset).map(({ id }) => id);
  const rules = plan.watches
    .filter((watch) => order.includes(watch.asset.id))
    .map(({ rule, asset: { id }, index }): RuleTrace => ({
      kind: rule.kind,
      asset: id,
      measure: rule.measure,
      listens: rule.phases.includes(view.phase),
      limits: Object.fromEntries(rule.limits.map((name) => [name, view.limits.get(name, id)])),
      evaluations: traces[index] === undefined ? [] : traceLines(traces[index]),
    }))
    .sort((a, b) => order.indexOf(a.asset) - order.indexOf(b.asset));
  const isBegun = state.at !== -Infinity;
  return { asset, at: isBegun ? state.at : null, phase: isBegun ? view.phase : null, rules };
}

/** What was learned of the asset, of what it sits on and of what sits on it. */
export function learningOf(fold: StationFold, asset: string): Learning {
  const { plan, view, state, slots, distrusted } = fold;
  const { network } = plan;
  const above = new Set(network.lineage(asset).map(({ id }) => id));
  const concerns = (place: string): boolean => above.has(place) || network.lineage(place).some(({ id }) => id === asset);
  const facts = plan.posts.flatMap(({ observer, asset: place, index }) => {
    const memory = state.observed[index];
    return memory === undefined ? [] : (observer.learned?.(memory, place, view) ?? []);
  });
  return {
    asset,
    facts: facts.filter((fact) => concerns(fact.asset)),
    distrusted: slots
      .filter(({ index, point }) => distrusted[index] === 1 && concerns(point.asset))
      .map(({ point }) => ({ asset: point.asset, signal: point.signal })),
  };
}
