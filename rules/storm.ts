import type { Episode } from "../model/finding.ts";

/**
 * Storm guard (DOMAIN 4): more new findings within ten minutes than people can read are one piece of work, until somebody splits it.
 * Who explains whom comes first; only what nothing explains is counted here.
 */

const WINDOW_MS = 600_000;
/** More than these at one station, or stations with the same finding in the whole network. */
export const STATION_STORM = 10;
export const NETWORK_STORM = 30;

/**
 * The finding that speaks for each of a storm, itself included; those of no storm are not in it. `order`: who speaks is the first by it.
 * A storm goes on while the next finding comes within ten minutes of the one before. Pure and independent of the order of `episodes`.
 */
export function stormLeaders(
  episodes: readonly Episode[],
  most: number,
  order: (a: Episode, b: Episode) => number = byDetection,
): ReadonlyMap<Episode, Episode> {
  const leaders = new Map<Episode, Episode>();
  const sorted = [...episodes].sort(byDetection);
  let first = 0;
  let storm: Episode[] | undefined;
  const close = (): void => {
    const leader = storm?.toSorted(order)[0];
    for (const member of storm ?? []) leaders.set(member, leader!);
    storm = undefined;
  };
  sorted.forEach((episode, index) => {
    if (storm !== undefined && episode.detectedAt - sorted[index - 1]!.detectedAt <= WINDOW_MS) {
      storm.push(episode);
      return;
    }
    close();
    while (sorted[first]!.detectedAt < episode.detectedAt - WINDOW_MS) first++;
    if (index - first + 1 > most) storm = sorted.slice(first, index + 1).filter((member) => !leaders.has(member));
  });
  close();
  return leaders;
}

const byDetection = (a: Episode, b: Episode): number =>
  a.detectedAt - b.detectedAt || compare(a.station, b.station) || compare(a.asset, b.asset) || compare(a.kind, b.kind);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
