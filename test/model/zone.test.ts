import { describe, expect, it } from "vitest";
import { hourOfDay, localDay, startOfLocalDay, zoneOffsetMs } from "../../model/zone.ts";

describe("zone", () => {
  it("knows Shanghai has no clock change today and had one in 1991", () => {
    expect(zoneOffsetMs("Asia/Shanghai", Date.parse("2026-11-21T00:00:00Z"))).toBe(8 * 3_600_000);
    expect(zoneOffsetMs("Asia/Shanghai", Date.parse("1991-07-01T00:00:00Z"))).toBe(9 * 3_600_000);
    expect(hourOfDay("Asia/Shanghai", Date.parse("2026-11-20T16:30:00Z"))).toBe(0);
  });

  it("finds the start of each day across a clock change", () => {
    for (const [zone, word] of [
      ["Europe/Berlin", "2026-03-29"],
      ["Europe/Berlin", "2026-10-25"],
      ["Asia/Shanghai", "2026-11-21"],
      ["America/New_York", "2026-11-01"],
    ] as const) {
      const day = Date.parse(`${word}T00:00:00Z`) / 86_400_000;
      const start = startOfLocalDay(zone, day);
      expect(localDay(zone, start)).toBe(day);
      expect(localDay(zone, start - 1)).toBe(day - 1);
      expect(hourOfDay(zone, start)).toBe(0);
    }
  });

  it("begins a day whose midnight is skipped at its first instant, east and west of Greenwich", () => {
    for (const [zone, word, first] of [
      ["America/Havana", "2026-03-08", "2026-03-08T05:00:00Z"],
      ["Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00Z"],
      ["Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"],
    ] as const) {
      const day = Date.parse(`${word}T00:00:00Z`) / 86_400_000;
      expect(new Date(startOfLocalDay(zone, day)).toISOString(), zone).toBe(new Date(first).toISOString());
      expect(localDay(zone, startOfLocalDay(zone, day) - 1)).toBe(day - 1);
    }
  });

  it("counts hours of the day before 1970 too", () => {
    expect(hourOfDay("UTC", -1)).toBe(23);
    expect(hourOfDay("UTC", -3_600_000 * 30)).toBe(18);
  });
});
