import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase, type AppDatabase } from "../../store/database.ts";
import { openRuleSnapshots } from "../../store/rule-snapshots.ts";

let database: AppDatabase;
beforeEach(() => void (database = openDatabase(":memory:")));
afterEach(() => database.close());

const save = (snapshots: ReturnType<typeof openRuleSnapshots>, station: string, at: number, state: unknown = { at }): void =>
  snapshots.save([{ station, at, state }], at);

describe("rule snapshots", () => {
  it("give back plain data as it was: typed arrays, maps, NaN and undefined too", () => {
    const snapshots = openRuleSnapshots(database, { format: "1" });
    const state = { ring: new Float64Array([1, Number.NaN, -0]), seen: new Map([["a", 1]]), open: undefined, list: [1, undefined, 3] };
    save(snapshots, "S01", 10, state);
    expect(snapshots.loadLatest("S01")).toEqual({ station: "S01", at: 10, state });
  });

  it("find the newest that is not after a time, station by station", () => {
    const snapshots = openRuleSnapshots(database, { format: "1" });
    for (const at of [10, 20, 30]) save(snapshots, "S01", at);
    save(snapshots, "S02", 25);
    expect(snapshots.loadBefore("S01", 29)?.at).toBe(20);
    expect(snapshots.loadBefore("S01", 20)?.at).toBe(20);
    expect(snapshots.loadBefore("S01", 9)).toBeUndefined();
    expect(snapshots.loadLatest("S02")?.at).toBe(25);
    expect(snapshots.loadLatest("S03")).toBeUndefined();
  });

  it("give back all of a station, oldest first, without those of another format", () => {
    save(openRuleSnapshots(database, { format: "old" }), "S01", 5);
    const snapshots = openRuleSnapshots(database, { format: "1" });
    for (const at of [30, 10, 20]) save(snapshots, "S01", at);
    save(snapshots, "S02", 25);
    expect(snapshots.all("S01").map(({ at, state }) => [at, state])).toEqual([10, 20, 30].map((at) => [at, { at }]));
    expect(snapshots.ignoredCount()).toBe(1);
  });

  it("replace the same time, keep the newest few, and forget what late data made untrue", () => {
    const snapshots = openRuleSnapshots(database, { format: "1", keep: 3 });
    for (const at of [10, 20, 30, 40]) save(snapshots, "S01", at);
    save(snapshots, "S01", 40, "again");
    expect(snapshots.loadBefore("S01", 19)).toBeUndefined();
    expect(snapshots.loadLatest("S01")?.state).toBe("again");
    snapshots.forgetAfter("S01", 25);
    expect(snapshots.loadLatest("S01")?.at).toBe(20);
  });

  it("pass over another format and a broken blob, and count them", () => {
    save(openRuleSnapshots(database, { format: "old" }), "S01", 10);
    const snapshots = openRuleSnapshots(database, { format: "new" });
    expect(snapshots.loadLatest("S01")).toBeUndefined();
    save(snapshots, "S01", 20);
    database.sql.exec("INSERT INTO rule_snapshots VALUES ('S01', 30, 'new', 0, x'00ff00')");
    expect(snapshots.loadLatest("S01")?.at).toBe(20);
    expect(snapshots.ignoredCount()).toBe(2);
  });
});
