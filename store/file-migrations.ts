import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import { freeBytesOf } from "./disk.ts";
import { syncPath } from "./sync.ts";

/** Brings a database file of ours forward, version by version, after a whole copy of the old one: the same way for all of them. */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** How a kind of file keeps its version; `record` runs inside the transaction of the migration. */
export interface VersionKeeper {
  versionOf(database: DatabaseSync): number;
  record(database: DatabaseSync, migration: Migration): void;
}

/** Room that has to stay beside the copy, for the migration itself. */
const SPARE_BYTES = 8_000_000;

/**
 * Runs every migration that is newer than the file (version 0: it is empty), one transaction each, version and all: a kill leaves
 * the old layout or the new one. A file that was not empty is copied to `FILE.before-vN` first. Throws InputError when the disk has
 * no room for that copy; then nothing has been changed.
 */
export function migrateForward(
  database: DatabaseSync,
  file: string,
  keeper: VersionKeeper,
  migrations: readonly Migration[],
  freeBytes: (folder: string) => number = freeBytesOf,
): void {
  const found = keeper.versionOf(database);
  const wanted = migrations.filter(({ version }) => version > found);
  if (wanted.length === 0) return;
  if (found > 0 && file !== ":memory:") copyBefore(database, file, found, freeBytes);
  for (const migration of wanted) {
    // IMMEDIATE, and the version read inside: another process may be first.
    database.exec("BEGIN IMMEDIATE");
    try {
      if (keeper.versionOf(database) < migration.version) {
        database.exec(migration.sql);
        keeper.record(database, migration);
      }
      database.exec("COMMIT");
    } catch (error) {
      // A full disk has already rolled back.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** A whole, consistent copy (with what is still in the write-ahead log). A copy of the same version is kept: it is the state before the first try. */
function copyBefore(database: DatabaseSync, file: string, version: number, freeBytes: (folder: string) => number): void {
  const copy = `${file}.before-v${version + 1}`;
  if (existsSync(copy)) return;
  // Renamed when complete: a kill while copying leaves no half copy under the good name.
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  const folder = dirname(file);
  const needed = Number(
    database.prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").get()?.["bytes"],
  );
  const free = freeBytes(folder);
  if (free < needed + SPARE_BYTES)
    throw new InputError(
      folder,
      `${megabytes(needed + SPARE_BYTES)} free for a copy of ${file} before it is brought to the layout of this version`,
      `${megabytes(free)} free`,
      "free space and start again; the file was not changed",
    );
  database.prepare("VACUUM INTO ?").run(partial);
  syncPath(partial);
  renameSync(partial, copy);
  syncPath(folder);
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
