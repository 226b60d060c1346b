import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { at, expectWellTold, hear, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 2 });
const span = { network, seed: 2, fromHour: -8 } as const;
const ONSET = 6;
const REPAIRED = 9;
const broken = (variant: string, size: number) => planted("pump_failure", "S1-A", ONSET, { variant, size, untilHour: REPAIRED });

/** Half a day of a circuit without faults, every minute. */
let healthy: Reading[];
beforeAll(() => {
  healthy = readingsOf({ ...span, toHour: 10 });
});
/** What the rule finds when values are changed from the onset on. */
const foundWith = (change: (signal: string, value: number, minutes: number) => number | undefined) =>
  hear(healthy, {
    network,
    pass: ({ point, value, at: time }) =>
      time < at(ONSET) || value === null ? value : change(point.signal, value, (time - at(ONSET)) / MINUTE),
  });

describe("pump failure: what is found", () => {
  it("a pump that trips is urgent within three minutes, and over once when it runs again", () => {
    const found = plantedRun({ ...span, toHour: 11, faults: [broken("trip", 1)] }).found("pump_failure");
    expect(found).toHaveLength(1);
    const [stopped] = found;
    expect(stopped).toMatchObject({ asset: "S1-A", severity: "urgent" });
    expect(Math.abs(stopped!.since - at(ONSET))).toBeLessThanOrEqual(2 * MINUTE);
    expect(stopped!.detectedAt - at(ONSET)).toBeLessThanOrEqual(3 * MINUTE);
    expect(stopped!.clearedAt! - at(REPAIRED)).toBeGreaterThan(0);
    expect(stopped!.clearedAt! - at(REPAIRED)).toBeLessThanOrEqual(6 * MINUTE);
  });

  it("shows the pump's word, flow and head, and puts the pump first", () => {
    const [stopped] = plantedRun({ ...span, toHour: 8, faults: [broken("trip", 1)] }).found("pump_failure");
    expectWellTold(stopped!);
    const shown = new Map(stopped!.evidence.map((evidence) => [evidence.signal, evidence]));
    expect(shown.get("cp_fault")).toMatchObject({ value: 1, expected: 0 });
    expect(shown.get("cp_run")).toMatchObject({ value: 0, expected: 1 });
    expect(shown.get("q2_flow")!.value).toBeLessThan(5);
    expect(shown.get("q2_flow")!.expected).toBeGreaterThan(200);
    expect(shown.has("p2_supply")).toBe(true);
    expect(stopped!.causes[0]!.id).toBe("pump_failure");
    expect(stopped!.causes[0]!.share).toBeGreaterThan(0.7);
  });

  it("a pump that says it runs and moves nothing is urgent too; a broken coupling is named", () => {
    const [stopped] = plantedRun({ ...span, toHour: 8, faults: [broken("silent", 1)] }).found("pump_failure");
    expect(stopped!.severity).toBe("urgent");
    expect(stopped!.detectedAt - at(ONSET)).toBeLessThanOrEqual(4 * MINUTE);
    const coupling = stopped!.causes.find(({ id }) => id === "coupling");
    expect(coupling!.share).toBeGreaterThan(0.3);
    expect(coupling!.pro[0]!.en).toContain("no head");
  });

  it("half the speed is general, after ten minutes", () => {
    const [weak] = plantedRun({ ...span, toHour: 8, faults: [broken("silent", 0.5)] }).found("pump_failure");
    expect(weak).toMatchObject({ severity: "general" });
    expect(weak!.detectedAt - at(ONSET)).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(weak!.detectedAt - at(ONSET)).toBeLessThanOrEqual(16 * MINUTE);
    expect(weak!.summary.en).toContain("has been weak");
  });

  it("a fault signal alone is general while the other pump keeps the water moving", () => {
    const found = foundWith((signal, value) => (signal === "cp_fault" ? 1 : value)).found("pump_failure");
    expect(found).toMatchObject([{ severity: "general" }]);
    expect(found[0]!.summary.en).toContain("the water still moves");
    expectWellTold(found[0]!);
  });

  it("goes by the pump's word where nothing else is measured", () => {
    const run = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) =>
        ["p2_supply", "p2_return", "q2_flow", "cp_hz"].includes(point.signal)
          ? undefined
          : point.signal === "cp_run" && time >= at(ONSET)
            ? 0
            : value,
    });
    expect(run.found("pump_failure")).toMatchObject([{ severity: "urgent", since: at(ONSET) }]);
  });

  it("blames the power when the mains are off", () => {
    const run = plantedRun({ ...span, toHour: 8, faults: [planted("power_failure", "S1", ONSET, { variant: "ups" })] });
    expect(run.found("pump_failure")[0]!.causes[0]!.id).toBe("power_failure");
  });
});

describe("pump failure: what is none", () => {
  it("a switch-over of 20 or 50 seconds, also where every ten seconds tell of it", () => {
    for (const pollMs of [10_000, MINUTE]) {
      const run = plantedRun({
        ...span,
        fromHour: -2,
        toHour: 8,
        pollMs,
        faults: [planted("pump_switchover", "S1-A", 6, { size: 20 }), planted("pump_switchover", "S1-A", 7, { size: 50 })],
      });
      expect(run.found("pump_failure"), `every ${pollMs / 1000} s`).toEqual([]);
    }
  });

  it.each<[string, (signal: string, value: number, minutes: number) => number | undefined]>([
    [
      "another frequency: head goes with its square, flow with it",
      (signal, value) => (signal === "cp_hz" || signal === "q2_flow" ? 0.6 * value : signal === "p2_supply" ? value - 0.64 * 200 : value),
    ],
    ["a supply pressure sensor that fell to zero", (signal, value) => (signal === "p2_supply" ? 0 : value)],
    ["the same where no flow is measured", (signal, value) => (signal === "p2_supply" ? 0 : signal === "q2_flow" ? undefined : value)],
    ["a flow meter that fell to zero", (signal, value) => (signal === "q2_flow" ? 0 : value)],
    ["a pump whose word is wrong: head and flow are well", (signal, value) => (signal === "cp_run" ? 0 : value)],
    ["one bad minute", (signal, value, minutes) => (minutes < 1 && (signal === "q2_flow" || signal === "cp_run") ? 0 : value)],
  ])("%s", (_, change) => {
    expect(foundWith(change).found("pump_failure")).toEqual([]);
  });

  it("silence: what was found stays as it is, and nothing is found", () => {
    const run = foundWith(() => undefined);
    expect(run.found("pump_failure")).toEqual([]);
    expect(
      hear(healthy, { network, pass: ({ point, value }) => (/^(p2|q2|cp)_/.test(point.signal) ? undefined : value) })
        .trace("S1-A", "pump_failure")
        .at(-1)!.state,
    ).toBe("unknown");
  });

  it("a pump that has not run in this season yet is told only after six hours", () => {
    const standing = hear(healthy, {
      network,
      pass: ({ point, value }) =>
        ["p2_supply", "p2_return", "q2_flow", "cp_hz"].includes(point.signal) ? undefined : point.signal === "cp_run" ? 0 : value,
    }).found("pump_failure");
    expect(standing).toHaveLength(1);
    expect(hourOf(standing[0]!.detectedAt) - span.fromHour).toBeGreaterThanOrEqual(6);
    expect(hourOf(standing[0]!.detectedAt) - span.fromHour).toBeLessThan(6.5);
  });
});
