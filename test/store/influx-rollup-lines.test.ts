import { describe, expect, it } from "vitest";
import { createRollupLineWriter, rollupMeasurement, type RollupRow } from "../../store/influx-rollup-lines.ts";
import { smallNetwork } from "../support/small-network.ts";

const ROW: RollupRow = { count: 2, min: 1, max: 3, sum: 4, first: 3, last: 1, samples: 3, firstAt: 300_000, lastAt: 590_000 };

describe("lines of rollups", () => {
  it("hold the rows of one asset and bucket", () => {
    const writer = createRollupLineWriter(smallNetwork());
    writer.add("S01-H", "t2_supply", "5m", 300_000, ROW);
    writer.add("S01-H", "q2_flow", "5m", 300_000, ROW);
    writer.add("S01-H", "q2_flow", "1h", 0, ROW);
    writer.add("S01-H", "q2_flow", "1h", 3_600_000, ROW);
    const fields = (signal: string): string =>
      `${signal}_min=1,${signal}_max=3,${signal}_sum=4,${signal}_first=3,${signal}_last=1,` +
      `${signal}_count=2,${signal}_samples=3,${signal}_first_at=300000,${signal}_last_at=590000`;
    expect(writer.take()).toEqual([
      `circuit_5m,id=S01-H,station=S01 ${fields("t2_supply")},${fields("q2_flow")} 300000`,
      `circuit_1h,id=S01-H,station=S01 ${fields("q2_flow")} 0`,
      `circuit_1h,id=S01-H,station=S01 ${fields("q2_flow")} 3600000`,
    ]);
    expect(writer.take()).toEqual([]);
  });

  it("of a sensor that failed all the time say only that", () => {
    const writer = createRollupLineWriter(smallNetwork());
    writer.add("R1", "t_room", "5m", 0, { ...ROW, count: 0, min: Infinity, max: -Infinity, first: Number.NaN, last: Number.NaN });
    expect(writer.take()).toEqual([
      "room_5m,building=B03,circuit=S01-H,id=R1,station=S01,unit=B03-U2 t_room_count=0,t_room_samples=3,t_room_first_at=300000,t_room_last_at=590000 0",
    ]);
  });

  it("begin anew for a row that was computed again, and leave out unknown assets", () => {
    const writer = createRollupLineWriter(smallNetwork());
    expect(writer.add("S01", "t_out", "5m", 0, ROW)).toBe(true);
    expect(writer.add("GONE", "t_out", "5m", 0, ROW)).toBe(false);
    writer.add("S01", "t_out", "5m", 0, { ...ROW, max: 9 });
    expect(writer.take().map((line) => /t_out_max=\d/.exec(line)?.[0])).toEqual(["t_out_max=3", "t_out_max=9"]);
  });

  it("have a measurement of their own for each level and width", () => {
    expect(rollupMeasurement("station", "1h")).toBe("station_1h");
  });
});
