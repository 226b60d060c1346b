import { Worker, type Transferable } from "node:worker_threads";

/** A worker thread that answers one message after the other; one that died is started anew by the next message. */

export interface WorkerClient {
  /** Resolves with the worker's answer; rejects with its error, or when the thread ends before it answered. */
  call<Answer>(message: object, transfer?: readonly Transferable[]): Promise<Answer>;
  /** Lets the worker finish and ends it. */
  close(): Promise<void>;
}

export type WorkerAnswer = { readonly ok: true; readonly answer: unknown } | { readonly ok: false; readonly message: string };

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** `data` is what the worker finds in `workerData`, at every start. */
export function createWorkerClient(url: URL, data: object): WorkerClient {
  let worker: Worker | undefined;
  let pending: Pending[] = [];

  function start(): Worker {
    const started = new Worker(url, { workerData: data });
    let cause = "the thread ended";
    started.on("message", (message: WorkerAnswer) => {
      const first = pending.shift();
      if (message.ok) first?.resolve(message.answer as never);
      else first?.reject(new Error(message.message));
    });
    started.on("error", (error: Error) => (cause = error.message));
    started.on("exit", () => {
      if (worker !== started) return;
      worker = undefined;
      const lost = pending;
      pending = [];
      for (const call of lost) call.reject(new Error(cause));
    });
    return started;
  }

  return {
    call<Answer>(message: object, transfer: readonly Transferable[] = []): Promise<Answer> {
      return new Promise<Answer>((resolve, reject) => {
        worker ??= start();
        pending.push({ resolve: resolve as Pending["resolve"], reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(message, transfer as Transferable[]);
      });
    },
    async close(): Promise<void> {
      if (worker === undefined) return;
      const ended = new Promise<void>((resolve) => worker!.once("exit", () => resolve()));
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ kind: "close" });
      await ended;
    },
  };
}
