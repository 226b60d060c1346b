import type { Chunk } from "./chunk.ts";
import { toHeadRow } from "./head-row.ts";
import type { Series } from "./series.ts";
import type { ChunkRow, HeadRow } from "./worker-messages.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Writes what changed in memory to the chunk file, slice by slice, so that commits and questions get their turn in between. */

/** Series, and bytes, of one slice. */
const SLICE_SERIES_MAX = 512;
const SLICE_BYTES_MAX = 4_000_000;

interface Saved {
  readonly series: Series;
  readonly pending: readonly Chunk[];
  readonly removed: readonly number[];
}

interface Slice {
  readonly saved: Saved[];
  readonly chunks: ChunkRow[];
  readonly removed: number[];
  readonly heads: HeadRow[];
}

/**
 * Saves the series; `settle` merges the late points of one first. Rejects when the disk refuses: then every series that is not
 * on the disk yet is handed to `unsaved`, and nothing is lost in memory. `tight`: each slice is worked into the file at once, so
 * that the write-ahead log takes no room of its own.
 */
export async function saveSeries(
  dirty: readonly Series[],
  worker: WorkerClient,
  settle: (series: Series) => void,
  unsaved: (series: Series) => void,
  tight: () => boolean = () => false,
): Promise<void> {
  let next = 0;
  try {
    while (next < dirty.length) {
      const slice = takeSlice(dirty, next, settle);
      await worker.call<null>({ kind: "write", chunks: slice.chunks, removed: slice.removed, heads: slice.heads });
      next += slice.saved.length;
      for (const saved of slice.saved) forget(saved);
      if (tight()) await worker.call<null>({ kind: "trim" });
    }
  } catch (error) {
    for (const series of dirty.slice(next)) unsaved(series);
    throw error;
  }
}

function takeSlice(dirty: readonly Series[], start: number, settle: (series: Series) => void): Slice {
  const slice: Slice = { saved: [], chunks: [], removed: [], heads: [] };
  let bytes = 0;
  for (let index = start; index < dirty.length && slice.saved.length < SLICE_SERIES_MAX && bytes < SLICE_BYTES_MAX; index++) {
    const series = dirty[index]!;
    settle(series);
    series.dirty = false;
    const head = toHeadRow(series);
    const removed = [...(series.removed ?? [])];
    slice.heads.push(head);
    slice.removed.push(...removed);
    for (const chunk of series.pending) {
      slice.chunks.push({ series: series.id, ...chunk });
      bytes += chunk.data.length;
    }
    bytes += head.tail.length + (head.open?.length ?? 0);
    slice.saved.push({ series, pending: series.pending, removed });
  }
  return slice;
}

/** What was saved need not be kept in memory; what came while it was written stays. */
function forget({ series, pending, removed }: Saved): void {
  if (pending.length > 0) {
    const saved = new Set(pending.map((chunk) => chunk.id));
    series.pending = series.pending.filter((chunk) => !saved.has(chunk.id));
  }
  for (const id of removed) series.removed?.delete(id);
  if (series.removed?.size === 0) series.removed = undefined;
}
