import { describe, expect, it } from "vitest";
import { expansionM3, waterDensityKgM3 } from "../../simulators/water.ts";
import { distance } from "./distance.ts";

describe("water", () => {
  it("has the densities of the tables", () => {
    for (const [celsius, density] of [
      [4, 1000],
      [20, 998.2],
      [50, 988.0],
      [80, 971.8],
    ] as const)
      expect(distance(waterDensityKgM3(celsius), density)).toBeLessThanOrEqual(0.15);
  });

  it("grows 105 m³ by 44 L and 180 m³ by 76 L per K of mean water temperature (DOMAIN 3.4)", () => {
    expect(distance(expansionM3(105, 45, 46) * 1000, 44)).toBeLessThanOrEqual(3);
    expect(distance(expansionM3(180, 45, 46) * 1000, 76)).toBeLessThanOrEqual(4);
  });

  it("shrinks by 133 L in a night set-back of 3 K, and grows back", () => {
    expect(distance(expansionM3(105, 46, 43) * 1000, -133)).toBeLessThanOrEqual(5);
    expect(expansionM3(105, 46, 43) + expansionM3(105, 43, 46)).toBeCloseTo(0, 3);
  });
});
