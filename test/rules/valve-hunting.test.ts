import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
const span = { network, seed: 3, fromHour: -6 } as const;
const ONSET = 2;
const REPAIRED = 9;
const hunting = (size: number, untilHour = REPAIRED): Fault => planted("valve_hunting", "S1-A", ONSET, { size, untilHour });

describe("valve hunting: what is found", () => {
  it.each([9.5, 14])("a controller tuned %f times too sharp: within three hours, once, and over within three of the repair", (size) => {
    const found = plantedRun({ ...span, toHour: 13, faults: [hunting(size)] }).found("valve_hunting");
    expect(found).toHaveLength(1);
    const [restless] = found;
    expect(restless).toMatchObject({ asset: "S1-A", severity: "general" });
    expect(Math.abs(restless!.since - at(ONSET))).toBeLessThan(1.5 * HOUR);
    expect(hourOf(restless!.detectedAt)).toBeGreaterThan(ONSET + 1.5);
    expect(hourOf(restless!.detectedAt)).toBeLessThan(ONSET + 3);
    expectWellTold(restless!);
    expect(restless!.evidence.map(({ signal }) => signal)).toContain("v1_pos");
    const [, turns, swing] = /valve turns ([\d.]+) times an hour by (\d+) %/.exec(restless!.summary.en)!;
    expect(Number(turns)).toBeGreaterThan(6);
    expect(Number(swing)).toBeGreaterThan(8);
    expect(restless!.causes[0]!.id).toBe("valve_hunting");
    expect(hourOf(restless!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(restless!.clearedAt!)).toBeLessThan(REPAIRED + 3);
  });

  it("goes by the supply where the valve does not tell its position", () => {
    const [restless] = plantedRun({
      ...span,
      toHour: 8,
      faults: [hunting(14)],
      pass: ({ point, value }) => (point.signal.startsWith("v1_") ? undefined : value),
    }).found("valve_hunting");
    expect(restless).toMatchObject({ asset: "S1-A" });
    expect(restless!.summary.en).toMatch(/: supply swings [\d.]+ K$/);
    expectWellTold(restless!);
  });
});

describe("valve hunting: by valve and supply", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, toHour: 8 });
  });
  /** Valve and supply swing by so much, once in so many minutes. */
  const foundWith = (valvePct: number, supplyK: number, periodMinutes: number, untilHour = 8) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => {
        if (time < at(ONSET) || time >= at(untilHour) || value === null) return value;
        const swing = Math.sin((2 * Math.PI * (time - at(ONSET))) / (periodMinutes * MINUTE)) / 2;
        // Each swing is measured from crest to trough.
        if (point.signal === "v1_pos" || point.signal === "v1_set") return 50 + valvePct * swing;
        return point.signal === "t2_supply" ? value + supplyK * swing : value;
      },
    }).found("valve_hunting");

  it("six turns an hour by more than 8 %, felt by the supply, are hunting", () => {
    expect(foundWith(20, 5, 15)).toHaveLength(1);
  });

  it.each([
    ["small moves of the valve", foundWith, [6, 5, 15]],
    ["a swing so slow that it is the weather's", foundWith, [20, 5, 60]],
    ["a valve that turns and is not felt by the supply", foundWith, [20, 0.5, 15]],
    ["a valve that turns for an hour", foundWith, [20, 5, 15, ONSET + 1]],
  ] as const)("%s: none", (_, play, [valvePct, supplyK, periodMinutes, untilHour]) => {
    expect(play(valvePct, supplyK, periodMinutes, untilHour)).toEqual([]);
  });

  it("is unknown with reports every ten minutes, between which a swing hides", () => {
    const run = plantedRun({ ...span, toHour: 8, pollMs: 10 * MINUTE, faults: [hunting(14)] });
    expect(run.found("valve_hunting")).toEqual([]);
    expect(run.trace("S1-A", "valve_hunting").at(-1)!.state).toBe("unknown");
  });

  it("is unknown without valve and supply", () => {
    const run = hear(healthy, { network, pass: ({ point, value }) => (/^v1_|^t2_supply$/.test(point.signal) ? undefined : value) });
    expect(run.trace("S1-A", "valve_hunting").at(-1)!.state).toBe("unknown");
  });
});

describe("valve hunting: what is none", () => {
  it.each<[string, Fault]>([
    ["a night set-back of 8 K", planted("setback", "S1-A", -6, { size: 8 })],
    ["a set-back at noon", planted("setback", "S1-A", -6, { size: 5, variant: "noon" })],
    ["a cold snap", planted("cold_snap", "S1", 0, { size: 12 })],
    ["a valve that sticks and slips", planted("valve_stuck", "S1-A", ONSET, { size: 15 })],
    ["a switch-over of pumps", planted("pump_switchover", "S1-A", ONSET, { size: 50 })],
    ["a noisy supply sensor", planted("sensor_noise", "S1-A", ONSET, { size: 40, signal: "t2_supply" })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, toHour: 16, faults: [fault] }).found("valve_hunting")).toEqual([]);
  });
});
