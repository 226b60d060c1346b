import type { CurveGap } from "../model/curve.ts";
import { GAP_MIN_MS, type Silences, findGaps, usualIntervalMs } from "./curve-gaps.ts";
import type { Run } from "./series-run.ts";

/** A curve of every sample: the times of all series on one axis, and one more time at the start of each silence, where the series is null. */

export interface RawColumns {
  readonly times: number[];
  readonly columns: { readonly values: (number | null)[]; readonly gaps: CurveGap[] }[];
}

/** `newest`: the newest times of the series, for its rhythm. */
export interface RawSource {
  readonly run: Run;
  readonly newest: Float64Array;
}

export function rawColumns(sources: readonly RawSource[], from: number, end: number): RawColumns {
  const gaps = sources.map(({ run, newest }) => {
    const silences = silencesOf(run);
    return findGaps(silences, from, end, usualIntervalMs(intervalsOf(run), newest), 0);
  });
  const times = unionTimes(sources, gaps);
  const columns = sources.map(({ run }, index) => ({ values: valuesAt(run, times), gaps: gaps[index]! }));
  return { times: Array.from(times), columns };
}

function intervalsOf({ times, count }: Run): { lengthsMs: Float64Array; weights: Float64Array } {
  const lengthsMs = new Float64Array(Math.max(0, count - 1));
  for (let index = 1; index < count; index++) lengthsMs[index - 1] = times[index]! - times[index - 1]!;
  return { lengthsMs, weights: new Float64Array(lengthsMs.length).fill(1) };
}

function silencesOf({ times, values, count }: Run): Silences {
  const between: [number, number][] = [];
  const failed: { from: number; to: number; open: boolean }[] = [];
  let open: { from: number; to: number; open: boolean } | undefined;
  for (let index = 0; index < count; index++) {
    const at = times[index]!;
    if (index > 0 && at - times[index - 1]! > GAP_MIN_MS) between.push([times[index - 1]!, at]);
    const isFailed = Number.isNaN(values[index]);
    if (isFailed && open === undefined) failed.push((open = { from: at, to: at, open: true }));
    else if (open !== undefined) {
      open.to = at;
      if (!isFailed) open.open = false;
      if (!isFailed) open = undefined;
    }
  }
  return { first: count === 0 ? NaN : times[0]!, last: count === 0 ? NaN : times[count - 1]!, between, failed };
}

function unionTimes(sources: readonly RawSource[], gaps: readonly (readonly CurveGap[])[]): Float64Array {
  const marks: number[] = [];
  for (const [index, { run }] of sources.entries()) {
    // A gap within the samples is marked where it begins; one that begins with a failed sample has its null already.
    for (const [start] of gaps[index]!) if (run.count > 0 && start > run.times[0]! && start < run.times[run.count - 1]!) marks.push(start);
  }
  const all = new Float64Array(sources.reduce((sum, { run }) => sum + run.count, marks.length));
  let offset = 0;
  for (const { run } of sources) {
    all.set(run.times.subarray(0, run.count), offset);
    offset += run.count;
  }
  all.set(marks, offset);
  if (sources.length > 1 || marks.length > 0) all.sort();
  let count = 0;
  for (const at of all) if (count === 0 || at !== all[count - 1]) all[count++] = at;
  return all.subarray(0, count);
}

function valuesAt(run: Run, times: Float64Array): (number | null)[] {
  let next = 0;
  return Array.from(times, (at) => {
    if (next >= run.count || run.times[next] !== at) return null;
    const value = run.values[next++]!;
    return Number.isNaN(value) ? null : value;
  });
}
