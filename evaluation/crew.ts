import { Worker } from "node:worker_threads";
import { InputError } from "../model/input-error.ts";
import type { WorldOutcome } from "./outcome.ts";
import type { Task } from "./tasks.ts";

/** Plays many worlds in worker threads. What comes out depends on the tasks alone, not on how many threads there are or which is fast. */

export interface ToWorker {
  readonly index: number;
  readonly task: Task;
}

export type FromWorker =
  | { readonly type: "progress"; readonly index: number; readonly share: number }
  | { readonly type: "played"; readonly index: number; readonly outcome: WorldOutcome; readonly cpuMs: number }
  | { readonly type: "failed"; readonly index: number; readonly message: string; readonly isInput: boolean };

export interface CrewOptions {
  readonly workers: number;
  /** Keep the curves around what was missed or opened. */
  readonly curves?: boolean;
  readonly progress?: (state: {
    readonly done: number;
    readonly total: number;
    readonly share: number;
    readonly playing: readonly string[];
  }) => void;
  /** Stop: what is played so far is answered. */
  readonly signal?: AbortSignal;
}

export interface Played {
  /** In the order of the tasks. */
  readonly outcomes: readonly WorldOutcome[];
  /** Thread time of all worlds. */
  readonly cpuMs: number;
  /** Tasks that were not played because of a stop. */
  readonly left: number;
}

export const WORKERS_MAX = 64;

/** Plays all tasks, in the given order: the longest first keeps all threads busy to the end. Rejects with the first failure of a world: an InputError as such, anything else as an Error that names the task. */
export function playTasks(tasks: readonly Task[], options: CrewOptions): Promise<Played> {
  const { signal } = options;
  const outcomes: (WorldOutcome | undefined)[] = tasks.map(() => undefined);
  const shares = tasks.map(() => 0);
  let next = 0;
  let done = 0;
  let cpuMs = 0;
  const playing = new Map<number, string>();
  const count = Math.max(1, Math.min(WORKERS_MAX, options.workers, tasks.length));
  return new Promise((resolve, reject) => {
    const workers = Array.from(
      { length: count },
      () => new Worker(new URL("./play-worker.ts", import.meta.url), { workerData: { curves: options.curves === true } }),
    );
    let ended = false;
    const end = (finish: () => void): void => {
      if (ended) return;
      ended = true;
      signal?.removeEventListener("abort", stop);
      void Promise.all(workers.map((worker) => worker.terminate())).then(finish, finish);
    };
    const stop = (): void =>
      end(() => resolve({ outcomes: outcomes.filter((outcome) => outcome !== undefined), cpuMs, left: tasks.length - done }));
    const tell = (): void =>
      options.progress?.({
        done,
        total: tasks.length,
        share: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, tasks.length),
        playing: [...playing.values()],
      });
    const give = (worker: Worker): void => {
      const index = next++;
      const task = tasks[index];
      if (task === undefined) return;
      playing.set(index, task.name);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ index, task } satisfies ToWorker);
    };
    const take = (worker: Worker, message: FromWorker): void => {
      if (message.type === "progress") {
        shares[message.index] = message.share;
        tell();
        return;
      }
      const task = tasks[message.index]!;
      if (message.type === "failed") {
        const place = `${task.name} (seed ${task.seed})`;
        end(() =>
          reject(
            message.isInput
              ? new InputError(place, "a scenario that can be played", message.message)
              : new Error(`${place}: ${message.message}`),
          ),
        );
        return;
      }
      outcomes[message.index] = message.outcome;
      cpuMs += message.cpuMs;
      shares[message.index] = 1;
      playing.delete(message.index);
      done++;
      tell();
      if (done === tasks.length) stop();
      else give(worker);
    };
    if (signal?.aborted === true || tasks.length === 0) {
      stop();
      return;
    }
    signal?.addEventListener("abort", stop);
    for (const worker of workers) {
      worker.on("message", (message: FromWorker) => take(worker, message));
      worker.on("error", (error) => end(() => reject(error)));
      give(worker);
    }
  });
}
