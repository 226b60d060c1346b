import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import { type VersionKeeper, migrateForward } from "./file-migrations.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "./migrations.ts";
import { finishSwap, isSwapping } from "./restore-swap.ts";
import { lockFolder, prepareFolder } from "./telemetry-files.ts";

/** The application database `app.db`: tickets, accounts, audit, rule snapshots. Opens it, migrates it forward, runs transactions. */

const DATABASE_FILE = "app.db";
/** How long a write waits for another process (the command line beside the platform) before it fails. */
const BUSY_TIMEOUT_MS = 5_000;
/** Size of the write-ahead log after a checkpoint, bytes. */
const WAL_BYTES_MAX = 16 * 1024 * 1024;

export interface AppDatabase {
  readonly file: string;
  readonly sql: DatabaseSync;
  /** Runs `work` in one transaction: all of it is committed and synced when this returns, or nothing is. Inside another transaction it becomes part of that one. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

export interface OpenDatabaseOptions {
  /** Only up to this version: for tests of migrations. */
  readonly upTo?: number;
}

/** Opens the database of a data folder, creating both. Throws InputError also while a restore is under way there. */
export function openAppDatabase(dataFolder: string): AppDatabase {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  if (isSwapping(dataFolder)) finishRestore(dataFolder);
  return openDatabase(join(dataFolder, DATABASE_FILE));
}

/**
 * Opens a database file (":memory:" for one that is not kept) and migrates it to the newest schema, after putting a copy of the
 * old one beside it. Throws InputError when the file was written by a newer version of the program or the disk has no room for the
 * copy, another error when it is not a database.
 */
export function openDatabase(file: string, options: OpenDatabaseOptions = {}): AppDatabase {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const sql = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    sql.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = ${WAL_BYTES_MAX};`,
    );
    const database: AppDatabase = {
      file,
      sql,
      transaction: (work) => runTransaction(sql, work),
      close: () => sql.close(),
    };
    refuseNewer(sql, file);
    migrateForward(
      sql,
      file,
      VERSIONS,
      MIGRATIONS.filter((migration) => migration.version <= (options.upTo ?? SCHEMA_VERSION)),
    );
    return database;
  } catch (error) {
    sql.close();
    throw error;
  }
}

/** A restore was cut off before its end; whoever opens the folder next finishes it. */
function finishRestore(dataFolder: string): void {
  const lock = lockFolder(prepareFolder(dataFolder));
  try {
    finishSwap(dataFolder);
  } finally {
    lock.close();
  }
}

function runTransaction<Result>(sql: DatabaseSync, work: () => Result): Result {
  if (sql.isTransaction) return work();
  // IMMEDIATE: another process may write too; waiting here cannot fail half-way as an upgrade of a read lock can.
  sql.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    sql.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk has already rolled back.
    if (sql.isTransaction) sql.exec("ROLLBACK");
    throw error;
  }
}

/** The schema version of an open database; 0 for an empty one. */
export function schemaVersion(sql: DatabaseSync): number {
  const table = sql.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'").get();
  if (table === undefined) return 0;
  const row = sql.prepare("SELECT max(version) AS version FROM schema_version").get();
  return Number(row?.["version"] ?? 0);
}

const VERSIONS: VersionKeeper = {
  versionOf: schemaVersion,
  record(sql, { version, name }) {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
    sql.prepare("INSERT INTO schema_version (version, name) VALUES (?, ?)").run(version, name);
  },
};

function refuseNewer(sql: DatabaseSync, file: string): void {
  const found = schemaVersion(sql);
  if (found > SCHEMA_VERSION)
    throw new InputError(
      file,
      `a schema version up to ${SCHEMA_VERSION}`,
      `version ${found}`,
      "it was written by a newer version of HeatSteward: start that one",
    );
}
