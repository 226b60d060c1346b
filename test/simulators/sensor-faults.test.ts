import { describe, expect, it } from "vitest";
import { PLATFORM_SIGNALS, SIGNAL_IDS, SIGNALS } from "../../model/signals.ts";
import type { Fault } from "../../simulators/faults.ts";
import { sensorFaults } from "../../simulators/sensor-faults.ts";
import { FROM, HOUR, MINUTE, messages, readings, smallDevices, smallNetwork } from "./small-devices.ts";

const ONSET = FROM + HOUR;
const REPAIR = FROM + 3 * HOUR;
const planted = (kind: Fault["kind"], asset: string, signal: Fault["signal"], magnitude: number, more: Partial<Fault> = {}): Fault => ({
  kind,
  asset,
  signal,
  magnitude,
  onset: ONSET,
  rampMs: 0,
  repairAt: REPAIR,
  ...more,
});

/** Readings of a point with a fault beside those of the same point without, at the same instants. */
function beside(fault: Fault, spanMs = 4 * HOUR, pollMs = MINUTE): (readonly [at: number, shown: number | null, sound: number])[] {
  const network = smallNetwork(1);
  const point = (faults: readonly Fault[]) =>
    readings(smallDevices({ network, faults, pollMs }).events(FROM, FROM + spanMs), fault.asset, fault.signal ?? "");
  const sound = point([]);
  return point([fault]).map(([at, shown], index) => [at, shown, sound[index]![1]!] as const);
}

const during = <T extends readonly [number, ...unknown[]]>(rows: readonly T[]): T[] => rows.filter(([at]) => at >= ONSET && at < REPAIR);
const outside = <T extends readonly [number, ...unknown[]]>(rows: readonly T[]): T[] => rows.filter(([at]) => at < ONSET || at >= REPAIR);

