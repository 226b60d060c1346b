import type { AppDatabase } from "./database.ts";

/** How far imports that were cut off had come, by the fingerprint of their file: the same import goes on from there. */

export interface ImportProgress {
  /** Records of the file that are stored; 0 for one that is not under way. */
  records(fingerprint: string): number;
  save(fingerprint: string, path: string, records: number, at: number): void;
  /** The file is imported whole. */
  finish(fingerprint: string): void;
}

/** An import that nobody went on with for this long is forgotten. */
const KEPT_MS = 30 * 86_400_000;

export function openImportProgress(database: AppDatabase): ImportProgress {
  const { sql } = database;
  const find = sql.prepare("SELECT records FROM import_progress WHERE fingerprint = ?");
  const write = sql.prepare("INSERT OR REPLACE INTO import_progress (fingerprint, path, at, records) VALUES (?, ?, ?, ?)");
  const forget = sql.prepare("DELETE FROM import_progress WHERE at <= ?");
  const remove = sql.prepare("DELETE FROM import_progress WHERE fingerprint = ?");
  return {
    records: (fingerprint) => Number(find.get(fingerprint)?.["records"] ?? 0),
    save(fingerprint, path, records, at) {
      database.transaction(() => {
        forget.run(at - KEPT_MS);
        write.run(fingerprint, path, at, records);
      });
    },
    finish: (fingerprint) => void remove.run(fingerprint),
  };
}
