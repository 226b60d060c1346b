import { beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { at, expectWellTold, hear, HOUR, hourOf, MINUTE, planted, plantedNetwork, plantedRun, readingsOf } from "../support/planted-run.ts";

const network = plantedNetwork({ buildings: 1, units: 3 });
/** Three days show the clean strainer. */
const span = { network, seed: 3, fromHour: -72, pollMs: 5 * MINUTE } as const;
const ONSET = 2;
const REPAIRED = 30;
const dirt = (size: number, rampMs = 0) => planted("clogged_strainer", "S1-A", ONSET, { size, rampMs, untilHour: REPAIRED });
const FILTER = ["p2_filter_in", "p2_filter_out"];

describe("clogged strainer: what is found", () => {
  it.each([
    { name: "4 m of dirt at once", size: 4, severity: "general" },
    { name: "10 m of dirt at once", size: 10, severity: "urgent" },
  ])("$name: within six hours, once, and over within hours of the cleaning", ({ size, severity }) => {
    const found = plantedRun({ ...span, toHour: 40, faults: [dirt(size)] }).found("clogged_strainer");
    expect(found).toHaveLength(1);
    const [clogged] = found;
    expect(clogged).toMatchObject({ asset: "S1-A", severity });
    expect(Math.abs(clogged!.since - at(ONSET))).toBeLessThan(3 * HOUR);
    expect(hourOf(clogged!.detectedAt)).toBeLessThan(ONSET + 6);
    expectWellTold(clogged!);
    expect(clogged!.evidence.map(({ signal }) => signal)).toEqual(expect.arrayContaining([...FILTER, "q2_flow"]));
    // A derived number beside what is normal, with its own history.
    expect(clogged!.evidence[0]).toMatchObject({ expected: 1, limit: 2 });
    expect(clogged!.evidence[0]!.value).toBeGreaterThan(3);
    expect(clogged!.causes[0]!.id).toBe("clogged_strainer");
    expect(clogged!.summary.en).toMatch(/strainer drop \d+ kPa, [\d.]+ times its clean resistance/);
    expect(hourOf(clogged!.clearedAt!)).toBeGreaterThan(REPAIRED);
    expect(hourOf(clogged!.clearedAt!)).toBeLessThan(REPAIRED + 6);
  });

  it("dirt that grows over two days is found long before it is full", () => {
    const [found, ...more] = plantedRun({ ...span, toHour: 29, faults: [dirt(10, 48 * HOUR)] }).found("clogged_strainer");
    expect(more).toEqual([]);
    expect(hourOf(found!.detectedAt)).toBeGreaterThan(ONSET + 4);
    expect(hourOf(found!.detectedAt)).toBeLessThan(ONSET + 18);
  });

  it.each([
    ["the flow", FILTER, /the flow is \d+ % of the usual at the same frequency/],
    ["the flow alone", [...FILTER, "p2_supply", "p2_return"], /the flow is \d+ % of the usual at the same frequency/],
    ["the loop's resistance", [...FILTER, "cp_hz"], /the loop resists [\d.]+ times as much/],
    ["heat and pressures", [...FILTER, "q2_flow"], /by its temperature drop the flow is \d+ % of the usual, the head \d+ % (lower|higher)/],
  ])("goes by %s where the strainer has no sensors of its own", (_, missing, words) => {
    const readings = readingsOf({ ...span, toHour: 40, faults: [{ ...dirt(20), repairAt: at(60) }] });
    const found = hear(readings, {
      network,
      pass: ({ point, value }) => (missing.includes(point.signal) ? undefined : value),
    }).found("clogged_strainer");
    expect(found).toHaveLength(1);
    expect(found[0]!.severity).toBe("general");
    expect(hourOf(found[0]!.detectedAt)).toBeGreaterThan(ONSET + 12);
    expect(found[0]!.summary.en).toMatch(words);
    expectWellTold(found[0]!);
    expect(found[0]!.causes.map(({ id }) => id)).toContain("closed_valve");
  });
});

describe("clogged strainer: what is none", () => {
  let healthy: Reading[];
  beforeAll(() => {
    healthy = readingsOf({ ...span, toHour: 29 });
  });
  const foundWith = (change: (signal: string, value: number) => number | undefined) =>
    hear(healthy, {
      network,
      pass: ({ point, value, at: time }) => (time < at(ONSET) || value === null ? value : change(point.signal, value)),
    }).found("clogged_strainer");

  it("a faster pump: every drop grows with the square of the flow", () => {
    const faster = (signal: string, value: number): number =>
      signal === "cp_hz" || signal === "q2_flow"
        ? 1.8 * value
        : signal === "p2_filter_in"
          ? value + 25
          : signal === "p2_supply"
            ? value + 2.24 * 200
            : value;
    expect(foundWith(faster)).toEqual([]);
  });

  it("a resistance doubled at a drop that is still small", () => {
    expect(foundWith((signal, value) => (signal === "p2_filter_in" ? value + 8 : value))).toEqual([]);
  });

  it("valves of the units that were closed, where only the loop is measured", () => {
    const throttled = (signal: string, value: number): number | undefined => {
      if (FILTER.includes(signal)) return undefined;
      if (signal === "valve_pos") return value - 12;
      return signal === "q2_flow" ? 0.85 * value : value;
    };
    const run = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) =>
        FILTER.includes(point.signal) ? undefined : time < at(ONSET) || value === null ? value : throttled(point.signal, value),
    });
    expect(run.found("clogged_strainer")).toEqual([]);
    // The same fall of the flow with the valves where they were is one.
    const alone = hear(healthy, {
      network,
      pass: ({ point, value, at: time }) =>
        FILTER.includes(point.signal) ? undefined : time < at(ONSET) || value === null || point.signal !== "q2_flow" ? value : 0.85 * value,
    });
    expect(alone.found("clogged_strainer")).toHaveLength(1);
  });

  it.each([
    ["a main valve that is half shut", planted("freeze_risk", "S1-A", ONSET, { size: 0.8, untilHour: 20 })],
    ["a pump that stands", planted("pump_failure", "S1-A", ONSET, { size: 1, untilHour: 8 })],
    ["a pump at half its speed", planted("pump_failure", "S1-A", ONSET, { size: 0.5, variant: "silent", untilHour: 20 })],
    ["a cold snap", planted("cold_snap", "S1", 0, { size: 12 })],
  ])("%s", (_, fault) => {
    expect(plantedRun({ ...span, fromHour: -48, toHour: 29, faults: [fault] }).found("clogged_strainer")).toEqual([]);
  });

  it("is unknown with neither pressures nor flow, and in the first hours", () => {
    const blind = hear(healthy, { network, pass: ({ point, value }) => (/^(p2|q2)_/.test(point.signal) ? undefined : value) });
    expect(blind.found("clogged_strainer")).toEqual([]);
    expect(blind.trace("S1-A", "clogged_strainer").at(-1)!.state).toBe("unknown");
    const young = hear(readingsOf({ ...span, fromHour: 0, toHour: 8, faults: [planted("clogged_strainer", "S1-A", 0, { size: 10 })] }), {
      network,
    });
    expect(young.found("clogged_strainer")).toEqual([]);
  });
});
