import { describe, expect, it } from "vitest";
import { airEventsObserver, priorOf, startPriorEvents } from "../../rules/air-lock-events.ts";
import { type AirLockMemory, airLockLimits, airLockRule, airLockScore } from "../../rules/air-lock.ts";
import { underHeatedLimits, underHeatedRule } from "../../rules/under-heated.ts";
import { engineRun } from "../support/engine-run.ts";
import { playUnits, storyNetwork, type UnitRun, type UnitStory, unitStory } from "../support/unit-story.ts";
import { arrayView } from "../support/view.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, STORY_START } from "../support/water-loop.ts";

/** Stories of air in a riser, generated from the closed-form radiator law of DOMAIN 5.3 by the seed, not fitted to the rule. */

const ONSET_MS = 5 * DAY_MS + 10.4 * HOUR_MS;
const play = (story: Partial<UnitStory>): UnitRun<AirLockMemory> =>
  unitStory(airLockRule, airLockLimits, { seed: 1, days: 7, setbackK: 3, ...story });
const lock =
  (share: number, untilMs = Infinity) =>
  (unit: number, ms: number) =>
    unit === 3 && ms >= ONSET_MS && ms < untilMs ? share : 1;
/** Half an hour at 180 kPa, with 230 kPa of static need, some hours before the onset. */
const dip =
  (hoursBefore: number, kpa = 180) =>
  (ms: number) =>
    ms >= ONSET_MS - hoursBefore * HOUR_MS && ms < ONSET_MS - (hoursBefore - 0.5) * HOUR_MS ? kpa : 265;
const stop = (ms: number): number => (ms >= ONSET_MS - 3 * HOUR_MS && ms < ONSET_MS - 2.6 * HOUR_MS ? 0 : 1);
const hours = (at: number): number => (at - STORY_START - ONSET_MS) / HOUR_MS;
const tell = (run: UnitRun<AirLockMemory>): ReturnType<typeof airLockRule.explain> =>
  airLockRule.explain(run.memories.get("U3")!, run.network.asset("U3")!, run.view, run.episodes.get("U3")![0]!.since);

describe("air lock: what is found", () => {
  const cases = (["radiator", "floor"] as const).flatMap((heating) =>
    [5, 15, 30, 60].map((intervalMinutes) => ({ heating, intervalMinutes })),
  );

  it.each(cases)(
    "finds air after a pressure dip within 6 h: $heating, reports every $intervalMinutes min",
    ({ heating, intervalMinutes }) => {
      for (const share of [0.15, 0.3, 0.42]) {
        for (const seed of [1, 2, 3]) {
          const run = play({ seed, days: 6, heating, intervalMinutes, flow: lock(share), returnKpa: dip(5) });
          expect(
            run.all.map(({ unit }) => unit),
            `seed ${seed}, flow ${share}`,
          ).toEqual(["U3"]);
          expect(hours(run.all[0]!.detectedAt)).toBeGreaterThan(2);
          expect(hours(run.all[0]!.detectedAt), `seed ${seed}, flow ${share}`).toBeLessThan(6);
          expect(Math.abs(hours(run.all[0]!.since))).toBeLessThan(2.5);
        }
      }
    },
  );

  it("finds air after a pump stop, a refill, and filling", () => {
    expect(play({ flow: lock(0.3), pump: stop }).all.map(({ unit }) => unit)).toEqual(["U3"]);
    const season = {
      filling: STORY_START - 4 * DAY_MS,
      commissioning: STORY_START + 3 * DAY_MS,
      heating: STORY_START + 20 * DAY_MS,
      end: STORY_START + 90 * DAY_MS,
    };
    const filled = play({ flow: lock(0.3), season });
    expect(filled.all.map(({ unit }) => unit)).toEqual(["U3"]);
    expect(filled.memories.get("U3")!.signs!.prior!.kind).toBe("filling");
  });

  it("learns the usual pressure where the static need is not given", () => {
    const run = play({ flow: lock(0.3), returnKpa: dip(5), facts: { staticPressureKpa: undefined } });
    expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
    expect(Math.abs(run.view.observed(airEventsObserver, "S1-H")!.usualKpa - 265)).toBeLessThan(5);
  });

  it("needs no event when the return flutters and opening the valve was in vain", () => {
    const flutter = (unit: number, ms: number): number => (unit === 3 && ms >= ONSET_MS ? 0.5 : 0);
    const valve = (unit: number, ms: number): number => (unit === 3 && ms >= ONSET_MS + 5 * HOUR_MS ? 95 : 75);
    const found = [1, 2, 3, 4].filter((seed) =>
      play({ seed, intervalMinutes: 15, flow: lock(0.35), flutter, valve }).all.some(({ unit }) => unit === "U3"),
    );
    expect(found.length).toBeGreaterThanOrEqual(3);
    const run = play({ seed: found[0]!, intervalMinutes: 15, flow: lock(0.35), flutter, valve });
    expect(run.memories.get("U3")!.signs!.unresponsive).toBe(true);
  });

  it("clears within two hours of venting, and again finds the next", () => {
    const vented = ONSET_MS + 20 * HOUR_MS;
    const run = play({ flow: lock(0.3, vented), returnKpa: dip(5) });
    expect(run.all).toHaveLength(1);
    expect(hours(run.all[0]!.clearedAt!) - 20).toBeGreaterThan(0.5);
    expect(hours(run.all[0]!.clearedAt!) - 20).toBeLessThan(2.5);
  });

  it("stays for as long as the air does, beyond the 72 h of its event", () => {
    const run = play({ days: 10, flow: lock(0.3), returnKpa: dip(5) });
    expect(run.all).toHaveLength(1);
    expect(run.all[0]!.clearedAt).toBeUndefined();
  });

  it("is urgent in frost or with ten starved units", () => {
    expect(play({ flow: lock(0.3), returnKpa: dip(5) }).all[0]!.severity).toBe("general");
    const many = play({ unitCount: 25, days: 6, flow: (unit, ms) => (unit < 11 && ms >= ONSET_MS ? 0.3 : 1), returnKpa: dip(5) });
    expect(new Set(many.all.map(({ unit }) => unit)).size).toBe(11);
    expect(many.all.every(({ severity }) => severity === "urgent")).toBe(true);
    expect(play({ flow: lock(0.3), returnKpa: dip(5), outdoorC: () => -12, facts: { designOutdoorC: -17 } }).all[0]!.severity).toBe(
      "urgent",
    );
  });
});

