import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
const span = { network, seed: 3, fromHour: -10 } as const;
/** The controller raises the supply at the end of the night. */
const ONSET = 2;
const REPAIRED = 9;

describe("valve stuck: what is found", () => {
  it("an actuator that does not move: soon after its command went away, once, and over when it has followed its command again", () => {
    const fault = planted("valve_stuck", "S1-A", ONSET, { size: 100, untilHour: REPAIRED });
    const readings = readingsOf({ ...span, toHour: 26, faults: [fault] });
    const found = hear(readings, { network }).found("valve_stuck");
    expect(found).toHaveLength(1);
    const [stuck] = found;
    expect(stuck).toMatchObject({ asset: "S1-A", severity: "general" });
    expect(hourOf(stuck!.since)).toBeGreaterThanOrEqual(ONSET);
    expect(hourOf(stuck!.since)).toBeLessThan(ONSET + 3);
    expect(stuck!.detectedAt - stuck!.since).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(stuck!.detectedAt - stuck!.since).toBeLessThanOrEqual(25 * MINUTE);
    expectWellTold(stuck!);
    expect(stuck!.evidence.map(({ signal }) => signal)).toEqual(["v1_pos", "v1_set", "t2_supply"]);
    expect(stuck!.summary.en).toMatch(/Control valve at \d+ %, command \d+ %/);
    expect(stuck!.causes[0]!.id).toBe("valve_stuck");
    expect(stuck!.causes[0]!.share).toBeGreaterThan(0.5);
    expect(stuck!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(stuck!.clearedAt! - at(REPAIRED)).toBeLessThan(13 * HOUR);
  });

  it.each([1, 2])("one that sticks and slips is one finding until it is repaired (seed %d)", (seed) => {
    const fault = planted("valve_stuck", "S1-A", 7, { variant: "actuator", size: 15, untilHour: 40 });
    const found = plantedRun({ network, seed, fromHour: -24, toHour: 54, faults: [fault] }).found("valve_stuck");
    expect(found).toHaveLength(1);
    expect(hourOf(found[0]!.clearedAt!)).toBeGreaterThan(40);
  });
});

describe("valve stuck: by position, command and supply", () => {
  let healthy: Reading[];
  beforeAll(() => {
    // From 6 h on the set point rests.
    healthy = readingsOf({ ...span, fromHour: -2, toHour: 12 });
  });
  type Change = (signal: string, value: number, minutes: number) => number | undefined;
  const run = (change: Change, readings = healthy) =>
    hear(readings, {
      network,
      pass: ({ point, value, at: time }) => (value === null ? value : change(point.signal, value, (time - at(7)) / MINUTE)),
    });
  const foundWith = (change: Change) => run(change).found("valve_stuck");

  it("one that is fully open in vain is found within the hour after, unless its neighbour is as cold: then the source is short", () => {
    const two = plantedNetwork({ circuits: 2, buildings: 1, units: 2 });
    const well = readingsOf({ ...span, network: two, fromHour: -2, toHour: 12 });
    const starved = (circuits: readonly string[]) =>
      hear(well, {
        network: two,
        pass: ({ point, value, at: time }) => {
          if (value === null || time < at(7) || !circuits.includes(point.asset)) return value;
          if (point.signal === "v1_pos" || point.signal === "v1_set") return 99;
          return point.signal === "t2_supply" || point.signal === "t2_return" ? value - 9 : value;
        },
      }).found("valve_stuck");
    const [stuck, ...more] = starved(["S1-A"]);
    expect(more).toEqual([]);
    expect(stuck!.asset).toBe("S1-A");
    expect(stuck!.detectedAt - at(7)).toBeGreaterThanOrEqual(60 * MINUTE);
    expect(stuck!.detectedAt - at(7)).toBeLessThanOrEqual(75 * MINUTE);
    expect(stuck!.summary.en).toMatch(/Open to 99 %, and the supply is still [\d.]+ K below its set point though the source is well/);
    expect(stuck!.causes[0]!.id).toBe("linkage");
    expectWellTold(stuck!);
    expect(starved(["S1-A", "S1-B"])).toEqual([]);
  });

  it("8 % off the command are found after half an hour, 4 % are the play of feedback and drive", () => {
    const [stuck, ...more] = foundWith((signal, value, minutes) => (signal === "v1_set" && minutes >= 0 ? value + 8 : value));
    expect(more).toEqual([]);
    expect(stuck!.detectedAt - at(7)).toBeLessThanOrEqual(40 * MINUTE);
    expect(foundWith((signal, value, minutes) => (signal === "v1_set" && minutes >= 0 ? value + 4 : value))).toEqual([]);
  });

  it("a position that travels while the supply does not care is a loose linkage", () => {
    const [loose] = foundWith((signal, value, minutes) => {
      if (minutes < 0) return value;
      if (signal === "v1_pos" || signal === "v1_set") return 20 + 0.5 * Math.min(120, minutes);
      return signal === "t2_supply" ? 48 : signal === "t2_set" ? 49 : value;
    });
    expect(loose!.summary.en).toContain("linkage off?");
    expect(loose!.causes[0]!.id).toBe("linkage");
    expect(loose!.detectedAt - at(7)).toBeLessThanOrEqual(100 * MINUTE);
    expectWellTold(loose!);
  });

  it("the same travel with a supply that follows is none", () => {
    expect(
      foundWith((signal, value, minutes) => {
        if (minutes < 0) return value;
        if (signal === "v1_pos" || signal === "v1_set") return 20 + 0.5 * Math.min(120, minutes);
        return signal === "t2_supply" || signal === "t2_set" ? 44 + 0.05 * Math.min(120, minutes) : value;
      }),
    ).toEqual([]);
  });

  it("without a command, a position that rests while the supply stays off its set point is found", () => {
    const still: Change = (signal, value, minutes) => {
      if (signal === "v1_set") return undefined;
      if (minutes < 0) return value;
      return signal === "v1_pos" ? 40 : signal === "t2_supply" ? 44 : signal === "t2_set" ? 49 : value;
    };
    const [stuck] = foundWith(still);
    expect(stuck!.summary.en).toMatch(/rests at 40 % while the supply is -5 K off/);
    expectWellTold(stuck!);
    expect(stuck!.detectedAt - at(7)).toBeGreaterThan(1.5 * HOUR);
    // On its set point a valve may rest; so may one that is open as far as it goes.
    expect(foundWith((signal, value, minutes) => (signal === "t2_set" && minutes >= 0 ? 44.5 : still(signal, value, minutes)))).toEqual([]);
    expect(foundWith((signal, value, minutes) => (signal === "v1_pos" && minutes >= 0 ? 100 : still(signal, value, minutes)))).toEqual([]);
  });

  it("a command that was away for ten minutes is none", () => {
    expect(foundWith((signal, value, minutes) => (signal === "v1_set" && minutes >= 0 && minutes < 10 ? value + 30 : value))).toEqual([]);
  });

  it("a feedback that lags its command by two minutes is none, however often the command moves", () => {
    const wave = (minutes: number): number => 50 + 20 * Math.sin((2 * Math.PI * minutes) / 45);
    expect(
      foundWith((signal, value, minutes) => {
        if (minutes < 0) return value;
        if (signal === "t2_supply") return value + 2 * Math.sin((2 * Math.PI * (minutes - 4)) / 45);
        return signal === "v1_set" ? wave(minutes) : signal === "v1_pos" ? wave(minutes - 2) : value;
      }),
    ).toEqual([]);
  });

  it("is unknown without a position", () => {
    const blind = run((signal, value) => (signal === "v1_pos" ? undefined : value));
    expect(blind.found("valve_stuck")).toEqual([]);
    expect(blind.trace("S1-A", "valve_stuck").at(-1)!.state).toBe("unknown");
  });
});

describe("valve stuck: what is none", () => {
  it.each<[string, Fault]>([
    ["a valve that hunts", planted("valve_hunting", "S1-A", ONSET, { size: 14 })],
    ["a night set-back of 8 K", planted("setback", "S1-A", -6, { size: 8 })],
    ["a cold snap", planted("cold_snap", "S1", 0, { size: 12 })],
    [
      "a primary network short of pressure",
      planted("primary_shortage", "S1", ONSET, { variant: "station_pressure", size: 0.85, untilHour: 9 }),
    ],
    ["a curve raised by 9 K", planted("curve_drift", "S1-A", ONSET, { size: 9 })],
    ["a valve that was taken by hand", planted("curve_drift", "S1-A", ONSET, { size: 9, variant: "manual" })],
    ["a pump that stands", planted("pump_failure", "S1-A", ONSET, { size: 1, untilHour: 6 })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, toHour: 16, faults: [fault] }).found("valve_stuck")).toEqual([]);
  });
});
