import { describe, expect, it } from "vitest";
import { drawOffLimits, drawOffRule } from "../../rules/draw-off.ts";
import { holeMm } from "../../rules/leak-explanation.ts";
import { leakLimits, urgentLossM3h } from "../../rules/leak-limits.ts";
import { startLeakMemory } from "../../rules/leak-watch.ts";
import { fillingLimits, startFilling } from "../../rules/filling-test.ts";
import { leakRule } from "../../rules/leak.ts";
import { makeupFigures } from "../../rules/makeup-watch.ts";
import type { Rule } from "../../rules/rule.ts";
import { engineRun } from "../support/engine-run.ts";
import { smallNetwork } from "../support/signals.ts";
import { arrayView } from "../support/view.ts";
import { leakStory, type LeakStoryOptions } from "../support/leak-story.ts";
import { DAY_MS, HOUR_MS, loopNetwork, type LoopStory, playLoop, STORY_START } from "../support/water-loop.ts";

/** Stories of one loop's water, generated from DOMAIN 5.8-5.10 by the seed, not fitted to the rule. */

const ONSET_MS = 8 * DAY_MS + 10.3 * HOUR_MS;
const leakOf =
  (m3h: number, untilMs = Infinity) =>
  (ms: number) =>
    ms >= ONSET_MS && ms < untilMs ? m3h : 0;
const FIVE_MINUTES = { intervalMs: 300_000 };
const delayHours = (detectedAt: number): number => (detectedAt - STORY_START - ONSET_MS) / HOUR_MS;

