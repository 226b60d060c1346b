import { InputError, nearestWord } from "../model/input-error.ts";
import { ROLES, type Actor, type Role } from "../model/role.ts";
import { LANGUAGES, type Language } from "../model/text.ts";
import { openAudit } from "./audit.ts";
import type { AppDatabase } from "./database.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { hashPassword, NO_HASH, randomToken, sameHash, tokenHash, TooBusyError, verifyPassword } from "./passwords.ts";
import { openSessions, type SessionUser } from "./sessions.ts";

/** People: who they are, what they may do, how they log in. Every question reads the database, so that what another process adds counts at once. */

const USER_NAME = /^[\p{L}\p{N}._-]{1,64}$/u;
const PASSWORD_LENGTH_MIN = 10;
const PASSWORD_LENGTH_MAX = 256;
const BUSY_RETRY_MS = 1_000;
/** Who acts before anybody exists. */
const SETUP_ACTOR = "setup";

type User = SessionUser;

interface UserLine extends User {
  readonly createdAt: number;
  readonly disabledAt: number | undefined;
}

type LoginOutcome =
  | { readonly type: "ok"; readonly user: User }
  /** Wrong name or password: which of the two is not told. */
  | { readonly type: "refused" }
  | { readonly type: "throttled"; readonly retryAfterMs: number };

type SetUpOutcome = LoginOutcome | { readonly type: "done_before" };

interface NewUser {
  readonly name: string;
  readonly role: string;
  readonly language?: string | undefined;
  /** Generated when left out. */
  readonly password?: string | undefined;
}

export interface Accounts {
  /** Creates a user; throws an InputError for a bad or taken name, an unknown role or a short password. */
  addUser(user: NewUser, by: Actor): Promise<{ readonly name: string; readonly role: Role; readonly password: string }>;
  /** A new password; every session of the user ends. Generated when left out. */
  setPassword(name: string, password: string | undefined, by: Actor): Promise<{ readonly password: string }>;
  setRole(name: string, role: string, by: Actor): void;
  /** Closes an account or opens it again. It is never deleted: history names it. */
  setDisabled(name: string, disabled: boolean, by: Actor): void;
  users(): UserLine[];
  authenticate(name: string, password: string, address: string): Promise<LoginOutcome>;
  openSession(user: { readonly name: string }): { readonly token: string; readonly expiresAt: number };
  session(token: string): User | undefined;
  endSession(token: string): void;
  /** True until the first user exists. */
  needsSetUp(): boolean;
  /** The one-time token that the platform prints while there is no user; the same until it is used or the process ends. */
  setupToken(): string | undefined;
  /** Creates the first administrator by that token. */
  setUp(token: string, name: string, password: string, address: string): Promise<SetUpOutcome>;
}

export interface AccountOptions {
  /** The platform's clock, epoch ms. */
  readonly now: () => number;
}

