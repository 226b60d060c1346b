import { beforeAll, describe, expect, it } from "vitest";
import type { Episode } from "../../model/finding.ts";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

/** The makeup tank of a station; its pump is `makeup-fault`. */

const network = plantedNetwork({ buildings: 1, units: 2 });
const span = { network, seed: 1, fromHour: -24 } as const;
const tanksOf = (run: ReturnType<typeof hear>): Episode[] => run.found("makeup_fault").filter(({ asset }) => asset === "S1");

describe("makeup tank: what is found", () => {
  const REPAIRED = 16;
  const empty = planted("makeup_fault", "S1", 0, { variant: "tank_empty", size: 1, untilHour: REPAIRED });

  it("a tank without inflow runs dry in hours: found at its low level, once, and over when it fills again", () => {
    const readings = readingsOf({ ...span, toHour: 20, faults: [empty] });
    const found = tanksOf(hear(readings, { network }));
    expect(found).toHaveLength(1);
    const [dry] = found;
    const low = readings.find(({ point, at: time, value }) => point.signal === "tank_level" && time > at(0) && value! < 0.35)!;
    expect(Math.abs(dry!.since - low.at)).toBeLessThanOrEqual(15 * MINUTE);
    expect(dry!.detectedAt - dry!.since).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(dry!.detectedAt - dry!.since).toBeLessThanOrEqual(15 * MINUTE);
    expectWellTold(dry!);
    expect(dry!.evidence[0]).toMatchObject({ signal: "tank_level", limit: 0.35 });
    expect(dry!.evidence[0]!.expected).toBeGreaterThan(1);
    expect(dry!.evidence.map(({ signal }) => signal)).toContain("p2_return");
    expect(dry!.causes[0]!.id).toBe("makeup_fault");
    expect(hourOf(dry!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(dry!.clearedAt!)).toBeLessThan(REPAIRED + 2);
  });

  it("is general while the pressure is held, and urgent once it falls", () => {
    const severities = [9, 15].map((toHour) => tanksOf(plantedRun({ ...span, toHour, faults: [empty] })).map(({ severity }) => severity));
    expect(severities).toEqual([["general"], ["urgent"]]);
  });
});

describe("makeup tank: by its level", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, fromHour: -10, toHour: 6 });
  });
  const run = (level: (minutes: number, value: number) => number | undefined, flood = 0) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) =>
        point.signal === "flood" ? flood : point.signal === "tank_level" ? level((time - at(2)) / MINUTE, value!) : value,
    });

  it("puts a leak of the tank higher where water stands on the floor", () => {
    const shares = [0, 1].map(
      (flood) =>
        tanksOf(run((minutes, value) => (minutes < 0 ? value : 0.1), flood))[0]!.causes.find(({ id }) => id === "tank_leak")!.share,
    );
    expect(shares[1]!).toBeGreaterThan(3 * shares[0]!);
  });

  it("a low level for eight minutes is none", () => {
    expect(tanksOf(run((minutes, value) => (minutes >= 0 && minutes < 8 ? 0.1 : value)))).toEqual([]);
  });

  it("neither is a tank that is always half a metre deep at most", () => {
    expect(tanksOf(run((minutes) => (minutes < 0 ? 0.6 : 0.3)))).toEqual([]);
    expect(tanksOf(run((minutes) => (minutes < 0 ? 0.6 : 0.2)))).toHaveLength(1);
  });

  it("does not chatter about its limit", () => {
    expect(tanksOf(run((minutes, value) => (minutes < 0 ? value : minutes % 20 < 12 ? 0.33 : 0.37))).length).toBeLessThanOrEqual(1);
  });

  it("is unknown without a level", () => {
    const blind = run(() => undefined);
    expect(tanksOf(blind)).toEqual([]);
    expect(blind.trace("S1", "makeup_fault").at(-1)!.state).toBe("unknown");
  });
});

describe("makeup tank: what is none", () => {
  it.each<[string, Fault]>([
    ["a part of three cubic metres that is filled", planted("planned_filling", "S1-A", 2, { size: 3, untilHour: 8 })],
    ["a drain for maintenance", planted("maintenance_drain", "S1-A", 2, { size: 2, untilHour: 4 })],
    ["a leak that the inflow follows", planted("leak", "S1-A", 0, { size: 1.5 })],
    ["a makeup pump that runs in vain", planted("makeup_fault", "S1-A", 0, { size: 1, variant: "no_flow" })],
  ])("%s", (_, fault) => {
    expect(tanksOf(plantedRun({ ...span, toHour: 14, faults: [fault] }))).toEqual([]);
  });
});
