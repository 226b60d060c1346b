import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { BucketedCurve, RawCurve } from "../../model/curve.ts";
import type { Reading } from "../../model/reading.ts";
import { bucketWidthMs } from "../../store/curve-width.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
const supply = pointOf(network, "S1-H", "t2_supply");
const back = pointOf(network, "S1-H", "t2_return");
const MINUTE = 60_000;
const DAY = 86_400_000;

let folder = temporaryFolder();
let store: LocalTelemetryStore;
let now = START + 365 * DAY;
beforeEach(async () => {
  folder = temporaryFolder();
  now = START + 365 * DAY;
  store = await openTelemetryStore({ folder: folder.path, network, checkpointMs: Infinity, now: () => now });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const every = (
  stepMs: number,
  from: number,
  count: number,
  value: (index: number) => number | null = (index) => 40 + (index % 10),
): Reading[] => Array.from({ length: count }, (_, index) => readingOf(supply, from + index * stepMs, value(index)));
const raw = (from: number, to: number, points = [supply]): RawCurve => {
  const curve = store.curve({ points, from, to, px: 800 });
  if (!curve.raw) expect.fail("the curve is in buckets");
  return curve;
};
const bucketed = (from: number, to: number, px: number): BucketedCurve => {
  const curve = store.curve({ points: [supply], from, to, px });
  if (curve.raw) expect.fail("the curve is raw");
  return curve;
};

describe("the width of a bucket", () => {
  test("is one that a person can read, and gives at least one per pixel but not many more", () => {
    const width = (hours: number, px: number): number => bucketWidthMs(hours * 3_600_000, px);
    expect([width(24, 800), width(24 * 120, 800), width(1, 800), width(24 * 365 * 10, 800)]).toEqual([
      MINUTE,
      3 * 60 * MINUTE,
      2000,
      4 * DAY,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 4e12 }), fc.integer({ min: 1, max: 10_000 }), (rangeMs, px) => {
        const buckets = rangeMs / bucketWidthMs(rangeMs, px);
        return buckets <= px * 2.5 && (buckets >= px || bucketWidthMs(rangeMs, px) === 1);
      }),
    );
  });
});

describe("a raw curve", () => {
  test("has every sample, and one more time where a silence begins", async () => {
    await store.commit(batchOf(...every(10_000, START, 30), ...every(10_000, START + 20 * MINUTE, 30)));
    const curve = raw(START, START + 25 * MINUTE);
    expect(curve.times).toHaveLength(61);
    expect(curve.times[30]).toBe(START + 300_000);
    expect(curve.series[0]).toMatchObject({
      asset: "S1-H",
      signal: "t2_supply",
      unit: "°C",
      gaps: [[START + 300_000, START + 20 * MINUTE]],
    });
    expect(curve.series[0]!.values.slice(29, 32)).toEqual([49, null, 40]);
  });

  test("takes a pause shorter than three minutes, or than three intervals of a slow sensor, for no gap", async () => {
    await store.commit(batchOf(...every(10_000, START, 10), ...every(10_000, START + 90_000 + 3 * MINUTE, 10)));
    expect(raw(START, START + 360_000).series[0]!.gaps).toEqual([]);
    const hours = every(60 * MINUTE, START + DAY, 30).filter((_, index) => index % 7 !== 3);
    await store.commit(batchOf(...hours));
    expect(raw(START + DAY, START + DAY + 30 * 60 * MINUTE).series[0]!.gaps).toEqual([]);
  });

  test("takes a slower rhythm in the same range for no gap, and an outage in it for one", async () => {
    const slow = every(5 * MINUTE, START, 145).filter((_, index) => index < 60 || index >= 72);
    await store.commit(batchOf(...slow, ...every(30_000, START + 720 * MINUTE + 30_000, 200)));
    const curve = raw(START, START + 820 * MINUTE);
    expect(curve.series[0]!.gaps).toHaveLength(1);
    expect(curve.series[0]!.gaps![0]![1]).toBe(START + 72 * 5 * MINUTE);
    expect(curve.series[0]!.values.filter((value) => value === null)).toHaveLength(1);
  });

  test("shows a failed sensor as null and as a gap until the next good sample", async () => {
    await store.commit(batchOf(...every(10_000, START, 30, (index) => (index >= 10 && index < 14 ? null : 40))));
    const curve = raw(START, START + 300_000);
    expect(curve.series[0]!.values.slice(9, 15)).toEqual([40, null, null, null, null, 40]);
    expect(curve.series[0]!.gaps).toEqual([[START + 100_000, START + 140_000]]);
  });

  test("of two series keeps apart 'no sample' and a gap", async () => {
    const other = every(10_000, START + 5000, 60).map(({ at, value }) => readingOf(back, at, value));
    await store.commit(batchOf(...every(10_000, START, 60), ...other));
    const curve = raw(START, START + 605_000, [supply, back]);
    expect(curve.times).toHaveLength(120);
    expect(curve.series[0]!.values.slice(0, 4)).toEqual([40, null, 41, null]);
    expect(curve.series.map(({ gaps }) => gaps)).toEqual([[], []]);
  });

  test("of a series that never was, or is silent now, says since when; the future is no gap", async () => {
    now = START + 30 * MINUTE;
    await store.commit(batchOf(...every(10_000, START, 60)));
    expect(raw(START, START + DAY).series[0]!.gaps).toEqual([[START + 600_000, now]]);
    expect(raw(START, START + DAY, [back])).toMatchObject({ times: [], series: [{ values: [], gaps: [[START, now]] }] });
    now = START + 11 * MINUTE;
    expect(raw(START, START + DAY).series[0]!.gaps).toEqual([]);
  });
});

