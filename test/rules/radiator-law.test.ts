import { describe, expect, it } from "vitest";
import { flowShareAtIndex, hoursUntil, radiatorLaw, radiatorReturnC, steadyRoomC } from "../../rules/radiator-law.ts";

const radiator = radiatorLaw({ heating: "radiator", designSupplyC: 55, designReturnC: 40, designOutdoorC: -5.3 });
const floor = radiatorLaw({ heating: "floor", designSupplyC: 45, designReturnC: 35, designOutdoorC: -5.3 });

describe("radiator law", () => {
  it("meets its own design point", () => {
    expect(radiatorReturnC(radiator, 55, 20, 1)).toBeCloseTo(40, 9);
    expect(radiatorReturnC(floor, 45, 20, 1)).toBeCloseTo(35, 9);
    expect(steadyRoomC(radiator, 55, -5.3, 1)).toBeCloseTo(20, 6);
  });

  it("gives the cooling indices of DOMAIN 3.1", () => {
    const index = (law: typeof radiator, supplyC: number, share: number): number =>
      (supplyC - radiatorReturnC(law, supplyC, 20, share)) / (supplyC - radiatorReturnC(law, supplyC, 20, 1));
    const table = [
      [1.3, 0.81, 0.83],
      [0.8, 1.15, 1.18],
      [0.6, 1.35, 1.43],
      [0.5, 1.48, 1.6],
      [0.4, 1.63, 1.8],
      [0.3, 1.8, 2.05],
      [0.2, 1.98, 2.34],
      [0.1, 2.1, 2.6],
    ] as const;
    for (const [share, low, high] of table) {
      for (const found of [index(radiator, 55, share), index(radiator, 46, share), index(floor, 45, share), index(floor, 38, share)]) {
        expect(found).toBeGreaterThan(low - 0.03);
        expect(found).toBeLessThan(high + 0.05);
      }
    }
  });

  it("gives the steady rooms of DOMAIN 3.1 at -5.3 °C", () => {
    const table = [
      [1.3, 21],
      [0.8, 19],
      [0.6, 17.4],
      [0.5, 16.2],
      [0.4, 14.6],
      [0.3, 12.2],
      [0.2, 8.7],
      [0.1, 3.2],
    ] as const;
    for (const [share, room] of table) expect(Math.abs(steadyRoomC(radiator, 55, -5.3, share) - room)).toBeLessThan(0.15);
  });

  it("finds the flow that an index stands for", () => {
    for (const share of [0.1, 0.3, 0.5, 0.8, 1.2]) {
      const index = (50 - radiatorReturnC(radiator, 50, 20, share)) / (50 - radiatorReturnC(radiator, 50, 20, 1));
      expect(flowShareAtIndex(radiator, index, 50, 20)).toBeCloseTo(share, 4);
    }
  });

  it("foresees 18 °C as DOMAIN 3.1 does", () => {
    expect(hoursUntil(18, 20, 16.2, 90)).toBeGreaterThan(60);
    expect(hoursUntil(18, 20, 16.2, 90)).toBeLessThan(75);
    expect(hoursUntil(18, 20, 12.2, 90)).toBeCloseTo(26.7, 0);
    expect(hoursUntil(18, 20, 3.2, 90)).toBeCloseTo(11.4, 0);
    expect(hoursUntil(18, 17, 3, 90)).toBe(0);
    expect(hoursUntil(18, 20, 19, 90)).toBe(Infinity);
  });
});
