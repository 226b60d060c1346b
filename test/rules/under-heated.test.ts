import { describe, expect, it } from "vitest";
import { coolingLimits } from "../../rules/cooling-index.ts";
import { type UnderHeatedMemory, underHeatedLimits, underHeatedRule } from "../../rules/under-heated.ts";
import { engineRun } from "../support/engine-run.ts";
import { playUnits, storyNetwork, type UnitRun, type UnitStory, unitStory } from "../support/unit-story.ts";
import { DAY_MS, HOUR_MS, STORY_START } from "../support/water-loop.ts";

/** Stories of a circuit's units, generated from the closed-form radiator law of DOMAIN 5.3 by the seed, not fitted to the rule. */

type Run = UnitRun<UnderHeatedMemory>;

const ONSET_MS = 5 * DAY_MS + 10.4 * HOUR_MS;
const play = (story: Partial<UnitStory>): Run => unitStory(underHeatedRule, underHeatedLimits, { seed: 1, days: 8, setbackK: 3, ...story });
const starve =
  (share: number, untilMs = Infinity) =>
  (unit: number, ms: number) =>
    unit === 3 && ms >= ONSET_MS && ms < untilMs ? share : 1;
const delays = (run: Run, unit = "U3"): number[] =>
  run.episodes.get(unit)!.map(({ detectedAt }) => (detectedAt - STORY_START - ONSET_MS) / HOUR_MS);
const tell = (run: Run, unit = "U3"): ReturnType<typeof underHeatedRule.explain> =>
  underHeatedRule.explain(run.memories.get(unit)!, run.network.asset(unit)!, run.view, run.episodes.get(unit)![0]!.since);

describe("under-heated: what is found", () => {
  const cases = (["radiator", "floor"] as const).flatMap((heating) =>
    [5, 15, 30, 60].map((intervalMinutes) => ({ heating, intervalMinutes })),
  );

  it.each(cases)("finds near blockage within 6 h: $heating, reports every $intervalMinutes min", ({ heating, intervalMinutes }) => {
    for (const share of [0, 0.1, 0.25]) {
      for (const seed of [1, 2, 3]) {
        const run = play({ seed, days: 6, heating, intervalMinutes, flow: starve(share) });
        expect(
          run.all.map(({ unit }) => unit),
          `seed ${seed}, flow ${share}`,
        ).toEqual(["U3"]);
        expect(delays(run)[0], `seed ${seed}, flow ${share}`).toBeGreaterThan(0);
        expect(delays(run)[0], `seed ${seed}, flow ${share}`).toBeLessThan(6);
        expect(Math.abs(run.all[0]!.since - STORY_START - ONSET_MS)).toBeLessThan(3 * HOUR_MS);
      }
    }
  });

  it.each(cases)("finds half the flow within 18 h: $heating, reports every $intervalMinutes min", ({ heating, intervalMinutes }) => {
    for (const seed of [4, 5]) {
      const run = play({ seed, days: 7, heating, intervalMinutes, flow: starve(0.45) });
      expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
      expect(delays(run)[0]).toBeLessThan(18);
    }
  });

  it("finds a unit that was nearly blocked before anything was known of it; one that gets half is a matter of balance", () => {
    const run = play({ days: 6, flow: (unit) => (unit === 3 ? 0.25 : 1) });
    expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
    expect(
      tell(run)
        .causes.slice(0, 3)
        .map(({ id }) => id),
    ).toContain("clogged_filter");
    // Never taken for usual as long as it lasts.
    expect(run.all[0]!.clearedAt).toBeUndefined();
    expect(play({ days: 6, flow: (unit) => (unit === 3 ? 0.5 : 1) }).all).toEqual([]);
  });

  it("goes by the return where units report nothing else", () => {
    const run = play({ supplySensors: false, flow: starve(0.4) });
    expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
    expect(delays(run)[0]).toBeLessThan(18);
  });

  it("goes by the own base where there are too few peers", () => {
    const run = play({ unitCount: 3, flow: (unit, ms) => (unit === 1 && ms >= ONSET_MS ? 0.25 : 1) });
    expect(run.all.map(({ unit }) => unit)).toEqual(["U1"]);
  });

  it("finds cold rooms although the water is normal", () => {
    for (const seed of [1, 2, 3]) {
      const run = play({
        seed,
        rooms: 3,
        roomOffsetK: (unit, _, ms) => (unit === 3 && ms >= ONSET_MS ? -Math.min(3, (ms - ONSET_MS) / (8 * HOUR_MS)) : 0),
      });
      expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
      const told = tell(run);
      expect(told.causes[0]!.id).toBe("indoor");
      expect(told.summary.en).toMatch(/room sensors below 18/);
    }
  });

  it("clears within hours of the repair and not before", () => {
    const repaired = ONSET_MS + 20 * HOUR_MS;
    for (const share of [0.2, 0.5]) {
      const run = play({ flow: starve(share, repaired) });
      expect(run.all).toHaveLength(1);
      const cleared = (run.all[0]!.clearedAt! - STORY_START - repaired) / HOUR_MS;
      expect(cleared).toBeGreaterThan(1);
      expect(cleared).toBeLessThan(5);
    }
  });

  it("is urgent in hard frost or with a room below 16 °C", () => {
    expect(play({ flow: starve(0.2) }).all[0]!.severity).toBe("general");
    expect(play({ flow: starve(0.2), outdoorC: () => -12, facts: { designOutdoorC: -17 } }).all[0]!.severity).toBe("urgent");
    const cold = play({ days: 9, rooms: 2, flow: starve(0.1), outdoorC: () => -5 });
    expect(cold.episodes.get("U3")![0]!.severity).toBe("urgent");
  });
});