describe("a curve in buckets", () => {
  test("of one day has the extremes of every minute, at multiples of a minute", async () => {
    await store.commit(batchOf(...every(10_000, START, 8640, (index) => (index === 4321 ? 99.5 : 48))));
    const curve = bucketed(START, START + DAY, 800);
    expect(curve.bucketMs).toBe(MINUTE);
    expect(curve.times).toHaveLength(1440);
    expect(curve.times.every((at) => at % MINUTE === 0)).toBe(true);
    expect(curve.series[0]!.max[720]).toBe(99.5);
    expect(curve.series[0]!.min.every((value) => value === 48)).toBe(true);
    expect(curve.series[0]!.count.reduce((sum, count) => sum + count, 0)).toBe(8640);
  });

  test("leaves out what is before and after the range, though a bucket reaches beyond it", async () => {
    await store.commit(batchOf(...every(1000, START, 3600)));
    const curve = bucketed(START + 30_500, START + 3_000_500, 10);
    const total = curve.series[0]!.count.reduce((sum, count) => sum + count, 0);
    expect([curve.times[0], total]).toEqual([START, 2970]);
    // Wide buckets, so that the chunk at the edge lies whole in one.
    const wide = bucketed(START + 500_000, START + 3_500_000, 1);
    expect([wide.bucketMs, wide.series[0]!.count]).toEqual([30 * MINUTE, [1300, 1700]]);
  });

  test("of a season says the same from the summaries of chunks as from every sample", async () => {
    const season = every(60_000, START, 40_000, (index) => Math.round(480 + 50 * Math.sin(index / 900) + (index % 13)) / 10);
    await store.commit(batchOf(...season));
    await store.checkpoint();
    const curve = bucketed(START, START + 40_000 * MINUTE, 20);
    const { bucketMs, times } = curve;
    const columns = times.map((start) => season.filter(({ at }) => at >= start && at < start + bucketMs).map(({ value }) => value!));
    expect(curve.series[0]).toMatchObject({
      min: columns.map((values) => Math.min(...values)),
      max: columns.map((values) => Math.max(...values)),
      count: columns.map((values) => values.length),
      gaps: [],
    });
  });

  test("tells the gaps that are longer than a bucket: silences and failed sensors", async () => {
    const silent = every(10_000, START, 8640, (index) => (index > 5000 && index <= 5100 ? null : 48)).filter(
      (_, index) => (index < 2000 || index >= 3000) && (index <= 5100 || index > 5104),
    );
    await store.commit(batchOf(...silent));
    const curve = bucketed(START, START + DAY, 800);
    const at = (index: number): number => START + index * 10_000;
    expect(curve.series[0]!.gaps).toEqual([
      [at(2000), at(3000)],
      [at(5001), at(5105)],
    ]);
    expect(curve.series[0]!.min[Math.floor(2500 / 6)]).toBeNull();
  });
});
