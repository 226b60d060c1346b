import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { syncPath } from "./sync.ts";

/**
 * The moment of a restore: the staged files become the data folder's. Written down first (`restore.json`), so that whoever opens the
 * folder after a kill finishes it: before that file is there everything is old, from then on everything is new. Within the folder,
 * since the folder itself may be the volume of a container, which cannot be renamed.
 */

export interface Swap {
  /** Folders within the data folder. */
  readonly stage: string;
  readonly aside: string;
  /** Files that change places. */
  readonly names: readonly string[];
}

const MARKER = "restore.json";
/** What SQLite keeps beside a database belongs to it. */
const SUFFIXES = ["", "-wal", "-shm"];

/** From here on the restore happens, now or when the folder is opened next. */
export function decideSwap(folder: string, swap: Swap): void {
  const partial = join(folder, `${MARKER}.partial`);
  writeFileSync(partial, JSON.stringify(swap));
  syncPath(partial);
  renameSync(partial, join(folder, MARKER));
  syncPath(folder);
}

export function isSwapping(folder: string): boolean {
  return existsSync(join(folder, MARKER));
}

/** Finishes a restore that was decided; does nothing without one. The caller holds the lock of the folder. */
export function finishSwap(folder: string): void {
  if (!isSwapping(folder)) return;
  const { stage, aside, names } = JSON.parse(readFileSync(join(folder, MARKER), "utf8")) as Swap;
  for (const name of names) {
    const staged = join(folder, stage, name);
    // Gone: it has changed places already.
    if (!existsSync(staged)) continue;
    for (const suffix of SUFFIXES) {
      const old = join(folder, `${name}${suffix}`);
      if (!existsSync(old)) continue;
      mkdirSync(join(folder, aside), { recursive: true, mode: 0o700 });
      renameSync(old, join(folder, aside, `${name}${suffix}`));
    }
    syncPath(folder);
    renameSync(staged, join(folder, name));
  }
  syncPath(folder);
  rmSync(join(folder, stage), { recursive: true, force: true });
  rmSync(join(folder, MARKER));
  syncPath(folder);
}
