import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { durationMs, instantMs } from "../../simulators/scenario-time.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const china = {
  timezone: "Asia/Shanghai",
  season: { heating: Date.UTC(2026, 10, 14, 16), end: Date.UTC(2027, 2, 14, 16) },
  start: Date.UTC(2026, 11, 1),
};
const at = (word: string, base: Parameters<typeof instantMs>[1] = china): string =>
  new Date(instantMs(word, base, "x.yaml:1 at")).toISOString();

describe("instants", () => {
  it("are local dates, ISO 8601 with a zone, counted from the start, or from a date of the season", () => {
    expect(at("2027-01-12")).toBe("2027-01-11T16:00:00.000Z");
    expect(at("2027-01-12 09:10")).toBe("2027-01-12T01:10:00.000Z");
    expect(at("2027-01-12 24:00")).toBe("2027-01-12T16:00:00.000Z");
    expect(at("2027-01-12T09:10:00Z")).toBe("2027-01-12T09:10:00.000Z");
    expect(at("2027-01-12T09:10:00+02:00")).toBe("2027-01-12T07:10:00.000Z");
    expect(at("+36h")).toBe("2026-12-02T12:00:00.000Z");
    expect(at("+1h30m")).toBe("2026-12-01T01:30:00.000Z");
    expect(at("start")).toBe("2026-12-01T00:00:00.000Z");
    expect(at("heating+2d")).toBe("2026-11-16T16:00:00.000Z");
    expect(at("end-1w 06:30")).toBe("2027-03-07T22:30:00.000Z");
  });

  it("with days and a time of day mean the wall clock, also over a change of the clock", () => {
    // Noon of 1 December in China is 08:00 of the local day plus four hours: three local days later at 08:00.
    expect(at("+3d 08:00")).toBe("2026-12-04T00:00:00.000Z");
    const tallinn = { timezone: "Europe/Tallinn", season: {}, start: Date.UTC(2027, 2, 26, 22) };
    // 27 March 00:00 local; on the 28th the clocks go forward at 03:00.
    expect(at("+1d 02:30", tallinn)).toBe("2027-03-28T00:30:00.000Z");
    expect(at("+1d 12:00", tallinn)).toBe("2027-03-28T09:00:00.000Z");
    expect(at("2027-10-31 12:00", { timezone: "Europe/Tallinn", season: {} })).toBe("2027-10-31T10:00:00.000Z");
  });

  it.each([
    ["2027-02-30", "does not exist"],
    ["2027-01-12 25:00", "25:00"],
    ["tomorrow", "one of filling, commissioning, heating, end"],
    ["filling+2d", "does not say when that is"],
    ["+3x", '"+3x"'],
    ["+90m 08:00", "whole days"],
    ["12", '"12"'],
    ["", '""'],
  ])("%j is refused with what was expected", (word, told) => {
    expect(() => at(word)).toThrow(InputError);
    expect(() => at(word)).toThrow(told);
    expect(() => at(word)).toThrow("x.yaml:1 at");
  });

  it("of the start itself cannot count from the start", () => {
    expect(() => instantMs("+2d", { timezone: "UTC", season: {} }, "from")).toThrow("cannot count from the start");
  });
});

describe("durations", () => {
  it("are sums of parts with units; a bare number is none", () => {
    expect([durationMs("90s"), durationMs("5m"), durationMs("1h30m"), durationMs("1.5d"), durationMs("2w")]).toEqual([
      90_000,
      300_000,
      1.5 * HOUR,
      1.5 * DAY,
      14 * DAY,
    ]);
    for (const word of ["5", "", "m", "5 m", "-5m", "5m!", "h5"]) expect(durationMs(word), word).toBeUndefined();
  });

  it("add up in any order", () => {
    fc.assert(
      fc.property(fc.nat(59), fc.nat(47), fc.nat(30), (m, h, d) => {
        expect(durationMs(`${d}d${h}h${m}m`)).toBe(d * DAY + h * HOUR + m * 60_000);
        expect(durationMs(`${m}m${d}d${h}h`)).toBe(d * DAY + h * HOUR + m * 60_000);
      }),
    );
  });
});
