import type { Reject } from "../model/reading.ts";

/** What the main thread asks of the two worker threads that write. */

export interface NewSeries {
  readonly id: number;
  readonly asset: string;
  readonly signal: string;
}

export type JournalMessage =
  /** One transaction; answered by null once it is on the disk. `data` is a batch of `journal-batch.ts`, undefined without readings. */
  | {
      readonly kind: "commit";
      readonly sequence: number;
      readonly data: Uint8Array | undefined;
      readonly series: readonly NewSeries[];
      readonly rejects: readonly Reject[];
    }
  /** Reader `name` needs nothing up to `sequence` any more; answered by the bytes that are left in the journal. */
  | { readonly kind: "advance"; readonly name: string; readonly sequence: number };

export interface JournalWorkerData {
  readonly path: string;
  readonly bytesMax: number;
  readonly rejectsMax: number;
}

export interface HeadRow {
  readonly series: number;
  readonly points: number;
  readonly from: number;
  readonly chunkTo: number;
  /** Summary (`head-row.ts`) and bytes of the chunk that is not full yet. */
  readonly open: Uint8Array | null;
  /** The newest points, compressed. */
  readonly tail: Uint8Array;
}

export interface ChunkRow {
  readonly series: number;
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly good: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  readonly data: Uint8Array;
}

export type ChunkMessage =
  /** One transaction; answered by null once it is on the disk. */
  | {
      readonly kind: "write";
      readonly chunks: readonly ChunkRow[];
      readonly removed: readonly number[];
      readonly heads: readonly HeadRow[];
    }
  /** Drops the chunks of these series that end before `before`, and gives free pages back; answered by what was dropped. */
  | { readonly kind: "drop"; readonly series: readonly number[]; readonly before: number };

export interface Dropped {
  readonly series: number;
  readonly points: number;
  /** Start of the oldest chunk that is left; null: none is. */
  readonly from: number | null;
}

export interface ChunkWorkerData {
  readonly path: string;
}
