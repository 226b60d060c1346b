import { describe, expect, it } from "vitest";
import { hiddenBecause } from "../../evaluation/detectable.ts";
import type { Fault } from "../../simulators/faults.ts";
import { disturbanceOf, DISTURBANCE_KINDS } from "../../simulators/faults.ts";
import { parseScenario } from "../../simulators/scenario-file.ts";

const HOUR = 3_600_000;
const scenario = parseScenario(
  "size: { stations: 1, circuits: 1, buildings: 2, units: 2 }\nfrom: heating+20d\nto: +20d\n",
  "small.yaml",
  () => "",
);
const { network, from, to } = scenario;
const STATION = network.stations[0]!.id;
const CIRCUIT = network.below(STATION, "circuit")[0]!.id;
const UNIT = network.below(STATION, "unit")[0]!.id;
const seen = { network, from, to, has: () => true, outdoorC: () => -8, spreadHours: () => Infinity };

const fault = (kind: Fault["kind"], asset: string, magnitude: number, lastsHours: number, more: Partial<Fault> = {}): Fault => ({
  kind,
  asset,
  onset: from + 24 * HOUR,
  rampMs: 0,
  magnitude,
  repairAt: from + (24 + lastsHours) * HOUR,
  ...more,
});

describe("what can be seen at all", () => {
  it("a leak of 0.1 m³/h and 14 h can, a smaller or shorter one cannot", () => {
    expect(hiddenBecause(fault("leak", CIRCUIT, 0.1, 14), seen)).toBeUndefined();
    expect(hiddenBecause(fault("leak", CIRCUIT, 0.09, 100), seen)).toMatch(/size/);
    expect(hiddenBecause(fault("leak", CIRCUIT, 1, 13), seen)).toMatch(/13\.0 h, less than 14/);
  });

  it("a growing leak can be seen from when it is large enough", () => {
    // 0.2 m³/h in 20 h is 0.1 after 10: 24 h leave 14, 23 leave 13.
    expect(hiddenBecause(fault("leak", CIRCUIT, 0.2, 24, { rampMs: 20 * HOUR }), seen)).toBeUndefined();
    expect(hiddenBecause(fault("leak", CIRCUIT, 0.2, 23, { rampMs: 20 * HOUR }), seen)).toMatch(/13\.0 h/);
  });

  it("nothing is seen without the points in which it shows", () => {
    const without = { ...seen, has: (_asset: string, signal: string) => !signal.startsWith("mk_") };
    expect(hiddenBecause(fault("leak", CIRCUIT, 1, 48), without)).toBe("no point mk_total or mk_flow");
    expect(hiddenBecause(fault("burst", CIRCUIT, 20, 2), without)).toBeUndefined();
    const unitsOnly = { ...seen, has: (asset: string, signal: string) => asset === UNIT && signal === "t_return" };
    expect(hiddenBecause(fault("air_lock", UNIT, 0.8, 12), unitsOnly)).toBeUndefined();
    expect(hiddenBecause(fault("sensor_stuck", CIRCUIT, 1, 12, { signal: "t2_supply" }), unitsOnly)).toBe("no point t2_supply");
  });

  it("rooms do not miss warm water in summer", () => {
    const before = parseScenario("size: { stations: 1 }\nfrom: filling+1d\nto: filling+5d\n", "filling.yaml", () => "");
    const unit = before.network.below(before.network.stations[0]!.id, "unit")[0]!.id;
    const closed: Fault = { kind: "closed_valve", asset: unit, onset: before.from + HOUR, rampMs: 0, magnitude: 1 };
    expect(hiddenBecause(closed, { ...seen, network: before.network, from: before.from, to: before.to })).toMatch(/nothing is warm/);
  });

  it("returns of units say nothing while supply and return are not apart", () => {
    const cool = { ...seen, spreadHours: (circuit: string, begin: number, end: number) => (circuit === CIRCUIT && end > begin ? 5 : 0) };
    expect(hiddenBecause(fault("air_lock", UNIT, 0.8, 48), cool)).toBeUndefined();
    expect(hiddenBecause(fault("under_heated", UNIT, 0.8, 48), cool)).toMatch(/apart for 5 h, less than 12/);
    expect(hiddenBecause(fault("clogged_strainer", CIRCUIT, 8, 48), cool)).toBeUndefined();
  });

  it("a freeze risk needs frost", () => {
    expect(hiddenBecause(fault("freeze_risk", CIRCUIT, 1, 4), seen)).toBeUndefined();
    expect(hiddenBecause(fault("freeze_risk", CIRCUIT, 1, 4), { ...seen, outdoorC: () => 2 })).toMatch(/never below/);
  });

  it("a drift is as large as it has become", () => {
    const drift = (lastsHours: number): string | undefined =>
      hiddenBecause(fault("sensor_drift", CIRCUIT, 12, lastsHours, { signal: "t2_supply" }), seen);
    expect(drift(100)).toMatch(/size 1\.7/);
    expect(drift(200)).toBeUndefined();
  });

  it("every severe fault of half a week in the heart of winter can be seen, and no confounder is asked about", () => {
    for (const kind of DISTURBANCE_KINDS) {
      const { severe, levels, truth, needsSignal } = disturbanceOf(kind);
      const asset = levels.includes("circuit") ? CIRCUIT : levels.includes("unit") ? UNIT : STATION;
      const long = kind === "exchanger_fouling" ? 200 : 84;
      const one = fault(kind, asset, severe, long, needsSignal === true ? { signal: "t2_supply" } : {});
      const hidden = hiddenBecause(kind === "sensor_drift" ? { ...one, onset: one.onset - 400 * HOUR } : one, seen);
      expect(hidden, truth === undefined ? `${kind} is none` : kind).toBeUndefined();
    }
  });
});
