import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "../../model/role.ts";
import { openAccounts, type Accounts } from "../../store/accounts.ts";
import { openAudit } from "../../store/audit.ts";
import { openDatabase, type AppDatabase } from "../../store/database.ts";
import { LOGIN_FAILURES_MAX, LOGIN_WINDOW_MS } from "../../store/login-throttle.ts";
import { hashPassword, NO_HASH, verifyPassword } from "../../store/passwords.ts";
import { SESSION_AGE_MS, SESSION_IDLE_MS, SESSIONS_PER_USER_MAX } from "../../store/sessions.ts";

const BY: Actor = { name: "command-line", role: "admin" };
const PASSWORD = "correct horse battery";
const T0 = Date.UTC(2026, 10, 20);
let folder: string;
let database: AppDatabase;
let accounts: Accounts;
let at: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-accounts-"));
  database = openDatabase(join(folder, "app.db"));
  at = T0;
  accounts = openAccounts(database, { now: () => at });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string, role = "dispatcher"): Promise<unknown> => accounts.addUser({ name, role, password: PASSWORD }, BY);

describe("passwords", () => {
  it("are kept as salted argon2id, the same one twice differently", async () => {
    const [one, two] = await Promise.all([hashPassword("secret"), hashPassword("secret")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword("secret", one)).toBe(true);
    expect(await verifyPassword("Secret", one)).toBe(false);
    expect(await verifyPassword("secret", NO_HASH)).toBe(false);
  });

  it("are one password however the keyboard composes it", async () => {
    expect(await verifyPassword("cafe\u0301", await hashPassword("caf\u00e9"))).toBe(true);
  });

  it("never reach the disk", async () => {
    await add("wang");
    await accounts.authenticate("wang", "a wrong password", "10.0.0.1");
    const bytes = ["app.db", "app.db-wal"].map((name) => readFileSync(join(folder, name), "latin1")).join("");
    expect(bytes).not.toContain(PASSWORD);
    expect(bytes).not.toContain("a wrong password");
    expect(bytes).toContain("wang");
  });
});

describe("users", () => {
  it("log in with their role, by a name in any script", async () => {
    await add("王师傅", "steward");
    expect(await accounts.authenticate("王师傅", PASSWORD, "10.0.0.1")).toMatchObject({
      type: "ok",
      user: { name: "王师傅", role: "steward" },
    });
    expect(await accounts.authenticate("王师傅", `${PASSWORD}x`, "10.0.0.1")).toEqual({ type: "refused" });
    expect(await accounts.authenticate("nobody", PASSWORD, "10.0.0.1")).toEqual({ type: "refused" });
  });

  it("get a strong password when none is given", async () => {
    const { password } = await accounts.addUser({ name: "wang", role: "viewer" }, BY);
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(await accounts.authenticate("wang", password, "10.0.0.1")).toMatchObject({ type: "ok" });
  });

  it.each([
    ["a name with a blank", { name: "a b", role: "viewer" }, /NAME: expected 1 to 64 letters/],
    ["a name of markup", { name: "<script>", role: "viewer" }, /NAME: expected/],
    [
      "an unknown role",
      { name: "wang", role: "dispacher" },
      /expected one of viewer, operator, dispatcher, steward, engineer, admin, found "dispacher"; did you mean "dispatcher"\?/,
    ],
    ["a short password", { name: "wang", role: "viewer", password: "short" }, /--password: expected 10 to 256 characters, found 5/],
    ["an unknown language", { name: "wang", role: "viewer", language: "cn" }, /--language: expected one of zh, en/],
  ])("are refused with %s", async (_name, user, message) => {
    await expect(accounts.addUser(user, BY)).rejects.toThrow(message);
    expect(accounts.users()).toEqual([]);
  });

  it("are one, whatever the case of the name", async () => {
    await add("wang");
    await expect(add("Wang")).rejects.toThrow(/NAME: expected a name that is not taken/);
  });

  it("that another process adds can log in at once, and lose what they lose at once", async () => {
    const other = openDatabase(join(folder, "app.db"));
    const elsewhere = openAccounts(other, { now: () => at });
    await elsewhere.addUser({ name: "wang", role: "viewer", password: PASSWORD }, BY);
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.0.1")).toMatchObject({ type: "ok" });
    const { token } = accounts.openSession({ name: "wang" });
    elsewhere.setRole("wang", "engineer", BY);
    expect(accounts.session(token)?.role).toBe("engineer");
    elsewhere.setDisabled("wang", true, BY);
    expect(accounts.session(token)).toBeUndefined();
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.0.1")).toEqual({ type: "refused" });
    elsewhere.setDisabled("wang", false, BY);
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.0.1")).toMatchObject({ type: "ok" });
    other.close();
  });

  it("are signed out everywhere by a new password", async () => {
    await add("wang");
    const { token } = accounts.openSession({ name: "wang" });
    await accounts.setPassword("wang", "another password", BY);
    expect(accounts.session(token)).toBeUndefined();
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.0.1")).toEqual({ type: "refused" });
    expect(await accounts.authenticate("wang", "another password", "10.0.0.1")).toMatchObject({ type: "ok" });
  });

  it("that do not exist are named with the nearest that does", async () => {
    await add("zhang");
    expect(() => accounts.setRole("zhnag", "admin", BY)).toThrow(/found "zhnag"; did you mean "zhang"\?/);
  });

  it("leave a trace of every change and login", async () => {
    await add("wang");
    accounts.setRole("wang", "admin", BY);
    await accounts.authenticate("wang", "wrong", "10.0.0.1");
    expect(openAudit(database).list({ limit: 10 })).toMatchObject([
      { what: "login", who: "wang", ip: "10.0.0.1", result: "refused" },
      { what: "user.role", who: "command-line", before: { role: "dispatcher" }, after: { role: "admin" } },
      { what: "user.add", subject: "wang" },
    ]);
  });
});

describe("guessing", () => {
  it("ends at the sixth failure, also when all are sent at once, and goes on later", async () => {
    await add("wang");
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, index) => accounts.authenticate("wang", "wrong", `10.0.0.${index}`)));
    expect(outcomes.filter(({ type }) => type === "refused")).toHaveLength(LOGIN_FAILURES_MAX);
    expect(outcomes.filter(({ type }) => type === "throttled")).toHaveLength(12 - LOGIN_FAILURES_MAX);
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.1.1")).toEqual({ type: "throttled", retryAfterMs: LOGIN_WINDOW_MS });
    at += LOGIN_WINDOW_MS;
    expect(await accounts.authenticate("wang", PASSWORD, "10.0.1.1")).toMatchObject({ type: "ok" });
  });
});

