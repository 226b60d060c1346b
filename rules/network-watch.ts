import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Transition } from "./fold.ts";
import { networkLeaders, speaksForStation } from "./network-leaders.ts";
import { type StationRun, isReporting, ownEpisodes } from "./station-run.ts";

/** Keeps track of which findings of the stations at hand are part of something larger. */
export class NetworkWatch {
  readonly #network: Network;
  #leaders: ReadonlyMap<Episode, Episode> = new Map();
  #isStale = false;
  /** Findings that are grouped, by name: a refreshed one is another object and has to be grouped anew. */
  #grouped: ReadonlySet<string> = new Set();

  constructor(network: Network) {
    this.#network = network;
  }

  /** The finding that speaks for another; undefined for one that is its station's own concern. */
  readonly leaderOf = (episode: Episode): Episode | undefined => this.#leaders.get(episode);

  note(transitions: readonly Transition[]): void {
    this.#isStale ||= transitions.some(
      ({ type, episode }) =>
        speaksForStation(this.#network, episode) &&
        (type !== "refreshed" || episode.kind === "primary_shortage" || this.#grouped.has(nameOf(episode))),
    );
  }

  /** A station's findings were worked out anew. */
  forget(): void {
    this.#isStale = true;
  }

  /** Groups anew if anything has changed. Answers the stations some of whose findings speak under another one now; their causes are withdrawn. */
  regroup(runs: ReadonlyMap<string, StationRun>): string[] {
    if (!this.#isStale) return [];
    this.#isStale = false;
    const before = this.#leaders;
    const seen = this.#network.stations.flatMap(({ id, primaryBranch }) => {
      const run = runs.get(id);
      if (run === undefined) return [];
      return [{ station: id, branch: primaryBranch ?? "", isReporting: isReporting(run, id), episodes: ownEpisodes(run) }];
    });
    this.#leaders = networkLeaders(this.#network, seen);
    this.#grouped = new Set(Array.from(this.#leaders.keys(), nameOf));
    const changed = seen.filter(({ episodes }) =>
      episodes.some((episode) => nameOf(before.get(episode)) !== nameOf(this.#leaders.get(episode))),
    );
    for (const { station } of changed) runs.get(station)!.causes = undefined;
    return changed.map(({ station }) => station);
  }
}

/** Names a finding: a refreshed one is another object. Empty for none. */
export const nameOf = (episode: Episode | undefined): string =>
  episode === undefined ? "" : `${episode.kind} ${episode.asset} ${episode.detectedAt}`;
