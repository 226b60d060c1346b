import type { Heating, Network } from "../model/network.ts";
import type { SeasonPhase } from "../model/season.ts";
import type { Text } from "../model/text.ts";

/** Every number that a rule compares with: value, unit and reason. Rules read limits through a `LimitTable`, never literals. */
export interface Limit {
  readonly value: number;
  /** Other default for floor heating, where it differs. */
  readonly floor?: number;
  readonly unit: string;
  /** Where the number comes from. */
  readonly reason: Text;
  /** Factors by which it is wider or narrower in some phases; DOMAIN 6. */
  readonly inPhase?: Readonly<Partial<Record<SeasonPhase, number>>>;
}

export interface LimitTable {
  /**
   * The limit for an asset: the override of the nearest asset above it, else that of the network ("*"), else the default of its
   * circuit's kind; times the factor of the phase. Throws on an unknown name.
   */
  get(name: string, asset: string): number;
  /** The same limits in a phase. */
  in(phase: SeasonPhase): LimitTable;
}

/** Asset id, or "*" for the whole network -> limit name -> value; an override holds for the asset and everything below it. */
export type LimitOverrides = Readonly<Record<string, Readonly<Record<string, number>>>>;

const EVERYWHERE = "*";

function limitFor(limit: Limit, heating: Heating | undefined): number {
  return heating === "floor" && limit.floor !== undefined ? limit.floor : limit.value;
}

/** The limits of a network, looked up once per (name, asset) and then remembered: rules ask for them with every reading. */
export function limitTable(network: Network, limits: Readonly<Record<string, Limit>>, overrides: LimitOverrides = {}): LimitTable {
  function resolve(name: string, assetId: string): number {
    const limit = limits[name];
    if (limit === undefined) throw new Error(`no rule has a limit named ${name}`);
    const lineage = network.lineage(assetId);
    for (const place of [...lineage.map(({ id }) => id), EVERYWHERE]) {
      const value = overrides[place]?.[name];
      if (value !== undefined) return value;
    }
    const circuit = lineage.find((asset) => asset.circuitFacts !== undefined);
    return limitFor(limit, circuit?.circuitFacts?.heating);
  }

  const phases = new Map<SeasonPhase, LimitTable>();

  function tableIn(factorOf: (limit: Limit | undefined) => number): LimitTable {
    const known = new Map<string, Map<string, number>>();
    return {
      get(name, asset) {
        let byAsset = known.get(name);
        if (byAsset === undefined) known.set(name, (byAsset = new Map()));
        let value = byAsset.get(asset);
        if (value === undefined) byAsset.set(asset, (value = resolve(name, asset) * factorOf(limits[name])));
        return value;
      },
      in(phase) {
        let table = phases.get(phase);
        if (table === undefined) phases.set(phase, (table = tableIn((limit) => limit?.inPhase?.[phase] ?? 1)));
        return table;
      },
    };
  }
  return tableIn(() => 1);
}
