import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAudit } from "../../store/audit.ts";
import { openDatabase, type AppDatabase } from "../../store/database.ts";

let database: AppDatabase;
beforeEach(() => void (database = openDatabase(":memory:")));
afterEach(() => database.close());

const entry = (subject: string) =>
  ({
    at: 1,
    who: "wang",
    ip: "10.0.0.7",
    what: "user.role",
    subject,
    before: { role: "viewer" },
    after: { role: "admin" },
    result: "ok",
  }) as const;

describe("the audit", () => {
  it("lists newest first, by subject and page by page", () => {
    const audit = openAudit(database);
    for (const subject of ["a", "b", "a"]) audit.append(entry(subject));
    expect(audit.list({ limit: 10 }).map((line) => line.sequence)).toEqual([3, 2, 1]);
    expect(audit.list({ limit: 10, subject: "a" }).map((line) => line.sequence)).toEqual([3, 1]);
    expect(audit.list({ limit: 1, before: 3 })).toEqual([{ sequence: 2, ...entry("b") }]);
  });

  it("cannot be changed through SQL", () => {
    openAudit(database).append(entry("a"));
    expect(() => database.sql.exec("UPDATE audit SET who = 'li'")).toThrow(/append-only/);
    expect(() => database.sql.exec("DELETE FROM audit")).toThrow(/append-only/);
  });

  it.each([
    ["a line was changed", "UPDATE audit SET who = 'li' WHERE sequence = 2", 2],
    ["a line was cut out", "DELETE FROM audit WHERE sequence = 2", 3],
  ])("shows where %s behind its back", (_name, tamper, first) => {
    const audit = openAudit(database);
    for (const subject of ["a", "b", "c"]) audit.append(entry(subject));
    expect(audit.verify()).toBeUndefined();
    database.sql.exec(`DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted; ${tamper}`);
    expect(audit.verify()).toBe(first);
  });

  it("keeps lines short, and shows what is left of a value that was cut", () => {
    const audit = openAudit(database);
    audit.append({ ...entry("a"), after: { note: "x".repeat(10_000) } });
    expect(String(audit.list({ limit: 1 })[0]?.after)).toHaveLength(4_000);
    expect(audit.verify()).toBeUndefined();
  });
});
