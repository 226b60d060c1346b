import { CHUNK_POINTS_MAX, createChunk, createChunks, readChunks } from "./chunk.ts";
import type { ChunkEntry, ChunkReader } from "./chunk-reader.ts";
import { type Run, createRun, lowerBound, mergeRuns, sliceIndexes } from "./series-run.ts";
import { type Series, type SeriesKeeper, addOpen, addPending } from "./series.ts";

/** Merges the late points of a series into its chunks, so that chunks never overlap and stay about full. */
export function settleLate(series: Series, reader: ChunkReader, keeper: SeriesKeeper): void {
  const { late } = series;
  if (late === undefined || late.count === 0) return;
  series.late = undefined;
  let full = lowerBound(late, series.chunkTo);
  if (late.times[full] === series.chunkTo) full++;
  settleFull(series, sliceIndexes(late, 0, full), reader, keeper);
  if (full < late.count) settleOpen(series, sliceIndexes(late, full, late.count), keeper);
  series.window = undefined;
}

function settleOpen(series: Series, late: Run, keeper: SeriesKeeper): void {
  const merged = mergeRuns(readChunks(series.open), late);
  series.open = [];
  if (merged.count >= CHUNK_POINTS_MAX)
    addPending(
      series,
      createChunks(merged, () => keeper.nextChunkId()),
    );
  else addOpen(series, [createChunk(0, merged, 0, merged.count)], keeper);
}

/** Takes the late points group by group: those of one chunk together with those of the empty stretch before it. */
function settleFull(series: Series, late: Run, reader: ChunkReader, keeper: SeriesKeeper): void {
  for (let start = 0; start < late.count;) {
    const at = late.times[start]!;
    const holder = reader.first(series, at);
    const inGap = (holder === undefined ? late.count : lowerBound(late, holder.from)) - start;
    let end = start + Math.max(0, inGap);
    const target = inGap <= 0 ? holder : neighbour(inGap, holder, reader.before(series, at));
    if (target !== undefined && target === holder) while (end < late.count && late.times[end]! <= target.to) end++;
    rewrite(series, target, sliceIndexes(late, start, end), reader, keeper);
    start = end;
  }
}

/** The chunk beside an empty stretch that has room for its points. */
function neighbour(points: number, after: ChunkEntry | undefined, before: ChunkEntry | undefined): ChunkEntry | undefined {
  if (before !== undefined && before.count + points <= CHUNK_POINTS_MAX) return before;
  if (after !== undefined && after.count + points <= CHUNK_POINTS_MAX) return after;
  return undefined;
}

function rewrite(series: Series, target: ChunkEntry | undefined, late: Run, reader: ChunkReader, keeper: SeriesKeeper): void {
  const base = createRun(target?.count);
  if (target !== undefined) {
    reader.read(target, base);
    series.pending = series.pending.filter((chunk) => chunk.id !== target.id);
    (series.removed ??= new Set()).add(target.id);
  }
  addPending(
    series,
    createChunks(mergeRuns(base, late), () => keeper.nextChunkId()),
  );
}
