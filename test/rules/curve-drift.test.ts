import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
/** Six days teach how the supply goes with the weather. */
const span = { network, fromHour: -144, pollMs: 10 * MINUTE } as const;
const REPAIRED = 24;
const drift = (variant: string, size: number): Fault => planted("curve_drift", "S1-A", 0, { variant, size, untilHour: REPAIRED });

describe("curve drift: what is found", () => {
  it.each([
    { name: "a curve lowered by 9 K", variant: "set_point", size: -9, side: "below" },
    { name: "a curve raised by 9 K", variant: "set_point", size: 9, side: "above" },
    { name: "an outdoor sensor that pretends a thaw", variant: "outdoor_sensor", size: -9, side: "below" },
    { name: "a valve in manual, too far open", variant: "manual", size: 9, side: "above" },
  ])("$name: once, within five hours", ({ variant, size, side }) => {
    const found = plantedRun({ ...span, seed: 2, toHour: 22, faults: [drift(variant, size)] }).found("curve_drift");
    expect(found).toHaveLength(1);
    const [off] = found;
    expect(off).toMatchObject({ asset: "S1-A", severity: "general", clearedAt: undefined });
    expect(hourOf(off!.since)).toBeGreaterThanOrEqual(0);
    expect(hourOf(off!.since)).toBeLessThan(3);
    expect(hourOf(off!.detectedAt)).toBeLessThan(5);
    expect(off!.summary.en).toContain(` K ${side} `);
    expectWellTold(off!);
    expect(off!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["t2_supply", "t2_set", "t_out", "v1_pos"]));
    expect(off!.causes[0]!.id).toBe("curve_drift");
    // A changed curve shows in the set point, which the supply follows; a hand on the valve does not.
    const pro = off!.causes[0]!.pro.map(({ en }) => en).join();
    if (variant === "manual") expect(pro).not.toContain("follows its set point");
    else expect(pro).toMatch(/set point's daily mean is -?[\d.]+ K off its usual.*The supply follows its set point/);
  });

  it("goes by the learned line where no set point is reported, and is over a day after the repair", () => {
    const found = plantedRun({
      ...span,
      seed: 3,
      toHour: 60,
      faults: [drift("set_point", -9)],
      pass: ({ point, value }) => (point.signal === "t2_set" ? undefined : value),
    }).found("curve_drift");
    expect(found).toHaveLength(1);
    expect(hourOf(found[0]!.detectedAt)).toBeLessThan(16);
    expect(found[0]!.summary.en).toContain("what is usual in this weather");
    expectWellTold(found[0]!);
    expect(hourOf(found[0]!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(found[0]!.clearedAt!)).toBeLessThan(REPAIRED + 26);
  });
});

describe("curve drift: against the set point", () => {
  /** The set point has come back from its night, and rests. */
  const MORNING = 8;
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ network, seed: 4, fromHour: -8, toHour: 18 });
  });
  const foundWith = (change: (signal: string, value: number, hour: number) => number | undefined) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => (time < at(MORNING) || value === null ? value : change(point.signal, value, hourOf(time))),
    });

  it("4 K off for five hours is found after an hour, once, and over within an hour and a half of its end", () => {
    const found = foundWith((signal, value, hour) => (signal === "t2_supply" && hour < MORNING + 5 ? value - 4 : value)).found(
      "curve_drift",
    );
    expect(found).toHaveLength(1);
    expect(found[0]!.since - at(MORNING)).toBeLessThanOrEqual(10 * MINUTE);
    expect(found[0]!.detectedAt - at(MORNING)).toBeLessThanOrEqual(HOUR);
    expect(found[0]!.clearedAt! - at(MORNING + 5)).toBeGreaterThanOrEqual(30 * MINUTE);
    expect(found[0]!.clearedAt! - at(MORNING + 5)).toBeLessThanOrEqual(1.5 * HOUR);
  });

  it.each<[string, (signal: string, value: number, hour: number) => number | undefined]>([
    ["4 K for half an hour", (signal, value, hour) => (signal === "t2_supply" && hour < MORNING + 0.5 ? value - 4 : value)],
    ["2 K for good", (signal, value) => (signal === "t2_supply" ? value - 2 : value)],
    [
      "a low supply behind a valve that is open: the primary side is short",
      (signal, value) => (signal === "t2_supply" ? value - 6 : signal === "v1_pos" || signal === "v1_set" ? 100 : value),
    ],
    [
      "a supply that cools while nothing flows",
      (signal, value) =>
        signal === "t2_supply" ? value - 6 : signal === "q2_flow" || signal === "cp_run" || signal === "cp_hz" ? 0 : value,
    ],
    // Water in the pipes does not cool at once: of the set points of the last two hours the nearest counts.
    ["a set point lowered by 5 K an hour ago", (signal, value, hour) => (signal === "t2_set" && hour >= 16.8 ? value - 5 : value)],
  ])("none: %s", (_, change) => {
    expect(foundWith(change).found("curve_drift")).toEqual([]);
  });

  it("none: a supply that was set by hand and follows", () => {
    const byHand = (hour: number): number => (hour < 15 ? 40 : 48);
    const run = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) =>
        time < at(-12) || value === null || (point.signal !== "t2_set" && point.signal !== "t2_supply") ? value : byHand(hourOf(time)),
    });
    expect(run.found("curve_drift")).toEqual([]);
  });

  it("is unknown without a supply temperature", () => {
    const run = foundWith((signal, value) => (signal === "t2_supply" ? undefined : value));
    expect(run.found("curve_drift")).toEqual([]);
    expect(run.trace("S1-A", "curve_drift").at(-1)!.state).toBe("unknown");
  });
});

describe("curve drift: what is none", () => {
  it.each<[string, Fault]>([
    ["a night set-back of 5 K beside the usual one", planted("setback", "S1-A", 0, { size: 5 })],
    ["a set-back at noon", planted("setback", "S1-A", 0, { size: 4, variant: "noon" })],
    ["a cold snap of 12 K", planted("cold_snap", "S1", 0, { size: 12 })],
    ["a curve moved on purpose by 2 K", planted("curve_drift", "S1-A", 0, { size: -2, variant: "set_point" })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, seed: 2, toHour: 48, faults: [fault] }).found("curve_drift")).toEqual([]);
  });

  it("a primary network short of pressure, as long as it is", () => {
    const shortage = planted("primary_shortage", "S1", 6, { variant: "station_pressure", size: 0.85 });
    const run = plantedRun({ ...span, seed: 2, toHour: 16, faults: [shortage] });
    expect(run.found("primary_shortage")).toHaveLength(1);
    expect(run.found("curve_drift")).toEqual([]);
  });
});