describe("under-heated: what is not one", () => {
  const at = (day: number, hour: number): number => day * DAY_MS + hour * HOUR_MS;

  it.each<[string, Partial<UnitStory>]>([
    ["healthy units with noisy sensors", { noiseK: 0.4 }],
    ["a night set-back of 6 K", { setbackK: 6, intervalMinutes: 60, rooms: 2 }],
    ["a suspended unit", { flow: (unit) => (unit === 3 ? 0.05 : 1), unitFacts: (unit) => ({ suspended: unit === 3 }) }],
    ["a circuit that is cold as a whole", { supplyShiftK: (ms) => (ms >= ONSET_MS ? -9 : 0), rooms: 3 }],
    ["a cold spell", { outdoorC: (ms) => (ms >= at(5, 0) ? -9 : 0) }],
    ["a pump stop of the whole circuit for four hours", { pump: (ms) => (ms >= ONSET_MS && ms < ONSET_MS + 4 * HOUR_MS ? 0 : 1) }],
    ["80 % of the flow", { flow: starve(0.8) }],
    [
      "a small imbalance since the start, also when it turns cold",
      { flow: (unit) => (unit === 3 ? 0.85 : 1), outdoorC: (ms) => (ms >= at(5, 0) ? -8 : 2) },
    ],
    ["a short throttling of six hours", { flow: starve(0.5, ONSET_MS + 6 * HOUR_MS) }],
    [
      "open windows",
      {
        rooms: 2,
        roomOffsetK: (unit, _, ms) => (unit === 3 && ms >= at(6, 9) && ms < at(6, 15) ? -5 : 0),
      },
    ],
    [
      "corner and top rooms a little below 18 °C",
      { rooms: 4, roomPosition: (_, room) => (room === 0 ? "corner" : "middle"), roomOffsetK: (_, room) => (room === 0 ? -2.5 : 0.5) },
    ],
    [
      "a circuit with too little heat, in which one unit is the first below 18 °C",
      { rooms: 3, roomOffsetK: (unit) => (unit === 3 ? -2.4 : -1.8) },
    ],
    ["one lone sensor at a window", { rooms: 1, roomOffsetK: (unit) => (unit === 3 ? -3 : 0) }],
    [
      "a valve that balancing has told to close a little",
      {
        flow: starve(0.5),
        valve: (unit, ms) => (unit === 3 && ms >= ONSET_MS ? 48 : 60),
        command: (unit, ms) => (unit === 3 && ms >= ONSET_MS ? 48 : 60),
      },
    ],
    ["mild weather with hardly any drop", { outdoorC: () => 14, flow: starve(0.5) }],
  ])("is not %s", (_, story) => {
    for (const heating of ["radiator", "floor"] as const) {
      for (const seed of [1, 2, 3]) expect(play({ seed, heating, ...story }).all, `${heating}, seed ${seed}`).toEqual([]);
    }
  });

  it("cold rooms only by night", () => {
    const run = play({
      rooms: 3,
      roomOffsetK: (unit, _, ms) => (unit === 3 && ((ms / HOUR_MS) % 24 >= 22 || (ms / HOUR_MS) % 24 < 7) ? -3 : 0.5),
    });
    expect(run.all).toEqual([]);
  });

  it("is unknown without data and does not clear for want of them", () => {
    const story: UnitStory = { seed: 1, days: 8, flow: starve(0.2) };
    const network = storyNetwork(story);
    const run = engineRun(network, [underHeatedRule as never], underHeatedLimits);
    playUnits(
      story,
      network,
      (asset, signal, at, value) => at < STORY_START + 6 * DAY_MS && run.put(asset, signal, at, value),
      () => {},
    );
    run.tick(STORY_START + 8 * DAY_MS);
    expect(run.opened).toHaveLength(1);
    expect(run.cleared).toEqual([]);
  });
});

