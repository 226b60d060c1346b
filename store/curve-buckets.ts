import type { ChunkReader } from "./chunk-reader.ts";
import { type Buckets, type Tally, addRun, addSummary } from "./curve-tally.ts";
import { readSeries } from "./series-read.ts";
import { createRun, slice } from "./series-run.ts";
import type { Series } from "./series.ts";

/** What the local store has of a series, gathered in the buckets of a curve. */

/** The newest times of a series, for its rhythm. */
export function newestTimes({ head }: Series): Float64Array {
  return head.times.subarray(Math.max(0, head.count - NEWEST_TIMES), head.count);
}
/** As many as a head always has, so that the answer does not depend on when it was cut. */
const NEWEST_TIMES = 32;

/** Adds the samples of a series with from <= time < to, which are later than all in the tally: from the summaries of chunks where they do. */
export function addSeries(tally: Tally, series: Series, buckets: Buckets, from: number, to: number, reader: ChunkReader): void {
  if (series.late !== undefined && slice(series.late, from, to).count > 0)
    return addRun(tally, buckets, readSeries(series, from, to, reader));
  if (from <= series.frontier) {
    const run = createRun();
    for (const entry of reader.range(series, from, to)) {
      const bucket = Math.floor((entry.from - buckets.start) / buckets.widthMs);
      const inOne = entry.from >= from && entry.to < to && bucket === Math.floor((entry.to - buckets.start) / buckets.widthMs);
      if (inOne && entry.good === entry.count) addSummary(tally, bucket, entry);
      else {
        run.count = 0;
        reader.read(entry, run);
        addRun(tally, buckets, slice(run, from, to));
      }
    }
  }
  addRun(tally, buckets, slice(series.head, from, to));
}
