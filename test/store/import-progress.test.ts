import { afterEach, beforeEach, expect, it } from "vitest";
import { type AppDatabase, openDatabase } from "../../store/database.ts";
import { openImportProgress } from "../../store/import-progress.ts";

const DAY_MS = 86_400_000;
let database: AppDatabase;
beforeEach(() => void (database = openDatabase(":memory:")));
afterEach(() => database.close());

it("knows how far a file had come, until it is done", () => {
  const progress = openImportProgress(database);
  expect(progress.records("a")).toBe(0);
  progress.save("a", "a.csv", 1_000, 1);
  progress.save("a", "a.csv", 5_000, 2);
  progress.save("b", "b.csv", 7, 2);
  expect([progress.records("a"), progress.records("b")]).toEqual([5_000, 7]);
  progress.finish("a");
  expect([progress.records("a"), progress.records("b")]).toEqual([0, 7]);
});

it("forgets an import that nobody went on with for 30 days", () => {
  const progress = openImportProgress(database);
  progress.save("old", "old.csv", 1, 0);
  progress.save("new", "new.csv", 1, 30 * DAY_MS);
  expect([progress.records("old"), progress.records("new")]).toEqual([0, 1]);
});