describe("leak: what is found", () => {
  it.each([
    { m3h: 0.2, within: 14 },
    { m3h: 0.4, within: 10 },
    { m3h: 0.8, within: 6 },
    { m3h: 1.5, within: 5 },
  ])("finds $m3h m³/h within $within h, once, whatever the seed and the control", ({ m3h, within }) => {
    for (let seed = 1; seed <= 6; seed++) {
      const { episodes } = leakStory(
        { seed, days: 11, control: seed % 2 === 0 ? "vfd" : "band", setbackK: 3, leak: leakOf(m3h) },
        FIVE_MINUTES,
      );
      expect(episodes, `seed ${seed}`).toHaveLength(1);
      expect(delayHours(episodes[0]!.detectedAt), `seed ${seed}`).toBeGreaterThan(0);
      expect(delayHours(episodes[0]!.detectedAt), `seed ${seed}`).toBeLessThan(within);
      expect(Math.abs(episodes[0]!.since - STORY_START - ONSET_MS), `seed ${seed}`).toBeLessThan(3 * HOUR_MS);
      expect(episodes[0]!.clearedAt).toBeUndefined();
    }
  });

  it("finds a leak that grows from nothing to 0.8 m³/h in 14 days within four", () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { episodes } = leakStory({ seed, days: 14, leak: (ms) => 0.8 * Math.max(0, (ms - ONSET_MS) / (14 * DAY_MS)) }, FIVE_MINUTES);
      expect(episodes).toHaveLength(1);
      expect(delayHours(episodes[0]!.detectedAt)).toBeGreaterThan(0);
      expect(delayHours(episodes[0]!.detectedAt)).toBeLessThan(96);
    }
  });

  it.each([10, 60, 900])("works with reports every %i s", (seconds) => {
    const days = 4;
    const leak = (ms: number): number => (ms >= 3 * DAY_MS + 3 * HOUR_MS ? 0.8 : 0);
    const { episodes } = leakStory({ seed: 5, days, leak }, { intervalMs: seconds * 1000 });
    expect(episodes).toHaveLength(1);
    expect((episodes[0]!.detectedAt - STORY_START) / HOUR_MS - 75).toBeLessThan(9);
  });

  it("finds a large leak on the second day, when only a pooled habit is known", () => {
    const { episodes } = leakStory({ seed: 3, days: 2, leak: (ms) => (ms >= 30 * HOUR_MS ? 1.2 : 0) }, FIVE_MINUTES);
    expect(episodes).toHaveLength(1);
    expect((episodes[0]!.detectedAt - STORY_START) / HOUR_MS).toBeLessThan(35);
  });

  it("finds a loss above 1 % of circulation that was there from the start", () => {
    const { episodes, memory } = leakStory({ seed: 4, days: 3, leak: () => 3.5 }, FIVE_MINUTES);
    expect(episodes).toHaveLength(1);
    expect(episodes[0]!.severity).toBe("urgent");
    expect(memory.alarm?.tier).toBe("absolute");
  });

  it("goes by flow or pump state where there is no totaliser, if they come every minute", () => {
    for (const signals of [
      ["mk_flow", "p2_return", "t2_supply", "t2_return"] as const,
      ["mk_pump", "p2_return", "t2_supply", "t2_return"] as const,
    ]) {
      const { episodes } = leakStory({ seed: 6, days: 10, leak: leakOf(0.8) }, { intervalMs: 60_000, signals });
      expect(episodes, `by ${signals[0]}`).toHaveLength(1);
      expect(delayHours(episodes[0]!.detectedAt)).toBeLessThan(14);
    }
    const sparse = leakStory(
      { seed: 6, days: 10, leak: leakOf(0.8) },
      { intervalMs: 300_000, signals: ["mk_flow", "p2_return", "t2_supply", "t2_return"] },
    );
    expect(sparse.episodes).toEqual([]);
    expect(makeupFigures(sparse.memory).makeupM3h).toBeNull();
  });

  it("is urgent above 1 % of circulation and general below", () => {
    expect(leakStory({ seed: 2, days: 10, leak: leakOf(0.8) }, FIVE_MINUTES).episodes[0]!.severity).toBe("general");
    expect(leakStory({ seed: 2, days: 10, leak: leakOf(3.2) }, FIVE_MINUTES).episodes[0]!.severity).toBe("urgent");
  });

  it("becomes urgent when it grows by more than 0.2 m³/h a day", () => {
    const { episodes, memory } = leakStory(
      { seed: 2, days: 12, leak: (ms) => Math.max(0, (0.5 * (ms - ONSET_MS)) / DAY_MS) },
      FIVE_MINUTES,
    );
    expect(episodes[0]!.severity).toBe("urgent");
    expect(memory.alarm!.growthM3hDay).toBeGreaterThan(0.3);
    expect(memory.alarm!.growthM3hDay).toBeLessThan(0.7);
  });

  it("clears some hours after the repair, keeps its base meanwhile, and finds the next leak", () => {
    const repaired = ONSET_MS + 2 * DAY_MS;
    const { episodes, memory } = leakStory(
      { seed: 7, days: 14, leak: (ms) => leakOf(0.6, repaired)(ms) + (ms >= repaired + 2 * DAY_MS ? 0.6 : 0) },
      FIVE_MINUTES,
    );
    expect(episodes).toHaveLength(2);
    const clearedHours = (episodes[0]!.clearedAt! - STORY_START - repaired) / HOUR_MS;
    expect(clearedHours).toBeGreaterThan(2);
    expect(clearedHours).toBeLessThan(12);
    expect(episodes[1]!.detectedAt - STORY_START).toBeGreaterThan(repaired + 2 * DAY_MS);
    expect(makeupFigures(memory).expectedM3h).toBeLessThan(0.65);
  });
});

