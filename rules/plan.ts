import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { LimitTable } from "./limits.ts";
import type { Rule } from "./rule.ts";

/** What the engine looks up all the time about one station, worked out once: its assets, and which rule watches which of them. */

/** One rule on one asset. */
export interface Watch {
  readonly index: number;
  readonly rule: Rule;
  readonly asset: Asset;
  /** Names the watch across restarts. */
  readonly key: string;
}

export interface StationPlan {
  readonly network: Network;
  readonly station: Asset;
  readonly limits: LimitTable;
  /** The station and everything below it; an asset's index here is its place. */
  readonly assets: readonly Asset[];
  readonly places: ReadonlyMap<string, number>;
  /** Place of the asset above, -1 for the station. */
  readonly parents: Int32Array;
  readonly watches: readonly Watch[];
  /** Watches by how often they are due. */
  readonly grid: readonly { readonly everyMs: number; readonly watches: readonly Watch[] }[];
  /** Watches that a signal of an asset wakes. */
  listeners(asset: string, signal: SignalId): readonly Watch[];
}

const NOBODY: readonly Watch[] = [];
const GRID_MS = 60_000;

/** Throws if a rule's `everyMs` is not a multiple of a minute (a broken invariant). */
export function planStation(network: Network, station: Asset, rules: readonly Rule[], limits: LimitTable): StationPlan {
  const assets: Asset[] = [];
  const collect = (id: string): void => {
    const asset = network.asset(id);
    if (asset === undefined) return;
    assets.push(asset);
    for (const child of asset.children) collect(child);
  };
  collect(station.id);
  const places = new Map(assets.map((asset, place) => [asset.id, place]));
  const parents = Int32Array.from(assets, (asset) => (asset.parent === undefined ? -1 : (places.get(asset.parent) ?? -1)));

  const watches: Watch[] = [];
  const listeners = new Map<string, Map<SignalId, Watch[]>>();
  for (const rule of rules) {
    if (rule.everyMs <= 0 || rule.everyMs % GRID_MS !== 0)
      throw new Error(`rule ${rule.kind}: everyMs is ${rule.everyMs}, not a multiple of ${GRID_MS}`);
    for (const asset of assets) {
      if (asset.level !== rule.level) continue;
      const watch: Watch = { index: watches.length, rule, asset, key: `${rule.kind}@${asset.id}` };
      watches.push(watch);
      for (const carrier of network.carriers(asset.id)) {
        let bySignal = listeners.get(carrier);
        if (bySignal === undefined) listeners.set(carrier, (bySignal = new Map()));
        for (const signal of rule.onSignals) {
          const list = bySignal.get(signal);
          if (list === undefined) bySignal.set(signal, [watch]);
          else list.push(watch);
        }
      }
    }
  }
  const periods = [...new Set(watches.map((watch) => watch.rule.everyMs))].sort((a, b) => a - b);
  const grid = periods.map((everyMs) => ({ everyMs, watches: watches.filter((watch) => watch.rule.everyMs === everyMs) }));
  return {
    network,
    station,
    limits,
    assets,
    places,
    parents,
    watches,
    grid,
    listeners: (asset, signal) => listeners.get(asset)?.get(signal) ?? NOBODY,
  };
}
