import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import { type BackupDatabase, type BackupManifest, BACKUP_DATABASES, readManifest } from "./backup-manifest.ts";
import { pointsOf } from "./journal-batch.ts";
import { numberOf } from "./telemetry-files.ts";

/** Looks whether files are what a manifest says, and what is in them. Synchronous and thorough: not for the main thread of the platform. */

const READ_BYTES = 1 << 20;

/** What is known of a database of a backup; each file answers for some of it. */
export type BackupFacts = Partial<BackupManifest["counts"]> & { readonly journalSequence?: number };

/** SHA-256 of a file, and its bytes. */
export function sealOf(path: string): { readonly bytes: number; readonly sha256: string } {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const descriptor = openSync(path, "r");
  let bytes = 0;
  try {
    for (;;) {
      const read = readSync(descriptor, buffer);
      if (read === 0) break;
      hash.update(buffer.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Reads every page of a database. Throws InputError with the first thing that is wrong. */
export function checkDatabase(path: string): void {
  let found: unknown;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      found = database.prepare("SELECT quick_check AS word FROM pragma_quick_check LIMIT 1").get()?.["word"];
    } finally {
      database.close();
    }
  } catch (error) {
    throw new InputError(path, "a whole database", error instanceof Error ? error.message : String(error));
  }
  if (found !== "ok") throw new InputError(path, "a whole database", String(found));
}

/** What is in a database of ours. */
export function factsOf(path: string, name: BackupDatabase): BackupFacts {
  const database = new DatabaseSync(path, { readOnly: true });
  const ask = (question: string): number => numberOf(database, question);
  try {
    if (name === "app.db")
      return { tickets: ask("SELECT count(*) AS number FROM tickets"), users: ask("SELECT count(*) AS number FROM users") };
    if (name === "chunks.db") return { points: ask("SELECT sum(points) AS number FROM head") };
    const waiting = "FROM batch WHERE sequence > (SELECT sequence FROM cursor WHERE name = 'store')";
    return {
      journalSequence: ask("SELECT max((SELECT coalesce(max(sequence), 0) FROM batch), (SELECT max(sequence) FROM cursor)) AS number"),
      waiting: pointsOf(ask(`SELECT sum(length(data)) AS number ${waiting}`), ask(`SELECT count(*) AS number ${waiting}`)),
    };
  } finally {
    database.close();
  }
}

/** Checks a whole backup: every file against its sum, every database page by page. Throws InputError that names the first bad file. */
export function verifyBackup(folder: string): BackupManifest {
  const manifest = readManifest(folder);
  for (const { name, bytes, sha256 } of manifest.files) {
    const path = join(folder, name);
    expectSeal(path, { bytes, sha256 }, seal(path));
  }
  for (const name of BACKUP_DATABASES) checkDatabase(join(folder, name));
  return manifest;
}

function seal(path: string): ReturnType<typeof sealOf> {
  try {
    return sealOf(path);
  } catch (error) {
    throw new InputError(path, "a file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

export function expectSeal(path: string, wanted: ReturnType<typeof sealOf>, found: ReturnType<typeof sealOf>): void {
  if (found.bytes !== wanted.bytes)
    throw new InputError(path, `${wanted.bytes} bytes, as the manifest says`, `${found.bytes}`, "take another backup");
  if (found.sha256 !== wanted.sha256)
    throw new InputError(path, `the SHA-256 ${wanted.sha256} of the manifest`, found.sha256, "the file was damaged: take another backup");
}