describe("sessions", () => {
  it("end when nobody uses them, and after their age whatever happens", async () => {
    await add("wang");
    const { token, expiresAt } = accounts.openSession({ name: "wang" });
    expect(expiresAt).toBe(T0 + SESSION_AGE_MS);
    for (at = T0; at < T0 + SESSION_AGE_MS; at += SESSION_IDLE_MS - 60_000) expect(accounts.session(token)?.name).toBe("wang");
    at = T0 + SESSION_AGE_MS;
    expect(accounts.session(token)).toBeUndefined();
    const idle = accounts.openSession({ name: "wang" }).token;
    at += SESSION_IDLE_MS;
    expect(accounts.session(idle)).toBeUndefined();
  });

  it("are random, bounded per user, and end on demand", async () => {
    await add("wang");
    const tokens = Array.from({ length: SESSIONS_PER_USER_MAX + 5 }, () => {
      at++;
      return accounts.openSession({ name: "wang" }).token;
    });
    expect(tokens.filter((token) => accounts.session(token) !== undefined)).toEqual(tokens.slice(5));
    expect(new Set(tokens).size).toBe(tokens.length);
    accounts.endSession(tokens.at(-1)!);
    expect(accounts.session(tokens.at(-1)!)).toBeUndefined();
    expect(accounts.session("guess")).toBeUndefined();
    expect(
      database.sql
        .prepare("SELECT token_hash FROM sessions")
        .all()
        .every((row) => (row["token_hash"] as Uint8Array).length === 32),
    ).toBe(true);
  });
});

describe("the first start", () => {
  it("makes one administrator with the printed token, once", async () => {
    const token = accounts.setupToken()!;
    expect(accounts.setupToken()).toBe(token);
    expect(await accounts.setUp("guess", "wang", PASSWORD, "10.0.0.1")).toEqual({ type: "refused" });
    const both = await Promise.all([
      accounts.setUp(token, "wang", PASSWORD, "10.0.0.1"),
      accounts.setUp(token, "li", PASSWORD, "10.0.0.1"),
    ]);
    expect(both.map(({ type }) => type).sort()).toEqual(["done_before", "ok"]);
    expect(accounts.users()).toMatchObject([{ role: "admin" }]);
    expect(accounts.needsSetUp()).toBe(false);
    expect(accounts.setupToken()).toBeUndefined();
    expect(await accounts.setUp(token, "evil", PASSWORD, "10.0.0.1")).toEqual({ type: "done_before" });
  });

  it("does not let the token be guessed for ever", async () => {
    accounts.setupToken();
    for (let index = 0; index < LOGIN_FAILURES_MAX; index++)
      expect(await accounts.setUp(`guess${index}`, "wang", PASSWORD, `10.0.0.${index}`)).toEqual({ type: "refused" });
    expect(await accounts.setUp("guess", "wang", PASSWORD, "10.0.0.9")).toMatchObject({ type: "throttled" });
  });

  it("is over when the command line has made a user", async () => {
    const token = accounts.setupToken()!;
    await add("wang", "admin");
    expect(await accounts.setUp(token, "evil", PASSWORD, "10.0.0.1")).toEqual({ type: "done_before" });
  });
});
