import { describe, expect, it } from "vitest";
import { stepTank, type Tank, tankReady } from "../../simulators/tank.ts";

function run(tank: Tank, hours: number, takenM3h: number, inflowShare = 1, isBypassed = false): { least: number; most: number } {
  const seen = { least: Infinity, most: -Infinity };
  for (let second = 0; second < hours * 3600; second += 10) {
    stepTank(tank, takenM3h, inflowShare, isBypassed, 10);
    seen.least = Math.min(seen.least, tank.tankM);
    seen.most = Math.max(seen.most, tank.tankM);
  }
  return seen;
}

describe("tank", () => {
  it("stays between the float valve's levels while the usual is taken", () => {
    const { least, most } = run({ tankM: 1.4, tankFilling: false }, 48, 0.4);
    expect(least).toBeGreaterThan(1.14);
    expect(most).toBeLessThan(1.61);
    expect(most - least).toBeGreaterThan(0.4);
  });

  it("loses 1 m a hour to 3 m³/h without inflow, and then leaves the pumps dry", () => {
    const tank = { tankM: 1.5, tankFilling: false };
    run(tank, 1, 3, 0);
    expect(tank.tankM).toBeCloseTo(0.5, 2);
    expect(tankReady(tank)).toBe(true);
    run(tank, 1, 3, 0);
    expect(tank.tankM).toBe(0);
    expect(tankReady(tank)).toBe(false);
  });

  it("keeps up with a filling through its bypass only", () => {
    const [plain, bypassed] = [false, true].map((isBypassed) => {
      const tank = { tankM: 1.4, tankFilling: false };
      run(tank, 8, 16, 1, isBypassed);
      return tankReady(tank);
    });
    expect(plain).toBe(false);
    expect(bypassed).toBe(true);
  });

  it("overflows at 2 m", () => {
    const tank = { tankM: 1.9, tankFilling: true };
    expect(run(tank, 5, -5).most).toBe(2);
  });
});
