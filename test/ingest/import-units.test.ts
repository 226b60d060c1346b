import { describe, expect, it } from "vitest";
import { conversionOf, isUnit, requireConversion } from "../../ingest/import-units.ts";
import { SIGNALS, SIGNAL_IDS, type SignalId } from "../../model/signals.ts";

const convert = (signal: SignalId, unit: string, value: number): number => {
  const { factor, offset } = conversionOf(signal, unit)!;
  return value * factor + offset;
};

describe("units", () => {
  it("become those of the wire", () => {
    const table: readonly [SignalId, string, number, number][] = [
      ["t2_supply", "℃", 48.2, 48.2],
      ["t2_supply", "°F", 118.4, 48],
      ["t2_supply", "K", 321.15, 48],
      ["p2_return", "MPa", 0.28, 280],
      ["p2_return", "ＭＰａ", 0.28, 280],
      ["p2_return", "bar", 2.8, 280],
      ["p2_return", "kgf/cm²", 2, 196.133],
      ["p2_return", "mH2O", 28, 274.5862],
      ["q2_flow", "t/h", 120, 120],
      ["q2_flow", "L/s", 10, 36],
      ["mk_flow", "L/h", 400, 0.4],
      ["mk_total", "吨", 1031, 1031],
      ["h1_power", "GJ/h", 3.6, 1_000],
      ["h1_power", "MW", 4.5, 4_500],
      ["h1_total", "kWh", 1_000, 3.6],
      ["tank_level", "cm", 120, 1.2],
    ];
    for (const [signal, unit, value, expected] of table)
      expect([unit, convert(signal, unit, value)]).toEqual([unit, expect.closeTo(expected, 9)]);
  });

  it("include the one of every signal itself", () => {
    for (const signal of SIGNAL_IDS)
      expect([signal, conversionOf(signal, SIGNALS[signal].unit)]).toEqual([signal, { factor: 1, offset: 0 }]);
  });

  it("that do not fit are named with those that do", () => {
    expect(conversionOf("t2_supply", "kPa")).toBeUndefined();
    expect(() => requireConversion("p2_return", "MPaa", "mapping.yaml columns.BP2.unit")).toThrow(
      /mapping.yaml columns.BP2.unit: expected a unit of p2_return: kpa, .*, found "MPaa"; did you mean mpa\?/,
    );
  });

  it("are told from other words in brackets", () => {
    expect(["℃", "MPa", "m³/h", "t/h", "Hz", "%"].map(isUnit)).toEqual([true, true, true, true, true, true]);
    expect(["过滤网后", "1#", "设定", ""].map(isUnit)).toEqual([false, false, false, false]);
  });
});
