import type { Role } from "../model/role.ts";
import type { AppDatabase } from "./database.ts";
import { randomToken, tokenHash } from "./passwords.ts";

/** Who is logged in: random tokens, of which only the hash is kept. */

/** A session that nobody used for this long is over … */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** … and any session after this long. */
export const SESSION_AGE_MS = 30 * 86_400_000;
/** Sessions of one user; the one unused longest goes first. */
export const SESSIONS_PER_USER_MAX = 20;
/** Use is written down at most this often, so that reading a page does not write the disk. */
const SEEN_EVERY_MS = 5 * 60_000;

export interface SessionUser {
  readonly name: string;
  readonly role: Role;
  readonly language: string | undefined;
}

export interface Sessions {
  /** `expiresAt` is the end at the latest; it ends earlier when unused. */
  open(user: string, at: number): { readonly token: string; readonly expiresAt: number };
  /** The user as the database has it now: a role that was changed or an account that was closed counts at once. */
  user(token: string, at: number): SessionUser | undefined;
  end(token: string): void;
  endAll(user: string): void;
}

export function openSessions(database: AppDatabase): Sessions {
  const { sql } = database;
  const insert = sql.prepare("INSERT INTO sessions (token_hash, user, created_at, seen_at) VALUES (?, ?, ?, ?)");
  const expire = sql.prepare("DELETE FROM sessions WHERE seen_at <= ? OR created_at <= ?");
  const crowd = sql.prepare(
    "DELETE FROM sessions WHERE token_hash IN (SELECT token_hash FROM sessions WHERE user = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ?)",
  );
  const find = sql.prepare(
    "SELECT u.name, u.role, u.language, s.created_at, s.seen_at FROM sessions s JOIN users u ON u.name = s.user WHERE s.token_hash = ? AND u.disabled_at IS NULL",
  );
  const seen = sql.prepare("UPDATE sessions SET seen_at = ? WHERE token_hash = ?");
  const remove = sql.prepare("DELETE FROM sessions WHERE token_hash = ?");
  const removeAll = sql.prepare("DELETE FROM sessions WHERE user = ?");
  return {
    open(user, at) {
      const token = randomToken();
      database.transaction(() => {
        expire.run(at - SESSION_IDLE_MS, at - SESSION_AGE_MS);
        insert.run(tokenHash(token), user, at, at);
        crowd.run(user, SESSIONS_PER_USER_MAX);
      });
      return { token, expiresAt: at + SESSION_AGE_MS };
    },
    user(token, at) {
      const hash = tokenHash(token);
      const row = find.get(hash);
      if (row === undefined) return undefined;
      const seenAt = Number(row["seen_at"]);
      if (at - seenAt >= SESSION_IDLE_MS || at - Number(row["created_at"]) >= SESSION_AGE_MS) return undefined;
      if (at - seenAt >= SEEN_EVERY_MS) markSeen(() => seen.run(at, hash));
      return { name: String(row["name"]), role: row["role"] as Role, language: (row["language"] as string | null) ?? undefined };
    },
    end: (token) => void remove.run(tokenHash(token)),
    endAll: (user) => void removeAll.run(user),
  };
}

/** A full disk must not log people out: reading goes on (RELIABILITY M10). */
function markSeen(write: () => void): void {
  try {
    write();
  } catch {
    // The next use tries again.
  }
}
