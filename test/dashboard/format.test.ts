import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatClock,
  formatDateTime,
  formatDay,
  formatNumber,
  formatShare,
  formatSpan,
  formatTime,
  NO_VALUE,
} from "../../dashboard/format.ts";

const ZONE = "Asia/Shanghai";
const AT = Date.UTC(2026, 10, 20, 0, 0, 2);

describe("numbers", () => {
  it("have fixed decimals, a true minus sign and thousands", () => {
    expect(formatNumber(-7.44, 1)).toBe("−7.4");
    expect(formatNumber(1000, 0)).toBe("1,000");
    expect(formatNumber(1234567.891, 2)).toBe("1,234,567.89");
    expect(formatNumber(0.508, 3)).toBe("0.508");
    expect(formatNumber(1.25, 1, true)).toBe("+1.3");
  });
  it("have no sign when they round to nothing", () => {
    expect(formatNumber(-0.04, 1)).toBe("0.0");
    expect(formatNumber(0.04, 1, true)).toBe("0.0");
  });
  it("are a dash when there is none", () => {
    for (const missing of [null, undefined, Number.NaN, Infinity]) expect(formatNumber(missing, 1)).toBe(NO_VALUE);
    expect(formatShare(null)).toBe(NO_VALUE);
    expect(formatShare(0.814)).toBe("81%");
  });
  it("read back as the number that was rounded", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.integer({ min: 0, max: 3 }), (value, decimals) => {
        const back = Number(formatNumber(value, decimals).replaceAll(",", "").replace("−", "-"));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(0.5 * 10 ** -decimals + 1e-6);
      }),
    );
  });
});

describe("times", () => {
  it("are in the zone of the network, not of the browser", () => {
    expect(formatTime(ZONE, AT, true)).toBe("08:00:02");
    expect(formatDay(ZONE, AT)).toBe("11-20");
    expect(formatTime("Europe/Berlin", AT)).toBe("01:00");
    expect(formatDateTime(ZONE, AT, AT)).toBe("11-20 08:00");
    expect(formatDateTime(ZONE, AT, AT + 90 * 86_400_000)).toBe("2026-11-20 08:00");
  });
});

describe("durations", () => {
  it("run as h:mm:ss, with a minus sign past the limit", () => {
    expect(formatClock(4_018_000)).toBe("1:06:58");
    expect(formatClock(148_998_000)).toBe("41:23:18");
    expect(formatClock(-314_000)).toBe("−0:05:14");
    expect(formatClock(999)).toBe("0:00:00");
  });
  it("never show a limit as reached before it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
        expect(formatClock(-ms)).toMatch(/^−/);
      }),
    );
  });
  it("show ages in one unit that is enough to judge them", () => {
    expect(formatAge(400)).toBe("0.4 s");
    expect(formatAge(35_000)).toBe("35 s");
    expect(formatAge(12 * 60_000)).toBe("12 min");
    expect(formatAge(5.2 * 3_600_000)).toBe("5.2 h");
    expect(formatAge(4 * 86_400_000)).toBe("4 d");
    expect(formatAge(-5)).toBe("0.0 s");
  });
  it("show limits as they were set", () => {
    expect([10 * 60_000, 3_600_000, 86_400_000, 72_000, 126_000, 172_800_000].map(formatSpan)).toEqual([
      "10 min",
      "1 h",
      "24 h",
      "72 s",
      "2.1 min",
      "48 h",
    ]);
  });
});
