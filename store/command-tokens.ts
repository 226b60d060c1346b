import { openAudit } from "./audit.ts";
import type { AppDatabase } from "./database.ts";
import { randomToken, tokenHash } from "./passwords.ts";

/** Proofs that a command of this machine's owner asks the running platform: whoever can write the data folder made them. Only the hash is kept. */

/** Time enough to begin one request; a long command makes a fresh one for each. */
export const COMMAND_TOKEN_MS = 5 * 60_000;
/** Tokens alive at once: a command that dies leaves one behind until it expires. */
const COMMAND_TOKENS_MAX = 1_000;
const TOKEN_CHARACTERS_MAX = 128;
const WHO = "command-line";

export interface CommandTokens {
  /** A fresh token for a command ("import", "backup" …). Throws when too many are alive. */
  issue(command: string, at: number): string;
  /** The command that a token was made for; undefined when there is no such token or it has expired. */
  command(token: string, at: number): string | undefined;
  end(token: string): void;
  /** Writes that a command asks the platform, once per run, into the audit. */
  note(command: string, at: number): void;
}

export function openCommandTokens(database: AppDatabase): CommandTokens {
  const { sql } = database;
  const audit = openAudit(database);
  const expire = sql.prepare("DELETE FROM command_tokens WHERE expires_at <= ?");
  const count = sql.prepare("SELECT count(*) AS alive FROM command_tokens");
  const insert = sql.prepare("INSERT INTO command_tokens (token_hash, command, expires_at) VALUES (?, ?, ?)");
  const find = sql.prepare("SELECT command FROM command_tokens WHERE token_hash = ? AND expires_at > ?");
  const remove = sql.prepare("DELETE FROM command_tokens WHERE token_hash = ?");
  return {
    issue(command, at) {
      const token = randomToken();
      database.transaction(() => {
        expire.run(at);
        const alive = Number(count.get()?.["alive"]);
        if (alive >= COMMAND_TOKENS_MAX) throw new Error(`${alive} commands are at work already, at most ${COMMAND_TOKENS_MAX} may be`);
        insert.run(tokenHash(token), command, at + COMMAND_TOKEN_MS);
      });
      return token;
    },
    command(token, at) {
      if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
      const row = find.get(tokenHash(token), at);
      return row === undefined ? undefined : String(row["command"]);
    },
    end: (token) => void remove.run(tokenHash(token)),
    note: (command, at) => audit.append({ at, who: WHO, what: "command", subject: command, result: "ok" }),
  };
}
