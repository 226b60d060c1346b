import { parentPort } from "node:worker_threads";
import type { DatabaseSync } from "node:sqlite";
import type { WorkerAnswer } from "./worker-client.ts";

/** The far side of `worker-client.ts`: answers every message in order; the message `close` ends the thread. */
export function serve(database: DatabaseSync, handle: (message: never) => unknown): void {
  const port = parentPort!;
  port.on("message", (message: { readonly kind: string }) => {
    if (message.kind === "close") {
      database.close();
      port.close();
      return;
    }
    let reply: WorkerAnswer;
    try {
      reply = { ok: true, answer: handle(message as never) };
    } catch (error) {
      reply = { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage(reply);
  });
}

/** All of `work` or nothing of it. A full disk has rolled back already when it reports, and a second ROLLBACK would hide its error. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
