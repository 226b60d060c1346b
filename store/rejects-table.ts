import type { DatabaseSync } from "node:sqlite";
import { InputError } from "../model/input-error.ts";
import { REJECT_REASONS, type Reject, type RejectReason } from "../model/reading.ts";
import { numberOf } from "./telemetry-files.ts";
import type { RejectPage, RejectQuery } from "./telemetry.ts";

/** Questions about what could not be used; the rows are written with the journal. */

/** Rejects kept; older ones are dropped and counted. */
export const REJECTS_MAX = 100_000;
/** Rejects of one page. */
const REJECT_PAGE_MAX = 1000;
/** Characters of one text of a reject: what a device sent may be long. */
export const REJECT_TEXT_MAX = 500;

export interface RejectsTable {
  readonly page: (query: RejectQuery) => RejectPage;
  readonly counts: () => Readonly<Partial<Record<RejectReason, number>>>;
  /** Rejects that were dropped for newer ones. */
  dropped(): number;
}

export function createRejectsTable(database: DatabaseSync): RejectsTable {
  const counts = database.prepare("SELECT reason, count FROM reject_count");
  return {
    page({ station, reason, limit, cursor }) {
      const rows = Math.max(1, Math.min(Math.floor(limit) || 1, REJECT_PAGE_MAX));
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      if (cursor === "" || !Number.isSafeInteger(before))
        throw new InputError("cursor", "`next` of the page before", JSON.stringify(String(cursor).slice(0, 80)));
      const wanted = [
        ...(station === undefined ? [] : [{ column: "station", value: station }]),
        ...(reason === undefined ? [] : [{ column: "reason", value: reason }]),
      ];
      const where = wanted.map(({ column }) => ` AND ${column} = ?`).join("");
      const found = database
        .prepare(`SELECT id, body FROM reject WHERE id < ?${where} ORDER BY id DESC LIMIT ?`)
        .all(before, ...wanted.map(({ value }) => value), rows + 1);
      const page = found.slice(0, rows);
      const items = page.map((row) => JSON.parse(String(row["body"])) as Reject);
      return { items, next: found.length > rows ? String(page[page.length - 1]!["id"]) : null };
    },
    counts() {
      const known: Partial<Record<RejectReason, number>> = {};
      for (const row of counts.all()) {
        const reason = REJECT_REASONS.find((word) => word === row["reason"]);
        if (reason !== undefined) known[reason] = Number(row["count"]);
      }
      return known;
    },
    // Numbers start at 1, have no holes, and the newest stays.
    dropped: () => numberOf(database, "SELECT coalesce(min(id), 1) - 1 AS number FROM reject"),
  };
}

/** The same reject with its texts cut to their limit. */
export function cutReject(reject: Reject): Reject {
  const isLong = (value: unknown): value is string => typeof value === "string" && value.length > REJECT_TEXT_MAX;
  if (!Object.values(reject).some(isLong)) return reject;
  return Object.fromEntries(
    Object.entries(reject).map(([key, value]) => [key, isLong(value) ? `${value.slice(0, REJECT_TEXT_MAX)}…` : value]),
  ) as unknown as Reject;
}
