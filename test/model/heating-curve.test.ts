import { describe, expect, it } from "vitest";
import { expectedReturnC, expectedSupplyC } from "../../model/heating-curve.ts";
import type { CircuitFacts } from "../../model/network.ts";

const facts: CircuitFacts = {
  heating: "radiator",
  heatedAreaM2: 100_000,
  households: 1100,
  designSupplyC: 55,
  designReturnC: 40,
  designOutdoorC: -5.3,
  circulationM3h: 258,
  waterVolumeM3: 105,
  sizeIsKnown: true,
  staticPressureKpa: 250,
  makeupControl: "band",
  curve: undefined,
};

describe("heating curve", () => {
  it("gives the design temperatures at the design outdoor temperature and the room's at no load", () => {
    expect(expectedSupplyC(facts, -5.3)).toBeCloseTo(55, 9);
    expect(expectedReturnC(facts, -5.3)).toBeCloseTo(40, 9);
    expect(expectedSupplyC(facts, 20)).toBeCloseTo(20, 9);
    expect(expectedSupplyC(facts, 30)).toBeCloseTo(20, 9);
  });

  it("falls as it gets warmer outside", () => {
    let previous = Infinity;
    for (let outdoor = -20; outdoor <= 20; outdoor++) {
      const supply = expectedSupplyC(facts, outdoor);
      expect(supply).toBeLessThan(previous);
      previous = supply;
    }
  });

  it("follows the circuit's own curve, straight between its points and flat outside", () => {
    const own = {
      ...facts,
      curve: [
        [-10, 60],
        [0, 50],
        [10, 38],
      ] as const,
    };
    expect(expectedSupplyC(own, -20)).toBe(60);
    expect(expectedSupplyC(own, -5)).toBe(55);
    expect(expectedSupplyC(own, 5)).toBe(44);
    expect(expectedSupplyC(own, 15)).toBe(38);
  });
});
