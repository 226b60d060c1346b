import { firstTime } from "./series-run.ts";
import type { Series } from "./series.ts";
import type { OldAnswer, OldChunks } from "./worker-messages.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Drops what ends before a time, in memory and in the chunk file, step by step, so that commits and questions get their turn in between. */

/** Series of one step. */
const DROP_SERIES_MAX = 2000;

/** What is told of every series that lost something. */
export interface Drop {
  readonly series: Series;
  readonly pointsBefore: number;
  /** The same by their newest times: chunk by chunk, oldest first. */
  readonly lost: readonly { readonly to: number; readonly count: number }[];
}

/**
 * Drops whole chunks whose last time is < `before`; the newest points of a series (its head) always stay. Memory gives them up before the disk
 * does: at no moment is something missing that `droppedTo` does not speak of. Rejects when the disk refuses; what memory has given up goes with a
 * later try.
 */
export async function dropBefore(before: number, all: readonly Series[], worker: WorkerClient, lost: (drop: Drop) => void): Promise<void> {
  for (let start = 0; start < all.length; start += DROP_SERIES_MAX) {
    let rest = all.slice(start, start + DROP_SERIES_MAX).filter((series) => series.from < before);
    while (rest.length > 0) {
      const { old, done } = await worker.call<OldAnswer>({ kind: "old", series: rest.map(({ id }) => id), before });
      const byId = new Map(rest.map((series) => [series.id, series]));
      for (const entry of old) lost(giveUp(byId.get(entry.series)!, entry));
      if (old.length > 0) await worker.call<null>({ kind: "drop", old });
      for (const { series, chunks } of old) forget(byId.get(series)!, chunks);
      for (const series of rest.slice(0, done)) {
        const drop = dropOpen(series, before);
        if (drop !== undefined) lost(drop);
      }
      rest = rest.slice(done);
    }
  }
}

/** From now on these chunks are not read, nor rewritten. */
function giveUp(series: Series, { chunks, from }: OldChunks): Drop {
  const { points: pointsBefore } = series;
  // One that was rewritten is in memory, with all its points.
  const lost = chunks.filter(({ id }) => series.removed?.has(id) !== true);
  series.removed = new Set([...(series.removed ?? []), ...lost.map(({ id }) => id)]);
  series.points -= lost.reduce((sum, { count }) => sum + count, 0);
  note(series, chunks[chunks.length - 1]!.to, from);
  return { series, pointsBefore, lost };
}

function forget(series: Series, chunks: OldChunks["chunks"]): void {
  for (const { id } of chunks) series.removed?.delete(id);
  if (series.removed?.size === 0) series.removed = undefined;
}

/** The chunk that is not full yet is not in the file as a chunk. A waiting late point may belong to it; then it goes next time. */
function dropOpen(series: Series, before: number): Drop | undefined {
  const last = series.open[series.open.length - 1];
  if (last === undefined || last.to >= before || (series.late?.count ?? 0) > 0 || series.pending.length > 0) return undefined;
  const { points: pointsBefore } = series;
  const count = series.open.reduce((sum, part) => sum + part.count, 0);
  series.open = [];
  series.frontier = series.chunkTo;
  series.points -= count;
  note(series, last.to, null);
  return { series, pointsBefore, lost: [{ to: last.to, count }] };
}

/** `from`: start of the oldest chunk on the disk. */
function note(series: Series, droppedTo: number, from: number | null): void {
  series.droppedTo = Math.max(series.droppedTo, droppedTo);
  const oldest = [from, series.pending[0]?.from, series.open[0]?.from, firstTime(series.late), firstTime(series.head)];
  series.from = Math.min(...oldest.map((at) => at ?? Infinity));
  series.window = undefined;
}
