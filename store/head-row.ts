import { type Chunk, joinChunks } from "./chunk.ts";
import { decodePoints, encodePoints } from "./chunk-codec.ts";
import { firstTime } from "./series-run.ts";
import type { Series } from "./series.ts";
import type { HeadRow } from "./worker-messages.ts";

/** The row that keeps what is newer than the full chunks of a series: its open chunk with a summary before it, and its head. */

const SUMMARY_NUMBERS = 9;

export function toHeadRow(series: Series): HeadRow {
  return {
    series: series.id,
    points: series.points,
    from: series.from,
    chunkTo: series.chunkTo,
    droppedTo: series.droppedTo,
    open: series.open.length === 0 ? null : packOpen(joinChunks(0, series.open)),
    tail: encodePoints(series.head, 0, series.head.count),
  };
}

function packOpen(chunk: Chunk): Uint8Array {
  const summary = Float64Array.of(chunk.from, chunk.to, chunk.count, chunk.good, chunk.min, chunk.max, chunk.sum, chunk.first, chunk.last);
  const packed = new Uint8Array(summary.byteLength + chunk.data.length);
  packed.set(new Uint8Array(summary.buffer));
  packed.set(chunk.data, summary.byteLength);
  return packed;
}

function unpackOpen(packed: Uint8Array): Chunk {
  const bytes = new Uint8Array(packed);
  const [from = 0, to = 0, count = 0, good = 0, min = 0, max = 0, sum = 0, first = 0, last = 0] = new Float64Array(
    bytes.buffer,
    0,
    SUMMARY_NUMBERS,
  );
  return { id: 0, from, to, count, good, min, max, sum, first, last, data: bytes.subarray(SUMMARY_NUMBERS * 8) };
}

/** A row as SQLite gives it back; `from_at` is null when the oldest chunks were dropped and only this row is left. */
export interface StoredHeadRow {
  readonly series: number;
  readonly points: number;
  readonly from_at: number | null;
  readonly chunk_to: number;
  /** Null in a row that an older layout wrote, and in one of which nothing was dropped. */
  readonly dropped_to: number | null;
  readonly open: Uint8Array | null;
  readonly tail: Uint8Array;
}

export function restoreHead(series: Series, row: StoredHeadRow): void {
  decodePoints(row.tail, series.head);
  if (row.open !== null) series.open = [unpackOpen(row.open)];
  series.points = row.points;
  series.chunkTo = row.chunk_to;
  series.droppedTo = row.dropped_to ?? -Infinity;
  series.frontier = series.open[0]?.to ?? row.chunk_to;
  series.from = row.from_at ?? series.open[0]?.from ?? firstTime(series.head) ?? Infinity;
}