export function openAccounts(database: AppDatabase, { now }: AccountOptions): Accounts {
  const { sql } = database;
  const audit = openAudit(database);
  const sessions = openSessions(database);
  const throttle = createLoginThrottle();
  const insert = sql.prepare("INSERT INTO users (name, role, language, password, created_at) VALUES (?, ?, ?, ?, ?)");
  const find = sql.prepare("SELECT name, role, language, password, disabled_at FROM users WHERE name = ?");
  const all = sql.prepare("SELECT name, role, language, created_at, disabled_at FROM users ORDER BY name");
  const count = sql.prepare("SELECT count(*) AS count FROM users");
  const changePassword = sql.prepare("UPDATE users SET password = ? WHERE name = ?");
  const changeRole = sql.prepare("UPDATE users SET role = ? WHERE name = ?");
  const changeDisabled = sql.prepare("UPDATE users SET disabled_at = ? WHERE name = ?");
  let setup: { token: string; hash: Buffer } | undefined;

  const needsSetUp = (): boolean => Number(count.get()?.["count"]) === 0;
  const known = (name: string): { name: string; role: Role; disabled: boolean } => {
    const row = find.get(name.normalize("NFC"));
    if (row !== undefined) return { name: String(row["name"]), role: row["role"] as Role, disabled: row["disabled_at"] !== null };
    const names = all.all().map((other) => String(other["name"]));
    throw new InputError("NAME", "the name of a user", JSON.stringify(name), suggestion(nearestWord(name, names)));
  };
  const write = (user: { name: string; role: Role; language: Language | undefined }, hash: string, by: Actor): void => {
    if (find.get(user.name) !== undefined) throw new InputError("NAME", "a name that is not taken", JSON.stringify(user.name));
    insert.run(user.name, user.role, user.language ?? null, hash, now());
    audit.append({
      at: now(),
      who: by.name,
      ip: by.ip,
      what: "user.add",
      subject: user.name,
      after: { role: user.role, language: user.language },
      result: "ok",
    });
  };
  /** Counts the attempt, runs it, and tells the throttle how it went. */
  const attempt = async (name: string, address: string, check: () => Promise<User | undefined>): Promise<LoginOutcome> => {
    const at = now();
    const retryAfterMs = throttle.begin(name, address, at);
    if (retryAfterMs > 0) return { type: "throttled", retryAfterMs };
    try {
      const user = await check();
      if (user === undefined) return { type: "refused" };
      throttle.succeed(name, address, at);
      return { type: "ok", user };
    } catch (error) {
      throttle.withdraw(name, address, at);
      if (error instanceof TooBusyError) return { type: "throttled", retryAfterMs: BUSY_RETRY_MS };
      throw error;
    }
  };

  return {
    async addUser(user, by) {
      const checked = { name: checkedName(user.name), role: checkedRole(user.role), language: checkedLanguage(user.language) };
      const password = user.password === undefined ? randomToken() : checkedPassword(user.password);
      const hash = await hashPassword(password);
      database.transaction(() => write(checked, hash, by));
      return { name: checked.name, role: checked.role, password };
    },
    async setPassword(name, given, by) {
      const user = known(name);
      const password = given === undefined ? randomToken() : checkedPassword(given);
      const hash = await hashPassword(password);
      database.transaction(() => {
        changePassword.run(hash, user.name);
        sessions.endAll(user.name);
        audit.append({ at: now(), who: by.name, ip: by.ip, what: "user.password", subject: user.name, result: "ok" });
      });
      return { password };
    },
    setRole(name, role, by) {
      const after = checkedRole(role);
      database.transaction(() => {
        const user = known(name);
        changeRole.run(after, user.name);
        audit.append({
          at: now(),
          who: by.name,
          ip: by.ip,
          what: "user.role",
          subject: user.name,
          before: { role: user.role },
          after: { role: after },
          result: "ok",
        });
      });
    },
    setDisabled(name, disabled, by) {
      database.transaction(() => {
        const user = known(name);
        changeDisabled.run(disabled ? now() : null, user.name);
        if (disabled) sessions.endAll(user.name);
        audit.append({
          at: now(),
          who: by.name,
          ip: by.ip,
          what: disabled ? "user.disable" : "user.enable",
          subject: user.name,
          result: "ok",
        });
      });
    },
    users: () =>
      all.all().map((row) => ({
        name: String(row["name"]),
        role: row["role"] as Role,
        language: (row["language"] as string | null) ?? undefined,
        createdAt: Number(row["created_at"]),
        disabledAt: row["disabled_at"] === null ? undefined : Number(row["disabled_at"]),
      })),
    async authenticate(name, password, address) {
      const outcome = await attempt(name, address, async () => {
        const row = find.get(name.normalize("NFC"));
        const right = await verifyPassword(
          password.slice(0, PASSWORD_LENGTH_MAX + 1),
          row === undefined ? NO_HASH : String(row["password"]),
        );
        if (row === undefined || !right || row["disabled_at"] !== null) return undefined;
        return { name: String(row["name"]), role: row["role"] as Role, language: (row["language"] as string | null) ?? undefined };
      });
      const who = outcome.type === "ok" ? outcome.user.name : name.slice(0, 64);
      if (outcome.type !== "throttled")
        audit.append({ at: now(), who, ip: address, what: "login", subject: who, result: outcome.type === "ok" ? "ok" : "refused" });
      return outcome;
    },
    openSession: (user) => sessions.open(user.name, now()),
    session: (token) => sessions.user(token, now()),
    endSession: (token) => sessions.end(token),
    needsSetUp,
    setupToken() {
      if (!needsSetUp()) return undefined;
      if (setup === undefined) {
        const token = randomToken();
        setup = { token, hash: tokenHash(token) };
      }
      return setup.token;
    },
    async setUp(token, name, password, address) {
      if (!needsSetUp()) return { type: "done_before" };
      const user = { name: checkedName(name), role: "admin", language: undefined } as const;
      const checked = checkedPassword(password);
      // Attempts are counted for one account, whatever names they ask for.
      const outcome = await attempt(SETUP_ACTOR, address, async () => {
        if (setup === undefined || !sameHash(tokenHash(token), setup.hash)) return undefined;
        const hash = await hashPassword(checked);
        return database.transaction(() => {
          if (!needsSetUp()) return undefined;
          write(user, hash, { name: SETUP_ACTOR, role: "admin", ip: address });
          return user;
        });
      });
      if (outcome.type === "ok") setup = undefined;
      return outcome.type === "refused" && !needsSetUp() ? { type: "done_before" } : outcome;
    },
  };
}

function checkedName(name: string): string {
  const normal = name.normalize("NFC");
  if (USER_NAME.test(normal)) return normal;
  throw new InputError("NAME", "1 to 64 letters, digits, dots, dashes or underscores", JSON.stringify(name.slice(0, 80)));
}

function checkedRole(word: string): Role {
  const role = ROLES.find((one) => one === word);
  if (role !== undefined) return role;
  throw new InputError("--role", `one of ${ROLES.join(", ")}`, JSON.stringify(word), suggestion(nearestWord(word, ROLES)));
}

function checkedLanguage(word: string | undefined): Language | undefined {
  if (word === undefined) return undefined;
  const language = LANGUAGES.find((one) => one === word);
  if (language !== undefined) return language;
  throw new InputError("--language", `one of ${LANGUAGES.join(", ")}`, JSON.stringify(word), suggestion(nearestWord(word, LANGUAGES)));
}

function checkedPassword(password: string): string {
  const { length } = password;
  if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX) return password;
  throw new InputError("--password", `${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`, `${length}`);
}

function suggestion(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean "${word}"?`;
}
