import { deserialize, serialize } from "node:v8";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Episode } from "../model/finding.ts";
import { refreshDerived, type StationFold } from "./fold.ts";
import { SUSPECT, growGate } from "./quality.ts";
import { clearSeries, rewindSeries } from "./series.ts";
import type { StationState } from "./state.ts";

/** Snapshots of a station's state: taken at full hours, kept ever more thinly, and set back to when late readings arrive. */

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** How long hourly, six-hourly and daily snapshots are kept: at most 7 + 8 + 13 of a station. */
const KEPT = [
  { everyMs: HOUR_MS, forMs: 6 * HOUR_MS },
  { everyMs: 6 * HOUR_MS, forMs: 48 * HOUR_MS },
  { everyMs: DAY_MS, forMs: 14 * DAY_MS },
] as const;
/** Readings later than this are stored but no longer judged. */
export const REWIND_MS_MAX = 14 * DAY_MS;

/** 0.2 ms for 140 KiB; higher levels gain little here. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Immutable. Everything up to and including `at` is evaluated, nothing after it. */
export interface Snapshot {
  readonly at: number;
  /** Slots that existed; slots are only ever appended. */
  readonly slotCount: number;
  /** Decisions of people that had been applied. */
  readonly decided: number;
  /** The state without its active episodes, serialised and compressed to about a third: 40 KiB for a station of 60 units. */
  readonly bytes: Uint8Array;
  /** Active episodes by watch. Episodes are immutable, so they are shared, not copied. */
  readonly open: readonly (readonly [watch: number, episode: Episode])[];
}

export function takeSnapshot(fold: StationFold): Snapshot {
  const { open, ...rest } = fold.state;
  const active: [number, Episode][] = [];
  open.forEach((episode, watch) => {
    if (episode !== undefined) active.push([watch, episode]);
  });
  return {
    at: fold.state.at,
    slotCount: fold.slots.length,
    decided: fold.state.decided,
    bytes: zstdCompressSync(serialize(rest), FAST),
    open: active,
  };
}

/** Adds the newest snapshot and forgets those that have become too many for their age. */
export function keepSnapshot(snapshots: Snapshot[], snapshot: Snapshot): void {
  snapshots.push(snapshot);
  const kept = snapshots.filter(({ at }) => isKept(at, snapshot.at));
  if (kept.length < snapshots.length) snapshots.splice(0, snapshots.length, ...kept);
}

/** Whether a snapshot of `at` is still wanted at the event time `now`. */
export function isKept(at: number, now: number): boolean {
  return KEPT.some(({ everyMs, forMs }) => at % everyMs === 0 && now - at <= forMs);
}

/** The state of a snapshot, a copy of its own. */
export function thaw(snapshot: Snapshot, watchCount: number): StationState {
  // The arrays of a deserialised value lie in the buffer that it was read from; this one is nobody else's.
  const rest = deserialize(zstdDecompressSync(snapshot.bytes)) as Omit<StationState, "open">;
  const open: (Episode | undefined)[] = Array.from({ length: watchCount }, () => undefined);
  for (const [watch, episode] of snapshot.open) open[watch] = episode;
  return { ...rest, open };
}

/**
 * Sets a fold back to a state of `at` that it (or its forerunner before a restart) was in. Returns whether the recent values are
 * all still there; if not they have to be filled again from the store (`warmUp`).
 */
export function setBack(fold: StationFold, state: StationState): boolean {
  fold.state = state;
  growGate(state.gate, fold.slots.length);
  fold.frames.length = 0;
  fold.out = [];
  fold.cleared = fold.cleared.filter((episode) => episode.clearedAt! <= state.at);
  fold.evaluatedAt.fill(NaN);
  fold.traces.fill(undefined);
  refreshDerived(fold);
  let isWhole = true;
  for (const slot of fold.slots) {
    // A withheld value that was confirmed later is in the series already: it is confirmed again.
    const suspect = state.gate.quality[slot.index] === SUSPECT ? state.gate.suspects.get(slot.index) : undefined;
    const to = suspect === undefined ? state.at : suspect.at - 1;
    if (Number.isNaN(state.gate.lastAt[slot.index]!)) clearSeries(slot.series);
    else if (!rewindSeries(slot.series, Math.min(to, state.at))) isWhole = false;
  }
  return isWhole;
}
