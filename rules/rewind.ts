import type { Reading } from "../model/reading.ts";
import { step } from "./engine.ts";
import { type StationFold, slotFor } from "./fold.ts";
import { SUSPECT } from "./quality.ts";
import { clearSeries, pushSample, seenMsOf } from "./series.ts";
import { type Snapshot, setBack, thaw } from "./snapshot.ts";
import { freshState } from "./state.ts";

/** Folding stored readings again: after late data from a snapshot on, after a restart from the newest one. */

/** Stored readings of a station with from <= at < to, sorted by time. */
export type History = (station: string, from: number, to: number) => readonly Reading[];

/** Stored readings are asked for in pieces of this much event time. */
const PIECE_MS = 21_600_000;
/** The longest past that any rule may see. */
export const SEEN_MS_MAX = seenMsOf("unit");

/** Sets a fold back to a snapshot, or to its very beginning if there is none. `isEmpty`: it has no recent values yet. */
export function restore(fold: StationFold, snapshot: Snapshot | undefined, history: History, isEmpty = false): void {
  const { plan } = fold;
  const state = snapshot === undefined ? freshState(plan) : thaw(snapshot, plan.watches.length);
  if (!setBack(fold, state) || isEmpty) warmUp(fold, history);
}

/**
 * Fills the recent values from stored readings as they were at `fold.state.at`: those that the gate withheld stay out,
 * everything else was believed.
 */
function warmUp(fold: StationFold, history: History): void {
  const { state, plan } = fold;
  const { gate } = state;
  for (const { series } of fold.slots) {
    clearSeries(series);
    series.evictedAt = state.at - series.seenMs - 1;
  }
  const withheld = new Set<string>();
  for (let index = 0; index < gate.excluded.length; index += 2) withheld.add(`${gate.excluded[index]} ${gate.excluded[index + 1]}`);
  const from = Math.max(state.startedAt, state.at - SEEN_MS_MAX);
  for (const { point, at, value } of history(plan.station.id, from, state.at + 1)) {
    if (value === null || at > state.at) continue;
    const slot = slotFor(fold, point);
    if (at < state.at - slot.series.seenMs) continue;
    if (gate.quality[slot.index] === SUSPECT && gate.suspects.get(slot.index)!.at <= at) continue;
    if (withheld.size > 0 && withheld.has(`${slot.index} ${at}`)) continue;
    pushSample(slot.series, at, value);
  }
}

/** Steps through stored readings after the present state, from <= at <= to. Returns how many. */
export function refold(fold: StationFold, history: History, from: number, to: number): number {
  let count = 0;
  const after = fold.state.at;
  for (let start = Math.max(from, after); start <= to; start += PIECE_MS) {
    for (const reading of history(fold.plan.station.id, start, Math.min(start + PIECE_MS, to + 1))) {
      if (reading.at <= after) continue;
      step(fold, reading);
      count++;
    }
  }
  return count;
}
