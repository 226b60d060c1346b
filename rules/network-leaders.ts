import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { commonShortages } from "./branch.ts";
import { isExplained } from "./root-cause.ts";
import { NETWORK_STORM, stormLeaders } from "./storm.ts";

/** What speaks for findings of many stations at once: a common shortage, and the storm guard for everything else. */

/** One station as the network sees it. */
export interface StationFindings {
  readonly station: string;
  readonly branch: string;
  readonly isReporting: boolean;
  /** Its own findings, active and cleared. */
  readonly episodes: readonly Episode[];
}

/** The finding that speaks for each that is part of something larger than its station. Pure and independent of the order of `stations`. */
export function networkLeaders(network: Network, stations: readonly StationFindings[]): ReadonlyMap<Episode, Episode> {
  const seen = stations.map(({ episodes, ...station }) => ({
    ...station,
    shortages: episodes.filter(({ kind }) => kind === "primary_shortage"),
  }));
  const leaders = new Map(commonShortages([...Map.groupBy(seen, ({ branch }) => branch).values()]));
  const own = new Map(stations.map(({ station, episodes }) => [station, episodes.filter((episode) => speaksForStation(network, episode))]));
  for (const [kind, same] of Map.groupBy([...own.values()].flat(), (episode) => episode.kind)) {
    if (kind === "primary_shortage" || same.length <= NETWORK_STORM) continue;
    // What its own station explains cannot speak for others: it has no ticket. Who is in no storm with them is in none without them.
    const unexplained = [...stormLeaders(same, NETWORK_STORM).keys()].filter(
      (episode) => !isExplained(network, episode, own.get(episode.station)!, episode.detectedAt),
    );
    for (const [member, leader] of stormLeaders(unexplained, NETWORK_STORM)) leaders.set(member, leader);
  }
  return leaders;
}

/** Units and buildings are their stations' own concern. */
export function speaksForStation(network: Network, { asset }: Episode): boolean {
  const level = network.asset(asset)?.level;
  return level === "station" || level === "circuit";
}
