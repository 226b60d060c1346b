import { setImmediate as nextTurn } from "node:timers/promises";
import type { Reading } from "../model/reading.ts";
import type { TelemetryStore } from "./telemetry.ts";

/** The readings of a station over any range of time in slices that fit in memory, oldest first. */

/** from <= at < to, in the canonical order (at, asset, signal); slices do not overlap. */
export type ReadingSource = (station: string, from: number, to: number) => AsyncIterable<readonly Reading[]>;

/** A slice begins with this much event time … */
const SLICE_MS_FIRST = 6 * 3_600_000;
const SLICE_MS_LEAST = 600_000;
const SLICE_MS_MOST = 14 * 86_400_000;
/** … and becomes shorter above, longer below so many readings, so that telemetry is never held up long. */
const READINGS_MANY = 40_000;
const READINGS_FEW = 10_000;

/** What the local store has. */
export function localReadings(store: Pick<TelemetryStore, "readings" | "extent">): ReadingSource {
  return async function* (station, from, to) {
    const extent = store.extent(station);
    if (extent === undefined) return;
    const end = Math.min(to, extent.to + 1);
    let sliceMs = SLICE_MS_FIRST;
    for (let start = Math.max(from, extent.from); start < end;) {
      const next = Math.min(end, start + sliceMs);
      const readings = store.readings(station, start, next);
      if (readings.length > 0) yield readings;
      if (readings.length > READINGS_MANY) sliceMs = Math.max(SLICE_MS_LEAST, sliceMs / 2);
      else if (readings.length < READINGS_FEW) sliceMs = Math.min(SLICE_MS_MOST, sliceMs * 2);
      start = next;
      await nextTurn();
    }
  };
}
