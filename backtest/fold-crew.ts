import { Worker } from "node:worker_threads";
import type { Decision } from "../model/decision.ts";
import type { AssetLook } from "../model/insight.ts";
import type { Reading } from "../model/reading.ts";
import type { LimitOverrides } from "../rules/limits.ts";
import { SEEN_MS_MAX } from "../rules/rewind.ts";
import type { SavedState } from "../rules/saved.ts";
import type { ReadingSource } from "../store/reading-slices.ts";
import { createPacker, type ReadingColumns } from "./reading-columns.ts";
import type { StationOutcome } from "./station-fold.ts";

/** Folds many stations in worker threads. What comes out depends on the readings alone, not on how many threads there are. */

/** What every thread has to know, as plain data. */
export interface FoldSetup {
  /** The network file. */
  readonly networkText: string;
  readonly overrides: LimitOverrides;
  readonly decisions: readonly Decision[];
}

export type ToFolder =
  | { readonly type: "begin"; readonly station: string; readonly start?: { readonly saved: SavedState; readonly warm: ReadingColumns } }
  | { readonly type: "readings"; readonly columns: ReadingColumns }
  | { readonly type: "finish"; readonly to: number }
  | { readonly type: "look"; readonly asset: string };
export type FromFolder =
  | { readonly type: "ready" }
  | { readonly type: "folded"; readonly outcome: StationOutcome }
  | { readonly type: "looked"; readonly look: AssetLook }
  | { readonly type: "failed"; readonly message: string };

export interface FoldJob extends FoldSetup {
  readonly stations: readonly string[];
  readonly readings: ReadingSource;
  /** Event time: where learning begins and where it ends. */
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, station: string) => void;
}

/** Rejects with the reason of the signal when it is aborted, or with the first failure. The outcomes are in the order of the stations. */
export async function foldStations(job: FoldJob): Promise<StationOutcome[]> {
  const { networkText, overrides, decisions, stations } = job;
  const setup: FoldSetup = { networkText, overrides, decisions };
  const outcomes: StationOutcome[] = [];
  let next = 0;
  let done = 0;
  const threads = Array.from({ length: Math.max(1, Math.min(job.workers, stations.length)) }, () => new Thread(setup));
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (let index = next++; index < stations.length; index = next++) {
          const station = stations[index]!;
          outcomes[index] = await foldOne(thread, station, job);
          done++;
          job.progress?.(done, station);
        }
      }),
    );
    return outcomes;
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

export interface LookJob extends FoldSetup, FoldOne {
  readonly station: string;
  /** Where folding begins instead of at `from`. */
  readonly saved: SavedState | undefined;
}

/** Folds an asset's station up to `to` and looks at the asset then. Rejects with the reason of the signal when it is aborted. */
export async function lookAt(asset: string, { station, saved, networkText, overrides, decisions, ...job }: LookJob): Promise<AssetLook> {
  const thread = new Thread({ networkText, overrides, decisions });
  try {
    if (saved === undefined) await foldOne(thread, station, job);
    else {
      const warm: (readonly Reading[])[] = [];
      for await (const slice of job.readings(station, saved.at - SEEN_MS_MAX, saved.at + 1)) warm.push(slice);
      await foldOne(thread, station, { ...job, from: saved.at + 1 }, { saved, warm: createPacker()(warm.flat()) });
    }
    const answer = await thread.ask({ type: "look", asset });
    if (answer.type !== "looked") throw new Error(`the thread of ${asset} answered ${answer.type}`);
    return answer.look;
  } finally {
    await thread.end();
  }
}

type FoldOne = Pick<FoldJob, "readings" | "from" | "to" | "signal">;

async function foldOne(
  thread: Thread,
  station: string,
  { readings, from, to, signal }: FoldOne,
  start?: Extract<ToFolder, { type: "begin" }>["start"],
): Promise<StationOutcome> {
  signal?.throwIfAborted();
  await thread.ask({ type: "begin", station, ...(start === undefined ? {} : { start }) });
  const pack = createPacker();
  let waiting: Promise<unknown> = Promise.resolve();
  for await (const slice of readings(station, from, to)) {
    signal?.throwIfAborted();
    // One slice is folded while the next is read; more would only fill the memory.
    await waiting;
    waiting = thread.send(pack(slice));
  }
  await waiting;
  const answer = await thread.ask({ type: "finish", to });
  if (answer.type !== "folded") throw new Error(`the thread of ${station} answered ${answer.type}`);
  return answer.outcome;
}

/** A thread that answers every message with one. */
class Thread {
  readonly #worker: Worker;
  #settle: { readonly resolve: (message: FromFolder) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(setup: FoldSetup) {
    this.#worker = new Worker(new URL("./fold-worker.ts", import.meta.url), { workerData: setup });
    this.#worker.on("message", (message: FromFolder) => {
      if (message.type === "failed") this.#settle?.reject(new Error(message.message));
      else this.#settle?.resolve(message);
    });
    this.#worker.on("error", (error: unknown) => this.#settle?.reject(error instanceof Error ? error : new Error(String(error))));
  }

  ask(message: ToFolder, transfer: ArrayBuffer[] = []): Promise<FromFolder> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#worker.postMessage(message, transfer);
    });
  }

  send(columns: ReadingColumns): Promise<FromFolder> {
    return this.ask({ type: "readings", columns }, [columns.point.buffer, columns.at.buffer, columns.value.buffer]);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
