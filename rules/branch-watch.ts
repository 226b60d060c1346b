import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { commonShortages } from "./branch.ts";
import type { Transition } from "./fold.ts";
import { type StationRun, isReporting, ownEpisodes } from "./station-run.ts";

/** Keeps track of which shortages of the stations at hand are common ones. */
export class BranchWatch {
  readonly #network: Network;
  #leaders: ReadonlyMap<Episode, Episode> = new Map();
  #isStale = false;

  constructor(network: Network) {
    this.#network = network;
  }

  /** The finding that speaks for a shortage; undefined for one that is not common. */
  readonly leaderOf = (episode: Episode): Episode | undefined => this.#leaders.get(episode);

  note(transitions: readonly Transition[]): void {
    if (transitions.some(({ episode }) => episode.kind === "primary_shortage")) this.#isStale = true;
  }

  /** A station's findings were worked out anew. */
  forget(): void {
    this.#isStale = true;
  }

  /** Groups anew if anything has changed. Answers the stations whose shortages speak under another finding now; their causes are withdrawn. */
  regroup(runs: ReadonlyMap<string, StationRun>): string[] {
    if (!this.#isStale) return [];
    this.#isStale = false;
    const before = this.#leaders;
    const seen = this.#network.stations.flatMap(({ id, primaryBranch }) => {
      const run = runs.get(id);
      if (run === undefined) return [];
      const shortages = ownEpisodes(run).filter(({ kind }) => kind === "primary_shortage");
      return [{ station: id, branch: primaryBranch ?? "", isReporting: isReporting(run, id), shortages }];
    });
    this.#leaders = commonShortages([...Map.groupBy(seen, ({ branch }) => branch).values()]);
    const changed = seen.filter(({ shortages }) =>
      shortages.some((episode) => nameOf(before.get(episode)) !== nameOf(this.#leaders.get(episode))),
    );
    for (const { station } of changed) runs.get(station)!.causes = undefined;
    return changed.map(({ station }) => station);
  }
}

const nameOf = (leader: Episode | undefined): string => (leader === undefined ? "" : `${leader.station} ${leader.detectedAt}`);
