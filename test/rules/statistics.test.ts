import { describe, expect, it } from "vitest";
import { median, medianDeviation, medianSlope, quantile, trendScore } from "../../rules/statistics.ts";

describe("statistics", () => {
  it("takes medians and quantiles of what is known", () => {
    expect(median([3, Number.NaN, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
    expect(quantile([0, 10, 20, 30, 40], 0.25)).toBe(10);
    expect(quantile(Float32Array.of(0, 10), 0.1)).toBe(1);
  });

  it("is not moved by one wild value", () => {
    expect(medianDeviation([1, 2, 3, 4, 1000])).toBe(1);
    expect(medianSlope([0, 1, 2, 300, 4, 5])).toBe(1);
  });

  it("tells a trend from noise", () => {
    expect(trendScore([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeGreaterThan(3.5);
    expect(trendScore([5, 4, 3, 2, 1, 0])).toBeLessThan(-2);
    expect(Math.abs(trendScore([1, 3, 2, 1, 3, 2, 1, 3, 2]))).toBeLessThan(1);
    expect(trendScore([1, 2, 3])).toBe(0);
  });
});
