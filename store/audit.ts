import { createHash } from "node:crypto";
import type { AppDatabase } from "./database.ts";

/** Who did what, append-only: every line carries the hash of the one before, so that a line changed or cut out shows. */

interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly ip?: string | undefined;
  /** `ticket.close`, `user.add`, `gateway.revoke`, `login` … */
  readonly what: string;
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly result: "ok" | "refused";
}

interface AuditLine extends AuditEntry {
  readonly sequence: number;
}

export interface Audit {
  /** Writes one line, in the caller's transaction if there is one. Never give it secrets. */
  append(entry: AuditEntry): void;
  /** Newest first, before the line `before` if given. */
  list(query: { readonly limit: number; readonly before?: number; readonly subject?: string }): AuditLine[];
  /** The first sequence whose hash does not fit; undefined when the chain is whole. */
  verify(): number | undefined;
}

/** Lines in one answer. */
const AUDIT_PAGE_MAX = 500;
/** Length of `before` and `after` as JSON, characters; longer ones are cut. */
const AUDIT_VALUE_LENGTH_MAX = 4_000;

interface Row {
  sequence: number;
  at: number;
  who: string;
  ip: string | null;
  what: string;
  subject: string;
  before: string | null;
  after: string | null;
  result: "ok" | "refused";
  hash: string;
}

export function openAudit(database: AppDatabase): Audit {
  const { sql } = database;
  const lastHash = sql.prepare("SELECT hash FROM audit ORDER BY sequence DESC LIMIT 1");
  const insert = sql.prepare(
    "INSERT INTO audit (at, who, ip, what, subject, before, after, result, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const page = sql.prepare("SELECT * FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?");
  const pageOf = sql.prepare("SELECT * FROM audit WHERE subject = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?");
  return {
    append(entry) {
      database.transaction(() => {
        const before = lastHash.get()?.["hash"] as string | undefined;
        const line = {
          at: entry.at,
          who: entry.who,
          ip: entry.ip ?? null,
          what: entry.what,
          subject: entry.subject,
          before: json(entry.before),
          after: json(entry.after),
          result: entry.result,
        };
        insert.run(line.at, line.who, line.ip, line.what, line.subject, line.before, line.after, line.result, chain(before ?? "", line));
      });
    },
    list({ limit, before, subject }) {
      const from = before ?? Number.MAX_SAFE_INTEGER;
      const count = Math.min(limit, AUDIT_PAGE_MAX);
      const rows = subject === undefined ? page.all(from, count) : pageOf.all(subject, from, count);
      return (rows as unknown as Row[]).map(lineOf);
    },
    verify() {
      let before = "";
      for (const row of sql.prepare("SELECT * FROM audit ORDER BY sequence").iterate() as Iterable<unknown> as Iterable<Row>) {
        if (chain(before, row) !== row.hash) return row.sequence;
        before = row.hash;
      }
      return undefined;
    },
  };
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value).slice(0, AUDIT_VALUE_LENGTH_MAX);
}

function chain(before: string, line: Omit<Row, "hash" | "sequence">): string {
  return createHash("sha256")
    .update(JSON.stringify([before, line.at, line.who, line.ip, line.what, line.subject, line.before, line.after, line.result]))
    .digest("hex");
}

function lineOf(row: Row): AuditLine {
  return {
    sequence: row.sequence,
    at: row.at,
    who: row.who,
    ip: row.ip ?? undefined,
    what: row.what,
    subject: row.subject,
    before: parsed(row.before),
    after: parsed(row.after),
    result: row.result,
  };
}

/** A value that was cut is shown as the text that is left of it. */
function parsed(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
