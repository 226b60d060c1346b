import { describe, expect, test } from "vitest";
import { rollupRun } from "../../store/rollup.ts";
import { append, createRun, type Run } from "../../store/series-run.ts";

const HOUR = 3_600_000;
const runOf = (...points: readonly (readonly [number, number])[]): Run => {
  const run = createRun();
  for (const [at, value] of points) append(run, at, value);
  return run;
};

describe("a rollup", () => {
  test("says of every bucket that has points what they were, and leaves the others out", () => {
    const run = runOf([1000, 5], [299_999, -7], [300_000, 1], [2 * HOUR, 3]);
    expect(rollupRun(run, 300_000)).toEqual([
      { at: 0, row: { count: 2, samples: 2, min: -7, max: 5, sum: -2, first: 5, last: -7, firstAt: 1000, lastAt: 299_999 } },
      { at: 300_000, row: { count: 1, samples: 1, min: 1, max: 1, sum: 1, first: 1, last: 1, firstAt: 300_000, lastAt: 300_000 } },
      { at: 2 * HOUR, row: { count: 1, samples: 1, min: 3, max: 3, sum: 3, first: 3, last: 3, firstAt: 2 * HOUR, lastAt: 2 * HOUR } },
    ]);
    expect(rollupRun(run, HOUR).map(({ at }) => at)).toEqual([0, 2 * HOUR]);
    expect(rollupRun(createRun(), HOUR)).toEqual([]);
  });

  test("counts failed sensors among the samples only, and keeps when they were", () => {
    const [bucket] = rollupRun(runOf([1000, NaN], [2000, 4], [3000, NaN]), HOUR);
    expect(bucket!.row).toEqual({ count: 1, samples: 3, min: 4, max: 4, sum: 4, first: 4, last: 4, firstAt: 1000, lastAt: 3000 });
    expect(rollupRun(runOf([1000, NaN]), HOUR)[0]!.row).toMatchObject({ count: 0, samples: 1, sum: 0 });
  });
});
