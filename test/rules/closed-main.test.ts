import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { Fault } from "../../simulators/faults.ts";
import { at, expectWellTold, hear, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

/** The main valve of a circuit: `freeze_risk` of the simulator shuts it. */

const network = plantedNetwork({ circuits: 2, buildings: 1, units: 2 });
const span = { network, seed: 3, fromHour: -8 } as const;
const ONSET = 4;
const REPAIRED = 8;
const shut = (size: number, untilHour = REPAIRED): Fault => planted("freeze_risk", "S1-A", ONSET, { size, untilHour });
const mains = (run: ReturnType<typeof hear>) => run.found("closed_valve").filter(({ asset }) => asset === "S1-A" || asset === "S1-B");

describe("closed main: what is found", () => {
  it.each([0.98, 1])("a main valve shut to %f: urgent within a quarter of an hour, of that circuit alone, over when it is open", (size) => {
    const found = mains(plantedRun({ ...span, toHour: 10, faults: [shut(size)] }));
    expect(found).toHaveLength(1);
    const [main] = found;
    expect(main).toMatchObject({ asset: "S1-A", severity: "urgent" });
    expect(Math.abs(main!.since - at(ONSET))).toBeLessThanOrEqual(5 * MINUTE);
    expect(main!.detectedAt - main!.since).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(main!.detectedAt - at(ONSET)).toBeLessThanOrEqual(15 * MINUTE);
    expectWellTold(main!);
    const flow = main!.evidence.find(({ signal }) => signal === "q2_flow")!;
    expect(flow.value! / flow.expected!).toBeLessThan(0.1);
    expect(main!.evidence.map(({ signal }) => signal)).toContain("p2_supply");
    expect(main!.causes[0]!.id).toBe("closed_valve");
    expect(main!.causes[0]!.share).toBeGreaterThan(0.5);
    expect(main!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(main!.clearedAt! - at(REPAIRED)).toBeLessThanOrEqual(12 * MINUTE);
  });

  it("suspects the meter where supply and return are as warm as ever", () => {
    const run = plantedRun({
      ...span,
      toHour: 6,
      pass: ({ point, value, at: time }) => (point.asset === "S1-A" && point.signal === "q2_flow" && time >= at(ONSET) ? 0 : value),
    });
    const meter = mains(run)[0]!.causes.find(({ id }) => id === "sensor_fault");
    expect(meter!.share).toBeGreaterThan(0.15);
    expect(meter!.pro).toHaveLength(1);
  });
});

describe("closed main: what is none", () => {
  it.each<[string, Fault]>([
    ["a pump that stands: there is no head", planted("pump_failure", "S1-A", ONSET, { size: 1 })],
    ["a power cut", planted("power_failure", "S1", ONSET, { variant: "ups" })],
    ["a valve shut half", shut(0.7)],
    ["a valve shut for eight minutes", shut(1, ONSET + 8 / 60)],
    ["a clogged strainer", planted("clogged_strainer", "S1-A", ONSET, { size: 20 })],
    ["one unit's valve", planted("closed_valve", "S1-A-B1-U1", ONSET, { size: 1 })],
  ])("%s", (_, fault) => {
    expect(mains(plantedRun({ ...span, toHour: 8, faults: [fault] }))).toEqual([]);
  });

  describe("with too little to go by", () => {
    let readings: Reading[];
    beforeAll(() => {
      readings = readingsOf({ ...span, toHour: 7, faults: [shut(1)] });
    });

    it.each([[["q2_flow"]], [["p2_supply", "p2_return"]]])("is unknown without %s", (missing) => {
      const run = hear(readings, { network, pass: ({ point, value }) => (missing.includes(point.signal) ? undefined : value) });
      expect(mains(run)).toEqual([]);
      expect(run.trace("S1-A", "closed_valve").at(-1)!.state).toBe("unknown");
    });

    it("is unknown while the usual flow is", () => {
      const run = plantedRun({ ...span, fromHour: 0, toHour: 5.5, faults: [shut(1)] });
      expect(mains(run)).toEqual([]);
      expect(run.trace("S1-A", "closed_valve").at(-1)!.state).toBe("unknown");
    });
  });
});
