import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alignLines,
  gapsOf,
  indexAt,
  lineFrom,
  lineOf,
  summaryOf,
  usualPauseMs,
  type LineData,
} from "../../dashboard/charts/chart-data.ts";
import { niceRange, timeTicks, timeTickText } from "../../dashboard/charts/axis.ts";
import { followCurve } from "../../dashboard/curve-follow.ts";
import type { Curve } from "../../model/curve.ts";

const AT = Date.UTC(2026, 10, 20, 0, 0, 0);
const MINUTE_MS = 60_000;
const every = (stepMs: number, values: readonly (number | null)[]): LineData =>
  lineFrom(
    values.map((_, index) => AT + index * stepMs),
    values,
  );

describe("gaps", () => {
  it("are pauses much longer than the rhythm of the signal", () => {
    const line = lineFrom(
      [0, 1, 2, 3, 30, 31, 32].map((minute) => AT + minute * MINUTE_MS),
      [1, 1, 1, 1, 1, 1, 1],
    );
    expect(gapsOf(line, AT, AT + 32 * MINUTE_MS)).toEqual([[AT + 3 * MINUTE_MS, AT + 30 * MINUTE_MS]]);
  });
  it("are not the rhythm of a slow signal, nor a single lost reading", () => {
    expect(gapsOf(every(30 * MINUTE_MS, [20, 20, 21, 21]), AT, AT + 90 * MINUTE_MS)).toEqual([]);
    expect(gapsOf(every(MINUTE_MS, [1, 1, null, 1, 1]), AT, AT + 4 * MINUTE_MS)).toEqual([]);
  });
  it("reach from the last value to now, and from the start of the window to the first", () => {
    const line = every(MINUTE_MS, [1, 1, 1]);
    const window: [number, number] = [AT - 60 * MINUTE_MS, AT + 60 * MINUTE_MS];
    expect(gapsOf(line, ...window)).toEqual([
      [AT - 60 * MINUTE_MS, AT],
      [AT + 2 * MINUTE_MS, AT + 60 * MINUTE_MS],
    ]);
  });
  it("count from the end of a bucket, also where empty buckets were left out", () => {
    const line: LineData = {
      times: [AT, AT + 2 * MINUTE_MS, AT + 20 * MINUTE_MS, AT + 22 * MINUTE_MS],
      low: [1, 1, 1, 1],
      high: [2, 2, 2, 2],
      bucketMs: 2 * MINUTE_MS,
    };
    expect(gapsOf(line, AT, AT + 24 * MINUTE_MS)).toEqual([[AT + 4 * MINUTE_MS, AT + 20 * MINUTE_MS]]);
  });
});

describe("alignment", () => {
  it("breaks a line at a gap and nowhere else", () => {
    const line = lineFrom(
      [0, 1, 2, 30, 31].map((minute) => AT + minute * MINUTE_MS),
      [1, 2, null, 4, 5],
    );
    const { times, columns } = alignLines([{ data: line, factor: 1 }]);
    expect(times.map((at) => (at - AT) / MINUTE_MS)).toEqual([0, 1, 15.5, 30, 31]);
    expect(columns[0]).toEqual([1, 2, null, 4, 5]);
  });
  it("does not break one line at the times of another, and applies units", () => {
    const fast = every(10_000, [1, 1, 1, 1, 1, 1, 1]);
    const slow = every(30_000, [500, 600, 700]);
    const { times, columns } = alignLines([
      { data: fast, factor: 1 },
      { data: slow, factor: 0.5 },
    ]);
    expect(times).toHaveLength(7);
    expect(columns[2]).toEqual([250, undefined, undefined, 300, undefined, undefined, 350]);
  });
  it("keeps every extreme of every bucket: no dip is lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 90, noNaN: true }), fc.double({ min: 0, max: 9, noNaN: true })), {
          minLength: 1,
          maxLength: 200,
        }),
        (buckets) => {
          const data: LineData = {
            times: buckets.map((_, index) => AT + index * 72_000),
            low: buckets.map(([low]) => low),
            high: buckets.map(([low, rise]) => low + rise),
            bucketMs: 72_000,
          };
          const { columns } = alignLines([{ data, factor: 1 }]);
          expect(columns[0]).toEqual(data.low);
          expect(columns[1]).toEqual(data.high);
        },
      ),
    );
  });
});