describe("leak: what is not one", () => {
  const at = (day: number, hour: number): number => day * DAY_MS + hour * HOUR_MS;

  it.each<[string, Partial<LoopStory>, LeakStoryOptions["change"]?]>([
    ["a healthy loop", {}],
    ["a night set-back of 5 K", { setbackK: 5 }],
    [
      "a cold snap of +8 K within six hours, and its end",
      {
        warmK: (ms) =>
          8 * Math.max(0, Math.min(1, (ms - at(9, 2)) / (6 * HOUR_MS))) - 8 * Math.max(0, Math.min(1, (ms - at(10, 12)) / (6 * HOUR_MS))),
      },
    ],
    ["a drain of 3 m³ in one hour", { drains: [{ atMs: at(9, 9.2), hours: 1, m3: 3 }] }],
    ["a drain of 15 m³ in three hours", { drains: [{ atMs: at(9, 9.2), hours: 3, m3: 15 }] }],
    [
      "a drain of 12 m³ in two hours, two days running",
      {
        drains: [
          { atMs: at(9, 13.9), hours: 2, m3: 12 },
          { atMs: at(10, 9.1), hours: 2, m3: 12 },
        ],
      },
    ],
    ["a water volume that is half as large again as the file says", { volumeM3: 158, setbackK: 4 }],
    ["temperatures in whole kelvins", { setbackK: 3 }, (signal, value) => (signal.startsWith("t2_") ? Math.round(value) : value)],
    ["no pressure signal", {}, (signal, value) => (signal === "p2_return" ? undefined : value)],
    ["a replaced totaliser", {}, (signal, value, ms) => (signal === "mk_total" && ms >= at(9, 11) ? value - 990 : value)],
    ["a totaliser set forward by 5000 m³", {}, (signal, value, ms) => (signal === "mk_total" && ms >= at(9, 11) ? value + 5000 : value)],
    [
      "a totaliser that drops to zero now and then",
      {},
      (signal, value, ms) => (signal === "mk_total" && Math.floor(ms / 300_000) % 97 === 0 ? 0 : value),
    ],
    ["two days without data", {}, (_, value, ms) => (ms >= at(8, 3) && ms < at(10, 3) ? undefined : value)],
    ["data of every third hour only", {}, (_, value, ms) => (Math.floor(ms / HOUR_MS) % 3 === 0 ? value : undefined)],
  ])("is not %s", (_, story, change) => {
    for (let seed = 1; seed <= 5; seed++) {
      const control = seed % 2 === 0 ? "vfd" : "band";
      expect(leakStory({ seed, days: 12, control, ...story }, { ...FIVE_MINUTES, change }).episodes, `seed ${seed}`).toEqual([]);
    }
  });

  it("stays silent while commissioning but for a large loss", () => {
    const network = loopNetwork({
      season: {
        filling: STORY_START - 10 * DAY_MS,
        commissioning: STORY_START,
        heating: STORY_START + 30 * DAY_MS,
        end: STORY_START + 100 * DAY_MS,
      },
    });
    expect(leakStory({ seed: 1, days: 11, leak: leakOf(0.7) }, { ...FIVE_MINUTES, network }).episodes).toEqual([]);
    const large = leakStory({ seed: 1, days: 11, leak: leakOf(2.5) }, { ...FIVE_MINUTES, network });
    expect(large.episodes).toHaveLength(1);
  });

  it("is unknown, not normal, while nothing can be balanced, and does not clear for want of data", () => {
    const { episodes, memory } = leakStory(
      { seed: 9, days: 12, leak: leakOf(0.8, ONSET_MS + 12 * HOUR_MS) },
      { ...FIVE_MINUTES, change: (_, value, ms) => (ms > ONSET_MS + 10 * HOUR_MS ? undefined : value) },
    );
    expect(episodes).toHaveLength(1);
    expect(episodes[0]!.clearedAt).toBeUndefined();
    expect(memory.alarm).toBeDefined();
  });
});

