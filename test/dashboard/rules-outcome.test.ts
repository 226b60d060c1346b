import { describe, expect, it } from "vitest";
import { backtestsOf, isOver, kindCounts, medianLeadSince, sideCounts } from "../../dashboard/rules/outcome.ts";
import { dayCurve, spark, SPARK_WIDTH } from "../../dashboard/rules/spark.ts";
import type { BacktestRun, TicketDifference, TriedTicket } from "../../model/backtest.ts";
import type { FaultKind } from "../../model/finding.ts";
import type { TraceLine } from "../../model/insight.ts";

/** What a backtest says beside the live tickets, and how the last evaluations of a rule are drawn. */

const ticket = (kind: FaultKind): TriedTicket => ({
  kind,
  asset: "S1",
  station: "S1",
  severity: "general",
  since: 0,
  openedAt: 0,
  recoveredAt: null,
  summary: { zh: "", en: "" },
  id: null,
});
const difference: TicketDifference = {
  same: [{ live: ticket("leak"), tried: ticket("leak"), leadMs: 5 }],
  otherKind: [{ live: ticket("low_pressure"), tried: ticket("makeup_fault"), leadMs: 0 }],
  onlyLive: [ticket("leak"), ticket("leak")],
  onlyTried: [ticket("burst")],
  medianLeadMs: 0,
};

describe("a difference", () => {
  it("counts live and tried tickets by kind, most first", () => {
    expect(kindCounts(difference)).toEqual([
      { kind: "leak", live: 3, tried: 1 },
      { kind: "burst", live: 0, tried: 1 },
      { kind: "low_pressure", live: 1, tried: 0 },
      { kind: "makeup_fault", live: 0, tried: 1 },
    ]);
    expect(sideCounts(difference)).toEqual({ live: 4, tried: 3 });
  });
  it("of a shadow takes no lead from tickets that were there before it", () => {
    const pair = (openedAt: number, leadMs: number) => ({ live: { ...ticket("leak"), openedAt }, tried: ticket("leak"), leadMs });
    const told = { ...difference, same: [pair(5, -9_000), pair(10, 100), pair(11, 300)], otherKind: [pair(12, 200)] };
    expect(medianLeadSince(told, 10)).toBe(200);
    expect(medianLeadSince(told, 11)).toBe(250);
    expect(medianLeadSince(told, 13)).toBeNull();
  });
});

describe("backtests", () => {
  const run = (id: string, state: BacktestRun["state"], overrides: BacktestRun["overrides"]): BacktestRun =>
    ({ id, state, overrides }) as BacktestRun;
  it("of exactly these limits are found, done ones only", () => {
    const runs = [run("B3", "running", { "*": { a: 1 } }), run("B2", "done", { "*": { a: 1 }, S1: {} }), run("B1", "done", null)];
    expect(backtestsOf(runs, { "*": { a: 1 } }).map(({ id }) => id)).toEqual(["B2"]);
    expect(backtestsOf(runs, {})).toEqual([]);
    expect(runs.map(isOver)).toEqual([false, true, true]);
  });
});

describe("a spark", () => {
  const line = (value: number | null, limit: number | null, state: TraceLine["state"]): TraceLine => ({
    at: 0,
    state,
    value,
    limit,
    opensAt: null,
  });
  it("draws value and limit on one scale, leaves gaps, and tells the state of each evaluation", () => {
    const drawn = spark([line(1, 4, "normal"), line(null, null, "unknown"), line(5, 4, "firing"), line(3, 4, "normal")]);
    expect(drawn.value).toBe("M20 25M100 2L140 13.5");
    expect(drawn.limit.match(/[ML]/g)).toEqual(["M", "M", "L"]);
    expect(drawn.states.map(({ state }) => state)).toEqual(["normal", "unknown", "firing", "normal"]);
    expect(drawn.states.at(-1)!.x + drawn.states.at(-1)!.width).toBe(SPARK_WIDTH);
    expect(drawn.last).toEqual({ x: 140, y: 13.5 });
  });
  it("of nothing is empty, of one steady value a line in the middle", () => {
    expect(spark([])).toEqual({ value: "", limit: "", states: [], last: undefined });
    expect(spark([line(2, 2, "normal")]).value).toMatch(/^M80 13\.5$/);
  });
});

describe("a curve over the day", () => {
  it("has steps, and gaps where an hour is not known", () => {
    expect(dayCurve([1, null, 2, 0], 40, 10)).toBe("M0 5H10M20 1H30L30 9H40");
    expect(dayCurve([null, null], 40, 10)).toBeUndefined();
  });
});
