import { describe, expect, it } from "vitest";
import { areUndetectable } from "../../simulators/fault-conflict.ts";
import type { DisturbanceKind, Fault } from "../../simulators/faults.ts";
import { ONSET, planted } from "./planted.ts";
import { DAY, HOUR, referenceNetwork } from "./small-plant.ts";

const network = referenceNetwork();
const fault = (kind: DisturbanceKind, asset: string, fromDay: number, days: number, more: Partial<Fault> = {}): Fault =>
  planted(kind, "mild", { asset, onset: ONSET + fromDay * DAY, repairAt: ONSET + (fromDay + days) * DAY, ...more });

describe("faults that hide each other", () => {
  it.each([
    ["two leaks of a circuit", fault("leak", "S1-H", 0, 5), fault("leak", "B2-U1", 2, 5), true],
    ["a leak and a drain half a day after its repair", fault("leak", "B2", 0, 5), fault("maintenance_drain", "S1-H", 5.5, 0.1), true],
    ["a leak and a drain two days later", fault("leak", "B2", 0, 5), fault("maintenance_drain", "S1-H", 7, 0.1), false],
    ["a leak and a choked unit", fault("leak", "B2", 0, 5), fault("air_lock", "B2-U1", 0, 5), false],
    ["two chokes of a unit and its building", fault("closed_valve", "B2", 0, 5), fault("air_lock", "B2-U1", 1, 2), true],
    ["two chokes of different units", fault("closed_valve", "B2-U2", 0, 5), fault("air_lock", "B2-U1", 1, 2), false],
    ["units out of balance and one with air", fault("imbalance", "S1-H", 0, 30), fault("air_lock", "B2-U1", 1, 2), true],
    ["a stuck valve of the station and a curve that is off", fault("valve_stuck", "S1", 0, 3), fault("curve_drift", "S1-H", 1, 3), true],
    ["silence that covers a burst", fault("offline", "S1", 0, 0.5), fault("burst", "S1-H", 0.1, 0.1), true],
    ["silence within a long leak", fault("offline", "S1", 2, 0.5), fault("leak", "S1-H", 0, 9), false],
    [
      "two faults of one sensor",
      fault("sensor_bias", "S1-H", 0, 9, { signal: "t2_supply" }),
      fault("sensor_stuck", "S1-H", 1, 2, { signal: "t2_supply" }),
      true,
    ],
    [
      "faults of two sensors",
      fault("sensor_bias", "S1-H", 0, 9, { signal: "t2_supply" }),
      fault("sensor_stuck", "S1-H", 1, 2, { signal: "t2_return" }),
      false,
    ],
  ])("%s: %#", (_, one, other, hidden) => {
    expect(areUndetectable(one, other, network)).toBe(hidden);
    expect(areUndetectable(other, one, network)).toBe(hidden);
  });

  it("are never those of two stations, and one without an end counts as lasting", () => {
    const endless = planted("leak", "mild", { asset: "S1-H" });
    expect(areUndetectable(endless, { ...endless, onset: ONSET + 100 * DAY, repairAt: ONSET + 100 * DAY + HOUR }, network)).toBe(true);
    expect(areUndetectable(endless, { ...endless, asset: "S2-H" }, network)).toBe(false);
  });
});
