import { describe, expect, test } from "vitest";
import { createRollupBuckets, rollupNoteFrom, type RollupBuckets, type TouchedBucket } from "../../store/rollup-buckets.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 500_000 * HOUR;
const names = (buckets: readonly TouchedBucket[]): string[] =>
  buckets.map(({ series, widthMs, at }) => `${series} ${widthMs / MINUTE} ${(at - START) / MINUTE}`).sort();
const take = (buckets: RollupBuckets, now: number): string[] => names(buckets.take(now, 100));

describe("a bucket is due", () => {
  test("when its series went on to a newer one", () => {
    const buckets = createRollupBuckets();
    buckets.touch(1, START, 0);
    expect(take(buckets, 20_000)).toEqual([]);
    buckets.touch(1, START + 5 * MINUTE, 30_000);
    expect(take(buckets, 30_000)).toEqual(["1 5 0"]);
    expect(take(buckets, 40_000)).toEqual([]);
    buckets.touch(1, START + HOUR, 50_000);
    expect(take(buckets, 50_000)).toEqual(["1 5 5", "1 60 0"]);
  });

  test("5 min, of an hour 10 min, after it was first touched, and again when it is touched again", () => {
    const buckets = createRollupBuckets();
    buckets.touch(3, START, 0);
    expect(take(buckets, 5 * MINUTE - 1)).toEqual([]);
    expect(take(buckets, 6 * MINUTE)).toEqual(["3 5 0"]);
    expect(take(buckets, 11 * MINUTE)).toEqual(["3 60 0"]);
    expect(buckets.size).toBe(0);
    buckets.touch(3, START + 1, 12 * MINUTE);
    expect(take(buckets, 23 * MINUTE)).toEqual(["3 5 0", "3 60 0"]);
  });

  test("a moment after a late point, once for a row of them", () => {
    const buckets = createRollupBuckets();
    buckets.touch(1, START + 2 * HOUR, 0);
    for (let second = 0; second < 5; second++) buckets.touch(1, START + second * 1000, second * 1000);
    expect(take(buckets, 9000)).toEqual([]);
    expect(take(buckets, 10_000)).toEqual(["1 5 0", "1 60 0"]);
  });

  test("at most as many as asked for, the others next time", () => {
    const buckets = createRollupBuckets();
    for (let series = 0; series < 5000; series++) {
      buckets.touch(series, START, 0);
      buckets.touch(series, START + 5 * MINUTE, 0);
    }
    expect(buckets.size).toBe(15_000);
    expect(buckets.take(0, 3000)).toHaveLength(3000);
    expect(buckets.take(0, 3000)).toHaveLength(2000);
    expect(buckets.take(20 * MINUTE, 100_000)).toHaveLength(10_000);
    expect(buckets.size).toBe(0);
  });
});

describe("what is not computed", () => {
  test("is due again when it is put back", () => {
    const buckets = createRollupBuckets();
    buckets.touch(1, START, 0);
    const taken = buckets.take(11 * MINUTE, 100);
    expect(buckets.from()).toBe(Infinity);
    buckets.putBack(taken);
    expect(buckets.from()).toBe(START);
    expect(take(buckets, 11 * MINUTE)).toEqual(["1 5 0", "1 60 0"]);
  });

  test("outlives the process as a note: late buckets one by one, the others by the lowest time", () => {
    const buckets = createRollupBuckets();
    buckets.touch(1, START + 5 * HOUR, 0);
    buckets.touch(1, START, 0);
    expect(buckets.from()).toBe(START);
    expect(buckets.isNoteStale).toBe(true);
    const note = buckets.note();
    expect(buckets.isNoteStale).toBe(false);
    expect(rollupNoteFrom(note)).toBe(START);
    buckets.touch(1, START + 5 * HOUR + 1, 0);
    expect(buckets.isNoteStale).toBe(false);
    buckets.touch(2, START + 4 * HOUR, 0);
    expect(buckets.isNoteStale).toBe(true);

    const again = createRollupBuckets();
    expect(again.restore(note)).toBe(START + 5 * HOUR);
    expect(take(again, 0)).toEqual(["1 5 0", "1 60 0"]);
    expect(createRollupBuckets().restore(undefined)).toBe(Infinity);
    expect(rollupNoteFrom(undefined)).toBe(Infinity);
  });

  test("is named by its lowest time alone when it is too much to name", () => {
    const buckets = createRollupBuckets();
    buckets.touch(1, START + 10_000 * HOUR, 0);
    for (let hour = 0; hour < 1500; hour++) buckets.touch(1, START + hour * HOUR, 0);
    const note = buckets.note();
    expect(note.length).toBeLessThan(100);
    expect(createRollupBuckets().restore(note)).toBe(START);
  });
});
