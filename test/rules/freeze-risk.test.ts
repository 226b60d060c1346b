import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { constantWeather } from "../simulators/small-plant.ts";
import { at, expectWellTold, hear, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 4 });
const ONSET = 2;
const REPAIRED = 6;
const inFrost = (outdoorC: number, toHour: number, ...faults: readonly Fault[]) =>
  plantedRun({ network, seed: 4, fromHour: -8, toHour, weather: constantWeather(outdoorC), faults });
const stopped = (untilHour = REPAIRED): Fault => planted("pump_failure", "S1-A", ONSET, { size: 1, untilHour });
const shut = planted("freeze_risk", "S1-A", ONSET, { size: 1, untilHour: REPAIRED });

describe("freeze risk: what is found", () => {
  it.each([
    { name: "a pump that stands", fault: stopped(), cause: "pump_failure" },
    { name: "a main valve that is shut", fault: shut, cause: "closed_valve" },
  ])("$name at -9 °C is urgent after an hour, once, and over when the water moves", ({ fault, cause }) => {
    const found = inFrost(-9, 8, fault).found("freeze_risk");
    expect(found).toHaveLength(1);
    const [risk] = found;
    expect(risk).toMatchObject({ asset: "S1-A", severity: "urgent" });
    expect(risk!.since - at(ONSET)).toBeLessThanOrEqual(15 * MINUTE);
    expect(risk!.detectedAt - risk!.since).toBeGreaterThanOrEqual(60 * MINUTE);
    expect(risk!.detectedAt - at(ONSET)).toBeLessThanOrEqual(75 * MINUTE);
    expectWellTold(risk!);
    expect(risk!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining(["q2_flow", "t2_return", "t_out"]));
    expect(risk!.evidence.find(({ signal }) => signal === "t_out")).toMatchObject({ limit: -5 });
    expect(risk!.causes[0]!.id).toBe(cause);
    expect(risk!.causes[0]!.share).toBeGreaterThan(0.6);
    expect(risk!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(risk!.clearedAt! - at(REPAIRED)).toBeLessThanOrEqual(45 * MINUTE);
  });
});

describe("freeze risk: water that is nearly cold", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ network, seed: 4, fromHour: -8, toHour: 6, weather: constantWeather(-3) });
  });
  /** So many units' returns fall to 4 °C, or the circuit's own. */
  const foundWith = (units: number, circuit = false, untilHour = 6) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => {
        if (time < at(ONSET) || time >= at(untilHour)) return value;
        const isCold = point.signal === "t_return" && Number(point.asset.at(-1)) <= units;
        return isCold || (circuit && point.signal === "t2_return") ? 4 : value;
      },
    }).found("freeze_risk");

  it("in two units is a risk, in one a sensor that fell off", () => {
    expect(foundWith(2)).toMatchObject([{ asset: "S1-A", severity: "urgent" }]);
    expect(foundWith(1)).toEqual([]);
  });

  it("in the return of the whole circuit is one after twenty minutes", () => {
    const [risk] = foundWith(0, true);
    expect(risk!.detectedAt - at(ONSET)).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(risk!.detectedAt - at(ONSET)).toBeLessThanOrEqual(45 * MINUTE);
    expect(risk!.summary.en).toContain("coldest water 4 °C");
    expect(foundWith(0, true, ONSET + 0.24)).toEqual([]);
  });

  it("is none where it is warm outdoors", () => {
    const mild = readingsOf({ network, seed: 4, fromHour: -8, toHour: 6, weather: constantWeather(5) });
    const run = hear(mild, {
      network,
      pass: ({ point, value }) => (point.signal === "t2_return" || point.signal === "t_return" ? 4 : value),
    });
    expect(run.found("freeze_risk")).toEqual([]);
  });
});

describe("freeze risk: what is none", () => {
  it("a pump that stands at -3 °C, or for fifty minutes", () => {
    expect(inFrost(-3, 5, stopped()).found("freeze_risk")).toEqual([]);
    expect(inFrost(-9, 5, stopped(ONSET + 50 / 60)).found("freeze_risk")).toEqual([]);
  });

  it.each<[string, Fault]>([
    ["a circuit that runs in hard frost through its night set-back", planted("setback", "S1-A", -24, { size: 5 })],
    ["a pump at half its speed", planted("pump_failure", "S1-A", ONSET, { size: 0.5, variant: "silent" })],
    ["a main valve shut half", planted("freeze_risk", "S1-A", ONSET, { size: 0.7 })],
    ["a switch-over of pumps", planted("pump_switchover", "S1-A", ONSET, { size: 50 })],
  ])("%s", (_, fault) => {
    expect(inFrost(-12, 6, fault).found("freeze_risk")).toEqual([]);
  });

  it("is unknown without the outdoor temperature", () => {
    const readings = readingsOf({ network, seed: 4, fromHour: -8, toHour: 5, weather: constantWeather(-9), faults: [stopped()] });
    const run = hear(readings, { network, pass: ({ point, value }) => (point.signal === "t_out" ? undefined : value) });
    expect(run.found("freeze_risk")).toEqual([]);
    expect(run.trace("S1-A", "freeze_risk").at(-1)!.state).toBe("unknown");
  });
});
