import { afterEach, beforeEach, expect, it } from "vitest";
import { openAudit } from "../../store/audit.ts";
import { COMMAND_TOKEN_MS, openCommandTokens } from "../../store/command-tokens.ts";
import { type AppDatabase, openDatabase } from "../../store/database.ts";

const AT = 1_767_571_200_000;
let database: AppDatabase;
beforeEach(() => void (database = openDatabase(":memory:")));
afterEach(() => database.close());

it("lets a command in until it is done, or its time is over", () => {
  const tokens = openCommandTokens(database);
  const first = tokens.issue("import", AT);
  const second = tokens.issue("backup", AT);
  expect(tokens.command(first, AT + COMMAND_TOKEN_MS - 1)).toBe("import");
  expect(tokens.command(first, AT + COMMAND_TOKEN_MS)).toBeUndefined();
  expect(tokens.command(second, AT)).toBe("backup");
  tokens.end(second);
  expect(tokens.command(second, AT)).toBeUndefined();
});

it("lets nothing else in", () => {
  const tokens = openCommandTokens(database);
  const token = tokens.issue("import", AT);
  for (const wrong of ["", token.slice(1), `${token}x`, "x".repeat(10_000)]) expect(tokens.command(wrong, AT)).toBeUndefined();
});

it("keeps no token, only its hash, and forgets the expired ones", () => {
  const tokens = openCommandTokens(database);
  const token = tokens.issue("import", AT);
  expect(JSON.stringify(database.sql.prepare("SELECT hex(token_hash) AS hash, command FROM command_tokens").all())).not.toContain(token);
  tokens.issue("import", AT + COMMAND_TOKEN_MS);
  expect(database.sql.prepare("SELECT count(*) AS count FROM command_tokens").get()?.["count"]).toBe(1);
});

it("refuses more commands than can be meant", () => {
  const tokens = openCommandTokens(database);
  for (let count = 0; count < 1_000; count++) tokens.issue("import", AT);
  expect(() => tokens.issue("import", AT)).toThrow(/1000 commands are at work already, at most 1000/);
});

it("puts every command into the audit", () => {
  const tokens = openCommandTokens(database);
  tokens.note("export", AT);
  expect(openAudit(database).list({ limit: 1 })).toMatchObject([{ at: AT, who: "command-line", what: "command", subject: "export" }]);
});
