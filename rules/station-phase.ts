import type { SeasonPhase, SettablePhase } from "../model/season.ts";
import type { StationFold } from "./fold.ts";
import { seasonObserver } from "./season-watch.ts";

/** The season phase of a station as people see it. */
export interface StationPhase {
  /** The one by which the rules go. */
  readonly phase: SeasonPhase;
  /** What a person set; null: nobody did. */
  readonly set: SettablePhase | null;
  /** What calendar and signals say, and since when; null before the first look. */
  readonly suggested: SettablePhase | null;
  readonly suggestedAt: number | null;
}

export function phaseOf({ view, plan }: StationFold): StationPhase {
  const memory = view.observed(seasonObserver, plan.station.id);
  return {
    phase: view.phase,
    set: view.phaseSet ?? null,
    suggested: memory?.suggested ?? null,
    suggestedAt: memory?.suggestedAt ?? null,
  };
}
