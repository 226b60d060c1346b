import type { Decision } from "../model/decision.ts";
import type { Network } from "../model/network.ts";
import { type Limit, type LimitOverrides, type LimitTable, limitTable } from "./limits.ts";

/** The sets of limits that were published, by the decision that published them; undefined: the set from before the first one. */
export type LimitVersions = (id: string | undefined) => LimitTable;

/** Only ever one set. */
export const oneLimitTable =
  (table: LimitTable): LimitVersions =>
  () =>
    table;

/** The sets that decisions publish; `decisions` is asked anew for an id that was not known yet. Throws for one that is none of them. */
export function limitVersions(
  network: Network,
  limits: Readonly<Record<string, Limit>>,
  first: LimitOverrides,
  decisions: () => readonly Decision[],
): LimitVersions {
  const known = new Map<string | undefined, LimitTable>([[undefined, limitTable(network, limits, first)]]);
  return (id) => {
    let table = known.get(id);
    if (table !== undefined) return table;
    const published = decisions().find((decision) => decision.id === id);
    if (published?.type !== "limits") throw new Error(`no limits were published as ${id}`);
    known.set(id, (table = limitTable(network, limits, published.overrides)));
    return table;
  };
}
