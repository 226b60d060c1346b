import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { step } from "../../rules/engine.ts";
import { type StationFold, createFold } from "../../rules/fold.ts";
import { oneLimitTable } from "../../rules/limit-versions.ts";
import { limitTable } from "../../rules/limits.ts";
import { planStation } from "../../rules/plan.ts";
import type { Rule, Verdict, View } from "../../rules/rule.ts";
import { HOUR, MINUTE, START, pointOf, seeded, smallNetwork } from "../support/signals.ts";

const network = smallNetwork({ circuits: 1, buildings: 1, units: 2 });

function ruleOf(evaluate: (view: View) => Verdict, parts: Partial<Rule> = {}): Rule {
  return {
    kind: "curve_drift",
    level: "circuit",
    everyMs: 5 * MINUTE,
    onSignals: ["t2_supply"],
    holdMs: 0,
    keepMs: 0,
    phases: ["heating"],
    measure: { name: { zh: "", en: "" }, unit: "", faultWhen: "above" },
    cause: { zh: "供温", en: "supply" },
    consequence: { zh: "", en: "" },
    action: [],
    limits: [],
    start: () => ({}),
    evaluate: (_memory, _asset, view) => evaluate(view),
    explain: () => ({ summary: { zh: "", en: "" }, evidence: [], causes: [], consequence: { zh: "", en: "" }, action: [] }),
    ...parts,
  };
}

function foldOf(rules: readonly Rule[]): StationFold {
  return createFold(planStation(network, network.asset("S1")!, rules), oneLimitTable(limitTable(network, {})));
}

const reading = (at: number, value: number | null, asset = "S1-A", signal: "t2_supply" | "t2_return" | "t_out" = "t2_supply"): Reading => ({
  point: pointOf(network, asset, signal),
  at,
  value,
});