describe("under-heated: what is told", () => {
  it("gives the index with its week, the flow left and the time to 18 °C", () => {
    const run = play({ days: 6, rooms: 2, setbackK: 0, flow: starve(0.3), outdoorC: () => -5.3 });
    const told = tell(run);
    const index = told.evidence[0]!;
    expect(index.value).toBeGreaterThan(1.6);
    expect(index.expected).toBeLessThan(1.15);
    expect(index.curve!.times.length).toBeLessThanOrEqual(336);
    expect(index.curve!.expected).toHaveLength(index.curve!.times.length);
    expect(index.text.en).toMatch(/peers 0\.\d+-1\.\d+ \(12 units\)/);
    const left = Number(/about (\d+) % of the design flow/.exec(told.summary.en)![1]);
    expect(left).toBeGreaterThan(20);
    expect(left).toBeLessThan(40);
    expect(told.summary.zh).toMatch(/约 \d+ 小时后室温降到 18/);
    expect(told.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1);
    expect(told.action.length).toBeGreaterThan(2);
  });

  it("puts a closed valve first", () => {
    const run = play({ days: 6, flow: starve(0), valve: (unit, ms) => (unit === 3 && ms >= ONSET_MS ? 2 : 80) });
    const [first] = tell(run).causes;
    expect(first!.id).toBe("closed_valve");
    expect(first!.share).toBeGreaterThan(0.5);
    expect(tell(run).summary.zh).toContain("无循环");
  });

  it("puts a clogged strainer first when the index crept up over days", () => {
    const creeping = (unit: number, ms: number): number =>
      unit === 3 ? 1 - 0.62 * Math.max(0, Math.min(1, (ms - 4 * DAY_MS) / (7 * DAY_MS))) : 1;
    for (const seed of [1, 2, 3]) {
      const run = play({ seed, days: 12, flow: creeping });
      expect(run.all.map(({ unit }) => unit)).toEqual(["U3"]);
      expect(tell(run).causes[0]!.id, `seed ${seed}`).toBe("clogged_filter");
    }
  });

  it("puts air first when an open unit was starved at once", () => {
    const run = play({ days: 6, flow: starve(0.35) });
    expect(tell(run).causes[0]!.id).toBe("air_lock");
    expect(tell(run).causes[0]!.contra.length).toBeGreaterThan(0);
  });

  it("names unheated neighbours when only rooms are cold beside suspended units", () => {
    const run = play({
      rooms: 3,
      unitFacts: (unit) => ({ suspended: unit === 4 || unit === 2 }),
      roomOffsetK: (unit) => (unit === 3 ? -3 : 0),
    });
    expect(tell(run).causes[0]!.id).toBe("unheated_neighbours");
  });
});

describe("under-heated in the engine", () => {
  it("opens and clears as alone, and its memory may be copied", () => {
    const repaired = ONSET_MS + 20 * HOUR_MS;
    const story: UnitStory = { seed: 6, days: 8, rooms: 2, flow: starve(0.2, repaired) };
    const network = storyNetwork(story);
    const run = engineRun(network, [underHeatedRule as never], underHeatedLimits);
    let copied = false;
    playUnits(story, network, run.put, (at) => {
      if (copied || at < STORY_START + 4 * DAY_MS) return;
      copied = true;
      run.fold.state = structuredClone(run.fold.state);
    });
    expect(run.fold.counts.failures).toBe(0);
    expect(run.opened.map(({ asset }) => asset)).toEqual(["U3"]);
    expect((run.opened[0]!.detectedAt - STORY_START - ONSET_MS) / HOUR_MS).toBeLessThan(6);
    expect(run.cleared).toHaveLength(1);
  });

  it("names only limits that exist", () => {
    expect(underHeatedRule.limits).toEqual(Object.keys(underHeatedLimits));
    for (const name of Object.keys(coolingLimits)) expect(underHeatedLimits).toHaveProperty(name);
  });
});