describe("leak: what is told", () => {
  it("sizes holes as DOMAIN 3.3 does", () => {
    for (const [mm, m3h] of [
      [1, 0.04],
      [2, 0.17],
      [3, 0.39],
      [5, 1.1],
      [10, 4.3],
      [20, 17.3],
    ] as const)
      expect(Math.abs(holeMm(m3h, 300, 45) / mm - 1)).toBeLessThan(0.05);
  });

  it("gives loss, hole, curve and a pipe leak first when night and day are alike", () => {
    const { view, episodes } = leakStory({ seed: 3, days: 11, baseM3h: 0.3, leak: leakOf(0.5) }, FIVE_MINUTES);
    const told = leakRule.explain(startFilling(), view.network.asset("S1-H")!, view, episodes[0]!.since);
    expect(told.causes[0]!.id).toBe("pipe_leak");
    expect(told.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
    const loss = told.evidence.find(({ name }) => name.en === "Estimated loss")!.value!;
    expect(Math.abs(loss - 0.5)).toBeLessThan(0.08);
    expect(told.summary.zh).toContain("m³/h");
    const [makeup, sum] = told.evidence;
    expect(makeup!.curve!.times).toHaveLength(168);
    expect(makeup!.curve!.times.every((time, index, times) => index === 0 || time === times[index - 1]! + HOUR_MS)).toBe(true);
    expect(makeup!.curve!.values.at(-1)! - makeup!.curve!.expected!.at(-1)!).toBeGreaterThan(0.3);
    expect(sum!.value).toBeGreaterThan(20);
  });

  it("shows the loss from which on it is urgent, also in a small loop, and no hole where there is no pressure", () => {
    const small = smallNetwork({ circulationM3h: 8 });
    expect(urgentLossM3h(small.asset("S1-A")!, arrayView(small, leakLimits))).toBe(0.5);
    const { view, episodes } = leakStory(
      { seed: 3, days: 11, baseM3h: 0.3, leak: leakOf(0.5) },
      { ...FIVE_MINUTES, change: (signal, value, ms) => (signal === "p2_return" && ms > 11 * DAY_MS - HOUR_MS ? 0 : value) },
    );
    const told = leakRule.explain(startFilling(), view.network.asset("S1-H")!, view, episodes[0]!.since);
    expect(told.summary.en).toContain("the size of a — mm hole");
    expect(JSON.stringify(told)).not.toContain("NaN");
  });

  it("puts drawn water first when the excess comes by morning and evening only", () => {
    const draw = (ms: number): number => {
      const hour = (ms / HOUR_MS) % 24;
      return ms >= ONSET_MS && ((hour >= 6 && hour < 9) || (hour >= 17 && hour < 22)) ? 1 : 0;
    };
    const { view, episodes } = leakStory(
      { seed: 3, days: 13, draw },
      { ...FIVE_MINUTES, rules: [leakRule as Rule, drawOffRule as Rule], limits: drawOffLimits },
    );
    // The first evening looks like a leak; after the first quiet night it is a draw-off, and nights do not clear it.
    expect(episodes.map(({ kind }) => kind)).toEqual(["leak", "draw_off"]);
    expect(episodes[0]!.clearedAt).toBeDefined();
    expect(episodes[1]!.clearedAt).toBeUndefined();
    const told = drawOffRule.explain(null, view.network.asset("S1-H")!, view, episodes[1]!.since);
    expect(told.causes[0]!.id).toBe("draw_off");
    expect(told.causes[0]!.pro[0]!.en).toMatch(/night/);
  });

  it("shows the last hour's makeup, the habit and the sum on the live page", () => {
    const { memory } = leakStory({ seed: 1, days: 6, baseM3h: 0.4 }, FIVE_MINUTES);
    const figures = makeupFigures(memory);
    expect(Math.abs(figures.makeupM3h! - 0.45)).toBeLessThan(0.2);
    expect(Math.abs(figures.expectedM3h! - 0.45)).toBeLessThan(0.2);
    expect(figures.cusumLimit).toBe(20);
    expect(figures.cusum).toBeLessThan(20);
    expect(makeupFigures(startLeakMemory())).toEqual({
      makeupM3h: null,
      expectedM3h: null,
      cusum: null,
      cusumLimit: null,
    });
  });
});

describe("leak in the engine", () => {
  it("opens one finding with evidence, survives a copy of its memory, and clears after the repair", () => {
    const network = loopNetwork();
    const run = engineRun(network, [leakRule as never], { ...leakLimits, ...fillingLimits });
    const repaired = ONSET_MS + 20 * HOUR_MS;
    playLoop({ seed: 12, days: 10, leak: leakOf(0.8, repaired) }, 300_000, ({ at, values }) => {
      for (const [signal, value] of Object.entries(values)) run.put("S1-H", signal as keyof typeof values, at, value);
      if (at === STORY_START + 5 * DAY_MS) run.fold.state = structuredClone(run.fold.state);
    });
    expect(run.fold.counts.failures).toBe(0);
    expect(run.opened).toHaveLength(1);
    expect(delayHours(run.opened[0]!.detectedAt)).toBeLessThan(6);
    expect(run.opened[0]!.evidence.length).toBeGreaterThan(2);
    expect(run.cleared).toHaveLength(1);
    expect((run.cleared[0]!.clearedAt! - STORY_START - repaired) / HOUR_MS).toBeLessThan(12);
  });
});

describe("leak by Monte Carlo", () => {
  it("raises nothing over 12 healthy months with drains and set-back", () => {
    for (let seed = 101; seed <= 112; seed++) {
      const drains = [{ atMs: (6 + (seed % 9)) * DAY_MS + 9.4 * HOUR_MS, hours: 1 + (seed % 3), m3: 3 + (seed % 13) }];
      const { episodes } = leakStory(
        { seed, days: 30, drains, setbackK: seed % 4, control: seed % 5 === 0 ? "vfd" : "band", phaseMs: 60_000 * (seed % 5) },
        FIVE_MINUTES,
      );
      expect(episodes, `seed ${seed}`).toEqual([]);
    }
  });
});
