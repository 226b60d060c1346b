import type { Limit, LimitTable } from "./limits.ts";

/** All limits of one rule for an asset as a plain object, looked up once per table: rules of units ask for thirty of them each time. */

export type LimitValues<Limits extends Readonly<Record<string, Limit>>> = { readonly [name in keyof Limits]: number };

/** A reader for a rule's limits. Tables never change, so what was read from one holds as long as it does. */
export function limitReader<Limits extends Readonly<Record<string, Limit>>>(
  limits: Limits,
): (table: LimitTable, asset: string) => LimitValues<Limits> {
  const known = new WeakMap<LimitTable, Map<string, LimitValues<Limits>>>();
  return (table, asset) => {
    let byAsset = known.get(table);
    if (byAsset === undefined) known.set(table, (byAsset = new Map()));
    let values = byAsset.get(asset);
    if (values === undefined) {
      const read: Record<string, number> = {};
      for (const name of Object.keys(limits)) read[name] = table.get(name, asset);
      byAsset.set(asset, (values = read as LimitValues<Limits>));
    }
    return values;
  };
}
