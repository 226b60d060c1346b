import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
const span = { network, seed: 3, fromHour: -16 } as const;
const ONSET = 2;
const REPAIRED = 8;

describe("over-pressure: what is found", () => {
  it.each([85, 150])("a makeup pump that stops %i kPa too late: within minutes, once, and over when the pressure is back", (size) => {
    const fault = planted("over_pressure", "S1-A", ONSET, { size, untilHour: REPAIRED });
    const found = plantedRun({ ...span, toHour: 12, faults: [fault] }).found("over_pressure");
    // The relief valve lets the pressure swing for hours: that is one finding.
    expect(found).toHaveLength(1);
    const [high] = found;
    expect(high!.asset).toBe("S1-A");
    expect(hourOf(high!.since)).toBeGreaterThanOrEqual(ONSET);
    expect(high!.since - at(ONSET)).toBeLessThan(30 * MINUTE);
    expect(high!.detectedAt - high!.since).toBeGreaterThanOrEqual(3 * MINUTE);
    expect(high!.detectedAt - high!.since).toBeLessThanOrEqual(6 * MINUTE);
    expectWellTold(high!);
    const pressure = high!.evidence.find(({ signal }) => signal === "p2_return")!;
    expect(pressure.limit! - pressure.expected!).toBeCloseTo(45, 0);
    expect(high!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["p2_supply", "mk_pump", "mk_total"]));
    expect(high!.causes[0]!.id).toBe("over_pressure");
    expect(high!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(high!.clearedAt! - at(REPAIRED)).toBeLessThan(2 * HOUR);
  });

  it("puts the exchanger first where the pressure rises without the makeup pump", () => {
    const [high] = plantedRun({ ...span, toHour: 10, faults: [planted("exchanger_leak", "S1-A", ONSET, { size: 1 })] }).found(
      "over_pressure",
    );
    expect(high!.causes[0]!.id).toBe("exchanger_leak");
    expect(high!.causes[0]!.pro.map(({ en }) => en).join()).toContain("without the makeup pump");
  });
});

describe("over-pressure: how high and for how long", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, toHour: 6 });
  });
  /** So many kPa more on both sides of the pump, from the onset on. */
  const foundWith = (moreKpa: (minutes: number) => number, readings = healthy) =>
    hear(readings, {
      network,
      pass: ({ point, value, at: time }) =>
        time < at(ONSET) || value === null || !point.signal.startsWith("p2_") ? value : value + moreKpa((time - at(ONSET)) / MINUTE),
    });

  it("is general at first and urgent beyond what equipment stands", () => {
    expect(foundWith(() => 65).found("over_pressure")).toMatchObject([{ severity: "general" }]);
    expect(foundWith(() => 120).found("over_pressure")).toMatchObject([{ severity: "urgent" }]);
    expect(foundWith((minutes) => (minutes < 60 ? 65 : 120)).found("over_pressure")).toMatchObject([{ severity: "urgent" }]);
  });

  it("is none below the limit, and none for two minutes", () => {
    expect(foundWith(() => 20).found("over_pressure")).toEqual([]);
    expect(foundWith((minutes) => (minutes < 2.5 ? 90 : 0)).found("over_pressure")).toEqual([]);
  });

  it("is none where the pump stands: then its suction is higher by a part of its head", () => {
    const run = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => {
        if (time < at(ONSET)) return value;
        if (["q2_flow", "cp_run", "cp_hz"].includes(point.signal)) return 0;
        return point.signal === "p2_return" || point.signal === "p2_supply" ? 370 : value;
      },
    });
    expect(run.found("over_pressure")).toEqual([]);
  });

  it("is none as far as the warming of the hours before explains it, but one where the pump fed it or nothing got warmer", () => {
    const foundAfter = (warmerK: number, fedM3h = 0) =>
      hear(healthy, {
        network,
        pass: ({ point, value, at: time }) => {
          const hours = (time - at(ONSET)) / HOUR;
          if (hours < 0 || value === null) return value;
          if (point.signal === "mk_total") return 100 + fedM3h * hours;
          if (["t2_supply", "t2_return", "t_supply", "t_return"].includes(point.signal)) return value + warmerK * Math.min(1, hours);
          return point.signal.startsWith("p2_") ? value + 85 * Math.min(1, hours) : value;
        },
      }).found("over_pressure");
    expect(foundAfter(8)).toEqual([]);
    expect(foundAfter(0)).toHaveLength(1);
    expect(foundAfter(8, 2)).toHaveLength(1);
  });

  it("does not chatter when the pressure plays about the limit", () => {
    const about = foundWith((minutes) => (minutes % 20 < 10 ? 68 : 58)).found("over_pressure");
    expect(about.length).toBeLessThanOrEqual(1);
  });

  it("goes by the static need before the usual pressure is known", () => {
    const young = healthy.filter(({ at: time }) => time >= at(ONSET - 1) && time < at(ONSET + 2));
    expect(foundWith(() => 40, young).found("over_pressure")).toEqual([]);
    expect(foundWith(() => 150, young).found("over_pressure")).toHaveLength(1);
  });

  it("is unknown without the return pressure", () => {
    const run = hear(healthy, { network, pass: ({ point, value }) => (point.signal === "p2_return" ? undefined : value) });
    expect(run.found("over_pressure")).toEqual([]);
    expect(run.trace("S1-A", "over_pressure").at(-1)!.state).toBe("unknown");
  });
});

describe("over-pressure: what is none", () => {
  it.each<[string, Fault]>([
    ["a pump that stands: its suction rises", planted("pump_failure", "S1-A", ONSET, { size: 1, untilHour: 4 })],
    ["a switch-over of pumps", planted("pump_switchover", "S1-A", ONSET, { size: 50 })],
    ["water that swells after a deep set-back", planted("setback", "S1-A", -16, { size: 8 })],
    ["lone jumps of the sensor", planted("sensor_spike", "S1-A", ONSET, { size: 6, signal: "p2_return" })],
    ["a part that is filled", planted("planned_filling", "S1-A", ONSET, { size: 3, untilHour: 6 })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, toHour: 10, faults: [fault] }).found("over_pressure")).toEqual([]);
  });
});
