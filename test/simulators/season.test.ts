import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginOf, phaseAt, seasonDates, type PlantPhase } from "../../simulators/season.ts";

const DAY = 86_400_000;
const day = (word: string): number => Date.parse(`${word}T00:00:00+08:00`);
const SEASON = { filling: day("2026-10-20"), commissioning: day("2026-11-05"), heating: day("2026-11-15"), end: day("2027-03-15") };
const ORDER: readonly PlantPhase[] = ["off", "filling", "cold_circulation", "commissioning", "heating", "shutdown", "off"];

describe("season", () => {
  it.each([
    ["2026-08-01", "off"],
    ["2026-10-19", "off"],
    ["2026-10-20", "filling"],
    ["2026-10-31", "filling"],
    ["2026-11-01", "cold_circulation"],
    ["2026-11-05", "commissioning"],
    ["2026-11-15", "heating"],
    ["2027-03-14", "heating"],
    ["2027-03-15", "shutdown"],
    ["2027-03-20", "off"],
  ])("is on %s in the phase %s", (at, phase) => {
    expect(phaseAt(SEASON, day(at))).toBe(phase);
  });

  it("goes through its phases in order, whatever dates the file names", () => {
    const dates = fc
      .uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 4, maxLength: 4 })
      .map((days) => days.toSorted((a, b) => a - b).map((one) => SEASON.filling + one * DAY));
    const named = fc.tuple(dates, fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(named, ([[filling, commissioning, heating, end], ...isNamed]) => {
        const all = { filling: filling!, commissioning: commissioning!, heating: heating!, end: end! };
        const season = Object.fromEntries(Object.entries(all).filter((_, index) => isNamed[index]));
        let reached = 0;
        for (let at = SEASON.filling - 60 * DAY; at < SEASON.filling + 400 * DAY; at += DAY / 2) {
          const phase = phaseAt(season, at);
          while (ORDER[reached] !== phase && reached < ORDER.length) reached++;
          expect(ORDER[reached]).toBe(phase);
        }
        for (const [name, at] of Object.entries(season)) {
          const phase = phaseAt(season, at);
          expect(phase).toBe({ filling: "filling", commissioning: "commissioning", heating: "heating", end: "shutdown" }[name]);
        }
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it("always heats where the file says nothing, and until the end where it names only that", () => {
    expect(phaseAt({}, day("2026-07-01"))).toBe("heating");
    expect(phaseAt({ end: SEASON.end }, day("2026-07-01"))).toBe("heating");
    expect(phaseAt({ end: SEASON.end }, SEASON.end + 30 * DAY)).toBe("off");
  });

  it("fills in what is missing: ten days of commissioning, sixteen of filling", () => {
    const { filling, commissioning, coldCirculation, end } = seasonDates({ heating: SEASON.heating });
    expect(SEASON.heating - commissioning).toBe(10 * DAY);
    expect(commissioning - filling).toBe(16 * DAY);
    expect(commissioning - coldCirculation).toBe(4 * DAY);
    expect(end).toBe(Infinity);
  });

  it("begins a plant a day ahead, but before the heating up and before the end where these are not long ago", () => {
    const dates = seasonDates(SEASON);
    expect(beginOf(dates, day("2027-01-10"), DAY)).toBe(day("2027-01-09"));
    expect(beginOf(dates, day("2026-10-25"), DAY)).toBe(day("2026-10-24"));
    expect(beginOf(dates, day("2026-11-12"), DAY)).toBeLessThan(SEASON.commissioning);
    expect(beginOf(dates, day("2027-03-18"), DAY)).toBeLessThan(SEASON.end);
    expect(beginOf(seasonDates({}), day("2026-07-10"), DAY)).toBe(day("2026-07-09"));
  });
});
