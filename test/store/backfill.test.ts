import { describe, expect, test } from "vitest";
import { addJob, jobsFrom, readJobs, writeJobs } from "../../store/backfill-jobs.ts";
import { type Backfill, createBackfill, sliceLines } from "../../store/backfill.ts";
import { smallNetwork } from "./telemetry-support.ts";

const HOUR = 3_600_000;
const START = 500_000 * HOUR;
const STATIONS = [
  { station: "S1", from: START + 1000, to: START + 10 * HOUR },
  { station: "S2", from: START + 20 * HOUR, to: START + 21 * HOUR },
];

function slices(backfill: Backfill, points: number): string[] {
  const found: string[] = [];
  for (let slice = backfill.next(STATIONS); slice !== undefined && found.length < 100; slice = backfill.next(STATIONS)) {
    found.push(`${slice.station} ${(slice.from - START) / HOUR}-${(slice.to - START) / HOUR}`);
    backfill.done(slice, points);
  }
  return found;
}

describe("the backfill", () => {
  test("takes station by station in whole hours, more of them where there is little", () => {
    const backfill = createBackfill(undefined);
    backfill.add({ from: -Infinity, raw: true });
    expect(slices(backfill, 50_000)).toEqual(["S1 0-4", "S1 4-8", "S1 8-12", "S2 20-24"]);
    expect(backfill.isIdle).toBe(true);
    backfill.add({ from: START + 3.5 * HOUR, raw: true });
    expect(slices(backfill, 10)).toEqual(["S1 3-7", "S1 7-15", "S2 20-36"]);
    backfill.add({ from: -Infinity, raw: true });
    expect(slices(backfill, 1e6)[0]).toBe("S1 0-32");
  });

  test("goes on where its note says", () => {
    const first = createBackfill(undefined);
    first.add({ from: START, raw: true });
    first.done(first.next(STATIONS)!, 50_000);
    const again = createBackfill(first.text());
    expect(again.from).toBe(START);
    expect(again.next(STATIONS)).toMatchObject({ station: "S1", from: START + 4 * HOUR, raw: true });
    expect(again.share).toBeGreaterThan(0.1);
    expect(slices(again, 50_000)).toEqual(["S1 4-8", "S1 8-12", "S2 20-24"]);
  });

  test("begins anew when its station is gone, and has nothing to do without stations", () => {
    const backfill = createBackfill(writeJobs([{ from: START, raw: true, station: "S9", at: START + 9 * HOUR }]));
    expect(backfill.next(STATIONS)).toMatchObject({ station: "S1", from: START });
    expect(createBackfill(writeJobs([{ from: START, raw: true }])).next([])).toBeUndefined();
  });
});

describe("jobs", () => {
  test("that come while one is being done wait as one; one that is not begun takes them in", () => {
    const waiting = addJob(addJob([], { from: 50, raw: false }), { from: 20, raw: true });
    expect(waiting).toEqual([{ from: 20, raw: true }]);
    const begun = [{ from: 50, raw: true, station: "S1", at: 70 }];
    const both = addJob(addJob(begun, { from: 60, raw: false }), { from: 90, raw: false });
    expect(both).toEqual([begun[0], { from: 60, raw: false }]);
    expect(jobsFrom(both)).toBe(50);
    expect(readJobs(writeJobs(addJob(both, { from: -Infinity, raw: true })))).toEqual([begun[0], { from: -Infinity, raw: true }]);
  });
});

test("the lines of a slice join the signals of one asset and time, and leave out what InfluxDB no longer keeps", () => {
  const points = (series: number, times: number[], values: number[]) => ({
    series,
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    wholeAfter: -Infinity,
  });
  const places = [
    { asset: "S1-H", signal: "t2_supply" },
    { asset: "S1-H", signal: "t2_return" },
    { asset: "S2-H", signal: "t2_supply" },
  ] as const;
  const { lanes, values } = sliceLines(
    [points(0, [1000, 2000, 3000], [1, 2, 3]), points(1, [2000, 2500], [7, NaN]), points(2, [2000], [9])],
    (series) => places[series],
    smallNetwork(),
    1500,
  );
  expect(values).toBe(5);
  expect(lanes).toEqual([
    [
      "circuit,id=S1-H,station=S1 t2_supply=2,t2_return=7 2000",
      "failed,id=S1-H,station=S1 t2_return=1 2500",
      "circuit,id=S1-H,station=S1 t2_supply=3 3000",
    ],
    ["circuit,id=S2-H,station=S2 t2_supply=9 2000"],
  ]);
});