describe("reading a line", () => {
  const curve: Curve = {
    from: AT,
    to: AT + 6 * MINUTE_MS,
    raw: false,
    bucketMs: 2 * MINUTE_MS,
    times: [AT, AT + 2 * MINUTE_MS, AT + 4 * MINUTE_MS],
    series: [{ asset: "C", signal: "t2_supply", unit: "°C", min: [40, null, 42], max: [41, null, 43], count: [9, 0, 9] }],
  };
  it("finds the bucket under the cursor and nothing in an empty one", () => {
    const line = lineOf(curve, "C", "t2_supply")!;
    expect(indexAt(line, AT + MINUTE_MS)).toBe(0);
    expect(indexAt(line, AT + 3 * MINUTE_MS)).toBe(-1);
    expect(indexAt(line, AT + 5 * MINUTE_MS)).toBe(2);
    expect(indexAt(line, AT + 7 * MINUTE_MS)).toBe(-1);
    expect(indexAt(lineFrom([], []), AT)).toBe(-1);
    expect(lineOf(curve, "C", "t2_return")).toBeUndefined();
  });
  it("finds the nearest point of a raw line", () => {
    const line = every(MINUTE_MS, [1, 2, 3]);
    expect(indexAt(line, AT + 40_000)).toBe(1);
    expect(indexAt(line, AT + 50 * MINUTE_MS)).toBe(-1);
    expect(usualPauseMs(line)).toBe(MINUTE_MS);
  });
  it("summarises what is in the window only", () => {
    expect(summaryOf(every(MINUTE_MS, [9, 2, 3, 4]), AT + MINUTE_MS, AT + 2 * MINUTE_MS)).toEqual({ min: 2, max: 3, last: 3 });
    expect(summaryOf(every(MINUTE_MS, [null]), AT, AT + 1)).toBeUndefined();
  });
});

describe("a live curve", () => {
  const raw: Curve = {
    from: AT,
    to: AT + 1000,
    raw: true,
    times: [AT, AT + 1000],
    series: [
      { asset: "C", signal: "t2_supply", unit: "°C", values: [40, 41] },
      { asset: "C", signal: "t2_return", unit: "°C", values: [30, 31] },
    ],
  };
  const fresh = (signal: "t2_supply" | "t2_return", at: number, value: number | null) => ({
    asset: "C",
    signal,
    value: [at, value] as const,
  });
  it("takes both signals of one poll as one point and lets the old end go", () => {
    const next = followCurve(raw, [fresh("t2_supply", AT + 2000, 42), fresh("t2_return", AT + 2000, 32)], AT + 500);
    expect(next.times).toEqual([AT + 1000, AT + 2000]);
    expect(next.raw && next.series.map((one) => one.values)).toEqual([
      [41, 42],
      [31, 32],
    ]);
    expect(raw.times).toHaveLength(2);
  });
  it("ignores what it has and what is older", () => {
    expect(followCurve(raw, [fresh("t2_supply", AT, 99)], AT).times).toEqual(raw.times);
  });
  it("widens the open bucket, and opens the next on its multiple", () => {
    const bucketed: Curve = {
      from: AT,
      to: AT + 72_000,
      raw: false,
      bucketMs: 72_000,
      times: [AT],
      series: [{ asset: "C", signal: "t2_supply", unit: "°C", min: [40], max: [41], count: [3] }],
    };
    const wide = followCurve(bucketed, [fresh("t2_supply", AT + 50_000, 37)], AT);
    const next = followCurve(wide, [fresh("t2_supply", AT + 80_000, 45)], AT);
    expect(next.times).toEqual([AT, AT + 72_000]);
    expect(!next.raw && [next.series[0]!.min, next.series[0]!.max]).toEqual([
      [37, 45],
      [41, 45],
    ]);
  });
});

describe("axes", () => {
  it("tick at round local times", () => {
    const ticks = timeTicks("Asia/Shanghai", AT - 24 * 60 * MINUTE_MS, AT, 9);
    expect(ticks.map((at) => timeTickText("Asia/Shanghai", at, 10_800_000))).toEqual([
      "09:00",
      "12:00",
      "15:00",
      "18:00",
      "21:00",
      "11-20",
      "03:00",
      "06:00",
    ]);
  });
  it("tick once an hour across a clock change", () => {
    const from = Date.UTC(2026, 9, 24, 22);
    const ticks = timeTicks("Europe/Berlin", from, from + 6 * 60 * MINUTE_MS, 8);
    expect(new Set(ticks).size).toBe(ticks.length);
    for (const at of ticks) expect(at % (60 * MINUTE_MS)).toBe(0);
  });
  it("hold every value on round numbers", () => {
    fc.assert(
      fc.property(fc.double({ min: -40, max: 2000, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true }), (min, rise) => {
        const [low, high] = niceRange(min, min + rise, 10);
        expect(low).toBeLessThanOrEqual(min);
        expect(high).toBeGreaterThanOrEqual(min + rise);
        expect(high - low).toBeGreaterThanOrEqual(10);
      }),
    );
    expect(niceRange(Infinity, -Infinity, 10)).toEqual([0, 10]);
  });
});
