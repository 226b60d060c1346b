import type { RuleTrace, TraceLine } from "../../model/insight.ts";

/** The rules over an asset, by the asset that each looks at, the most telling first. Pure. */

const STATE_ORDER: Readonly<Record<TraceLine["state"], number>> = { firing: 0, pending: 1, shelved: 2, normal: 3, unknown: 4 };

/** Groups in the order of the answer (nearest asset first); in each, what fires first and what rests in this phase last. */
export function tracesByAsset(traces: readonly RuleTrace[]): { readonly asset: string; readonly traces: readonly RuleTrace[] }[] {
  const groups = new Map<string, RuleTrace[]>();
  for (const trace of traces) {
    const known = groups.get(trace.asset);
    if (known === undefined) groups.set(trace.asset, [trace]);
    else known.push(trace);
  }
  return [...groups].map(([asset, list]) => ({ asset, traces: list.sort((a, b) => rank(a) - rank(b)) }));
}

const rank = (trace: RuleTrace): number => (trace.listens ? STATE_ORDER[trace.evaluations.at(-1)?.state ?? "unknown"] : 5);

/** Whole minutes from the moment that was asked about until a finding opens; undefined when it does not. */
export function minutesToOpen(trace: RuleTrace, at: number): number | undefined {
  const last = trace.evaluations.at(-1);
  return last?.state !== "pending" || last.opensAt === null ? undefined : Math.max(0, Math.ceil((last.opensAt - at) / 60_000));
}

/** How many evaluations said what, in the order of concern. */
export function stateCounts(lines: readonly TraceLine[]): readonly (readonly [TraceLine["state"], number])[] {
  return (Object.keys(STATE_ORDER) as TraceLine["state"][])
    .map((state) => [state, lines.filter((line) => line.state === state).length] as const)
    .filter(([, count]) => count > 0);
}
