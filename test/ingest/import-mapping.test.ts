import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseMapping, writeMapping, EMPTY_MAPPING } from "../../ingest/import-mapping.ts";
import { importNetwork } from "../support/import-network.ts";
import { readImport } from "../support/import-read.ts";

const parse = (text: string) => parseMapping(text, "m.yaml", importNetwork());

describe("a mapping file", () => {
  it("of the documentation can be used as it stands", async () => {
    const file = join(import.meta.dirname, "../../docs/import-mapping.yaml");
    const mapping = parseMapping(readFileSync(file, "utf8"), file, importNetwork());
    const text = "日报\n日期,时刻,机组,GT2,BP2,室外,备注\n2026-01-05,8:00,1#机,482,0.28,-3,x\n2026-01-05,8:01,S01-H,断线,0.28,-9999,x\n";
    const { values, rejects } = await readImport({ text }, { mapping: { ...mapping, encoding: "utf-8", signals: {} } });
    expect(rejects).toEqual([]);
    expect(values.map((value) => value.replace("2026-01-05T00:0", ""))).toEqual([
      "S01-H t2_supply 0:00.000Z 48.2",
      "S01-H p2_return 0:00.000Z 280",
      "S01 t_out 0:00.000Z -3.5",
      "S01-H t2_supply 1:00.000Z null",
      "S01-H p2_return 1:00.000Z 280",
      "S01 t_out 1:00.000Z null",
    ]);
  });

  it("may be empty", () => {
    expect(parse("")).toEqual(EMPTY_MAPPING);
  });

  it("with a mistake names its place and the nearest known word", () => {
    for (const [text, message] of [
      ["colums: {}", /m.yaml: expected one of encoding, .*, found "colums"; did you mean columns\?/],
      [
        "columns: { a: { assett: S01-H, signal: t2_supply } }",
        /m.yaml columns.a: expected one of asset, signal, unit, factor, offset, found "assett"; did you mean asset\?/,
      ],
      [
        "columns: { a: { asset: S01-X, signal: t2_supply } }",
        /m.yaml columns.a: expected the id of an asset of the network file, found "S01-X"; did you mean/,
      ],
      [
        "columns: { a: { asset: S01-H, signal: t2_suply } }",
        /m.yaml columns.a.signal: expected the id of a signal, found "t2_suply"; did you mean t2_supply\?/,
      ],
      ["columns: { a: { asset: R.101, signal: t2_supply } }", /m.yaml columns.a.signal: expected a signal of a room, found t2_supply/],
      ["columns: { a: { signal: t2_supply, unit: kPa } }", /m.yaml columns.a.unit: expected a unit of t2_supply/],
      ["signals: { a: online }", /m.yaml signals.a.signal: expected the id of a signal, found "online"/],
      ["assets: { a: S09 }", /m.yaml assets.a: expected the id of an asset/],
      ["timezone: Asia/Peking", /m.yaml timezone: expected an IANA time zone such as Asia\/Shanghai, found "Asia\/Peking"/],
      ["encoding: gbk2", /m.yaml encoding: expected .*gb18030.*, found "gbk2"/],
      ["time: { colum: a }", /m.yaml time: expected one of column, clock, format, found "colum"; did you mean column\?/],
      ["empty: [", /m.yaml: expected valid YAML/],
    ] as const)
      expect(() => parse(text), text).toThrow(message);
  });

  it("that was written from a table reads the same values, and tells what was not recognised", async () => {
    const text = "时间;北苑高区二次供温(°F);S01-H.p2_return;备注;二次供湿\n2026-01-05 08:00:00;118.4;280;x;1\n";
    const first = await readImport({ text });
    const written = writeMapping(first.recognised!, first.leftOut);
    expect(written).toMatch(/# "二次供湿" is ignored: .*did you mean 二次供温\?/);
    const again = await readImport({ text }, { mapping: parse(written) });
    expect(again.values).toEqual(first.values);
    expect(again.values).toEqual(["S01-H t2_supply 2026-01-05T00:00:00.000Z 48", "S01-H p2_return 2026-01-05T00:00:00.000Z 280"]);
    expect(again.leftOut).toEqual([]);
  });
});