describe("sensor faults", () => {
  it.each([
    planted("sensor_bias", "S1-1", "t2_return", 3),
    planted("sensor_spike", "S1-1", "p2_return", 12),
    planted("sensor_noise", "S1-1", "t2_supply", 8),
    planted("sensor_stuck", "S1-1", "t2_supply", 1),
    planted("sensor_dead", "S1-1", "q2_flow", 1),
    planted("sensor_unit", "S1", "p1_supply", 0.001),
  ])("$kind is there from onset to repair, and nothing of it before or after", (fault) => {
    const rows = beside(fault);
    for (const [, shown, sound] of outside(rows)) expect(shown).toBe(sound);
    expect(during(rows).some(([, shown, sound]) => shown !== sound)).toBe(true);
  });

  it("bias adds its size, in steps of the readout, along its ramp", () => {
    const rows = during(beside(planted("sensor_bias", "S1-1", "t2_return", 3, { rampMs: HOUR })));
    for (const [at, shown, sound] of rows) expect(shown! - sound).toBeCloseTo(3 * Math.min(1, (at - ONSET) / HOUR), 0);
    expect(rows.at(-1)![1]! - rows.at(-1)![2]).toBeCloseTo(3, 5);
  });

  it("drift reaches its size after 30 days", () => {
    const rows = beside(planted("sensor_drift", "S1-1", "t2_return", 30, { repairAt: undefined }), 49 * HOUR, 10 * MINUTE);
    expect(rows.at(-1)![1]! - rows.at(-1)![2]).toBeCloseTo(2, 0);
  });

  it("stuck holds the reading that it had", () => {
    const shown = during(beside(planted("sensor_stuck", "S1-1", "t2_supply", 1))).map(([, value]) => value);
    expect(new Set(shown).size).toBe(1);
    expect(shown[0]).toBeGreaterThan(20);
  });

  it("spikes to an end of the range, so often an hour", () => {
    const rows = during(beside(planted("sensor_spike", "S1-1", "p2_return", 12)));
    const spikes = rows.filter(([, shown, sound]) => shown !== sound);
    expect(spikes.length).toBeGreaterThan(10);
    expect(spikes.length).toBeLessThan(40);
    for (const [, shown] of spikes) expect([0, 1600]).toContain(shown);
  });

  it("noise grows by its factor", () => {
    const rows = during(beside(planted("sensor_noise", "S1-1", "t2_supply", 20)));
    const added = rows.map(([, shown, sound]) => shown! - sound);
    const deviation = Math.sqrt(added.reduce((sum, value) => sum + value * value, 0) / added.length);
    expect(deviation / 0.06).toBeGreaterThan(15);
    expect(deviation / 0.06).toBeLessThan(25);
  });

  it("a wrong unit is a factor; a dead sensor is null, all or some of the time", () => {
    for (const [, shown, sound] of during(beside(planted("sensor_unit", "S1", "p1_supply", 0.001))))
      expect(shown).toBeCloseTo(sound / 1000, 9);
    for (const [, shown] of during(beside(planted("sensor_dead", "S1-1", "q2_flow", 1)))) expect(shown).toBeNull();
    const dead = during(beside(planted("sensor_dead", "S1-1", "q2_flow", 0.5))).filter(([, shown]) => shown === null).length;
    expect(dead).toBeGreaterThan(40);
    expect(dead).toBeLessThan(80);
  });

  it("a totaliser counts on from its new reading, also after the repair", () => {
    const rows = beside(planted("totaliser_reset", "S1", "q1_total", 7));
    for (const [, shown, sound] of rows.filter(([at]) => at < ONSET)) expect(shown).toBe(sound);
    const after = rows.filter(([at]) => at >= ONSET);
    expect(after[0]![1]).toBe(7);
    for (const [, shown, sound] of after) expect(shown! - 7).toBeCloseTo(sound - after[0]![2], 6);
    expect(after.at(-1)![1]!).toBeGreaterThan(7);
  });

  it("swapped sensors show each other's reading, whichever of the two is named", () => {
    const network = smallNetwork(1);
    const pair = (faults: readonly Fault[]) => {
      const events = [...smallDevices({ network, faults }).events(FROM, FROM + 4 * HOUR)];
      return ["t2_supply", "t2_return"].map((signal) => readings(events, "S1-1", signal));
    };
    const [supply, back] = pair([]);
    for (const signal of ["t2_supply", "t2_return"] as const) {
      const [shownSupply, shownBack] = pair([planted("sensor_swapped", "S1-1", signal, 1)]);
      expect(during(shownSupply!)).toEqual(during(back!));
      expect(during(shownBack!)).toEqual(during(supply!));
      expect(outside(shownSupply!)).toEqual(outside(supply!));
    }
  });

  it("refuses to swap a signal that has no partner", () => {
    expect(() => sensorFaults([planted("sensor_swapped", "S1-1", "q2_flow", 1)], 1)).toThrow(
      'sensor_swapped on S1-1: expected a signal of a pair of supply and return, or before and behind the strainer, found "q2_flow"',
    );
  });

  it("leaves the plant and every other point alone", () => {
    const network = smallNetwork(1);
    const run = (faults: readonly Fault[]) =>
      messages(smallDevices({ network, faults }).events(FROM, FROM + 2 * HOUR)).flatMap(({ objects }) =>
        objects.map(({ assets }) => JSON.stringify({ ...assets, "S1-1": { ...assets?.["S1-1"], t2_return: 0 } })),
      );
    expect(run([planted("sensor_bias", "S1-1", "t2_return", 9)])).toEqual(run([]));
  });

  it("works on every signal that a device reports, also where the network is poor in points", () => {
    const network = smallNetwork(1);
    for (const signal of SIGNAL_IDS) {
      if (PLATFORM_SIGNALS.has(signal)) continue;
      const own = SIGNALS[signal].levels.map(
        (level) => ({ station: "S1", circuit: "S1-1", building: "", unit: "S1-B1-U1", room: "S1-B1-U1-R1" })[level],
      );
      const asset =
        signal.startsWith("v1") || ["t_out", "power_ok", "tank_level", "flood"].includes(signal) ? "S1" : own.find((id) => id !== "")!;
      const fault = planted("sensor_dead", asset, signal, 1, { onset: FROM - 1, repairAt: undefined });
      const values = readings(smallDevices({ network, faults: [fault], points: "poor" }).events(FROM, FROM + 12 * HOUR), asset, signal);
      expect([signal, values.length > 0, values.every(([, value]) => value === null)]).toEqual([signal, true, true]);
    }
  });
});