describe("engine", () => {
  it("evaluates when a frame brings a signal, and on its grid, at event times only", () => {
    const seen: number[] = [];
    const fold = foldOf([ruleOf((view) => (seen.push((view.at - START) / 1000), { state: "normal" }))]);
    step(fold, reading(START + 30_000, 50));
    step(fold, reading(START + 90_000, 50));
    expect(seen).toEqual([30]);
    step(fold, { tickAt: START + 10 * MINUTE });
    expect(seen).toEqual([30, 90, 300, 600]);
  });

  it("shows a frame as a whole: no rule sees half a poll", () => {
    const pairs: (number | undefined)[][] = [];
    const fold = foldOf([
      ruleOf((view) => (pairs.push([view.last("S1-A", "t2_supply")?.value, view.last("S1-A", "t2_return")?.value]), { state: "normal" })),
    ]);
    for (const minute of [0, 1]) {
      step(fold, reading(START + minute * MINUTE, 50 + minute));
      step(fold, reading(START + minute * MINUTE, 40 + minute, "S1-A", "t2_return"));
    }
    step(fold, { tickAt: START + 2 * MINUTE });
    expect(pairs).toEqual([
      [50, 40],
      [51, 41],
    ]);
  });

  it("takes parts of a poll that come a second apart in any order", () => {
    const fold = foldOf([ruleOf(() => ({ state: "normal" }))]);
    step(fold, reading(START + 1000, 50));
    expect(() => step(fold, reading(START, 40, "S1-A", "t2_return"))).not.toThrow();
    step(fold, { tickAt: START + MINUTE });
    expect(() => step(fold, reading(START + 500, 41, "S1-A", "t2_return"))).toThrow("had been evaluated");
  });

  it("lets the last value of a point in a frame win", () => {
    const seen: number[] = [];
    const fold = foldOf([ruleOf((view) => (seen.push(view.last("S1-A", "t2_supply")!.value), { state: "normal" }))]);
    for (const value of [50, 51, 52]) step(fold, reading(START + 1, value));
    step(fold, { tickAt: START + 2 });
    expect(seen).toEqual([52]);
  });

  it("gives the same state for every order within a frame", () => {
    const signals = ["t2_supply", "t2_return", "t_out"] as const;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = seeded(seed);
        const plain = foldOf([
          ruleOf((view) => ({ state: "normal", value: (view.last("S1-A", "t2_supply")?.value ?? 0) + (view.lastHeard("S1") ?? 0) })),
        ]);
        const mixed = foldOf(plain.plan.watches.map((watch) => watch.rule));
        for (let minute = 0; minute < 30; minute++) {
          const frame = signals.map((signal) =>
            reading(START + minute * MINUTE, random() * 5 + 40, signal === "t_out" ? "S1" : "S1-A", signal),
          );
          for (const part of frame) step(plain, part);
          for (const part of frame.toSorted(() => random() - 0.5)) step(mixed, part);
        }
        for (const fold of [plain, mixed]) step(fold, { tickAt: START + HOUR });
        expect(mixed.traces).toEqual(plain.traces);
        expect(mixed.state.heardAt).toEqual(plain.state.heardAt);
      }),
      { numRuns: 30 },
    );
  });

  it("looks again when a rule asks for it, at whole milliseconds, and takes no onset that is none", () => {
    const looks: number[] = [];
    const fold = foldOf([
      {
        ...ruleOf((view) => {
          looks.push(view.at);
          return view.at < START + MINUTE
            ? { state: "normal", againAt: START + 90_000.25 }
            : { state: "fault", since: view.at === START + 90_001 ? NaN : START + 0.5 };
        }),
        everyMs: HOUR,
        holdMs: 0,
      },
    ]);
    step(fold, reading(START, 50));
    const transitions = step(fold, { tickAt: START + 2 * MINUTE });
    expect(looks).toEqual([START, START + 90_001]);
    expect(transitions).toMatchObject([{ type: "opened", episode: { since: START + 90_001, detectedAt: START + 90_001 } }]);
  });

  it("hides stale, failed and doubted values", () => {
    const fold = foldOf([]);
    for (let minute = 0; minute < 6; minute++) step(fold, reading(START + minute * MINUTE, 50));
    step(fold, { tickAt: START + 7 * MINUTE });
    expect(fold.view.last("S1-A", "t2_supply")?.value).toBe(50);
    step(fold, { tickAt: START + 9 * MINUTE });
    expect(fold.view.last("S1-A", "t2_supply")).toBeUndefined();
    step(fold, reading(START + 10 * MINUTE, null));
    step(fold, { tickAt: START + 10 * MINUTE });
    step(fold, reading(START + 11 * MINUTE, 5));
    step(fold, { tickAt: START + 11 * MINUTE });
    expect(fold.view.last("S1-A", "t2_supply")).toBeUndefined();
    expect(fold.view.since("S1-A", "t2_supply", 0)).toHaveLength(6);
  });

  it("lets station and circuit stand in for each other where there is one circuit", () => {
    const fold = foldOf([]);
    step(fold, reading(START, 48, "S1"));
    step(fold, { tickAt: START });
    expect(fold.view.last("S1-A", "t2_supply")?.value).toBe(48);
    expect(fold.view.interval("S1-A", "t2_supply")).toBeUndefined();
  });

  it("opens, raises and clears with the event times of what convinced it", () => {
    const fold = foldOf([
      ruleOf((view) => {
        const { value } = view.last("S1-A", "t2_supply") ?? { value: 0 };
        return value > 60 ? { state: "fault", severity: value > 65 ? "urgent" : "general" } : { state: "normal" };
      }),
    ]);
    const transitions = [55, 62, 67, 58].flatMap((value, minute) => step(fold, reading(START + minute * 10 * MINUTE + 7000, value)));
    transitions.push(...step(fold, { tickAt: START + HOUR }));
    expect(transitions.map(({ type }) => type)).toEqual(["opened", "raised", "cleared"]);
    expect(transitions.at(-1)!.episode).toMatchObject({
      detectedAt: START + 10 * MINUTE + 7000,
      severity: "urgent",
      clearedAt: START + 30 * MINUTE + 7000,
    });
    expect(fold.cleared).toHaveLength(1);
  });

  it("clears what is out of season", () => {
    const fold = foldOf([ruleOf(() => ({ state: "fault" }))]);
    const end = network.season.end!;
    step(fold, reading(end - HOUR, 50));
    step(fold, { tickAt: end - MINUTE });
    expect(fold.state.open.filter((episode) => episode !== undefined)).toHaveLength(1);
    step(fold, { tickAt: end + HOUR });
    expect(fold.cleared).toHaveLength(1);
  });

  it("counts a rule that throws as unknown and goes on", () => {
    const fold = foldOf([
      ruleOf(() => {
        throw new Error("broken");
      }),
      ruleOf(() => ({ state: "fault" }), { kind: "burst" }),
    ]);
    step(fold, reading(START, 50));
    const transitions = step(fold, { tickAt: START });
    expect(transitions.map(({ episode }) => episode.kind)).toEqual(["burst"]);
    expect(fold.counts).toMatchObject({ failures: 1, lastFailure: "curve_drift@S1-A: broken" });
  });

  it("makes a year of silence cheap: an hour at a time after a day", () => {
    let count = 0;
    const fold = foldOf([ruleOf(() => (count++, { state: "unknown" }), { everyMs: MINUTE })]);
    step(fold, reading(START, 50));
    step(fold, { tickAt: START + 30 * 24 * HOUR });
    expect(count).toBeLessThan(24 * 60 + 30 * 24 + 10);
  });

  it("explains an active finding anew, ever more rarely", () => {
    let explained = 0;
    const rule = ruleOf(() => ({ state: "fault" }), {
      explain: () => (explained++, { summary: { zh: "", en: "" }, evidence: [], causes: [], consequence: { zh: "", en: "" }, action: [] }),
    });
    const fold = foldOf([rule]);
    step(fold, reading(START, 50));
    step(fold, { tickAt: START + HOUR });
    expect(explained).toBeGreaterThanOrEqual(6);
    step(fold, { tickAt: START + 24 * HOUR });
    expect(explained).toBeLessThan(30);
  });

  it("keeps what every unit of a large station clears at the same moment", () => {
    const large = smallNetwork({ circuits: 1, buildings: 10, units: 30 });
    const warm = ruleOf((view) => ({ state: view.at < START + 2 * MINUTE ? "fault" : "normal" }), {
      level: "unit",
      onSignals: [],
      everyMs: MINUTE,
    });
    const fold = createFold(planStation(large, large.asset("S1")!, [warm]), oneLimitTable(limitTable(large, {})));
    step(fold, { point: pointOf(large, "S1", "t_out"), at: START, value: 1 });
    step(fold, { tickAt: START + 5 * MINUTE });
    expect(fold.cleared).toHaveLength(300);
    expect(fold.counts.episodesDropped).toBe(0);
  });
});
