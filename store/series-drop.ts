import { firstTime } from "./series-run.ts";
import type { Series } from "./series.ts";
import type { DropAnswer, DroppedChunks } from "./worker-messages.ts";
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

/** Drops whole chunks whose last time is < `before`; the newest points of a series (its head) always stay. Rejects when the disk refuses. */
export async function dropBefore(before: number, all: readonly Series[], worker: WorkerClient, lost: (drop: Drop) => void): Promise<void> {
  for (let start = 0; start < all.length; start += DROP_SERIES_MAX) {
    let old = all.slice(start, start + DROP_SERIES_MAX).filter((series) => series.from < before);
    while (old.length > 0) {
      const { dropped, done } = await worker.call<DropAnswer>({ kind: "drop", series: old.map(({ id }) => id), before });
      const fromDisk = new Map(dropped.map((entry) => [entry.series, entry]));
      for (const series of old) {
        const entry = fromDisk.get(series.id);
        if (entry !== undefined) lost(applyDrop(series, entry));
      }
      for (const series of old.slice(0, done)) {
        const drop = dropOpen(series, before);
        if (drop !== undefined) lost(drop);
      }
      old = old.slice(done);
    }
  }
}

function applyDrop(series: Series, { chunks, from }: DroppedChunks): Drop {
  const { points: pointsBefore } = series;
  // One that was rewritten meanwhile is in memory again, with all its points.
  const lost = chunks.filter(({ id }) => series.removed?.delete(id) !== true);
  if (series.removed?.size === 0) series.removed = undefined;
  series.points -= lost.reduce((sum, { count }) => sum + count, 0);
  note(series, chunks[chunks.length - 1]!.to, from);
  return { series, pointsBefore, lost };
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
