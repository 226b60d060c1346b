import type { Journal } from "./journal.ts";
import type { Retention } from "./retention.ts";
import type { TelemetryMemory } from "./telemetry-memory.ts";
import { saveSeries } from "./telemetry-slices.ts";
import type { WorkerClient } from "./worker-client.ts";

/** Decides when memory is written to the chunk file; afterwards the journal is emptied up to there and the retention has its turn. One checkpoint at a time. */

export interface Checkpoints {
  /** Starts a checkpoint if the journal is long. */
  consider(): void;
  /** A checkpoint of everything committed before the call. Rejects when the disk refuses. */
  run(): Promise<void>;
  /** Runs `work` while no checkpoint does: the chunk file stays as it is, commits go on. Whoever wants a checkpoint waits. */
  readonly hold: <Result>(work: () => Promise<Result>) => Promise<Result>;
  readonly failing: string | undefined;
  /** The last checkpoint; a disk that refuses is logged, the journal then still has everything. */
  close(): Promise<void>;
}

export interface CheckpointParts {
  readonly memory: TelemetryMemory;
  readonly journal: Journal;
  readonly worker: WorkerClient;
  readonly everyMs: number;
  readonly retention: Retention;
  /** The disk has little room: the write-ahead log must not take as much again as what is written. */
  readonly tight: () => boolean;
  readonly log: (line: string) => void;
  /** Before the journal forgets what the chunks now hold. */
  readonly beforeAdvance: () => void;
}

/** A journal longer than this starts a checkpoint. */
const CHECKPOINT_JOURNAL_BYTES = 32_000_000;
/** A checkpoint that failed is tried again after this much more journal. */
const RETRY_JOURNAL_BYTES = 8_000_000;
const TIMER_MS_MAX = 2 ** 31 - 1;

export function createCheckpoints(parts: CheckpointParts): Checkpoints {
  const { memory, journal, worker, everyMs, retention, tight, log, beforeAdvance } = parts;
  /** The last checkpoint or hold that is on or waits; they come one after the other. */
  let running: Promise<unknown> | undefined;
  let failing: string | undefined;
  let dueBytes = CHECKPOINT_JOURNAL_BYTES;
  const timer = everyMs > TIMER_MS_MAX ? undefined : setInterval(tryNow, everyMs);
  timer?.unref();

  async function checkpoint(): Promise<void> {
    const { position } = journal;
    try {
      try {
        await saveSeries(memory.takeDirty(), worker, memory.settle, memory.mark, tight);
        beforeAdvance();
        await journal.advance(position);
      } finally {
        // Also where the disk refused: what the retention gives back may be all that is missing.
        await retention.run();
      }
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

  /** Behind whatever is on or waits, alone. */
  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = running === undefined ? work() : running.then(work, work);
    running = mine;
    const release = (): void => {
      if (running === mine) running = undefined;
    };
    mine.then(release, release);
    return mine;
  }

  let waiting: Promise<void> | undefined;
  /** Those who ask while one is on share the one after it: the one that is on may have begun before their last commit. */
  function run(): Promise<void> {
    if (running === undefined) return alone(checkpoint);
    return (waiting ??= alone(() => {
      waiting = undefined;
      return checkpoint();
    }));
  }

  function tryNow(): void {
    if (running === undefined) run().catch(() => {});
  }

  return {
    consider() {
      if (running === undefined && journal.bytes > dueBytes) tryNow();
    },
    run,
    hold: alone,
    get failing() {
      return failing;
    },
    async close() {
      clearInterval(timer);
      await run().catch(() => {});
    },
  };
}
