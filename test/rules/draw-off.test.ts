import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { DAY, expectWellTold, hear, hourOf, at, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
/** Six days show how much water the loop usually loses. */
const span = { network, fromHour: -144, pollMs: 10 * MINUTE } as const;
const habit = (size: number, more: { untilHour?: number } = {}): Fault => planted("draw_off", "S1-A", 0, { size, ...more });

describe("draw-off: what is found", () => {
  it.each([
    { m3: 3, seed: 1 },
    { m3: 3, seed: 2 },
    { m3: 10, seed: 3 },
  ])("$m3 m³ a day, tapped by morning and evening, on the third day (seed $seed)", ({ m3, seed }) => {
    const found = plantedRun({ ...span, seed, toHour: 90, faults: [habit(m3)] }).found("draw_off");
    expect(found).toHaveLength(1);
    const [drawn] = found;
    expect(drawn).toMatchObject({ asset: "S1-A", severity: "general", clearedAt: undefined });
    expect(hourOf(drawn!.detectedAt)).toBeGreaterThan(24);
    expect(hourOf(drawn!.detectedAt)).toBeLessThanOrEqual(73);
    expect(Math.abs(drawn!.since - at(0))).toBeLessThanOrEqual(DAY);
    expectWellTold(drawn!);
    expect(drawn!.causes[0]!.id).toBe("draw_off");
    expect(drawn!.causes[0]!.share).toBeGreaterThan(0.5);
    expect(drawn!.evidence[0]!.curve!.times.length).toBeGreaterThan(24);
    const [, byDay, byNight, daily] = /days ([\d.]+) m³\/h more .* by night only (-?[\d.]+); about ([\d.]+) m³ a day/.exec(
      drawn!.summary.en,
    )!;
    expect(Number(byDay)).toBeGreaterThan(3 * Math.abs(Number(byNight)));
    // Part of five days only: between a third of what is drawn and all of it.
    expect(Number(daily)).toBeGreaterThan(0.33 * m3);
    expect(Number(daily)).toBeLessThan(1.2 * m3);
  });

  it("is over within three days after the taps were shut, once", () => {
    const found = plantedRun({ ...span, seed: 1, toHour: 180, faults: [habit(5, { untilHour: 96 })] }).found("draw_off");
    expect(found).toHaveLength(1);
    expect(hourOf(found[0]!.clearedAt!)).toBeGreaterThan(96);
    expect(hourOf(found[0]!.clearedAt!)).toBeLessThan(168);
  });
});

describe("draw-off: what is none", () => {
  it.each<[string, readonly Fault[]]>([
    ["a pipe that leaks by day and night", [planted("leak", "S1-A", 0, { size: 0.8 })]],
    ["one day on which many bleed their radiators", [planted("draw_off_storm", "S1-A", 6, { size: 2, untilHour: 9 })]],
    ["a drain for maintenance", [planted("maintenance_drain", "S1-A", 6, { size: 6, untilHour: 9 })]],
    ["a night set-back, whose water shrinks by evening and swells by morning", [planted("setback", "S1-A", 0, { size: 5 })]],
    ["a day on which much is drawn", [habit(5, { untilHour: 20 })]],
  ])("%s", (_, faults) => {
    expect(plantedRun({ ...span, seed: 2, toHour: 96, faults }).found("draw_off")).toEqual([]);
  });

  describe("with too little to go by", () => {
    let drawn: Reading[];
    beforeAll(() => {
      drawn = readingsOf({ ...span, seed: 1, toHour: 90, faults: [habit(6)] });
    });

    it("is unknown without any makeup signal", () => {
      const run = hear(drawn, { network, pass: ({ point, value }) => (point.signal.startsWith("mk_") ? undefined : value) });
      expect(run.found("draw_off")).toEqual([]);
      expect(run.trace("S1-A", "draw_off").at(-1)!.state).toBe("unknown");
    });

    it("does not judge days that it mostly missed", () => {
      const run = hear(drawn, {
        network,
        // From the onset on the gateway is heard from 10 to 16 h only.
        pass: ({ value, at: time }) => (time >= at(0) && (hourOf(time) % 24 < 10 || hourOf(time) % 24 >= 16) ? undefined : value),
      });
      expect(run.found("draw_off")).toEqual([]);
    });
  });
});
