import { describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 4 });
/** Two days before: the pump starts a few times a day, and its habit is known by the starts. */
const span = { network, fromHour: -48 } as const;
const REPAIRED = 14;
const inVain = planted("makeup_fault", "S1-A", 0, { size: 1, variant: "no_flow", untilHour: REPAIRED });
const asleep = planted("low_pressure", "S1-A", 0, { size: 0.3, variant: "dead_pump", untilHour: REPAIRED });
const circuitFaults = (run: ReturnType<typeof hear>) => run.found("makeup_fault").filter(({ asset }) => asset === "S1-A");

describe("makeup fault: what is found", () => {
  it.each([
    ["a pump that runs in vain", inVain, "makeup_pump_weak", /the pump runs in vain/],
    ["a pump that does not start", asleep, "makeup_fault", /no makeup comes/],
  ] as const)("%s: once, and over within the hour after the repair", (_, fault, cause, words) => {
    for (const seed of [1, 2]) {
      const readings = readingsOf({ ...span, seed, toHour: 18, faults: [fault] });
      const found = circuitFaults(hear(readings, { network }));
      expect(found, `seed ${seed}`).toHaveLength(1);
      const [failed] = found;
      // It is found when the pressure has fallen below where water should come for half an hour.
      const low = readings.find(({ point, at: time, value }) => point.signal === "p2_return" && time > at(0) && value! < 236);
      expect(Math.abs(failed!.since - low!.at), `seed ${seed}`).toBeLessThan(30 * MINUTE);
      expect(failed!.detectedAt - failed!.since).toBeGreaterThanOrEqual(30 * MINUTE);
      expect(failed!.detectedAt - failed!.since).toBeLessThanOrEqual(40 * MINUTE);
      expect(failed!.causes[0]!.id).toBe(cause);
      expect(failed!.summary.en).toMatch(words);
      expectWellTold(failed!);
      expect(failed!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["p2_return", "mk_pump", "mk_total"]));
      expect(hourOf(failed!.clearedAt!)).toBeGreaterThan(REPAIRED);
      expect(hourOf(failed!.clearedAt!)).toBeLessThan(REPAIRED + 1);
    }
  });

  it("is urgent once air can get in at the top", () => {
    const run = plantedRun({ ...span, seed: 2, toHour: 13, faults: [inVain] });
    expect(circuitFaults(run)).toMatchObject([{ severity: "urgent", clearedAt: undefined }]);
  });

  it("puts an empty tank first where the tank is empty", () => {
    const run = plantedRun({
      ...span,
      seed: 2,
      toHour: 13,
      faults: [asleep],
      pass: ({ point, value, at: time }) => (point.signal === "tank_level" && time > at(0) ? 0.05 : value),
    });
    expect(circuitFaults(run)[0]!.causes[0]!.id).toBe("tank_empty");
  });

  it("goes by flow or pump where there is no counter", () => {
    const readings = readingsOf({ ...span, seed: 2, toHour: 13, faults: [asleep] });
    for (const missing of [["mk_total"], ["mk_total", "mk_flow"]]) {
      const run = hear(readings, { network, pass: ({ point, value }) => (missing.includes(point.signal) ? undefined : value) });
      expect(circuitFaults(run), missing.join()).toHaveLength(1);
    }
  });
});

describe("makeup fault: what is none", () => {
  it.each<[string, readonly Fault[]]>([
    ["a night set-back, whose cooling water shrinks", [planted("setback", "S1-A", -24, { size: 5 })]],
    ["a drain for maintenance", [planted("maintenance_drain", "S1-A", 6, { size: 2, untilHour: 8 })]],
    ["a part that is filled", [planted("planned_filling", "S1-A", 6, { size: 3, untilHour: 12 })]],
    ["households that bleed their radiators", [planted("draw_off_storm", "S1-A", 6, { size: 2, untilHour: 10 })]],
    ["a leak that the pump makes up for", [planted("leak", "S1-A", 2, { size: 1.5 })]],
    ["a circulation pump that stands", [planted("pump_failure", "S1-A", 6, { size: 1, untilHour: 9 })]],
    ["a pump that starts a few minutes late", [{ ...asleep, repairAt: at(0.45) }]],
  ])("%s", (_, faults) => {
    expect(circuitFaults(plantedRun({ ...span, fromHour: -24, seed: 1, toHour: 16, faults }))).toEqual([]);
  });

  it("a low pressure that is held or rises again, or that of a loop which stands", () => {
    const readings = readingsOf({ ...span, fromHour: -24, seed: 2, toHour: 4 });
    const noMakeup = (signal: string): boolean => signal.startsWith("mk_");
    const foundWith = (kpa: (minutes: number) => number, headKpa = 200) =>
      circuitFaults(
        hear(readings, {
          network,
          pass: ({ point, value, at: time }) => {
            const minutes = (time - at(0)) / MINUTE;
            if (minutes < 0) return value;
            if (point.signal === "p2_return") return kpa(minutes);
            if (point.signal === "p2_supply") return kpa(minutes) + headKpa;
            if (headKpa === 0 && ["q2_flow", "cp_run", "cp_hz"].includes(point.signal)) return 0;
            // Nothing is counted any more: whoever fills does so beside the meter.
            return noMakeup(point.signal) ? (point.signal === "mk_total" ? 500 : 0) : value;
          },
        }),
      );
    expect(foundWith((minutes) => 232 - minutes / 12)).toHaveLength(1);
    // Held at a lower pressure: the set point was lowered.
    expect(foundWith(() => 225)).toEqual([]);
    expect(foundWith((minutes) => 205 + minutes / 6)).toEqual([]);
    expect(foundWith(() => 225, 0)).toEqual([]);
  });

  it("is unknown without the pressure, and none where nothing tells of the makeup", () => {
    const readings = readingsOf({ ...span, fromHour: -24, seed: 2, toHour: 13, faults: [asleep] });
    const blind = hear(readings, { network, pass: ({ point, value }) => (point.signal === "p2_return" ? undefined : value) });
    expect(circuitFaults(blind)).toEqual([]);
    expect(blind.trace("S1-A", "makeup_fault").at(-1)!.state).toBe("unknown");
    const dumb = hear(readings, { network, pass: ({ point, value }) => (point.signal.startsWith("mk_") ? undefined : value) });
    expect(circuitFaults(dumb)).toEqual([]);
  });

  it("says nothing in the first hours, when nobody knows where the pump starts", () => {
    const run = plantedRun({ network, seed: 2, fromHour: 0, toHour: 4, faults: [asleep] });
    expect(circuitFaults(run)).toEqual([]);
  });
});
