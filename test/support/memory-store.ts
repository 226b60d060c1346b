import type { Reading, Reject, RejectReason } from "../../model/reading.ts";
import type { CommitOutcome, TelemetryBatch, TelemetryStore } from "../../store/telemetry.ts";

/** What ingest needs of a telemetry store, in memory, with commits that a test can hold and refuse. */
export interface MemoryStore extends Pick<TelemetryStore, "commit" | "rejectCounts"> {
  readonly readings: Reading[];
  readonly rejectList: Reject[];
  /** Batches in the order of their commits. */
  readonly batches: TelemetryBatch[];
  /** Commits that wait for `release`. */
  readonly held: number;
  /** From now on commits wait. */
  hold(): void;
  /** Lets every waiting commit, and all later ones, go through. */
  release(): void;
  /** The next commits fail with this message until it is taken back with undefined. */
  refuse(message: string | undefined): void;
}

export function createMemoryStore(): MemoryStore {
  const stored = new Map<string, number | null>();
  const readings: Reading[] = [];
  const rejectList: Reject[] = [];
  const batches: TelemetryBatch[] = [];
  const counts: Partial<Record<RejectReason, number>> = {};
  const waiting: (() => void)[] = [];
  let holding = false;
  let refusal: string | undefined;

  function keep(batch: TelemetryBatch): CommitOutcome {
    if (refusal !== undefined) throw new Error(refusal);
    batches.push(batch);
    const fresh: Reading[] = [];
    for (const reading of batch.readings) {
      const key = `${reading.point.index}@${reading.at}`;
      if (stored.has(key) && stored.get(key) === reading.value) continue;
      stored.set(key, reading.value);
      readings.push({ ...reading });
      fresh.push(reading);
    }
    for (const reject of batch.rejects) {
      rejectList.push(reject);
      counts[reject.reason] = (counts[reject.reason] ?? 0) + 1;
    }
    return { fresh, duplicates: batch.readings.length - fresh.length };
  }

  return {
    readings,
    rejectList,
    batches,
    get held() {
      return waiting.length;
    },
    async commit(batch) {
      if (holding) await new Promise<void>((resolve) => waiting.push(resolve));
      // As with a disk, the answer never comes in the same turn.
      await new Promise((resolve) => setImmediate(resolve));
      return keep(batch);
    },
    rejectCounts: () => ({ ...counts }),
    hold() {
      holding = true;
    },
    release() {
      holding = false;
      for (const go of waiting.splice(0)) go();
    },
    refuse(message) {
      refusal = message;
    },
  };
}
