import { describe, expect, it } from "vitest";
import { EMPTY_MAPPING, type Mapping } from "../../ingest/import-mapping.ts";
import { readImport } from "../support/import-read.ts";

const EIGHT = "2026-01-05T00:00:00.000Z";
const mapped = (mapping: Partial<Mapping>): { mapping: Mapping } => ({ mapping: { ...EMPTY_MAPPING, ...mapping } });

describe("a table with a column per point", () => {
  it("is read by ids and by Chinese names, with their units", async () => {
    const { values, rejects, leftOut } = await readImport({
      text: [
        "时间,S01-H.t2_supply,S01-H/t2_return,北苑高区二次供压(MPa),北苑-高区-二次回水压力（MPa）,北苑·低区 GT2,B03-U2 单元回温,S01 室外温度[°F],R.101.t_room,补水流量 S02-H",
        "2026-01-05 08:00:00,48.2,40.1,0.42,0.281,44,37.4,14,21.5,0.4",
      ].join("\n"),
    });
    expect([rejects, leftOut]).toEqual([[], [expect.objectContaining({ column: "补水流量 S02-H" })]]);
    expect(values).toEqual([
      `S01-H t2_supply ${EIGHT} 48.2`,
      `S01-H t2_return ${EIGHT} 40.1`,
      `S01-H p2_supply ${EIGHT} 420`,
      `S01-H p2_return ${EIGHT} 281`,
      `S01-L t2_supply ${EIGHT} 44`,
      `B03-U2 t_return ${EIGHT} 37.4`,
      `S01 t_out ${EIGHT} -10`,
      `R.101 t_room ${EIGHT} 21.5`,
    ]);
  });

  it("leaves out what fits nothing or twice, and says what may be meant", async () => {
    const { values, leftOut } = await readImport({
      text: "time,S01-H.t2_supply,高区二次供温,S01-X.t2_supply,S01-H.t2_suply,二次供温,北苑高区过滤后压力,R.101.t2_supply\n2026-01-05 08:00:00,48,1,2,3,4,5,6\n",
    });
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48`]);
    expect(leftOut.map(({ column, reason, suggestion }) => `${column}: ${reason}; ${suggestion}`)).toEqual([
      "高区二次供温: 高区 may be S01-H (北苑 · 高区) or S02-H (南苑 · 高区); name it by its id",
      expect.stringMatching(/^S01-X.t2_supply: there is no asset "s01x" in the network file; did you mean/),
      expect.stringMatching(/^S01-H.t2_suply: "S01-H.t2_suply" ends in no signal's name; did you mean t2_supply\?/),
      "二次供温: 二次供温 names a signal but no asset; write it as ASSET.t2_supply, or set `asset`",
      expect.stringMatching(/^北苑高区过滤后压力: .* ends in no signal's name/),
      "R.101.t2_supply: R.101 is a room, which has no t2_supply; t2_supply belongs to a circuit or a station",
    ]);
  });

  it("may begin with a title, end its lines with CR, quote its fields, and break off", async () => {
    const { values, rejects } = await readImport({
      text: '北苑 供热日报 2026年1月\r\n\r\n"时间","S01-H.t2_supply","S01-H.t2_return"\r\n"2026-01-05 08:00:00","48.2"\r\n\r\n"2026-01-05 08:01:00","48.3","4',
    });
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48.2`]);
    expect(rejects).toMatchObject([{ topic: "stdin:6", reason: "bad_shape", found: "the end of the file" }]);
  });
});

describe("a cell", () => {
  const cells = async (signal: string, words: readonly string[], options: Partial<Mapping> = {}) => {
    const rows = words.map((word, index) => `2026-01-05 08:00:${String(index).padStart(2, "0")};${word}`);
    const { readings, rejects } = await readImport({ text: [`time;S01-H.${signal}`, ...rows].join("\n") }, mapped(options));
    return { values: readings.map(({ value }) => value), rejects };
  };

  it("is a number, nothing, or a word for a failed sensor", async () => {
    const { values, rejects } = await cells("t2_supply", ["48.2", " 48.3 ", "", "null", "--", "NaN", "坏点", "4.8e1", "-0"]);
    expect(values).toEqual([48.2, 48.3, null, null, null, null, 48, 0]);
    expect(rejects).toEqual([]);
  });

  it("may be failed when it is empty, or by the words of the mapping", async () => {
    const { values } = await cells("t2_supply", ["", "断线", "-9999", "48"], { empty: "failed", failed: ["断线", -9999] });
    expect(values).toEqual([null, null, null, 48]);
  });

  it("of a switch may be a word", async () => {
    expect((await cells("cp_run", ["1", "0", "运行", "停止", "TRUE", "off"])).values).toEqual([1, 0, 1, 0, 1, 0]);
  });

  it("that cannot be is rejected with its line", async () => {
    const { values, rejects } = await cells("t2_supply", ["x", "148", "4,8", "Infinity"]);
    expect(values).toEqual([]);
    expect(rejects.map(({ topic, reason, asset, signal, found }) => [topic, reason, asset, signal, found])).toEqual([
      ["stdin:2", "not_finite", "S01-H", "t2_supply", '"x"'],
      ["stdin:3", "out_of_range", "S01-H", "t2_supply", "148"],
      ["stdin:4", "not_finite", "S01-H", "t2_supply", '"4,8"'],
      ["stdin:5", "not_finite", "S01-H", "t2_supply", "Infinity"],
    ]);
  });
});

