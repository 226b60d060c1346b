import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
/** Three days show what the loop loses and holds. */
const span = { network, fromHour: -72, pollMs: 5 * MINUTE } as const;
const REPAIRED = 20;
const inflow = (size: number): Fault => planted("exchanger_leak", "S1-A", 0, { size, untilHour: REPAIRED });

describe("exchanger leak: what is found", () => {
  it.each([
    { m3h: 1, seed: 1 },
    { m3h: 1, seed: 2 },
    { m3h: 3, seed: 3 },
  ])("$m3h m³/h of primary water (seed $seed): within eight hours, once, and over within hours of the repair", ({ m3h, seed }) => {
    const found = plantedRun({ ...span, seed, toHour: 34, faults: [inflow(m3h)] }).found("exchanger_leak");
    expect(found).toHaveLength(1);
    const [leaking] = found;
    expect(leaking).toMatchObject({ asset: "S1-A", severity: "urgent" });
    expect(hourOf(leaking!.detectedAt)).toBeGreaterThan(0);
    expect(hourOf(leaking!.detectedAt)).toBeLessThan(8);
    expect(Math.abs(hourOf(leaking!.since))).toBeLessThan(3);
    expectWellTold(leaking!);
    expect(leaking!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["p2_return", "p1_return", "mk_total"]));
    const pressure = leaking!.evidence.find(({ signal }) => signal === "p2_return")!;
    expect(pressure.value!).toBeGreaterThan(pressure.expected! + 20);
    expect(leaking!.causes[0]!.id).toBe("exchanger_leak");
    expect(leaking!.causes[0]!.pro.map(({ en }) => en).join()).toContain("Primary return is higher");
    expect(leaking!.causes[0]!.share).toBeGreaterThan(0.6);
    expect(hourOf(leaking!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(leaking!.clearedAt!)).toBeLessThan(REPAIRED + 12);
  });
});

describe("exchanger leak: what is none", () => {
  it.each<[string, readonly Fault[]]>([
    ["water that swells in the morning after a deep set-back", [planted("setback", "S1-A", -48, { size: 8 })]],
    ["a cold snap: the water warms for a day", [planted("cold_snap", "S1", -6, { size: 12 })]],
    ["a makeup pump that stops too late", [planted("over_pressure", "S1-A", 0, { size: 85, untilHour: REPAIRED })]],
    ["a pump that stands for two hours", [planted("pump_failure", "S1-A", 4, { size: 1, untilHour: 6 })]],
    ["a part that is filled", [planted("planned_filling", "S1-A", 4, { size: 3, untilHour: 8 })]],
    ["a leak that was repaired", [planted("leak", "S1-A", -60, { size: 1.5, untilHour: 4 })]],
  ])("%s", (_, faults) => {
    for (const seed of [1, 2])
      expect(plantedRun({ ...span, fromHour: -48, seed, toHour: 30, faults }).found("exchanger_leak"), `seed ${seed}`).toEqual([]);
  });

  describe("with too little to go by", () => {
    let leaking: Reading[];
    beforeAll(() => {
      leaking = readingsOf({ ...span, seed: 1, toHour: 16, faults: [inflow(1)] });
    });

    it("is unknown without any makeup signal", () => {
      const run = hear(leaking, { network, pass: ({ point, value }) => (point.signal.startsWith("mk_") ? undefined : value) });
      expect(run.found("exchanger_leak")).toEqual([]);
      expect(run.trace("S1-A", "exchanger_leak").at(-1)!.state).toBe("unknown");
    });

    it("a makeup counter that rests is not enough: the pressure has to stand above its usual", () => {
      const healthy = readingsOf({ ...span, seed: 1, toHour: 16 });
      const last = healthy.findLast(({ point, at: time }) => point.signal === "mk_total" && time < at(0))!.value;
      const run = hear(healthy, {
        network,
        pass: ({ point, value, at: time }) =>
          time < at(0) || !point.signal.startsWith("mk_") ? value : point.signal === "mk_total" ? last : 0,
      });
      expect(run.found("exchanger_leak")).toEqual([]);
    });
  });
});
