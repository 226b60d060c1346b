import { type ChildProcess, fork } from "node:child_process";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { BackupFacts } from "./backup-check.ts";
import type { BackupDatabase } from "./backup-manifest.ts";

/** Starts, asks and ends the process that copies (`backup-worker.ts`). */

export interface CopyMessage {
  readonly from: string;
  readonly to: string;
  readonly name: BackupDatabase;
}

interface Copied {
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: BackupFacts;
}

export type CopyAnswer = ({ readonly ok: true } & Copied) | { readonly ok: false; readonly message: string };

export interface Copier {
  /** Copies a database that may be in use; the copy is checked and on the disk. One at a time. */
  copy(message: CopyMessage): Promise<Copied>;
  /** Ends it at once; what is under way rejects. */
  stop(): void;
}

/** Behind the platform in the queue for the processor. */
const NICENESS = 10;

export function startCopier(): Copier {
  const child: ChildProcess = fork(fileURLToPath(new URL("./backup-worker.ts", import.meta.url)), [], {
    execArgv: [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let cause = "the process that copies ended";
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("error", (error) => reject(error));
    child.once("exit", (code, signal) => reject(new Error(`${cause} (${signal ?? code})`)));
  });
  // Its end is expected when nothing is under way.
  ended.catch(() => {});
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICENESS);
  } catch {
    // Only slower for the others.
  }
  return {
    async copy(message) {
      const answered = new Promise<CopyAnswer>((resolve) => child.once("message", (answer) => resolve(answer as CopyAnswer)));
      child.send(message);
      const answer = await Promise.race([answered, ended]);
      if (!answer.ok) throw new Error(answer.message);
      return answer;
    },
    stop() {
      cause = "the copy was stopped";
      child.kill("SIGKILL");
    },
  };
}
