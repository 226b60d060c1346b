import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openAppDatabase, openDatabase, schemaVersion } from "../../store/database.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../store/migrations.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-database-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FIXTURES = join(import.meta.dirname, "fixtures");

/** A file as version 1 left it: its schema and a ticket with its history. */
function versionOne(): string {
  const file = join(folder, "app.db");
  const sql = new DatabaseSync(file);
  sql.exec(readFileSync(join(FIXTURES, "app-version-1.sql"), "utf8"));
  sql.close();
  return file;
}

describe("the application database", () => {
  it("is made with its folder, safe against a power cut", () => {
    const database = openAppDatabase(join(folder, "a", "b"));
    expect(existsSync(join(folder, "a", "b", "app.db"))).toBe(true);
    expect(database.sql.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(database.sql.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    expect(schemaVersion(database.sql)).toBe(SCHEMA_VERSION);
    database.close();
  });

  it("numbers its migrations without a gap", () => {
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it("undoes a transaction that fails, and takes a nested one as part of the outer", () => {
    const database = openDatabase(join(folder, "app.db"));
    const insert = database.sql.prepare("INSERT INTO ticket_days (day, last) VALUES (?, 1)");
    const count = (): number => Number(database.sql.prepare("SELECT count(*) AS n FROM ticket_days").get()?.["n"]);
    expect(() =>
      database.transaction(() => {
        database.transaction(() => insert.run("1120"));
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(count()).toBe(0);
    database.transaction(() => insert.run("1120"));
    expect(count()).toBe(1);
    database.close();
  });

  it("lets a second process write beside the first", () => {
    const one = openDatabase(join(folder, "app.db"));
    const two = openDatabase(join(folder, "app.db"));
    two.sql.prepare("INSERT INTO ticket_days (day, last) VALUES ('1120', 1)").run();
    expect(one.sql.prepare("SELECT last FROM ticket_days").get()).toEqual({ last: 1 });
    one.close();
    two.close();
  });
});

describe("migrations", () => {
  it("bring a file of version 1 forward with all that is in it, after a copy", () => {
    const file = versionOne();
    const database = openDatabase(file);
    expect(schemaVersion(database.sql)).toBe(SCHEMA_VERSION);
    expect(database.sql.prepare("SELECT id, kind, state FROM tickets").all()).toEqual([
      { id: "GD-1120-001", kind: "leak", state: "dispatched" },
    ]);
    expect(database.sql.prepare("SELECT kind FROM ticket_events ORDER BY sequence").all()).toEqual([
      { kind: "opened" },
      { kind: "dispatch" },
    ]);
    database.close();
    const copy = new DatabaseSync(`${file}.before-v2`, { readOnly: true });
    expect(schemaVersion(copy)).toBe(1);
    expect(copy.prepare("SELECT id FROM tickets").all()).toEqual([{ id: "GD-1120-001" }]);
    copy.close();
  });

  it("end in the same schema from version 1 as from nothing", () => {
    const schema = (file: string): unknown[] => {
      const database = openDatabase(file);
      const rows = database.sql
        .prepare(
          "SELECT type, name, tbl_name, replace(replace(sql, ' ', ''), char(10), '') AS sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
        )
        .all();
      database.close();
      return rows;
    };
    expect(schema(versionOne())).toEqual(schema(join(folder, "fresh.db")));
  });

  it("continue where a kill between two of them left off", () => {
    const file = join(folder, "app.db");
    openDatabase(file, { upTo: 2 }).close();
    const database = openDatabase(file);
    expect(schemaVersion(database.sql)).toBe(SCHEMA_VERSION);
    database.close();
  });

  it("keep the first copy when a migration has to be tried again", () => {
    const file = versionOne();
    writeFileSync(`${file}.before-v2`, "kept");
    openDatabase(file).close();
    expect(readFileSync(`${file}.before-v2`, "utf8")).toBe("kept");
  });

  it("make no copy when there is nothing to migrate", () => {
    const file = join(folder, "app.db");
    openDatabase(file).close();
    openDatabase(file).close();
    expect(readdirSync(folder).filter((name) => name.includes("before"))).toEqual([]);
  });

  it("refuse a file of a newer program, and one that is no database", () => {
    const file = join(folder, "app.db");
    const database = openDatabase(file);
    database.sql.prepare("INSERT INTO schema_version (version, name) VALUES (?, 'future')").run(SCHEMA_VERSION + 1);
    database.close();
    expect(() => openDatabase(file)).toThrow(/newer version/);
    writeFileSync(join(folder, "not.db"), "x".repeat(4096));
    expect(() => openDatabase(join(folder, "not.db"))).toThrow(/not a database/);
  });
});
