import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hourlyMakeup, makeupBars, usualMakeup, type HourlyMakeup } from "../../dashboard/station/hourly-makeup.ts";

/** A totaliser read as makeup per hour, and what of it is more than usual. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AT = Date.UTC(2026, 10, 20);
const MINUTE_MS = 60_000;

const raw = (points: readonly (readonly [at: number, value: number | null])[]) => ({
  times: points.map(([at]) => at),
  low: points.map(([, value]) => value),
  high: points.map(([, value]) => value),
  bucketMs: 0,
});

describe("hourly makeup", () => {
  it("is the rise of the totaliser in each clock hour, however the pump's runs fall", () => {
    // 0.1 m³ at 00:10 and 00:50, 0.3 m³ at 01:30.
    const points = Array.from({ length: 13 }, (_, index): [number, number] => [
      AT + index * 10 * MINUTE_MS,
      500 + (index >= 1 ? 0.1 : 0) + (index >= 5 ? 0.1 : 0) + (index >= 9 ? 0.3 : 0),
    ]);
    const hours = hourlyMakeup(raw(points), AT + DAY_MS);
    expect(hours.map(({ at }) => at)).toEqual([AT, AT + HOUR_MS]);
    expect(hours[0]!.m3h).toBeCloseTo(0.2, 9);
    expect(hours[1]!.m3h).toBeCloseTo(0.3, 9);
  });
  it("loses no water over any spacing of readings without a long gap", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 29 }), fc.double({ min: 0, max: 2, noNaN: true })), { minLength: 300, maxLength: 400 }),
        (steps) => {
          let [at, total] = [AT, 1000];
          const points: [number, number][] = [[at, total]];
          for (const [minutes, volume] of steps) points.push([(at += minutes * MINUTE_MS), (total += volume)]);
          const hours = hourlyMakeup(raw(points), at);
          const whole = hours.filter((hour) => hour.at + HOUR_MS <= at);
          const sum = whole.reduce((all, hour) => all + hour.m3h, 0);
          const end = whole.at(-1)!.at + HOUR_MS;
          const after = points.find(([time]) => time >= end)!;
          const before = points.findLast(([time]) => time <= end)!;
          const expected =
            before[1] - 1000 + (after[0] === before[0] ? 0 : ((after[1] - before[1]) * (end - before[0])) / (after[0] - before[0]));
          expect(sum).toBeCloseTo(expected, 6);
        },
      ),
      { numRuns: 50 },
    );
  });
  it("counts nothing for a totaliser that was replaced, and says nothing over a long silence", () => {
    const points: [number, number | null][] = [
      [AT, 900],
      [AT + 30 * MINUTE_MS, 900.2],
      [AT + 40 * MINUTE_MS, 3],
      [AT + 60 * MINUTE_MS, 3.1],
      [AT + 5 * HOUR_MS, 9],
      [AT + 6 * HOUR_MS, 9.4],
    ];
    const hours = hourlyMakeup(raw(points), AT + DAY_MS);
    expect(hours.map(({ at, m3h }) => [(at - AT) / HOUR_MS, Math.round(m3h * 100) / 100])).toEqual([
      [0, 0.3],
      [5, 0.4],
    ]);
  });
  it("takes a bucket's greatest value as the one at its end, and the open bucket's as the one of now", () => {
    const buckets = { times: [AT, AT + HOUR_MS, AT + 2 * HOUR_MS], low: [100, 100.4, 101], high: [100.4, 101, 101.1], bucketMs: HOUR_MS };
    const early = hourlyMakeup(buckets, AT + 2 * HOUR_MS + 10 * MINUTE_MS);
    expect(early.map(({ at }) => at)).toEqual([AT + HOUR_MS]);
    expect(early[0]!.m3h).toBeCloseTo(0.6, 9);
    const later = hourlyMakeup(buckets, AT + 2 * HOUR_MS + 30 * MINUTE_MS);
    expect(later[1]!.m3h).toBeCloseTo(0.2, 9);
  });
});

const days = (count: number, m3h: (hour: number, day: number) => number): HourlyMakeup[] =>
  Array.from({ length: count * 24 }, (_, index) => ({ at: AT + index * HOUR_MS, m3h: m3h(index % 24, Math.floor(index / 24)) }));

describe("what is usual", () => {
  it("is learned for every hour of the day, from three days on", () => {
    expect(usualMakeup(days(2, () => 0.3)).size).toBe(0);
    const usual = usualMakeup(days(5, (hour) => (hour === 7 ? 0.6 : 0.2)));
    expect(usual.get(7)!.map((value) => Math.round(value * 100) / 100)).toEqual([0.45, 0.75]);
    expect(usual.get(3)!.map((value) => Math.round(value * 100) / 100)).toEqual([0.05, 0.35]);
  });
  it("is not moved by one wild day", () => {
    const usual = usualMakeup(days(7, (_, day) => (day === 3 ? 9 : 0.2)));
    expect(usual.get(12)![1]).toBeLessThan(0.5);
  });
});

describe("bars", () => {
  const from = AT + 7 * DAY_MS;
  const hours = [
    ...days(7, () => 0.2),
    ...Array.from({ length: 24 }, (_, hour) => ({ at: from + hour * HOUR_MS, m3h: hour >= 20 ? 1.1 : 0.2 })),
  ];
  it("are grey within the usual, and marked above it", () => {
    const bars = makeupBars(hours, [], from, from + DAY_MS);
    expect(bars).toHaveLength(24);
    expect(bars.map((bar) => bar.concern)).toEqual([...Array.from({ length: 20 }, () => undefined), "watch", "watch", "watch", "watch"]);
  });
  it("have the colour of a ticket about lost water where one stands", () => {
    const bars = makeupBars(hours, [{ since: from + 22 * HOUR_MS, until: Infinity, severity: "urgent" }], from, from + DAY_MS);
    expect(bars.slice(20).map((bar) => bar.concern)).toEqual(["watch", "watch", "urgent", "urgent"]);
  });
  it("learn nothing from hours in which water was being lost", () => {
    const leaking = hours.map((hour) => (hour.at >= AT + 2 * DAY_MS && hour.at < from ? { ...hour, m3h: 1.1 } : hour));
    const loss = { since: AT + 2 * DAY_MS, until: from, severity: "general" as const };
    expect(makeupBars(leaking, [loss], from, from + DAY_MS).some((bar) => bar.usual !== undefined)).toBe(false);
    expect(makeupBars(leaking, [], from, from + DAY_MS)[23]!.concern).toBeUndefined();
  });
});
