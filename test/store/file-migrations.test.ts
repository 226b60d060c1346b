import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { migrateForward } from "../../store/file-migrations.ts";
import { CHUNKS, JOURNAL, openFile } from "../../store/telemetry-files.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, smallNetwork, temporaryFolder } from "./telemetry-support.ts";
import { VERSION_ONE_READINGS, versionOneFolder } from "./version-one.ts";

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const NUMBERS = {
  versionOf: (database: DatabaseSync): number => Number(database.prepare("PRAGMA user_version").get()?.["user_version"]),
  record: (database: DatabaseSync, { version }: { version: number }): void => database.exec(`PRAGMA user_version = ${version}`),
};

function schemaOf(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare(
      "SELECT type, name, replace(replace(sql, ' ', ''), char(10), '') AS sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
    )
    .all();
  database.close();
  return rows;
}

describe("the files of version 1 of the telemetry", () => {
  test("come forward with every reading and reject, after a whole copy of each", async () => {
    versionOneFolder(folder.path);
    const network = smallNetwork();
    const store = await openTelemetryStore({ folder: folder.path, network, now: () => START });
    expect(store.readings("S1", -Infinity, Infinity)).toHaveLength(VERSION_ONE_READINGS);
    expect(store.stats().points).toBe(VERSION_ONE_READINGS);
    expect(store.rejectCounts()).toEqual({ unknown_asset: 1 });
    expect(store.incompleteBefore).toBeUndefined();
    expect(store.curveSources.find("S1-H", "t2_supply")?.droppedTo).toBe(-Infinity);
    await store.close();
    for (const name of ["journal", "chunks"]) {
      const copy = new DatabaseSync(join(folder.path, `${name}.db.before-v2`), { readOnly: true });
      expect(NUMBERS.versionOf(copy)).toBe(1);
      expect(copy.prepare("PRAGMA auto_vacuum").get()).toEqual({ auto_vacuum: 2 });
      expect(copy.prepare("SELECT quick_check AS word FROM pragma_quick_check").get()).toEqual({ word: "ok" });
      copy.close();
    }
    const again = await openTelemetryStore({ folder: folder.path, network, now: () => START });
    expect(again.readings("S1", -Infinity, Infinity)).toHaveLength(VERSION_ONE_READINGS);
    await again.close();
  });

  test.each([["journal.db", JOURNAL] as const, ["chunks.db", CHUNKS] as const])("end in the same tables as a new %s", (name, layout) => {
    versionOneFolder(folder.path);
    openFile(join(folder.path, name), layout).close();
    openFile(join(folder.path, "new.db"), layout).close();
    expect(schemaOf(join(folder.path, name))).toEqual(schemaOf(join(folder.path, "new.db")));
  });

  test("are numbered without a gap", () => {
    for (const { migrations } of [JOURNAL, CHUNKS])
      expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });
});

describe("a migration", () => {
  const STEPS = [
    { version: 1, name: "one", sql: "CREATE TABLE one (a)" },
    { version: 2, name: "two", sql: "CREATE TABLE two (a)" },
    { version: 3, name: "three", sql: "CREATE TABLE three (a); INSERT INTO nowhere VALUES (1)" },
  ];

  test("without room for the copy is refused, and changes nothing", () => {
    const path = join(folder.path, "file.db");
    const database = new DatabaseSync(path);
    migrateForward(database, path, NUMBERS, STEPS.slice(0, 1));
    const refused = (): void => migrateForward(database, path, NUMBERS, STEPS.slice(0, 2), () => 8_000_000);
    expect(refused).toThrow(InputError);
    expect(refused).toThrow(/expected 9 MB free for a copy of .*file\.db.*, found 8 MB free; free space/);
    expect(NUMBERS.versionOf(database)).toBe(1);
    expect(readdirSync(folder.path)).toEqual(["file.db"]);
    migrateForward(database, path, NUMBERS, STEPS.slice(0, 2), () => 1e9);
    expect(NUMBERS.versionOf(database)).toBe(2);
    database.close();
  });

  test("that fails leaves the version before it, whole", () => {
    const path = join(folder.path, "file.db");
    const database = new DatabaseSync(path);
    expect(() => migrateForward(database, path, NUMBERS, STEPS)).toThrow("nowhere");
    expect(NUMBERS.versionOf(database)).toBe(2);
    expect(database.prepare("SELECT name FROM sqlite_schema ORDER BY name").all()).toEqual([{ name: "one" }, { name: "two" }]);
    // What was empty needs no copy.
    expect(existsSync(`${path}.before-v1`)).toBe(false);
    database.close();
  });
});
