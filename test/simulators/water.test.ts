import { describe, expect, it } from "vitest";
import { expansionM3, waterDensityKgM3 } from "../../simulators/water.ts";
import { expectNear } from "./near.ts";

describe("water", () => {
  it("has the densities of the tables", () => {
    for (const [celsius, density] of [
      [4, 1000],
      [20, 998.2],
      [50, 988.0],
      [80, 971.8],
    ] as const) expectNear(waterDensityKgM3(celsius), density, 0.15);
  });

  it("grows 105 m³ by 44 L and 180 m³ by 76 L per K of mean water temperature (DOMAIN 3.4)", () => {
    expectNear(expansionM3(105, 45, 46) * 1000, 44, 3);
    expectNear(expansionM3(180, 45, 46) * 1000, 76, 4);
  });

  it("shrinks by 133 L in a night set-back of 3 K, and grows back", () => {
    expectNear(expansionM3(105, 46, 43) * 1000, -133, 5);
    expect(expansionM3(105, 46, 43) + expansionM3(105, 43, 46)).toBeCloseTo(0, 3);
  });
});
