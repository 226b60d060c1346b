import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import {
  at,
  DAY,
  expectWellTold,
  hear,
  HOUR,
  hourOf,
  MINUTE,
  planted,
  plantedNetwork,
  plantedRun,
  readingsOf,
} from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
/** Six days show the sound exchanger. */
const span = { network, seed: 3, fromHour: -144, pollMs: 15 * MINUTE } as const;
const CLEANED = 84;
const scale = (size: number, rampMs = 0): Fault => planted("exchanger_fouling", "S1-A", 0, { size, rampMs, untilHour: CLEANED });

describe("exchanger fouling: what is found", () => {
  it.each([0.32, 0.65])("%f of its conductance lost: within two days, once, and over within two days of the cleaning", (size) => {
    const found = plantedRun({ ...span, toHour: CLEANED + 48, faults: [scale(size)] }).found("exchanger_fouling");
    expect(found).toHaveLength(1);
    const [fouled] = found;
    expect(fouled).toMatchObject({ asset: "S1-A", severity: "general" });
    expect(hourOf(fouled!.since)).toBeGreaterThan(0);
    expect(hourOf(fouled!.since)).toBeLessThan(24);
    expect(hourOf(fouled!.detectedAt)).toBeGreaterThan(24);
    expect(hourOf(fouled!.detectedAt)).toBeLessThan(54);
    expectWellTold(fouled!);
    expect(fouled!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["t1_return", "t2_return", "v1_pos"]));
    expect(fouled!.evidence[0]!.value).toBeLessThan(0.78);
    expect(fouled!.evidence[0]!.value).toBeGreaterThan(1 - size - 0.12);
    expect(fouled!.causes[0]!.id).toBe("exchanger_fouling");
    expect(hourOf(fouled!.clearedAt!)).toBeGreaterThan(CLEANED);
    expect(hourOf(fouled!.clearedAt!)).toBeLessThan(CLEANED + 48);
  });

  it("finds scale that grows within ten days, before it is full", () => {
    const [fouled] = plantedRun({
      ...span,
      toHour: CLEANED - 1,
      faults: [planted("exchanger_fouling", "S1-A", -96, { size: 0.6, rampMs: 10 * DAY })],
    }).found("exchanger_fouling");
    expect(fouled!.asset).toBe("S1-A");
    expect(hourOf(fouled!.detectedAt)).toBeGreaterThan(-96 + 0.3 * 240);
  });
});

describe("exchanger fouling: what is none", () => {
  it.each<[string, Fault]>([
    ["a night set-back of 5 K", planted("setback", "S1-A", 0, { size: 5 })],
    ["a cold snap of 12 K: another load, another flow", planted("cold_snap", "S1", 0, { size: 12 })],
    ["a strainer that takes a tenth of the flow", planted("clogged_strainer", "S1-A", 0, { size: 8 })],
    [
      "a primary network short of pressure",
      planted("primary_shortage", "S1", 0, { variant: "station_pressure", size: 0.72, untilHour: 60 }),
    ],
    ["a pump that stands for half a day", planted("pump_failure", "S1-A", 0, { size: 1, untilHour: 12 })],
    ["a tenth of its conductance", scale(0.1)],
    ["scale for half a day", planted("exchanger_fouling", "S1-A", 0, { size: 0.65, untilHour: 12 })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, toHour: 60, faults: [fault] }).found("exchanger_fouling")).toEqual([]);
  });

  describe("with too little to go by", () => {
    let fouled: Reading[];
    beforeAll(() => {
      fouled = readingsOf({ ...span, toHour: 72, faults: [scale(0.65)] });
    });

    it.each(["t1_return", "t2_return", "t1_supply"])("is unknown without %s", (missing) => {
      const run = hear(fouled, { network, pass: ({ point, value }) => (point.signal === missing ? undefined : value) });
      expect(run.found("exchanger_fouling")).toEqual([]);
      expect(run.trace("S1-A", "exchanger_fouling").at(-1)!.state).toBe("unknown");
    });

    it("waits for five days before it compares", () => {
      const run = hear(
        fouled.filter(({ at: time }) => time >= at(0) - 3 * 24 * HOUR),
        { network },
      );
      expect(run.found("exchanger_fouling")).toEqual([]);
    });
  });
});
