import { type Drop, dropBefore } from "./series-drop.ts";
import type { TelemetryMemory } from "./telemetry-memory.ts";
import type { FileSize } from "./worker-messages.ts";
import type { WorkerClient } from "./worker-client.ts";

/** How long the local store keeps readings: by age, and by the bytes of its file. What goes, goes oldest first, by whole chunks, and is counted. */

export interface RetentionParts {
  readonly memory: TelemetryMemory;
  readonly worker: WorkerClient;
  readonly now: () => number;
  /** Readings older than this go; undefined: age drops nothing. */
  readonly retentionMs: number | undefined;
  /** Above so many bytes of the file the oldest readings of all series go; undefined: no limit. */
  readonly bytesMax: number | undefined;
  /** Event time from which somebody still needs the readings: age never drops newer ones, bytes do and count them; undefined: nobody does. */
  readonly hold: () => number | undefined;
  readonly log: (line: string) => void;
}

export interface Retention {
  /** Drops what has to go and gives the room back. Rejects when the disk refuses. */
  run(): Promise<void>;
  readonly counts: RetentionCounts;
}

export interface RetentionCounts {
  /** Points that went since the start, by age and by bytes. */
  readonly pointsDropped: number;
  readonly pointsDroppedByBytes: number;
  /** Those of them that InfluxDB may not have: counted by whole chunks that reach into what it lacks. */
  readonly pointsDroppedUnforwarded: number;
}

/** What is dropped at once for the bytes leaves the file at this share of the limit, so that it is not done at every checkpoint. */
const BYTES_AFTER_SHARE = 0.95;
/** Tries of one run; where the bytes lie in time is known by a sample only. */
const ROUNDS_MAX = 8;

export function createRetention({ memory, worker, now, retentionMs, bytesMax, hold, log }: RetentionParts): Retention {
  let pointsDropped = 0;
  let pointsDroppedByBytes = 0;
  let pointsDroppedUnforwarded = 0;
  let saidFull = false;

  /** Points that went. */
  async function dropTo(before: number): Promise<number> {
    let points = 0;
    await dropBefore(before, memory.table.all, worker, ({ series, pointsBefore, lost }: Drop) => {
      const needed = hold() ?? Infinity;
      for (const { to, count } of lost) {
        points += count;
        if (to >= needed) pointsDroppedUnforwarded += count;
      }
      memory.discount(series, pointsBefore);
    });
    pointsDropped += points;
    return points;
  }

  async function dropByAge(): Promise<void> {
    if (retentionMs !== undefined) await dropTo(Math.min(now() - retentionMs, hold() ?? Infinity));
  }

  async function dropByBytes(): Promise<void> {
    if (bytesMax === undefined) return;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const { bytes, freeBytes } = await worker.call<FileSize>({ kind: "size" });
      const used = bytes - freeBytes;
      if (used <= bytesMax) {
        saidFull = false;
        return;
      }
      const before = await worker.call<number | null>({ kind: "cut", bytes: used - bytesMax * BYTES_AFTER_SHARE });
      const points = before === null ? 0 : await dropTo(before);
      pointsDroppedByBytes += points;
      if (points === 0) break;
    }
    if (!saidFull) log(`the local store is above its limit of ${bytesMax} bytes, and only the newest readings of each series are left`);
    saidFull = true;
  }

  async function giveBack(): Promise<void> {
    let { freeBytes } = await worker.call<FileSize>({ kind: "size" });
    if (freeBytes === 0) return;
    for (let left = -1; freeBytes > 0 && freeBytes !== left;) {
      left = freeBytes;
      ({ freeBytes } = await worker.call<FileSize>({ kind: "shrink" }));
    }
    // The file itself gets shorter only when the log is written back to it.
    await worker.call<null>({ kind: "trim" });
  }

  return {
    async run() {
      await dropByAge();
      await dropByBytes();
      await giveBack();
    },
    get counts() {
      return { pointsDropped, pointsDroppedByBytes, pointsDroppedUnforwarded };
    },
  };
}
