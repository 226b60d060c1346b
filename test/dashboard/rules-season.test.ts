import { describe, expect, it } from "vitest";
import { confirmations, disagrees, phaseRows, worksInOrder } from "../../dashboard/rules/season.ts";
import { minutesToOpen, stateCounts, tracesByAsset } from "../../dashboard/rules/traces.ts";
import type { RuleTrace, TraceLine } from "../../model/insight.ts";
import type { StationPhaseView, WorkView } from "../../model/rule-control.ts";
import type { SettablePhase } from "../../model/season.ts";

/** Season phases and works as a person reads them, and the rules over an asset in the order in which they tell something. */

const view = (station: string, suggested: SettablePhase | null, set: SettablePhase | null): StationPhaseView => ({
  station,
  phase: suggested,
  suggested,
  suggestedAt: null,
  set: set === null ? null : { phase: set, from: 0, madeAt: 0, by: "d", reason: "r" },
});
const views = [view("S1", "heating", null), view("S2", "heating", "heating"), view("S3", "heating", "filling"), view("S4", null, null)];

describe("season phases", () => {
  it("stand with disagreements first, then what somebody set", () => {
    expect(phaseRows(views, (id) => id, "").map(({ station }) => station)).toEqual(["S3", "S2", "S1", "S4"]);
    expect(views.filter(disagrees).map(({ station }) => station)).toEqual(["S3"]);
    expect(phaseRows(views, (id) => (id === "S4" ? "北苑站" : "x"), "北苑").map(({ station }) => station)).toEqual(["S4"]);
  });
  it("are confirmed with one request for each suggested phase; what has none is left out", () => {
    expect(confirmations([...views, view("S5", "filling", null)])).toEqual([
      { phase: "heating", stations: ["S1", "S2", "S3"] },
      { phase: "filling", stations: ["S5"] },
    ]);
  });
});

describe("works", () => {
  it("stand with what runs first, then what comes, then what is over", () => {
    const work = (id: string, state: WorkView["state"], from: number, until: number): WorkView => ({
      id,
      state,
      from,
      until,
      asset: "S1",
      kinds: null,
      suppressed: [],
      madeAt: 0,
      by: "",
      reason: "",
    });
    const works = [
      work("old", "over", 0, 5),
      work("late", "coming", 30, 40),
      work("long", "running", 0, 90),
      work("soon", "coming", 20, 99),
    ];
    works.push(work("short", "running", 1, 12), work("newer", "over", 0, 9));
    expect(worksInOrder(works).map(({ id }) => id)).toEqual(["short", "long", "soon", "late", "newer", "old"]);
  });
});

describe("rules over an asset", () => {
  const line = (state: TraceLine["state"], opensAt: number | null = null): TraceLine => ({ at: 0, state, value: 1, limit: 2, opensAt });
  const trace = (asset: string, kind: RuleTrace["kind"], lines: readonly TraceLine[], listens = true): RuleTrace => ({
    kind,
    asset,
    listens,
    measure: { name: { zh: "", en: "" }, unit: "1", faultWhen: "above" },
    limits: {},
    evaluations: lines,
  });
  it("stand by the asset they look at, what fires first and what rests last", () => {
    const groups = tracesByAsset([
      trace("U1", "leak", [line("firing")], false),
      trace("U1", "burst", [line("normal")]),
      trace("S1", "offline", []),
      trace("U1", "air_lock", [line("normal"), line("pending", 90_000)]),
    ]);
    expect(groups.map(({ asset, traces }) => [asset, traces.map(({ kind }) => kind)])).toEqual([
      ["U1", ["air_lock", "burst", "leak"]],
      ["S1", ["offline"]],
    ]);
  });
  it("say in how many minutes they would open, if they would", () => {
    expect(minutesToOpen(trace("U1", "leak", [line("pending", 90_000)]), 0)).toBe(2);
    expect(minutesToOpen(trace("U1", "leak", [line("pending", 90_000)]), 100_000)).toBe(0);
    expect(minutesToOpen(trace("U1", "leak", [line("normal")]), 0)).toBeUndefined();
    expect(stateCounts([line("normal"), line("firing"), line("normal")])).toEqual([
      ["firing", 1],
      ["normal", 2],
    ]);
  });
});
