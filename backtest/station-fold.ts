import { byTime, type Decision } from "../model/decision.ts";
import type { Episode } from "../model/finding.ts";
import type { AssetLook } from "../model/insight.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { takeDecisions } from "../rules/decisions.ts";
import { step } from "../rules/engine.ts";
import { type StationFold, type Transition, createFold } from "../rules/fold.ts";
import { insightOf, learningOf } from "../rules/insight.ts";
import type { LimitVersions } from "../rules/limit-versions.ts";
import { planStation } from "../rules/plan.ts";
import { restore } from "../rules/rewind.ts";
import type { Rule } from "../rules/rule.ts";
import { loadSnapshots, type SavedState } from "../rules/saved.ts";

/** One station's readings through the rules, in event time: what changed among its findings, and when. */

const DAY_MS = 86_400_000;

/** A change of the station's findings. */
export interface FoundChange {
  readonly at: number;
  readonly type: Transition["type"];
  readonly episode: Episode;
  /** Units that have not been heard of for a day. */
  readonly silent: readonly string[];
}

export interface StationOutcome {
  readonly station: string;
  readonly changes: readonly FoundChange[];
  readonly readings: number;
  readonly evaluations: number;
  readonly failures: number;
  readonly lastFailure: string | undefined;
}

export interface StationFolding {
  take(readings: readonly Reading[]): void;
  /** Time goes on to the end (epoch ms), and the outcome is told. */
  finish(to: number): StationOutcome;
  /** Why rules found an asset of the station healthy or not, and what was learned of it, at the moment. */
  look(asset: string): AssetLook;
}

export interface FoldingParts {
  readonly network: Network;
  readonly rules: readonly Rule[];
  readonly limits: LimitVersions;
  readonly decisions: readonly Decision[];
}

/** A state that was saved, and the readings from `SEEN_MS_MAX` before it up to it. */
export interface FoldingStart {
  readonly saved: SavedState;
  readonly warm: readonly Reading[];
}

/** From the very beginning or from a saved state. @throws if the network has no such station, or the state does not fit. */
export function foldStation(station: string, { network, rules, limits, decisions }: FoldingParts, start?: FoldingStart): StationFolding {
  const asset = network.asset(station);
  if (asset?.level !== "station") throw new Error(`${station} is not a station of the network`);
  const fold = createFold(planStation(network, asset, rules), limits);
  takeDecisions(fold, decisions.toSorted(byTime));
  if (start !== undefined) {
    const [snapshot] = loadSnapshots(fold, [start.saved], network) ?? [];
    if (snapshot === undefined) throw new Error(`the saved state of ${station} does not fit`);
    restore(fold, snapshot, () => start.warm, true);
  }
  const units = network.below(station, "unit").map(({ id }) => id);
  const changes: FoundChange[] = [];
  let readingCount = 0;
  const note = (transitions: readonly Transition[]): void => {
    for (const { at, type, episode } of transitions) {
      // What is only said anew changes nothing, but whether it needs its neighbours does.
      if (type === "refreshed" && !changesCompany(changes, episode)) continue;
      changes.push({ at, type, episode, silent: silentUnits(fold, units, at) });
    }
  };
  return {
    take(readings) {
      readingCount += readings.length;
      for (const reading of readings) note(step(fold, reading));
    },
    finish(to) {
      note(step(fold, { tickAt: to }));
      const { evaluations, failures, lastFailure } = fold.counts;
      return { station, changes, readings: readingCount, evaluations, failures, lastFailure };
    },
    look: (place) => ({ insight: insightOf(fold, place), learning: learningOf(fold, place) }),
  };
}

function changesCompany(changes: readonly FoundChange[], episode: Episode): boolean {
  if (episode.kind !== "primary_shortage") return false;
  const before = changes.findLast(({ episode: known }) => known.kind === episode.kind && known.asset === episode.asset);
  return (before?.episode.tentative === true) !== (episode.tentative === true);
}

function silentUnits({ view }: StationFold, units: readonly string[], at: number): string[] {
  return units.filter((unit) => (view.lastHeard(unit) ?? -Infinity) < at - DAY_MS);
}
