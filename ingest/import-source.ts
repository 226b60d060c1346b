import type { Network } from "../model/network.ts";
import type { Reading, Reject } from "../model/reading.ts";
import type { LeftOut } from "./import-report.ts";
import type { Mapping } from "./import-mapping.ts";

/** What every kind of file becomes: pieces of checked readings, in the order of the file. */

export interface ImportPiece {
  readonly readings: readonly Reading[];
  readonly rejects: readonly Reject[];
  /** Lines or rows of the file up to the end of this piece. */
  readonly records: number;
}

/** A file that is being read. */
export interface ImportSource {
  readonly pieces: AsyncIterable<ImportPiece>;
  /** Of tables, once the first piece was read: columns that are not imported, and the rest as a mapping. */
  readonly leftOut: () => readonly LeftOut[];
  readonly recognised: () => Partial<Mapping> | undefined;
}

export interface SourceParts {
  readonly network: Network;
  /** Names the file in messages. */
  readonly place: string;
  readonly mapping: Mapping;
  /** The present, epoch ms: nothing may be later. */
  readonly receivedAt: number;
  /** Records that an earlier import has stored: passed over unread. */
  readonly skip: number;
}
