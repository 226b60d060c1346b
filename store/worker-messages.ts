import type { Reject } from "../model/reading.ts";
import type { InfluxTarget } from "./influx.ts";

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
  /** Reader `name` needs nothing up to `sequence` any more; all of it in one transaction, answered by `Advanced`. */
  | {
      readonly kind: "advance";
      readonly name: string;
      readonly sequence: number;
      /** Notes to keep with it; null removes one. */
      readonly notes?: Notes;
      readonly deadLetters?: readonly NewDeadLetter[];
    }
  /** Dead letters that were written or given up; answered by how many there were. */
  | { readonly kind: "remove_dead_letters"; readonly ids: readonly number[] };

/** What a reader of the journal keeps beside its cursor, by name. */
export type Notes = Readonly<Record<string, string | null>>;

export interface NewDeadLetter {
  readonly at: number;
  readonly target: InfluxTarget;
  readonly line: string;
  readonly reason: string;
}

export interface Advanced {
  /** There are more batches to remove than one step may. */
  readonly more: boolean;
  /** Dead letters dropped for newer ones. */
  readonly dropped: number;
}

export interface JournalWorkerData {
  readonly path: string;
  readonly bytesMax: number;
  readonly rejectsMax: number;
  readonly deadLettersMax: number;
}

export interface HeadRow {
  readonly series: number;
  readonly points: number;
  readonly from: number;
  readonly chunkTo: number;
  readonly droppedTo: number;
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
  /** Which chunks of these series end before `before`, the oldest of each first and a limited number in all; answered by `OldAnswer`. */
  | { readonly kind: "old"; readonly series: readonly number[]; readonly before: number }
  /** Drops chunks that `old` has named; one transaction, answered by null once it is on the disk. */
  | { readonly kind: "drop"; readonly old: readonly OldChunks[] }
  /** Answered by `FileSize`. */
  | { readonly kind: "size" }
  /** About how far back chunks have to go to free so many bytes; answered by a time for `old`, or null when there are no chunks. */
  | { readonly kind: "cut"; readonly bytes: number }
  /** Gives some free pages back to the file system; answered by `FileSize`. */
  | { readonly kind: "shrink" }
  /** Leaves as little of the write-ahead log on the disk as can be; answered by null. */
  | { readonly kind: "trim" };

export interface OldAnswer {
  readonly old: readonly OldChunks[];
  /** How many of the series, from the first, have no further ones. */
  readonly done: number;
}

export interface OldChunks {
  readonly series: number;
  /** Ascending in time. */
  readonly chunks: readonly { readonly id: number; readonly count: number; readonly to: number }[];
  /** Start of the oldest other chunk; null: there is none. */
  readonly from: number | null;
}

export interface FileSize {
  readonly bytes: number;
  /** Part of it that holds nothing. */
  readonly freeBytes: number;
}

export interface ChunkWorkerData {
  readonly path: string;
}
