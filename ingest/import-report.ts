import type { Reject, RejectReason } from "../model/reading.ts";

/** What became of an import: counts, and of every reason the first examples with their places. */

/** Examples kept of one reason … */
const EXAMPLES_PER_REASON_MAX = 5;
/** … and rejects of one file that go into the store's list, so that a bad file does not drive out what devices did. */
const LISTED_MAX = 200;

/** One thing that was not imported; `topic` is its place, `FILE:LINE`. */
export type ImportReject = Pick<Reject, "topic" | "asset" | "signal" | "reason" | "expected" | "found" | "suggestion">;

export interface ReasonCount {
  readonly count: number;
  readonly examples: readonly ImportReject[];
}

/** A column of a table that was left out. */
export interface LeftOut {
  readonly place: string;
  readonly column: string;
  readonly reason: string;
  readonly suggestion: string | undefined;
}

export interface ImportCounts {
  /** Lines or rows. */
  readonly records: number;
  /** Values that passed every check. */
  readonly values: number;
  readonly stored: number;
  /** Values that the store had already. */
  readonly known: number;
  readonly rejected: number;
}

/** Owns the counts of one import, over all its files. */
export class ImportReport {
  records = 0;
  values = 0;
  stored = 0;
  known = 0;
  rejected = 0;
  readonly leftOut: LeftOut[] = [];
  readonly #reasons = new Map<RejectReason, { count: number; examples: ImportReject[] }>();
  #listed: Reject[] = [];
  #listedCount = 0;

  reject(rejects: readonly Reject[]): void {
    for (const reject of rejects) {
      this.count(reject, 1);
      if (this.#listedCount < LISTED_MAX) {
        this.#listed.push(reject);
        this.#listedCount++;
      }
    }
  }

  /** Adds `count` rejects of the reason of one of them. */
  count(example: ImportReject, count: number): void {
    this.rejected += count;
    let known = this.#reasons.get(example.reason);
    if (known === undefined) this.#reasons.set(example.reason, (known = { count: 0, examples: [] }));
    known.count += count;
    if (known.examples.length < EXAMPLES_PER_REASON_MAX) known.examples.push(example);
  }

  /** Rejects for the store's list since the last call. */
  takeListed(): readonly Reject[] {
    const listed = this.#listed;
    this.#listed = [];
    return listed;
  }

  counts(): ImportCounts {
    const { records, values, stored, known, rejected } = this;
    return { records, values, stored, known, rejected };
  }

  /** By reason, the commonest first. */
  reasons(): Readonly<Partial<Record<RejectReason, ReasonCount>>> {
    return Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b.count - a.count));
  }

  /** True when something of the files is not in the store. */
  get hasLosses(): boolean {
    return this.rejected > 0 || this.leftOut.length > 0;
  }
}
