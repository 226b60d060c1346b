import type { Curve } from "../../model/curve.ts";
import type { SignalId } from "../../model/signals.ts";

/** Curves of the API turned into the aligned columns that a chart draws: gaps found, units applied. Pure. */

/** One line: raw points (`low` and `high` are the same array) or the smallest and greatest value of each bucket. Times in epoch ms. */
export interface LineData {
  readonly times: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Width of a bucket, ms; 0 for raw points. */
  readonly bucketMs: number;
}

/** The line of one signal in an answer of /api/series; undefined when it is not in there. */
export function lineOf(curve: Curve, asset: string, signal: SignalId): LineData | undefined {
  if (curve.raw) {
    const found = curve.series.find((series) => series.asset === asset && series.signal === signal);
    return found === undefined ? undefined : { times: curve.times, low: found.values, high: found.values, bucketMs: 0 };
  }
  const found = curve.series.find((series) => series.asset === asset && series.signal === signal);
  return found === undefined ? undefined : { times: curve.times, low: found.min, high: found.max, bucketMs: curve.bucketMs };
}

/** A line of plain numbers, for derived quantities. */
export function lineFrom(times: readonly number[], values: readonly (number | null)[]): LineData {
  return { times, low: values, high: values, bucketMs: 0 };
}

/** Both ends of a span without data, epoch ms. */
export type Gap = readonly [from: number, to: number];

/** A pause longer than this many usual pauses is a gap. */
const GAP_PAUSES = 3;
/** Even a fast signal may be late by this much without a gap being drawn. */
const GAP_MS_MIN = 30_000;

/** The usual distance between two values of a line, ms (median); null with fewer than three values. */
export function usualPauseMs(data: LineData): number | null {
  const pauses: number[] = [];
  let before: number | undefined;
  for (const [index, at] of data.times.entries()) {
    if (data.low[index] === null || data.low[index] === undefined) continue;
    if (before !== undefined) pauses.push(at - before);
    before = at;
  }
  if (pauses.length < 2) return null;
  pauses.sort((a, b) => a - b);
  return pauses[pauses.length >> 1]!;
}

/** Spans of [from, to] in which a line has no values for longer than its usual rhythm. `to` is where knowledge ends: now, for a live chart. */
export function gapsOf(data: LineData, from: number, to: number): Gap[] {
  const limitMs = gapLimitMs(data);
  const known = knownTimes(data).filter((at) => at >= from && at <= to);
  const first = known[0];
  if (first === undefined) return to - from > limitMs ? [[from, to]] : [];
  const gaps: Gap[] = first - from > limitMs ? [[from, first]] : [];
  for (const [before, at] of pausesIn(data, known)) gaps.push([before, at]);
  const end = known.at(-1)! + data.bucketMs;
  if (to - end > limitMs) gaps.push([end, to]);
  return gaps;
}

function knownTimes(data: LineData): number[] {
  return data.times.filter((_, index) => data.low[index] !== null && data.low[index] !== undefined);
}

/**
 * Pauses between ascending values that are gaps. A line may have two rhythms (history every 5 min, live every 30 s): a pause is measured
 * against the shorter of its neighbours too, so that a slow but regular stretch is none.
 */
function pausesIn(data: LineData, known: readonly number[]): Gap[] {
  const limitMs = gapLimitMs(data);
  const pause = (index: number): number => (index < 1 || index >= known.length ? Infinity : known[index]! - known[index - 1]!);
  return known.flatMap((at, index): Gap[] => {
    if (index === 0) return [];
    const rhythmMs = Math.min(pause(index - 1), pause(index + 1));
    const ownLimitMs = rhythmMs === Infinity ? limitMs : Math.max(limitMs, GAP_PAUSES * rhythmMs);
    return pause(index) - data.bucketMs > ownLimitMs ? [[known[index - 1]! + data.bucketMs, at]] : [];
  });
}

function gapLimitMs(data: LineData): number {
  return Math.max(GAP_MS_MIN, GAP_PAUSES * (usualPauseMs(data) ?? 0), 2 * data.bucketMs);
}

/** A column as uPlot takes it: undefined is "no point here", null breaks the line. */
type Column = (number | null | undefined)[];

export interface AlignedLines {
  readonly times: number[];
  /** Low and high column of each line, in the order given. */
  readonly columns: Column[];
}

/**
 * Puts lines of different times on one ascending axis. A null between two values closer than a gap does not break the line;
 * a gap always does, also where the API left its empty buckets out.
 */
export function alignLines(lines: readonly { readonly data: LineData; readonly factor: number }[]): AlignedLines {
  const axis = new Set<number>();
  const breaks = lines.map(({ data }) => {
    const known = knownTimes(data);
    const found = pausesIn(data, known).map(([before, at]) => (before + at) / 2);
    for (const at of known) axis.add(at);
    for (const at of found) axis.add(at);
    return new Set(found);
  });
  const times = [...axis].sort((a, b) => a - b);
  const place = new Map(times.map((at, index) => [at, index]));
  const columns: Column[] = [];
  for (const [number, { data, factor }] of lines.entries()) {
    const low: Column = Array.from({ length: times.length });
    const high: Column = data.high === data.low ? low : Array.from({ length: times.length });
    for (const at of breaks[number]!) low[place.get(at)!] = high[place.get(at)!] = null;
    for (const [index, at] of data.times.entries()) {
      const lowest = data.low[index];
      if (lowest === null || lowest === undefined) continue;
      const position = place.get(at)!;
      low[position] = lowest * factor;
      if (high !== low) high[position] = (data.high[index] ?? lowest) * factor;
    }
    columns.push(low, high);
  }
  return { times, columns };
}

/** Lowest and highest value of a line within [from, to] and its newest one; undefined without values. */
export function summaryOf(data: LineData, from: number, to: number): { min: number; max: number; last: number } | undefined {
  let min = Infinity;
  let max = -Infinity;
  let last = Number.NaN;
  for (const [index, at] of data.times.entries()) {
    const low = data.low[index];
    const high = data.high[index];
    if (low === null || low === undefined || at + data.bucketMs < from || at > to) continue;
    min = Math.min(min, low);
    max = Math.max(max, high ?? low);
    last = ((high ?? low) + low) / 2;
  }
  return max === -Infinity ? undefined : { min, max, last };
}

/** Index of the point or bucket of a line under an instant; -1 when the cursor is in a gap or outside. */
export function indexAt(data: LineData, at: number): number {
  let low = 0;
  let high = data.times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (data.times[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  if (data.times.length === 0) return -1;
  if (data.bucketMs > 0) return at >= data.times[low]! && at < data.times[low]! + data.bucketMs && data.low[low] !== null ? low : -1;
  const next = low + 1 < data.times.length && Math.abs(data.times[low + 1]! - at) < Math.abs(data.times[low]! - at) ? low + 1 : low;
  return data.low[next] !== null && data.low[next] !== undefined && Math.abs(data.times[next]! - at) <= gapLimitMs(data) ? next : -1;
}
