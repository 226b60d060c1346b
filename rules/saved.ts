import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { isSignalId } from "../model/signals.ts";
import { type StationFold, slotFor } from "./fold.ts";
import type { Snapshot } from "./snapshot.ts";

/** The form in which snapshots survive a restart: plain data, recognised again only by the same rules on the same network. */

/** Raise it when the shape of a state or of a rule's memory changes: older saves are then refused and the store is folded again. */
const SAVED_VERSION = 2;

export interface SavedState {
  readonly station: string;
  /** Event time of the snapshot; one station has several. */
  readonly at: number;
  /** Opaque plain data; survives `v8.serialize` and `structuredClone`. */
  readonly state: SavedSnapshot;
}

interface SavedSnapshot {
  readonly version: number;
  readonly at: number;
  /** Posts, watches, assets and points in the order that the arrays of the state run along. */
  readonly posts: readonly string[];
  readonly watches: readonly string[];
  /** Ids of the decisions of people that had been applied. */
  readonly decisions: readonly string[];
  readonly assets: readonly string[];
  readonly points: readonly (readonly [asset: string, signal: string])[];
  readonly bytes: Uint8Array;
  readonly open: Snapshot["open"];
  /** Cleared episodes without the curves of their evidence. */
  readonly cleared: readonly Episode[];
}

const saved = new WeakMap<Snapshot, SavedState>();

/**
 * A snapshot in the form that is kept on disk; complete in itself. Snapshots are immutable: asked again, the same object comes
 * back, so what has been written once need not be written again.
 */
export function saveSnapshot(fold: StationFold, snapshot: Snapshot): SavedState {
  const known = saved.get(snapshot);
  if (known !== undefined) return known;
  const { at, bytes, open, slotCount } = snapshot;
  const state: SavedSnapshot = {
    version: SAVED_VERSION,
    at,
    posts: fold.plan.posts.map((post) => post.key),
    watches: fold.plan.watches.map((watch) => watch.key),
    decisions: fold.decisions.slice(0, snapshot.decided).map(({ id }) => id),
    assets: fold.plan.assets.map((asset) => asset.id),
    points: fold.slots.slice(0, slotCount).map(({ point }): [string, string] => [point.asset, point.signal]),
    bytes,
    open,
    cleared: fold.cleared.filter((episode) => episode.clearedAt! <= at).map(withoutCurves),
  };
  const entry: SavedState = { station: fold.plan.station.id, at, state };
  saved.set(snapshot, entry);
  return entry;
}

function withoutCurves(episode: Episode): Episode {
  const evidence = episode.evidence.map((item) => (item.curve === undefined ? item : { ...item, curve: undefined }));
  return { ...episode, evidence };
}

/** Fills a fresh fold's slots and cleared episodes from one station's saves. Undefined if they do not fit this network and these rules. */
export function loadSnapshots(fold: StationFold, entries: readonly SavedState[], network: Network): Snapshot[] | undefined {
  const ordered = entries.toSorted((a, b) => a.at - b.at);
  const newest = ordered.at(-1)?.state;
  if (newest === undefined || !ordered.every(({ state }) => fits(fold, state))) return undefined;
  const points = newest.points.map(([asset, signal]) => (isSignalId(signal) ? network.point(asset, signal) : undefined));
  if (points.some((point) => point === undefined || point.station !== fold.plan.station.id)) return undefined;
  for (const point of points) slotFor(fold, point!);
  fold.cleared = [...newest.cleared];
  return ordered.map((entry): Snapshot => {
    const { points: known, bytes, open } = entry.state;
    const snapshot: Snapshot = { at: entry.at, slotCount: known.length, decided: entry.state.decisions.length, bytes, open };
    saved.set(snapshot, entry);
    return snapshot;
  });
}

function fits({ plan, decisions }: StationFold, state: SavedSnapshot): boolean {
  return (
    state.version === SAVED_VERSION &&
    isSame(
      state.posts,
      plan.posts.map((post) => post.key),
    ) &&
    isSame(
      state.watches,
      plan.watches.map((watch) => watch.key),
    ) &&
    isSame(
      state.decisions,
      decisions.slice(0, state.decisions.length).map(({ id }) => id),
    ) &&
    // A decision made later may have been made for a time before.
    (decisions[state.decisions.length]?.from ?? Infinity) > state.at &&
    isSame(
      state.assets,
      plan.assets.map((asset) => asset.id),
    )
  );
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, index) => word === b[index]);
