import type { Episode, RootedEpisode } from "../model/finding.ts";
import { findingKey } from "../model/ticket-record.ts";

/** The active episodes of one station, sorted under what they are explained by. */

export interface EpisodeGroup {
  readonly root: Episode;
  readonly children: readonly Episode[];
}

export interface EpisodeTree {
  readonly active: ReadonlyMap<string, Episode>;
  /** Roots that speak for themselves, eldest first. */
  readonly groups: readonly EpisodeGroup[];
  /** Children of a root that does not speak here: of another station, or just cleared while its ticket still stands. By the root's key. */
  readonly held: ReadonlyMap<string, EpisodeGroup>;
  /** Key of every active episode to the key of what it speaks under: its own for a root. */
  readonly rootOf: ReadonlyMap<string, string>;
}

/**
 * Sorts a station's active episodes. A child whose root is gone speaks for itself, unless the root's ticket is still open
 * (`hasTicket`) or the root runs in another station, whose own reconciling will open that ticket.
 */
export function episodeTree(rooted: readonly RootedEpisode[], station: string, hasTicket: (key: string) => boolean): EpisodeTree {
  const active = new Map<string, RootedEpisode>();
  for (const entry of rooted)
    if (entry.episode.clearedAt === undefined && entry.episode.station === station) active.set(findingKey(entry.episode), entry);
  const children = new Map<string, Episode[]>();
  const held = new Map<string, { readonly root: Episode; readonly children: Episode[] }>();
  const roots: Episode[] = [];
  for (const [key, { episode }] of active) {
    const root = topRoot(key, active);
    if (root === undefined) roots.push(episode);
    else if (active.has(findingKey(root))) push(children, findingKey(root), episode);
    else if (hasTicket(findingKey(root)) || (root.station !== station && root.clearedAt === undefined)) hold(held, root, episode);
    else roots.push(episode);
  }
  const rootOf = new Map(roots.map((root) => [findingKey(root), findingKey(root)]));
  for (const [rootKey, list] of children) for (const child of list) rootOf.set(findingKey(child), rootKey);
  for (const [rootKey, group] of held) for (const child of group.children) rootOf.set(findingKey(child), rootKey);
  roots.sort(byAge);
  for (const list of [...children.values(), ...Array.from(held.values(), (group) => group.children)]) list.sort(byAge);
  return {
    active: new Map([...active].map(([key, { episode }]) => [key, episode])),
    groups: roots.map((root) => ({ root, children: children.get(findingKey(root)) ?? [] })),
    held: new Map([...held].sort(([a], [b]) => (a < b ? -1 : 1))),
    rootOf,
  };
}

/** Follows roots of roots to the top; undefined for a root, and for a ring of explanations, which explains nothing. */
function topRoot(start: string, active: ReadonlyMap<string, RootedEpisode>): Episode | undefined {
  const visited = new Set([start]);
  let root = active.get(start)?.root;
  while (root !== undefined) {
    const key = findingKey(root);
    if (visited.has(key)) return undefined;
    visited.add(key);
    const above = active.get(key)?.root;
    if (above === undefined) return root;
    root = above;
  }
  return undefined;
}

export function byAge(a: Episode, b: Episode): number {
  return a.detectedAt - b.detectedAt || (findingKey(a) < findingKey(b) ? -1 : 1);
}

function hold(held: Map<string, { readonly root: Episode; readonly children: Episode[] }>, root: Episode, child: Episode): void {
  const group = held.get(findingKey(root));
  if (group === undefined) held.set(findingKey(root), { root, children: [child] });
  else group.children.push(child);
}

function push(map: Map<string, Episode[]>, key: string, episode: Episode): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [episode]);
  else list.push(episode);
}
