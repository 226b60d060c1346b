import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";

/** Where the platform that works on a data folder is to be reached: `running.json`, for commands beside it. The lock says whether it runs. */

export interface Running {
  /** How this machine reaches it. */
  readonly httpUrl: string;
  readonly pid: number;
}

const FILE = "running.json";
const LOCK_FILE = "telemetry.lock";
const SQLITE_BUSY = 5;

/** Says where the platform is; call what is returned when it stops. What a killed one left behind is overwritten. */
export function announceRunning(folder: string, { httpUrl, pid }: Running): () => void {
  const path = join(folder, FILE);
  const partial = `${path}.partial`;
  writeFileSync(partial, `${JSON.stringify({ httpUrl: fromHere(httpUrl), pid })}\n`, { mode: 0o600 });
  renameSync(partial, path);
  return () => {
    if (readRunning(folder)?.pid === pid) rmSync(path, { force: true });
  };
}

/** What the file says, true only while the folder is in use; undefined without one that can be read. */
export function readRunning(folder: string): Running | undefined {
  try {
    const value = JSON.parse(readFileSync(join(folder, FILE), "utf8")) as Partial<Running> | null;
    return typeof value?.httpUrl === "string" && URL.canParse(value.httpUrl) && typeof value.pid === "number"
      ? { httpUrl: value.httpUrl, pid: value.pid }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a platform, or a command, works on the folder now. Throws InputError when that cannot be found out. */
export function isFolderInUse(folder: string): boolean {
  const path = join(folder, LOCK_FILE);
  if (!existsSync(path)) return false;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return false;
  } catch (error) {
    const code = (error as { errcode?: unknown } | null)?.errcode;
    if (typeof code === "number" && (code & 255) === SQLITE_BUSY) return true;
    throw new InputError(path, "a file that can be locked", (error as Error).message);
  } finally {
    lock?.close();
  }
}

/** An address that stands for "every interface" is reached by the loopback. */
function fromHere(httpUrl: string): string {
  const url = new URL(httpUrl);
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  return url.origin;
}
