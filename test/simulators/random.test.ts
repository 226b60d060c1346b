import { describe, expect, it } from "vitest";
import { draws, normalAt, smoothNormalAt, subSeed, uniformAt } from "../../simulators/random.ts";
import { distance } from "./distance.ts";

const COUNT = 20_000;
const positions = Array.from({ length: COUNT }, (_, index) => index);

function moments(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

describe("random", () => {
  it("spreads uniform draws evenly and without memory", () => {
    const values = positions.map((position) => uniformAt(5, position));
    expect(moments(values).mean).toBeCloseTo(0.5, 2);
    const tenths = Array.from({ length: 10 }, (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length / COUNT);
    for (const share of tenths) expect(distance(share, 0.1)).toBeLessThanOrEqual(0.01);
    const products = positions.slice(1).map((position) => (values[position]! - 0.5) * (values[position - 1]! - 0.5));
    expect(Math.abs(moments(products).mean)).toBeLessThan(0.002);
  });

  it("has normal draws of mean 0 and deviation 1, also at positions as large as epoch ms", () => {
    for (const first of [0, 1_800_000_000_000]) {
      const { mean, deviation } = moments(positions.map((position) => normalAt(9, first + position)));
      expect(Math.abs(mean)).toBeLessThan(0.03);
      expect(Math.abs(deviation - 1)).toBeLessThan(0.03);
    }
  });

  it("gives every name its own stream, and the same one again", () => {
    const names = Array.from({ length: 2000 }, (_, index) => subSeed(1, "unit", `B${index}`));
    expect(new Set(names).size).toBe(2000);
    expect(subSeed(1, "unit", "B7")).toBe(names[7]);
    expect(subSeed(1, "a", "b")).not.toBe(subSeed(1, "ab"));
    expect(subSeed(2, "unit", "B7")).not.toBe(names[7]);
  });

  it("joins smooth noise at the whole positions", () => {
    expect(smoothNormalAt(3, 12)).toBe(normalAt(3, 12));
    expect(smoothNormalAt(3, 12.5)).toBeCloseTo((normalAt(3, 12) + normalAt(3, 13)) / 2);
  });

  it("draws within the asked range and refuses to pick from nothing", () => {
    const draw = draws(4);
    const dice = Array.from({ length: 600 }, () => draw.whole(1, 6));
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(() => draw.pick([])).toThrow("nothing to pick from");
  });
});
