import { describe, expect, it } from "vitest";
import { ruleDisplay, ruleLines } from "../../dashboard/station/rule-lines.ts";
import type { RuleStatus } from "../../model/live.ts";
import { RULES } from "../../rules/catalogue.ts";

/** One line for each kind of rule: the nearest of all places, firing first. */

const status = (
  kind: RuleStatus["kind"],
  asset: string,
  value: number | null,
  limit: number | null,
  state: RuleStatus["state"] = "normal",
): RuleStatus => ({ kind, asset, state, value, limit, measure: measureOf(kind), at: 0, opensAt: null });

const measureOf = (kind: RuleStatus["kind"]): RuleStatus["measure"] => RULES.find((rule) => rule.kind === kind)!.measure;

describe("rule lines", () => {
  it("show of many units the one that is nearest to its limit", () => {
    const [line] = ruleLines([
      status("air_lock", "U1", 1, 1.5),
      status("air_lock", "U2", 1.4, 1.5),
      status("air_lock", "U3", null, null, "unknown"),
    ]);
    expect(line).toMatchObject({ worst: { asset: "U2" }, count: 3 });
    expect(line!.nearness).toBeCloseTo(1.4 / 1.5, 9);
  });
  it("put firing before building up before normal, then by nearness", () => {
    const lines = ruleLines([
      status("offline", "S", 1, 10),
      status("leak", "C", 14, 20, "pending"),
      status("burst", "C", 9, 10),
      status("curve_drift", "C", 6, 3, "firing"),
      status("low_pressure", "C", null, null, "unknown"),
    ]);
    expect(lines.map(({ worst }) => worst.kind)).toEqual(["curve_drift", "leak", "burst", "offline", "low_pressure"]);
    expect(lines.map(({ nearness }) => nearness)).toEqual([1, 0.7, 0.9, 0.1, 0]);
  });
  it("know that a pressure nears its low limit from above, and that a limit of nothing is no limit", () => {
    expect(ruleLines([status("low_pressure", "C", 390, 195)])[0]!.nearness).toBe(0.5);
    expect(ruleLines([status("low_pressure", "C", 0, 195)])[0]!.nearness).toBe(1);
    expect(ruleLines([status("burst", "C", -4, 20)])[0]!.nearness).toBe(0);
    expect(ruleLines([status("burst", "C", 4, 0)])[0]!.nearness).toBe(0);
  });
  it("write pressures and their rates in the chosen unit, ratios without one", () => {
    const display = (unit: string, pressure: "kPa" | "MPa") =>
      ruleDisplay({ measure: { name: { zh: "", en: "" }, unit, faultWhen: "above" } }, pressure);
    expect(display("kPa", "MPa")).toEqual({ unit: "MPa", decimals: 3, factor: 0.001 });
    expect(display("kPa/min", "MPa")).toEqual({ unit: "MPa/min", decimals: 3, factor: 0.001 });
    expect(display("kPa/min", "kPa").unit).toBe("kPa/min");
    expect(display("1", "MPa")).toEqual({ unit: "", decimals: 2, factor: 1 });
    expect(display("min", "MPa")).toEqual({ unit: "min", decimals: 0, factor: 1 });
    expect(display("K", "MPa")).toEqual({ unit: "K", decimals: 1, factor: 1 });
  });
});
