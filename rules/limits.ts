import type { Heating, Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";

/** Every number that a rule compares with: value, unit and reason. Rules read limits through a `LimitTable`, never literals. */
export interface Limit {
  readonly value: number;
  /** Other default for floor heating, where it differs. */
  readonly floor?: number;
  readonly unit: string;
  /** Where the number comes from. */
  readonly reason: Text;
}

export interface LimitTable {
  /** The limit for an asset: the override of the nearest asset above it, else the default of its circuit's kind. Throws on an unknown name. */
  get(name: string, asset: string): number;
}

/** Asset id -> limit name -> value; an override holds for the asset and everything below it. */
export type LimitOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

function limitFor(limit: Limit, heating: Heating | undefined): number {
  return heating === "floor" && limit.floor !== undefined ? limit.floor : limit.value;
}

/** The limits of a network, looked up once per (name, asset) and then remembered: rules ask for them with every reading. */
export function limitTable(network: Network, limits: Readonly<Record<string, Limit>>, overrides: LimitOverrides = {}): LimitTable {
  const known = new Map<string, Map<string, number>>();

  function resolve(name: string, assetId: string): number {
    const limit = limits[name];
    if (limit === undefined) throw new Error(`no rule has a limit named ${name}`);
    const lineage = network.lineage(assetId);
    for (const asset of lineage) {
      const value = overrides[asset.id]?.[name];
      if (value !== undefined) return value;
    }
    const circuit = lineage.find((asset) => asset.circuitFacts !== undefined);
    return limitFor(limit, circuit?.circuitFacts?.heating);
  }

  return {
    get(name, asset) {
      let byAsset = known.get(name);
      if (byAsset === undefined) known.set(name, (byAsset = new Map()));
      let value = byAsset.get(asset);
      if (value === undefined) byAsset.set(asset, (value = resolve(name, asset)));
      return value;
    },
  };
}