describe("air lock: what is not one", () => {
  it.each<[string, Partial<UnitStory>]>([
    ["a pressure dip without a starved unit", { returnKpa: dip(5), setbackK: 6 }],
    ["a starved unit without any event", { flow: lock(0.3) }],
    ["a dip more than 72 h before", { flow: lock(0.3), returnKpa: dip(80) }],
    ["a dip that came after the unit was starved", { flow: lock(0.3), returnKpa: dip(-8) }],
    ["a pressure that stays above the static need", { flow: lock(0.3), returnKpa: dip(5, 220) }],
    [
      "a single low pressure sample",
      {
        flow: lock(0.3),
        returnKpa: (ms) => (Math.floor(ms / (5 * MINUTE_MS)) === Math.floor((ONSET_MS - 5 * HOUR_MS) / (5 * MINUTE_MS)) ? 0 : 265),
      },
    ],
    ["a closed valve", { flow: lock(0.3), returnKpa: dip(5), valve: (unit, ms) => (unit === 3 && ms >= ONSET_MS ? 4 : 80) }],
    [
      "a valve that was throttled at the onset",
      { flow: lock(0.3), returnKpa: dip(5), valve: (unit, ms) => (unit === 3 && ms >= ONSET_MS ? 25 : 80) },
    ],
    [
      "a valve that does not obey and stands half shut",
      { flow: lock(0.3), returnKpa: dip(5), valve: (unit) => (unit === 3 ? 40 : 80), command: () => 80 },
    ],
    ["no circulation at all", { flow: lock(0), returnKpa: dip(5) }],
    ["a suspended unit", { flow: lock(0.3), returnKpa: dip(5), unitFacts: (unit) => ({ suspended: unit === 3 }) }],
    [
      "a strainer that clogs over a week",
      {
        days: 10,
        flow: (unit, ms) => (unit === 3 ? 1 - 0.65 * Math.max(0, Math.min(1, (ms - 3 * DAY_MS) / (6 * DAY_MS))) : 1),
        returnKpa: dip(5),
      },
    ],
    ["two thirds of the flow", { flow: lock(0.67), returnKpa: dip(5) }],
  ])("is not %s", (_, story) => {
    for (const heating of ["radiator", "floor"] as const) {
      for (const seed of [1, 2, 3]) expect(play({ seed, heating, ...story }).all, `${heating}, seed ${seed}`).toEqual([]);
    }
  });

  it("leaves the low scores to the under-heated rule", () => {
    const story: UnitStory = { seed: 2, days: 7, flow: lock(0.3) };
    expect(unitStory(airLockRule, airLockLimits, story).all).toEqual([]);
    expect(unitStory(underHeatedRule, underHeatedLimits, story).all.map(({ unit }) => unit)).toEqual(["U3"]);
  });
});

