import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resetCusum, startCusum, stepCusum } from "../../rules/cusum.ts";

const settings = { clip: 4, slack: 1, limit: 20 };

describe("cusum", () => {
  it("needs seven hours of a large excess, because one hour counts four sigma at most", () => {
    const cusum = startCusum();
    const crossed = Array.from({ length: 8 }, (_, hour) => stepCusum(cusum, 50, 100 + hour, settings));
    expect(crossed.indexOf(true)).toBe(6);
    expect(cusum.zeroAt).toBe(100);
  });

  it("never alarms on an excess below its slack", () => {
    const cusum = startCusum();
    for (let hour = 0; hour < 1000; hour++) expect(stepCusum(cusum, 0.99, hour, settings)).toBe(false);
    expect(cusum.value).toBe(0);
    expect(cusum.zeroAt).toBe(1000);
  });

  it("stands still while an hour is unknown", () => {
    const cusum = startCusum();
    for (let hour = 0; hour < 5; hour++) stepCusum(cusum, 3, hour, settings);
    const before = { ...cusum };
    for (let hour = 5; hour < 50; hour++) expect(stepCusum(cusum, Number.NaN, hour, settings)).toBe(false);
    expect(cusum).toEqual(before);
  });

  it("names the last hour at zero as the onset", () => {
    const cusum = startCusum();
    for (let hour = 0; hour < 30; hour++) stepCusum(cusum, -0.5, hour, settings);
    for (let hour = 30; hour < 40; hour++) stepCusum(cusum, 3, hour, settings);
    expect(cusum.zeroAt).toBe(30);
    resetCusum(cusum, 40);
    expect(cusum).toEqual({ value: 0, zeroAt: 40 });
  });

  it("stays between zero and twice its limit, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true })), (scores) => {
        const cusum = startCusum();
        for (const [hour, score] of scores.entries()) {
          expect(stepCusum(cusum, score, hour, settings)).toBe(cusum.value >= 20);
          expect(cusum.value).toBeGreaterThanOrEqual(0);
          expect(cusum.value).toBeLessThanOrEqual(40);
        }
      }),
    );
  });
});
