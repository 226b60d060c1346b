import { describe, expect, it } from "vitest";
import { createLineReader } from "../../ingest/import-lines.ts";
import type { Reading, Reject } from "../../model/reading.ts";
import { importNetwork } from "../support/import-network.ts";

const NOW = Date.UTC(2026, 2, 1);
const AT = Date.UTC(2026, 0, 5);

function read(...lines: string[]): { readings: string[]; rejects: readonly Reject[] } {
  const reader = createLineReader({ network: importNetwork(), place: "a.ndjson", receivedAt: NOW });
  const readings: Reading[] = [];
  for (const [index, line] of lines.entries()) reader.read(line, index + 1, readings);
  return {
    readings: readings.map(({ point, at, value }) => `${point.asset} ${point.signal} ${at - AT} ${String(value)}`),
    rejects: reader.takeRejects(),
  };
}

describe("lines of JSON", () => {
  it("are one asset, a whole station, or an array of either", () => {
    const { readings, rejects } = read(
      `{"asset":"S01-H","ts":${AT},"values":{"t2_supply":48.2,"p2_return":null,"cp_run":true}}`,
      `{"ts":${AT + 1},"seq":7,"assets":{"S01":{"t_out":-3.1},"B03-U2":{"t_return":37.4}}}`,
      `[{"asset":"S02-H","ts":${AT + 2},"values":{"t2_supply":44}},{"ts":${AT + 3},"assets":{"S02":{"t_out":-3}}}]`,
      "",
      "   ",
    );
    expect(rejects).toEqual([]);
    expect(readings).toEqual([
      "S01-H t2_supply 0 48.2",
      "S01-H p2_return 0 null",
      "S01-H cp_run 0 1",
      "S01 t_out 1 -3.1",
      "B03-U2 t_return 1 37.4",
      "S02-H t2_supply 2 44",
      "S02 t_out 3 -3",
    ]);
  });

  it("keep what is good of a line, and give the rest a place and a reason", () => {
    const { readings, rejects } = read(
      `{"asset":"S01-H","ts":${AT},"values":{"t2_supply":148.2,"t2_retrun":40,"t2_return":40}}`,
      `{"asset":"S01-X","ts":${AT},"values":{"t2_supply":48}}`,
      `{"ts":${AT},"assets":{"S01":{"t_out":1},"S02":{"t_out":2}}}`,
      "{",
      `{"asset":"S01-H","values":{"t2_supply":48}}`,
      `{"asset":"S01-H","ts":${AT / 1_000},"values":{"t2_supply":48}}`,
      `{"asset":"S01-H","ts":${NOW + 600_000},"values":{"t2_supply":48}}`,
      `{"asset":"S01","ts":${AT},"values":{"online":1}}`,
      "17",
      `{"ts":${AT},"assets":{"S09":{"t_out":2}}}`,
    );
    expect(readings).toEqual(["S01-H t2_return 0 40", "S01 t_out 0 1"]);
    expect(rejects.map(({ topic, reason, suggestion }) => `${topic} ${reason} ${suggestion ?? ""}`.trim())).toEqual([
      "a.ndjson:1 out_of_range probably °F: subtract 32 and divide by 1.8",
      "a.ndjson:1 unknown_signal did you mean t2_return?",
      "a.ndjson:2 unknown_asset did you mean S01-H?",
      "a.ndjson:3 foreign_asset",
      "a.ndjson:4 not_json",
      "a.ndjson:5 bad_time history needs the time of every value",
      "a.ndjson:6 too_old these look like seconds: multiply by 1000",
      "a.ndjson:7 future_time set the gateway's clock (NTP)",
      expect.stringContaining("a.ndjson:8 unknown_signal"),
      "a.ndjson:9 bad_shape",
      "a.ndjson:10 unknown_asset did you mean S01?",
    ]);
  });

  it("hold at most a thousand objects", () => {
    const object = `{"asset":"S01-H","ts":${AT},"values":{"t2_supply":48}}`;
    const { readings, rejects } = read(`[${Array.from({ length: 1_001 }, () => object).join(",")}]`);
    expect(readings.length).toBe(1_000);
    expect(rejects).toMatchObject([{ reason: "too_many", found: "1001; the first 1000 were used" }]);
  });

  it("that are no text are rejected with their bytes", () => {
    const reader = createLineReader({ network: importNetwork(), place: "a.ndjson", receivedAt: NOW });
    reader.damaged("fffe", 3);
    expect(reader.takeRejects()).toMatchObject([{ topic: "a.ndjson:3", reason: "bad_utf8", found: "bytes fffe" }]);
    expect(reader.takeRejects()).toEqual([]);
  });
});