describe("air lock: score and events", () => {
  it("adds 0.4, 0.3, 0.2 and 0.2", () => {
    const nothing = { prior: undefined, flutter: Number.NaN, unresponsive: false, throttled: false, riseHours: 1 };
    const prior = { kind: "dip", at: 0 } as const;
    expect(airLockScore(nothing, 3)).toBeCloseTo(0.4, 9);
    expect(airLockScore({ ...nothing, prior }, 3)).toBeCloseTo(0.7, 9);
    expect(airLockScore({ ...nothing, flutter: 3 }, 3)).toBeCloseTo(0.6, 9);
    expect(airLockScore({ ...nothing, flutter: 3, unresponsive: true }, 3)).toBeCloseTo(0.8, 9);
    expect(airLockScore({ ...nothing, prior, flutter: 4, unresponsive: true }, 3)).toBeCloseTo(1.1, 9);
  });

  it("takes the nearest event before the onset, within the window", () => {
    const events = startPriorEvents();
    events.runs.dip = { beganAt: 10 * HOUR_MS, seenAt: 11 * HOUR_MS };
    events.runs.stop = { beganAt: 30 * HOUR_MS, seenAt: 30 * HOUR_MS };
    expect(priorOf(events, 40 * HOUR_MS, 72 * HOUR_MS, HOUR_MS)).toEqual({ kind: "stop", at: 30 * HOUR_MS });
    expect(priorOf(events, 20 * HOUR_MS, 72 * HOUR_MS, HOUR_MS)?.kind).toBe("dip");
    expect(priorOf(events, 9.5 * HOUR_MS, 72 * HOUR_MS, HOUR_MS)?.kind).toBe("dip");
    expect(priorOf(events, 200 * HOUR_MS, 72 * HOUR_MS, HOUR_MS)).toBeUndefined();
    expect(priorOf(startPriorEvents(), 0, 72 * HOUR_MS, HOUR_MS)).toBeUndefined();
  });

  it("takes 2 m³ in 20 min for a refill, and a makeup counter that was replaced for none", () => {
    const network = storyNetwork({ seed: 1, days: 1 });
    const refillM3 = (step: number): number => {
      const view = arrayView(network, airLockLimits);
      for (let minute = 0; minute <= 20; minute++)
        view.put("S1-H", "mk_total", STORY_START + minute * MINUTE_MS, 1000 + (minute > 10 ? step : 0) + (minute > 9 ? step : 0));
      view.moveTo(STORY_START + 20 * MINUTE_MS);
      const events = startPriorEvents();
      airEventsObserver.observe(events, network.asset("S1-H")!, view);
      return events.refillM3;
    };
    expect(refillM3(1)).toBe(2);
    expect(refillM3(4000)).toBeNaN();
    expect(refillM3(-400)).toBeNaN();
  });
});

describe("air lock: what is told", () => {
  it("names the dip, the index and what to do", () => {
    const run = play({ days: 6, flow: lock(0.3), returnKpa: dip(5) });
    const told = tell(run);
    expect(told.summary.zh).toMatch(/5 小时前回压跌至 1[78]\d kPa/);
    expect(told.summary.en).toMatch(/cooling index is [12]\.\d+/);
    expect(told.causes[0]!.id).toBe("air_lock");
    expect(told.causes[0]!.pro.length).toBeGreaterThan(0);
    expect(told.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
    expect(told.evidence[0]!.curve!.times.length).toBeLessThanOrEqual(336);
    expect(told.evidence.find(({ signal }) => signal === "p2_return")!.value).toBeLessThan(185);
    expect(told.action.map(({ zh }) => zh).join()).toMatch(/排气/);
  });
});

describe("air lock in the engine", () => {
  it("opens before the under-heated rule does, both clear after venting, and memories may be copied", () => {
    const vented = ONSET_MS + 20 * HOUR_MS;
    const story: UnitStory = { seed: 4, days: 8, flow: lock(0.25, vented), returnKpa: dip(5) };
    const network = storyNetwork(story);
    const run = engineRun(network, [airLockRule, underHeatedRule] as never, { ...airLockLimits, ...underHeatedLimits });
    let copied = false;
    playUnits(story, network, run.put, (at) => {
      if (copied || at < STORY_START + 5.5 * DAY_MS) return;
      copied = true;
      run.fold.state = structuredClone(run.fold.state);
    });
    expect(run.fold.counts.failures).toBe(0);
    expect(run.opened.map(({ kind, asset }) => `${kind} ${asset}`)).toEqual(["air_lock U3", "under_heated U3"]);
    expect(run.cleared).toHaveLength(2);
    expect(run.opened[0]!.summary.zh).toContain("集气");
  });
});