describe("a table with a column that names the asset", () => {
  it("knows it by id, by name, or by the words of the mapping", async () => {
    const { values, rejects } = await readImport(
      {
        text: "采集时间,机组,二次供温,二次回压(MPa)\n1767571200,S01-H,48,0.28\n1767571200,北苑低区,44,\n1767571200,二号,45,\n1767571200,高区,46,\n",
      },
      mapped({ assets: { 二号: "S02-H" } }),
    );
    expect(values).toEqual([
      `S01-H t2_supply ${EIGHT} 48`,
      `S01-H p2_return ${EIGHT} 280`,
      `S01-L t2_supply ${EIGHT} 44`,
      `S02-H t2_supply ${EIGHT} 45`,
    ]);
    expect(rejects).toMatchObject([{ topic: "stdin:5", reason: "unknown_asset", found: "高区", suggestion: "name it by its id" }]);
  });
});

describe("a table with a row per value", () => {
  it("has columns for asset, signal, value and perhaps the unit", async () => {
    const { values, rejects } = await readImport({
      text: [
        "时间,站点,测点,数值,单位",
        "2026-01-05 08:00:00,S01-H,t2_supply,48,",
        "2026-01-05 08:00:00,北苑高区,二次回压,0.28,MPa",
        "2026-01-05 08:00:00,S01-H,二次回水压立,280,kPa",
        "2026-01-05 08:00:00,S01-H,t_room,20,",
        "2026-01-05 08:00:00,S01-H,t2_supply,48,kPa",
      ].join("\n"),
    });
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48`, `S01-H p2_return ${EIGHT} 280`]);
    expect(rejects.map(({ topic, reason, suggestion }) => [topic, reason, suggestion])).toEqual([
      ["stdin:4", "unknown_signal", "did you mean 二次回水压力?"],
      ["stdin:5", "wrong_level", "t_room belongs to a room"],
      ["stdin:6", "unknown_signal", "its unit is °C"],
    ]);
  });

  it("may name asset and signal in one word", async () => {
    const { values } = await readImport({
      text: "time|tag|value\n2026-01-05T08:00:00+08:00|S01-H.t2_supply|48\n2026-01-05T08:00:00+08:00|北苑高区GT2|49\n",
    });
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48`, `S01-H t2_supply ${EIGHT} 49`]);
  });

  it("takes words, units and factors of the mapping", async () => {
    const { values } = await readImport(
      { text: "t;点;v\n2026-01-05 08:00:00;供水T;482\n2026-01-05 08:00:00;供水P;0.42\n" },
      mapped({
        time: "t",
        signal: "点",
        value: "v",
        asset: "t",
        signals: { 供水T: { signal: "t2_supply", factor: 0.1 }, 供水P: { signal: "p2_supply", unit: "MPa" } },
        assets: { "2026-01-05 08:00:00": "S01-H" },
      }),
    );
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48.2`, `S01-H p2_supply ${EIGHT} 420`]);
  });
});

describe("the time of a row", () => {
  it("may be a date and a time of day", async () => {
    const { values } = await readImport({ text: "日期,时间,S01-H.t2_supply\n2026-01-05,8:00:00,48\n" });
    expect(values).toEqual([`S01-H t2_supply ${EIGHT} 48`]);
  });

  it("is of the mapping's zone, and rejected when it is none, old or ahead", async () => {
    const { values, rejects } = await readImport(
      { text: "time,S01-H.t2_supply\n2026-01-05 08:00:00,48\n下午,48\n1999-01-05 08:00:00,48\n2027-01-05 08:00:00,48\n" },
      mapped({ timezone: "UTC" }),
    );
    expect(values).toEqual(["S01-H t2_supply 2026-01-05T08:00:00.000Z 48"]);
    expect(rejects.map(({ reason }) => reason)).toEqual(["bad_time", "too_old", "future_time"]);
  });
});

describe("a table that cannot be used", () => {
  it("is one clear mistake", async () => {
    await expect(readImport({ text: "a,b\n1,2\n" })).rejects.toThrow(
      "stdin: expected the names of the columns in the first 20 lines, one of them a time (time, ts, 时间 …), found a, b; --mapping FILE names the column with `time`",
    );
    await expect(readImport({ text: "time,b\n1,2\n" })).rejects.toThrow(/stdin: expected a column whose name says an asset and a signal/);
    await expect(readImport({ text: "time,S01-H.t2_supply\n" }, mapped({ columns: { "S01-H.t2_suply": "ignore" } }))).rejects.toThrow(
      'stdin: expected a column "S01-H.t2_suply" (columns.S01-H.t2_suply), found the columns time, S01-H.t2_supply; did you mean S01-H.t2_supply?',
    );
  });
});

describe("an import that goes on", () => {
  it("passes over the lines that are stored", async () => {
    const text = ["time,S01-H.t2_supply", ...Array.from({ length: 50 }, (_, index) => `${1_767_571_200 + index},48`)].join("\n");
    const { values, records } = await readImport({ text, pieceBytes: 64 }, { skip: 41 });
    expect(records).toBe(51);
    expect(values.length).toBe(10);
    expect(values[0]).toContain("2026-01-05T00:00:40.000Z");
  });
});
