import type { Journal } from "./journal.ts";
import type { TelemetryMemory } from "./telemetry-memory.ts";
import { dropBefore, saveSeries } from "./telemetry-slices.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Decides when memory is written to the chunk file; afterwards the journal is emptied up to there. One checkpoint at a time. */

export interface Checkpoints {
  /** Starts a checkpoint if the journal is long. */
  consider(): void;
  /** A checkpoint of everything committed before the call. Rejects when the disk refuses. */
  run(): Promise<void>;
  readonly failing: string | undefined;
  /** The last checkpoint; a disk that refuses is logged, the journal then still has everything. */
  close(): Promise<void>;
}

export interface CheckpointParts {
  readonly memory: TelemetryMemory;
  readonly journal: Journal;
  readonly worker: WorkerClient;
  readonly everyMs: number;
  /** Readings before this time may go; undefined: none. */
  readonly oldest: () => number | undefined;
  readonly log: (line: string) => void;
  /** Before the journal forgets what the chunks now hold. */
  readonly beforeAdvance: () => void;
}

/** A journal longer than this starts a checkpoint. */
const CHECKPOINT_JOURNAL_BYTES = 32_000_000;
/** A checkpoint that failed is tried again after this much more journal. */
const RETRY_JOURNAL_BYTES = 8_000_000;
const TIMER_MS_MAX = 2 ** 31 - 1;

export function createCheckpoints({ memory, journal, worker, everyMs, oldest, log, beforeAdvance }: CheckpointParts): Checkpoints {
  let running: Promise<void> | undefined;
  let failing: string | undefined;
  let dueBytes = CHECKPOINT_JOURNAL_BYTES;
  const timer = everyMs > TIMER_MS_MAX ? undefined : setInterval(tryNow, everyMs);
  timer?.unref();

  async function checkpoint(): Promise<void> {
    const { position } = journal;
    try {
      await saveSeries(memory.takeDirty(), worker, memory.settle, memory.mark);
      beforeAdvance();
      await journal.advance(position);
      const before = oldest();
      if (before !== undefined) await dropBefore(before, memory.table.all, worker, memory.discount);
      memory.reader.forget();
      failing = undefined;
      dueBytes = CHECKPOINT_JOURNAL_BYTES;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (failing === undefined)
        log(`the checkpoint of the telemetry failed, the journal keeps everything until it works again: ${message}`);
      failing = `the chunks cannot be written: ${message}`;
      dueBytes = journal.bytes + RETRY_JOURNAL_BYTES;
      throw error;
    }
  }

  async function run(): Promise<void> {
    // One that runs already may have begun before the caller's last commit.
    await running?.catch(() => {});
    running ??= checkpoint().finally(() => (running = undefined));
    await running;
  }

  function tryNow(): void {
    if (running === undefined) run().catch(() => {});
  }

  return {
    consider() {
      if (running === undefined && journal.bytes > dueBytes) tryNow();
    },
    run,
    get failing() {
      return failing;
    },
    async close() {
      clearInterval(timer);
      await run().catch(() => {});
    },
  };
}
