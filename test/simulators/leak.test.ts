import { describe, expect, it } from "vitest";
import { areaOfLeakM2, holeAreaM2, orificeM3h } from "../../simulators/leak.ts";
import { distance } from "./distance.ts";

describe("leak", () => {
  it.each([
    [1, 0.04],
    [2, 0.17],
    [3, 0.39],
    [5, 1.1],
    [8, 2.8],
    [10, 4.3],
    [20, 17.3],
    [30, 38.9],
  ])("loses through a hole of %d mm at 300 kPa what DOMAIN 3.3 says", (diameterMm, flowM3h) => {
    expect(distance(orificeM3h(holeAreaM2(diameterMm), 300), flowM3h)).toBeLessThanOrEqual(Math.max(0.005, 0.03 * flowM3h));
  });

  it("loses twice as much at four times the pressure, and nothing without", () => {
    expect(orificeM3h(1e-4, 400) / orificeM3h(1e-4, 100)).toBeCloseTo(2, 12);
    expect(orificeM3h(1e-4, 0)).toBe(0);
    expect(orificeM3h(1e-4, -20)).toBe(0);
  });

  it("sizes a hole for a named loss", () => {
    expect(orificeM3h(areaOfLeakM2(2.5), 300)).toBeCloseTo(2.5, 12);
  });
});
