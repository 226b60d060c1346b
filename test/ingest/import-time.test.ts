import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTimeReader } from "../../ingest/import-time.ts";

const AT = Date.UTC(2026, 0, 5, 0, 0, 0);
const auto = createTimeReader("auto", "Asia/Shanghai");

describe("a time in a table", () => {
  it("is read in every form that programs write", () => {
    const forms = [
      "2026-01-05 08:00:00",
      "2026-01-05T08:00:00",
      "2026/1/5 8:00",
      "2026/01/05 8:00:00",
      "2026.01.05 08:00:00",
      "2026年1月5日 8时0分0秒",
      "2026年1月5日 8:00",
      "20260105080000",
      " 2026-01-05 08:00:00 ",
      "2026-01-05T00:00:00Z",
      "2026-01-05T08:00:00+08:00",
      "2026-01-04T19:00:00.000-0500",
      "2026-01-05 08:00:00.000",
      String(AT),
      String(AT / 1_000),
    ];
    for (const form of forms) expect([form, auto(form)]).toEqual([form, AT]);
    expect(auto("2026-01-05 08:00:00.250")).toBe(AT + 250);
    expect(auto("20260105")).toBe(Date.UTC(2026, 0, 4, 16));
    expect(auto("2026-01-05")).toBe(Date.UTC(2026, 0, 4, 16));
  });

  it("is nothing else", () => {
    for (const form of [
      "",
      "x",
      "2026-02-30 08:00:00",
      "2026-13-01 08:00:00",
      "2026-01-05 24:00:00",
      "2026-01-05 08:60:00",
      "08:00:00",
      "5/1/2026",
    ])
      expect([form, auto(form)]).toEqual([form, NaN]);
  });

  it("has the format that the mapping says", () => {
    expect(createTimeReader("epoch_s", "UTC")("1767571200")).toBe(AT);
    expect(createTimeReader("epoch_ms", "UTC")("1767571200")).toBe(1_767_571_200);
    expect(createTimeReader("iso", "Asia/Shanghai")("2026-01-05 08:00:00")).toBeNaN();
    expect(createTimeReader("iso", "UTC")("2026-01-05 08:00:00+08:00")).toBe(AT);
    expect(createTimeReader("local", "Asia/Shanghai")("1767571200")).toBeNaN();
  });

  it("is every instant that a zone's clock shows once", () => {
    for (const zone of ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]) {
      const read = createTimeReader("local", zone);
      const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
      fc.assert(
        fc.property(fc.integer({ min: 946_684_800, max: 2_000_000_000 }), (second) => {
          const read1 = read(format.format(second * 1_000));
          // In the hour that the clock shows twice the first pass counts.
          expect([second * 1_000, second * 1_000 - 3_600_000]).toContain(read1);
          expect(format.format(read1)).toBe(format.format(second * 1_000));
        }),
        { numRuns: 300 },
      );
    }
  });

  it("of the hour that a clock repeats is the first, and of the one it skips not yet moved", () => {
    const berlin = createTimeReader("local", "Europe/Berlin");
    expect(berlin("2026-10-25 02:30:00")).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(berlin("2026-03-29 02:30:00")).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(createTimeReader("local", "Asia/Shanghai")("1991-09-15 12:00:00")).toBe(Date.UTC(1991, 8, 15, 4));
  });
});
