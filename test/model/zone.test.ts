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
});
