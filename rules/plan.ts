import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { Observer } from "./observer.ts";
import type { Rule } from "./rule.ts";
import { seasonObserver } from "./season-watch.ts";

/** What the engine looks up all the time about one station, worked out once: its assets, and which rule watches which of them. */

/** One observer on one asset. */
export interface Post {
  readonly index: number;
  readonly observer: Observer;
  readonly asset: Asset;
  /** Names the post across restarts. */
  readonly key: string;
}

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
  /** The station and everything below it; an asset's index here is its place. */
  readonly assets: readonly Asset[];
  readonly places: ReadonlyMap<string, number>;
  /** Place of the asset above, -1 for the station. */
  readonly parents: Int32Array;
  /** All periods of posts and watches are multiples of this. */
  readonly gridMs: number;
  readonly posts: readonly Post[];
  readonly watches: readonly Watch[];
  /** Posts and watches by how often they are due. */
  readonly postGrid: readonly { readonly everyMs: number; readonly members: readonly Post[] }[];
  readonly watchGrid: readonly { readonly everyMs: number; readonly members: readonly Watch[] }[];
  postOf(observer: Observer, asset: string): Post | undefined;
  /** The watches on an asset. */
  watchesOn(asset: string): readonly Watch[];
  /** Watches that a signal of an asset wakes. */
  listeners(asset: string, signal: SignalId): readonly Watch[];
}

const NOBODY: readonly Watch[] = [];
const GRID_MS = 60_000;
/** The grid is at least this fine, so that time is seen to go by where nothing happens. */
const GRID_MS_MAX = 300_000;

/** Throws if an `everyMs` is not a multiple of a minute (a broken invariant). */
export function planStation(network: Network, station: Asset, rules: readonly Rule[]): StationPlan {
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

  const posts: Post[] = [];
  const postsOf = new Map<Observer, Map<string, Post>>();
  for (const observer of new Set([seasonObserver as Observer, ...observersOf(rules)])) {
    checkGrid(observer.name, observer.everyMs);
    const byAsset = new Map<string, Post>();
    for (const asset of assets) {
      if (asset.level !== observer.level) continue;
      const post: Post = { index: posts.length, observer, asset, key: `${observer.name}@${asset.id}` };
      posts.push(post);
      byAsset.set(asset.id, post);
    }
    postsOf.set(observer, byAsset);
  }

  const watches: Watch[] = [];
  const listeners = new Map<string, Map<SignalId, Watch[]>>();
  for (const rule of rules) {
    checkGrid(rule.kind, rule.everyMs);
    for (const asset of assets) {
      if (asset.level !== rule.level) continue;
      const watch: Watch = { index: watches.length, rule, asset, key: `${rule.kind}@${asset.id}` };
      watches.push(watch);
      for (const signal of rule.onSignals)
        for (const carrier of network.carriers(asset.id, signal)) {
          let bySignal = listeners.get(carrier);
          if (bySignal === undefined) listeners.set(carrier, (bySignal = new Map()));
          const list = bySignal.get(signal);
          if (list === undefined) bySignal.set(signal, [watch]);
          else list.push(watch);
        }
    }
  }
  const byAsset = Map.groupBy(watches, ({ asset }) => asset.id);
  return {
    network,
    station,
    assets,
    places,
    parents,
    gridMs: [...posts.map(({ observer }) => observer.everyMs), ...watches.map(({ rule }) => rule.everyMs)].reduce(
      commonDivisor,
      GRID_MS_MAX,
    ),
    posts,
    watches,
    postGrid: byPeriod(posts, ({ observer }) => observer.everyMs),
    watchGrid: byPeriod(watches, ({ rule }) => rule.everyMs),
    postOf: (observer, asset) => postsOf.get(observer)?.get(asset),
    watchesOn: (asset) => byAsset.get(asset) ?? NOBODY,
    listeners: (asset, signal) => listeners.get(asset)?.get(signal) ?? NOBODY,
  };
}

/** The observers that the rules ask, each once, after those that it builds on itself. */
function observersOf(rules: readonly Rule[]): ReadonlySet<Observer> {
  const found = new Set<Observer>();
  const add = (observers: readonly Observer[] = []): void => {
    for (const observer of observers) {
      add(observer.observers);
      found.add(observer);
    }
  };
  for (const rule of rules) add(rule.observers);
  return found;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function checkGrid(name: string, everyMs: number): void {
  if (everyMs <= 0 || everyMs % GRID_MS !== 0) throw new Error(`${name}: everyMs is ${everyMs}, not a multiple of ${GRID_MS}`);
}

function byPeriod<Member>(
  members: readonly Member[],
  periodOf: (member: Member) => number,
): { readonly everyMs: number; readonly members: readonly Member[] }[] {
  return [...Map.groupBy(members, periodOf)].sort(([a], [b]) => a - b).map(([everyMs, list]) => ({ everyMs, members: list }));
}
