import type { DatabaseSync } from "node:sqlite";
import type { DeadLetter, InfluxTarget } from "./influx.ts";

/** Lines that InfluxDB will never take as they are, with what it said: reading them. They are written with the cursor (`journal-worker.ts`). */

/** Kept; beyond it the oldest are dropped and counted. */
export const DEAD_LETTERS_MAX = 100_000;

export interface DeadLetterPage {
  readonly items: readonly DeadLetter[];
  readonly next: string | null;
}

export interface DeadLetterTable {
  /** Newest first. */
  readonly page: (query: { readonly limit: number; readonly cursor?: string | undefined }) => DeadLetterPage;
  /** Oldest first, behind the one with number `after`. */
  readonly after: (after: number, limit: number) => DeadLetter[];
  readonly get: (id: number) => DeadLetter | undefined;
  readonly count: () => number;
}

export function createDeadLetters(database: DatabaseSync): DeadLetterTable {
  const newest = database.prepare("SELECT id, at, target, line, reason FROM dead_letter WHERE id < ? ORDER BY id DESC LIMIT ?");
  const oldest = database.prepare("SELECT id, at, target, line, reason FROM dead_letter WHERE id > ? ORDER BY id LIMIT ?");
  const one = database.prepare("SELECT id, at, target, line, reason FROM dead_letter WHERE id = ?");
  const count = database.prepare("SELECT count(*) AS number FROM dead_letter");
  return {
    page({ limit, cursor }) {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (!Number.isSafeInteger(before)) return { items: [], next: null };
      const items = newest.all(before, limit).map(toDeadLetter);
      return { items, next: items.length < limit ? null : String(items.at(-1)!.id) };
    },
    after: (after, limit) => oldest.all(after, limit).map(toDeadLetter),
    get(id) {
      const row = one.get(id);
      return row === undefined ? undefined : toDeadLetter(row);
    },
    count: () => Number(count.get()!["number"]),
  };
}

function toDeadLetter(row: Record<string, unknown>): DeadLetter {
  return {
    id: Number(row["id"]),
    at: Number(row["at"]),
    target: String(row["target"]) as InfluxTarget,
    line: String(row["line"]),
    reason: String(row["reason"]),
  };
}
