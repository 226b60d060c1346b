import type { Network, Point } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { SIGNAL_IDS } from "../model/signals.ts";
import { InfluxError } from "./influx.ts";
import type { InfluxReader, Span, StationRuns } from "./influx-reader.ts";
import { type ReadingSource, localReadings } from "./reading-slices.ts";
import { readSeries } from "./series-read.ts";
import { createRun, mergeRuns } from "./series-run.ts";
import { mergeReadings } from "./station-readings.ts";
import type { LocalTelemetryStore } from "./telemetry-store.ts";

/** The readings of a station over all that is kept: older ones from InfluxDB and the local store together, the others from the local store alone. */

export interface LongReadingsOptions {
  readonly network: Network;
  readonly local: Pick<LocalTelemetryStore, "readings" | "extent" | "curveSources" | "incompleteBefore">;
  readonly reader: InfluxReader;
}

/** A slice begins with this much event time … */
const SLICE_MS_FIRST = 3_600_000;
const SLICE_MS_LEAST = 60_000;
const SLICE_MS_MOST = 7 * 86_400_000;
/** … and becomes shorter above, longer below so many readings. */
const READINGS_MANY = 100_000;
const READINGS_FEW = 25_000;
/** Samples of one series that InfluxDB is asked for at once. */
const SAMPLES_MAX = 20_000;

/**
 * Slices of from <= at < to in the canonical order (at, asset, signal), without overlap. Rejects with InfluxError when InfluxDB ceases
 * to answer; what was given until then is whole.
 */
export function createLongReadings({ network, local, reader }: LongReadingsOptions): ReadingSource {
  const here = localReadings(local);
  const { find, reader: chunks } = local.curveSources;

  /** All points that a station can have, in canonical order. */
  function pointsOf(station: string): Point[] {
    const points: Point[] = [];
    const walk = (id: string): void => {
      for (const signal of SIGNAL_IDS) {
        const point = network.point(id, signal);
        if (point !== undefined) points.push(point);
      }
      for (const child of network.asset(id)?.children ?? []) walk(child);
    };
    walk(station);
    const isBefore = (a: Point, b: Point): boolean => a.asset < b.asset || (a.asset === b.asset && a.signal < b.signal);
    return points.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  function joined(points: readonly Point[], runs: StationRuns, { from, to }: Span): Reading[] {
    return mergeReadings(
      points.map((point) => {
        const stored = find(point.asset, point.signal);
        const own = stored === undefined ? createRun(0) : readSeries(stored, from, to, chunks);
        const older = runs.get(point.asset)?.get(point.signal);
        return { point, run: older === undefined ? own : mergeRuns(older, own) };
      }),
    );
  }

  return async function* (station, from, to) {
    const points = pointsOf(station);
    const dropped = points.map(({ asset, signal }) => find(asset, signal)?.droppedTo ?? -Infinity);
    // Whole milliseconds: the first one that the local store has for sure.
    const olderTo = Math.min(to, Math.max(local.incompleteBefore ?? -Infinity, ...dropped) + 1);
    let sliceMs = SLICE_MS_FIRST;
    let start = Math.max(0, from);
    let isEmpty = true;
    while (start < olderTo) {
      if (isEmpty) {
        const first = (await reader.first(station, { from: start, to: olderTo })) ?? olderTo;
        yield* here(station, start, first);
        start = first;
        if (start >= olderTo) break;
      }
      const span = { from: start, to: Math.min(olderTo, start + sliceMs) };
      const runs = await reader.station(station, span, SAMPLES_MAX);
      if (runs === undefined) {
        if (sliceMs <= SLICE_MS_LEAST) throw new InfluxError("refused", `a series has more than ${SAMPLES_MAX} samples in ${sliceMs} ms`);
        sliceMs = Math.max(SLICE_MS_LEAST, sliceMs / 4);
        isEmpty = false;
        continue;
      }
      const readings = joined(points, runs, span);
      if (readings.length > 0) yield readings;
      isEmpty = runs.size === 0;
      if (readings.length > READINGS_MANY) sliceMs = Math.max(SLICE_MS_LEAST, sliceMs / 2);
      else if (readings.length < READINGS_FEW) sliceMs = Math.min(SLICE_MS_MOST, sliceMs * 2);
      start = span.to;
    }
    yield* here(station, Math.max(from, olderTo), to);
  };
}
