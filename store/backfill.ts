import type { Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { type BackfillJob, addJob, jobsFrom, readJobs, writeJobs } from "./backfill-jobs.ts";
import { createLineWriter } from "./influx-lines.ts";
import { LANES } from "./influx-chunk.ts";
import { ROLLUP_WIDTHS_MS } from "./rollup.ts";
import { EVENT_TIME_MAX } from "./rollup-buckets.ts";
import type { SeriesPoints, StationExtent } from "./spool.ts";

/**
 * Brings history of the local store to InfluxDB: station by station, in slices of whole hours, oldest first. A slice is read and
 * written while nothing else is, so that none of its values, older by then, ever overwrites a newer one.
 */

export interface Slice {
  readonly station: string;
  readonly from: number;
  readonly to: number;
  /** False: only the rollups go. */
  readonly raw: boolean;
}

export interface Backfill {
  /** One more thing to bring; what is being done is finished first. */
  add(job: Pick<BackfillJob, "from" | "raw">): void;
  /** The next slice; undefined when there is nothing left to bring. */
  next(stations: readonly StationExtent[]): Slice | undefined;
  /** The slice is written: it had so many points. */
  done(slice: Slice, points: number): void;
  readonly isIdle: boolean;
  /** Lowest event time that may still be missing; Infinity when nothing is. */
  readonly from: number;
  /** Share of the first job that is done, 0…1; undefined without one that brings points. */
  readonly share: number | undefined;
  /** The note; it changes with `done` and `add`. */
  readonly text: () => string;
}

const HOUR_MS = ROLLUP_WIDTHS_MS[1];
/** A slice grows and shrinks so that it has about so many points: few enough to read at once, enough to be worth it. */
const SLICE_POINTS_MIN = 30_000;
const SLICE_POINTS_MAX = 200_000;
const SLICE_HOURS_START = 4;
const SLICE_HOURS_MAX = 24 * 30;

export function createBackfill(text: string | undefined): Backfill {
  let jobs = readJobs(text);
  let hours = SLICE_HOURS_START;
  let share = 0;

  function finishStation(job: BackfillJob, stations: readonly StationExtent[], index: number): void {
    const following = stations[index + 1];
    if (following === undefined) jobs = jobs.slice(1);
    else jobs = [{ from: job.from, raw: job.raw, station: following.station }, ...jobs.slice(1)];
  }

  return {
    add(job) {
      jobs = addJob(jobs, job);
    },
    next(stations) {
      for (;;) {
        const job = jobs[0];
        if (job === undefined) return undefined;
        const index = job.station === undefined ? 0 : stations.findIndex(({ station }) => station === job.station);
        const extent = stations[Math.max(index, 0)];
        if (extent === undefined) {
          jobs = jobs.slice(1);
          continue;
        }
        const begin = Math.floor(Math.max(job.from, extent.from, 0) / HOUR_MS) * HOUR_MS;
        const from = index >= 0 && job.at !== undefined ? Math.max(job.at, begin) : begin;
        if (from > extent.to || from >= EVENT_TIME_MAX) {
          finishStation(job, stations, Math.max(index, 0));
          continue;
        }
        const span = Math.max(extent.to - begin, HOUR_MS);
        share = (Math.max(index, 0) + (from - begin) / span) / stations.length;
        // Begun: what is added from now on waits for its own turn.
        jobs = [{ ...job, station: extent.station, at: from }, ...jobs.slice(1)];
        return { station: extent.station, from, to: from + hours * HOUR_MS, raw: job.raw };
      }
    },
    done(slice, points) {
      const job = jobs[0];
      if (job?.station !== slice.station) return;
      jobs = [{ ...job, at: slice.to }, ...jobs.slice(1)];
      if (points > SLICE_POINTS_MAX) hours = Math.max(1, Math.floor(hours / 2));
      else if (points < SLICE_POINTS_MIN) hours = Math.min(SLICE_HOURS_MAX, hours * 2);
    },
    get isIdle() {
      return jobs.length === 0;
    },
    get from() {
      return jobsFrom(jobs);
    },
    get share() {
      return jobs[0]?.raw === true ? share : undefined;
    },
    text: () => writeJobs(jobs),
  };
}

/** The raw lines of a slice in lanes, without the points before `oldest`. */
export function sliceLines(
  slices: readonly SeriesPoints[],
  place: (series: number) => { readonly asset: string; readonly signal: SignalId } | undefined,
  network: Network,
  oldest: number,
): { readonly lanes: readonly (readonly string[])[]; readonly values: number } {
  const byAsset = Map.groupBy(
    slices.flatMap((points) => {
      const found = place(points.series);
      return found === undefined || points.times.length === 0 ? [] : [{ ...found, points }];
    }),
    ({ asset }) => asset,
  );
  const lanes: string[][] = Array.from({ length: LANES }, () => []);
  const writers = lanes.map(() => createLineWriter(network));
  let lane = 0;
  for (const [asset, sources] of byAsset) {
    const writer = writers[lane++ % LANES]!;
    const next = sources
      .map(({ points }) => points.times.findIndex((at) => at >= Math.max(oldest, 0)))
      .map((index) => (index < 0 ? Infinity : index));
    for (;;) {
      let at = Infinity;
      for (let index = 0; index < sources.length; index++) at = Math.min(at, sources[index]!.points.times[next[index]!] ?? Infinity);
      if (at >= EVENT_TIME_MAX) break;
      for (let index = 0; index < sources.length; index++) {
        const { signal, points } = sources[index]!;
        if (points.times[next[index]!] !== at) continue;
        writer.add(asset, signal, Number.isInteger(at) ? at : Math.round(at), points.values[next[index]!]!);
        next[index]!++;
      }
    }
  }
  const taken = writers.map((writer) => writer.take());
  return { lanes: taken.map(({ lines }) => lines), values: taken.reduce((sum, { values }) => sum + values, 0) };
}
