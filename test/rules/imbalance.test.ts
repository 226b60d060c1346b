import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 3, units: 4 });
/** Two days show how much water each unit usually gets. */
const span = { network, seed: 3, fromHour: -48, pollMs: 10 * MINUTE } as const;
const REPAIRED = 40;
const mistuned = (size: number, untilHour = REPAIRED): Fault => planted("imbalance", "S1-A", 0, { size, untilHour });

describe("imbalance: what is found", () => {
  it.each([0.45, 0.9])("valves moved by %f about their mean: within a day and a half, once, and over within a day and a half", (size) => {
    const found = plantedRun({ ...span, toHour: REPAIRED + 36, faults: [mistuned(size)] }).found("imbalance");
    expect(found).toHaveLength(1);
    const [spread] = found;
    expect(spread).toMatchObject({ asset: "S1-A", severity: "general" });
    expect(hourOf(spread!.since)).toBeGreaterThan(0);
    expect(hourOf(spread!.since)).toBeLessThan(20);
    expect(hourOf(spread!.detectedAt)).toBeLessThan(36);
    expectWellTold(spread!);
    expect(spread!.causes[0]!.id).toBe("imbalance");
    const [, cold, warm] = /; (\d+) units too cold, (\d+) too warm/.exec(spread!.summary.en)!;
    expect(Number(cold)).toBeGreaterThanOrEqual(2);
    expect(Number(warm)).toBeGreaterThanOrEqual(2);
    expect(hourOf(spread!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(spread!.clearedAt!)).toBeLessThan(REPAIRED + 36);
  });

  it("lists the five coldest units and the three warmest, coldest first", () => {
    const [spread] = plantedRun({ ...span, toHour: 34, faults: [mistuned(0.9)] }).found("imbalance");
    expect(spread!.evidence.map(({ signal }) => signal)).toEqual(Array.from({ length: 8 }, () => "t_return"));
    const returns = spread!.evidence.map(({ value }) => value!);
    expect(returns).toEqual(returns.toSorted((a, b) => a - b));
    expect(returns[0]!).toBeLessThan(spread!.evidence[0]!.expected!);
    expect(returns.at(-1)!).toBeGreaterThan(spread!.evidence[0]!.expected!);
  });

  it("goes by the returns alone where the units were apart from the beginning", () => {
    const apart = readingsOf({ ...span, fromHour: 0, toHour: 40 });
    const run = hear(apart, {
      network,
      // Every second unit returns its water 10 K warmer or colder than the rest.
      pass: ({ point, value }) =>
        point.signal !== "t_return" || value === null ? value : value + [0, -8, 4, -8][Number(point.asset.at(-1)) - 1]!,
    });
    const [spread, ...more] = run.found("imbalance");
    expect(more).toEqual([]);
    expect(spread!.detectedAt - spread!.since).toBeGreaterThanOrEqual(24 * HOUR);
    expect(spread!.summary.en).toMatch(/unit returns lie 1\d(\.\d)? K apart/);
  });
});

describe("imbalance: what is none", () => {
  it.each<[string, Fault]>([
    ["one unit that is shut", planted("closed_valve", "S1-A-B1-U2", 0, { size: 1 })],
    ["one unit with far too much water", planted("over_heated", "S1-A-B1-U2", 0, { size: 1 })],
    ["a night set-back", planted("setback", "S1-A", -24, { size: 5 })],
    ["a cold snap, in which all differences grow", planted("cold_snap", "S1", 0, { size: 12 })],
    ["a pump that stands for six hours", planted("pump_failure", "S1-A", 6, { size: 1, untilHour: 12 })],
    ["valves moved by a tenth", mistuned(0.1)],
    ["valves moved for six hours", mistuned(0.9, 6)],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, toHour: 36, faults: [fault] }).found("imbalance")).toEqual([]);
  });

  describe("with too little to go by", () => {
    let mistunedReadings: Reading[];
    beforeAll(() => {
      mistunedReadings = readingsOf({ ...span, toHour: 36, faults: [mistuned(0.9)] });
    });

    it("is unknown with five units that report", () => {
      const run = hear(mistunedReadings, {
        network,
        pass: ({ point, value }) => (/-B[23]-U[234]$|-B1-U4$/.test(point.asset) ? undefined : value),
      });
      expect(run.found("imbalance")).toEqual([]);
      expect(run.trace("S1-A", "imbalance").at(-1)!.state).toBe("unknown");
    });

    it("is unknown when the units have fallen silent, and nothing is found for want of them", () => {
      const run = hear(mistunedReadings, {
        network,
        pass: ({ point, value, at: time }) => (point.asset.includes("-U") && time >= at(8) ? undefined : value),
      });
      expect(run.found("imbalance")).toEqual([]);
      expect(run.trace("S1-A", "imbalance").at(-1)!.state).toBe("unknown");
    });
  });
});
