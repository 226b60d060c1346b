import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import { type Migration, type VersionKeeper, migrateForward } from "./file-migrations.ts";

/** The files of the telemetry store in its folder: where they are, their tables, and what is said when they cannot be used. */

export interface TelemetryFiles {
  readonly folder: string;
  readonly lock: string;
  readonly journal: string;
  readonly chunks: string;
}

/** One kind of file: the number in its header ("HSTJ", "HSTC") and how its layout came to be. */
interface Layout {
  readonly what: string;
  readonly applicationId: number;
  /** In order. Never edit one that was released: add the next. */
  readonly migrations: readonly Migration[];
}

/**
 * batch: what was committed, in order (`journal-batch.ts`), until every reader named in `cursor` is past it. series: the numbers
 * that stand for (asset, signal) in both files; never reused. dead_letter: lines that InfluxDB will never take. note: what a
 * reader of the journal has to remember, written together with its cursor.
 */
export const JOURNAL: Layout = {
  what: "the telemetry journal of HeatSteward",
  applicationId: 0x4853544a,
  migrations: [
    {
      version: 1,
      name: "journal",
      sql: `
    CREATE TABLE batch (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE series (id INTEGER PRIMARY KEY, asset TEXT NOT NULL, signal TEXT NOT NULL, UNIQUE (asset, signal));
    CREATE TABLE cursor (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE reject (id INTEGER PRIMARY KEY, reason TEXT NOT NULL, station TEXT, body TEXT NOT NULL);
    CREATE INDEX reject_by_reason ON reject (reason);
    CREATE INDEX reject_by_station ON reject (station);
    CREATE TABLE reject_count (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO cursor VALUES ('store', 0);`,
    },
    {
      version: 2,
      name: "dead letters and notes",
      sql: `
        CREATE TABLE dead_letter (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, target TEXT NOT NULL, line TEXT NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
    },
  ],
};

/**
 * chunk: full chunks (`chunk.ts`), never overlapping within a series; the index answers for them without reading them. head: what is
 * newer, per series, and what the retention dropped of it. note: what is known of the file as a whole.
 */
export const CHUNKS: Layout = {
  what: "the telemetry chunks of HeatSteward",
  applicationId: 0x48535443,
  migrations: [
    {
      version: 1,
      name: "chunks",
      sql: `
    CREATE TABLE chunk (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, count INTEGER NOT NULL,
      good INTEGER NOT NULL, min REAL, max REAL, sum REAL, first REAL, last REAL, data BLOB NOT NULL);
    CREATE INDEX chunk_by_series ON chunk (series, to_at, from_at, count, good, min, max);
    CREATE TABLE head (series INTEGER PRIMARY KEY, points INTEGER NOT NULL, from_at REAL, chunk_to REAL, open BLOB, tail BLOB NOT NULL);`,
    },
    {
      version: 2,
      name: "dropped_to and notes",
      sql: `
        ALTER TABLE head ADD COLUMN dropped_to REAL;
        CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
    },
  ],
};

/** Note of the chunk file: readings up to this event time may be missing, since a backup was restored then. */
export const INCOMPLETE_BEFORE = "incomplete_before";

const ANSWER_WITHIN_MS = 5000;

/** Creates the folder if need be. Throws InputError when it cannot be written. */
export function prepareFolder(folder: string): TelemetryFiles {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(folder, "a folder that can be written", messageOf(error));
  }
  return { folder, lock: join(folder, "telemetry.lock"), journal: join(folder, "journal.db"), chunks: join(folder, "chunks.db") };
}

/**
 * Keeps every other process (and every other store of this one) out of the folder until closed. The lock is the system's own on
 * an open file, so it goes with its process however that ends. Throws InputError when it is taken or cannot be.
 */
export function lockFolder(files: TelemetryFiles): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(files.lock, { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (codeOf(error) === SQLITE_BUSY)
      throw new InputError(
        files.folder,
        "a data folder that nobody uses",
        "one that a running HeatSteward uses",
        "stop that one first or choose another folder",
      );
    throw refusal(files.lock, "a file that can be written", error);
  }
}

/** Opens a file of the store and makes its tables if it is new. Throws InputError when it is something else, of a newer version, or cannot be written. */
export function openFile(path: string, layout: Layout): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: ANSWER_WITHIN_MS });
    prepare(database, path, layout);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof InputError ? error : refusal(path, layout.what, error);
  }
}

function prepare(database: DatabaseSync, path: string, layout: Layout): void {
  const { what, applicationId, migrations } = layout;
  const isNew = isEmpty(database);
  if (!isNew && numberOf(database, "SELECT application_id AS number FROM pragma_application_id") !== applicationId)
    throw new InputError(path, what, "a database of another program");
  const keeper: VersionKeeper = {
    versionOf: layoutVersion,
    record(changed, { version }) {
      changed.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`);
    },
  };
  const newest = migrations.at(-1)!.version;
  const version = layoutVersion(database);
  if (version > newest)
    throw new InputError(path, `version ${newest} of ${what}`, `version ${version}`, "use the newer HeatSteward that wrote it");
  // Has no effect once there is a table.
  if (isNew) database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  setDurable(database);
  migrateForward(database, path, keeper, migrations);
}

const isEmpty = (database: DatabaseSync): boolean => numberOf(database, "SELECT count(*) AS number FROM sqlite_schema") === 0;

/** Version of the layout of a file; 0 for an empty one. */
function layoutVersion(database: DatabaseSync): number {
  return isEmpty(database) ? 0 : numberOf(database, "SELECT user_version AS number FROM pragma_user_version");
}

/** A write-ahead log that a burst made longer is cut to this. */
const LOG_BYTES_MAX = 32_000_000;

/** Every COMMIT is on the disk when it returns. */
export function setDurable(database: DatabaseSync): void {
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`);
}

export function numberOf(database: DatabaseSync, question: string): number {
  return Number(database.prepare(question).get()?.["number"] ?? 0);
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function refusal(path: string, expected: string, error: unknown): InputError {
  const code = codeOf(error);
  if (code === SQLITE_NOTADB) return new InputError(path, expected, "a file that is not a database");
  if (code === SQLITE_CORRUPT) return new InputError(path, expected, "a damaged database", "restore the last backup");
  return new InputError(path, expected, messageOf(error));
}

/** The primary result code of SQLite, undefined for any other error. */
function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 255 : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
