import type { ChunkReader } from "./chunk-reader.ts";
import { append, createRun, type Run, lowerBound, mergeRuns, slice, sliceIndexes } from "./series-run.ts";
import type { Series } from "./series.ts";

/** Every point of a series in from <= time < to, ascending. */
export function readSeries(series: Series, from: number, to: number, reader: ChunkReader): Run {
  const late = series.late === undefined ? undefined : slice(series.late, from, to);
  const stored = readStored(series, from, to, reader);
  return late === undefined || late.count === 0 ? stored : mergeRuns(stored, late);
}

function readStored(series: Series, from: number, to: number, reader: ChunkReader): Run {
  const { head } = series;
  const start = lowerBound(head, from);
  const end = Math.max(start, lowerBound(head, to));
  const entries = from <= series.frontier ? reader.range(series, from, to) : [];
  if (entries.length === 0) return sliceIndexes(head, start, end);
  const run = createRun(entries.reduce((sum, entry) => sum + entry.count, end - start));
  for (const entry of entries) reader.read(entry, run);
  const points = slice(run, from, to);
  if (end === start) return points;
  if (points.count === run.count) {
    for (let index = start; index < end; index++) append(run, head.times[index]!, head.values[index]!);
    return run;
  }
  return mergeRuns(points, sliceIndexes(head, start, end));
}

/** At least how many points a series has in from <= time < to: without reading chunks that only touch it. */
export function countSurely(series: Series, from: number, to: number, reader: ChunkReader): number {
  const { head } = series;
  let count = Math.max(0, lowerBound(head, to) - lowerBound(head, from));
  if (from <= series.frontier) {
    for (const entry of reader.range(series, from, to)) if (entry.from >= from && entry.to < to) count += entry.count;
  }
  return count;
}
