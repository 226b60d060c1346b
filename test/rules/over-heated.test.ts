import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 2, units: 6, rooms: 2 });
/** Two days and a half show what each unit usually gets. */
const span = { network, seed: 2, fromHour: -60, pollMs: 10 * MINUTE } as const;
const UNIT = "S1-A-B1-U2";
const REPAIRED = 48;
const flooded = (size: number, untilHour = REPAIRED): Fault => planted("over_heated", UNIT, 0, { size, untilHour });

describe("over-heated: what is found", () => {
  it.each([0.8, 2])("a unit whose valve was opened by %f: within two days, once, alone, and over within two days", (size) => {
    const found = plantedRun({ ...span, toHour: REPAIRED + 44, faults: [flooded(size)] }).found("over_heated");
    expect(found.map(({ asset }) => asset)).toEqual([UNIT]);
    const [warm] = found;
    expect(warm!.severity).toBe("general");
    expect(hourOf(warm!.since)).toBeGreaterThan(0);
    expect(hourOf(warm!.since)).toBeLessThan(24);
    expect(hourOf(warm!.detectedAt)).toBeGreaterThan(18);
    expect(hourOf(warm!.detectedAt)).toBeLessThan(36);
    expectWellTold(warm!);
    expect(warm!.evidence[0]!.value).toBeLessThan(0.8);
    expect(warm!.evidence[0]).toMatchObject({ limit: 0.75 });
    expect(warm!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["t_return", "valve_pos"]));
    expect(warm!.summary.en).toMatch(/rooms at 2\d(\.\d)? °C: too much water/);
    expect(warm!.causes[0]!.id).toBe("over_heated");
    expect(hourOf(warm!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(warm!.clearedAt!)).toBeLessThan(REPAIRED + 44);
  });
});

describe("over-heated: by its rooms", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, fromHour: -24, toHour: 44 });
  });
  const foundWith = (roomK: number, returnK: number, untilHour = 44) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => {
        if (value === null || time < at(0) || time >= at(untilHour)) return value;
        if (point.signal === "t_room" && point.asset.startsWith(UNIT)) return value + roomK;
        return point.signal === "t_return" && point.asset === UNIT ? value + returnK : value;
      },
    }).found("over_heated");

  it("is found when rooms are above 24 °C and the water cools little", () => {
    expect(foundWith(6, 2.5)).toMatchObject([{ asset: UNIT, severity: "general" }]);
  });

  it("is none when only the rooms are warm, or only for half a day", () => {
    expect(foundWith(6, 0)).toEqual([]);
    expect(foundWith(6, 2.5, 10)).toEqual([]);
  });
});

describe("over-heated: what is none", () => {
  it.each<[string, Fault]>([
    ["a tenth more water", planted("over_heated", UNIT, 0, { size: 0.1 })],
    ["a valve opened for six hours", flooded(2, 6)],
    ["the whole building beside it shut", planted("closed_valve", "S1-A-B2", 0, { size: 1 })],
    ["a night set-back", planted("setback", "S1-A", -24, { size: 5 })],
    ["a pump that stands for six hours", planted("pump_failure", "S1-A", 6, { size: 1, untilHour: 12 })],
    ["a curve raised by 4 K for all units", planted("curve_drift", "S1-A", 0, { size: 4 })],
  ])("%s", (_, fault) => {
    const found = plantedRun({ ...span, fromHour: -48, toHour: 40, faults: [fault] }).found("over_heated");
    expect(found).toEqual([]);
  });

  it.each([2, 3])("a valve that was shut and is open again, whose day has hours without water (seed %d)", (seed) => {
    const units = plantedNetwork({ units: 5 });
    const shut = planted("closed_valve", "S1-A-B1-U2", 2, { size: 1, untilHour: 18 });
    expect(plantedRun({ seed, network: units, fromHour: -60, toHour: 48, faults: [shut] }).found("over_heated")).toEqual([]);
  });

  it("is unknown, and none, without the unit's temperatures", () => {
    const run = plantedRun({
      ...span,
      fromHour: -24,
      toHour: 40,
      faults: [flooded(2)],
      pass: ({ point, value }) => (point.asset === UNIT && point.signal.startsWith("t_") ? undefined : value),
    });
    expect(run.found("over_heated")).toEqual([]);
    expect(run.trace(UNIT, "over_heated").at(-1)!.state).toBe("unknown");
  });
});
