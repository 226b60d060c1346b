import { describe, expect, it } from "vitest";
import { createWeather, type WeatherOptions } from "../../simulators/weather.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JANUARY = Date.UTC(2027, 0, 1);
const options: WeatherOptions = { seed: 3, climate: "jinan", timezone: "Asia/Shanghai" };

function mean(from: number, days: number, overrides: Partial<WeatherOptions> = {}): number {
  const weather = createWeather({ ...options, ...overrides });
  let sum = 0;
  for (let hour = 0; hour < days * 24; hour++) sum += weather.outdoorC(from + hour * HOUR);
  return sum / days / 24;
}

describe("weather", () => {
  it("is the same at an instant whoever asks when", () => {
    const early = createWeather(options);
    for (let hour = 0; hour < 3000; hour += 7) early.outdoorC(JANUARY + hour * HOUR);
    const late = createWeather(options);
    for (const hours of [2500, 17.3, 1024, 511.99])
      expect(late.outdoorC(JANUARY + hours * HOUR)).toBe(early.outdoorC(JANUARY + hours * HOUR));
    expect(createWeather({ ...options, seed: 4 }).outdoorC(JANUARY)).not.toBe(early.outdoorC(JANUARY));
  });

  it("has the January of its place over many seeds", () => {
    const january = (climate: "jinan" | "hohhot"): number => {
      const seeds = Array.from({ length: 30 }, (_, seed) => mean(JANUARY, 31, { seed, climate }));
      return seeds.reduce((sum, value) => sum + value, 0) / seeds.length;
    };
    // Climate means of -1 and -11 °C, less what the cold waves take.
    expect(january("jinan")).toBeLessThan(0.5);
    expect(january("jinan")).toBeGreaterThan(-3.5);
    expect(january("hohhot")).toBeLessThan(-9);
    expect(january("hohhot")).toBeGreaterThan(-14);
  });

  it("is warmest in the afternoon and coldest before dawn", () => {
    const weather = createWeather(options);
    const byHour = Array.from({ length: 24 }, (_, hour) => {
      let sum = 0;
      for (let day = 0; day < 120; day++) sum += weather.outdoorC(JANUARY - 8 * HOUR + day * DAY + hour * HOUR);
      return sum / 120;
    });
    expect(byHour.indexOf(Math.max(...byHour))).toBe(15);
    expect(byHour.indexOf(Math.min(...byHour))).toBe(3);
    expect(Math.max(...byHour) - Math.min(...byHour)).toBeGreaterThan(6);
  });

  it("brings a planned cold snap: as much as named after a day, gone after four", () => {
    const plain = createWeather(options);
    const cold = createWeather({ ...options, coldSnaps: [{ at: JANUARY, dropK: 9 }] });
    const difference = (hours: number): number => cold.outdoorC(JANUARY + hours * HOUR) - plain.outdoorC(JANUARY + hours * HOUR);
    expect(difference(-1)).toBe(0);
    expect(difference(12)).toBeCloseTo(-4.5, 6);
    expect(difference(36)).toBeCloseTo(-9, 6);
    expect(difference(97)).toBeCloseTo(0, 9);
  });

  it("moves the winter with the season of the network", () => {
    expect(mean(Date.UTC(2027, 6, 1), 20, { seasonShiftMs: 181 * DAY })).toBeLessThan(8);
    expect(mean(Date.UTC(2027, 6, 1), 20)).toBeGreaterThan(22);
  });

  it("has no sun at night and some at noon", () => {
    const weather = createWeather(options);
    expect(weather.sunShare(JANUARY - 8 * HOUR)).toBe(0);
    expect(weather.sunShare(JANUARY + 4 * HOUR)).toBeGreaterThan(0.3);
    expect(weather.localHour(JANUARY)).toBe(8);
  });
});
