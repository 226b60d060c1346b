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
    expect(snapshots.all("S01")).toEqual([{ station: "S01", at: 10, state }]);
  });

  it("give back all of a station, oldest first, without those of another format", () => {
    save(openRuleSnapshots(database, { format: "old" }), "S01", 5);
    const snapshots = openRuleSnapshots(database, { format: "1" });
    for (const at of [30, 10, 20]) save(snapshots, "S01", at);
    save(snapshots, "S02", 25);
    expect(snapshots.all("S01").map(({ at, state }) => [at, state])).toEqual([10, 20, 30].map((at) => [at, { at }]));
    expect(snapshots.all("S02").map(({ at }) => at)).toEqual([25]);
    expect(snapshots.all("S03")).toEqual([]);
    expect(snapshots.ignoredCount()).toBe(1);
  });

  it("replace the same time, keep the newest few, and forget what late data made untrue", () => {
    const snapshots = openRuleSnapshots(database, { format: "1", keep: 3 });
    for (const at of [10, 20, 30, 40]) save(snapshots, "S01", at);
    save(snapshots, "S01", 40, "again");
    expect(snapshots.all("S01").map(({ at }) => at)).toEqual([20, 30, 40]);
    expect(snapshots.all("S01").at(-1)!.state).toBe("again");
    snapshots.forgetAfter("S01", 25);
    expect(snapshots.all("S01").map(({ at }) => at)).toEqual([20]);
  });

  it("pass over another format and a broken blob, and count them", () => {
    save(openRuleSnapshots(database, { format: "old" }), "S01", 10);
    const snapshots = openRuleSnapshots(database, { format: "new" });
    save(snapshots, "S01", 20);
    database.sql.exec("INSERT INTO rule_snapshots VALUES ('S01', 30, 'new', 0, x'00ff00')");
    expect(snapshots.all("S01").map(({ at }) => at)).toEqual([20]);
    expect(snapshots.ignoredCount()).toBe(2);
  });
});
