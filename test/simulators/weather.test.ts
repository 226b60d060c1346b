import { describe, expect, it } from "vitest";
import { createWeather, type Weather, type WeatherOptions } from "../../simulators/weather.ts";
import { distance } from "./distance.ts";

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

function dailyMean(weather: Weather, at: number): number {
  let sum = 0;
  for (let hour = 0; hour < 24; hour += 3) sum += weather.outdoorC(at + hour * HOUR);
  return sum / 8;
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

  it.each([
    ["jinan", [10, 11, 0, 1, 2], [8, 1, -1, 2, 8]],
    ["hohhot", [9, 10, 11, 0, 1, 2], [7, -2, -9, -11, -6, 2]],
  ] as const)("has in %s the monthly means of DOMAIN 5.1 over many seeds", (climate, months, means) => {
    for (const [index, month] of months.entries()) {
      const from = Date.UTC(month < 6 ? 2027 : 2026, month, 1);
      const days = Math.round((Date.UTC(month < 6 ? 2027 : 2026, month + 1, 1) - from) / DAY);
      const seeds = Array.from({ length: 120 }, (_, seed) => mean(from, days, { seed, climate }));
      expect(distance(seeds.reduce((sum, value) => sum + value, 0) / seeds.length, means[index]!)).toBeLessThanOrEqual(0.6);
    }
  });

  it.each(["jinan", "hohhot"] as const)("swings in %s by 3 to 5 K from day to day and by 4 to 5 K within a day", (climate) => {
    const squares: number[] = [];
    const halfSwings: number[] = [];
    for (let seed = 0; seed < 30; seed++) {
      const weather = createWeather({ ...options, seed, climate });
      const days = Array.from({ length: 80 }, (_, day) =>
        Array.from({ length: 24 }, (__, hour) => weather.outdoorC(JANUARY - 40 * DAY + day * DAY + hour * HOUR)),
      );
      const means = days.map((hours) => hours.reduce((sum, value) => sum + value, 0) / 24);
      // A day against one five days later: the year has hardly moved, the weather has.
      for (let day = 5; day < means.length; day++) squares.push((means[day]! - means[day - 5]!) ** 2 / 2);
      for (const [day, hours] of days.entries()) {
        const swing = hours.reduce((sum, value, hour) => sum + (value - means[day]!) * Math.sin((2 * Math.PI * (hour + 8 - 9)) / 24), 0);
        halfSwings.push(swing / 12);
      }
    }
    const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(average(squares));
    expect(deviation).toBeGreaterThan(2.9);
    expect(deviation).toBeLessThan(5);
    expect(average(halfSwings)).toBeGreaterThan(3.9);
    expect(average(halfSwings)).toBeLessThan(5.1);
  });

  it("brings two or three cold waves of 8 to 12 K a season, each within a day", () => {
    let waves = 0;
    const seasons = 40;
    for (let seed = 0; seed < seasons; seed++) {
      const weather = createWeather({ ...options, seed });
      let quiet = 0;
      for (let hour = 0; hour < 120 * 24; hour++, quiet--) {
        const at = Date.UTC(2026, 10, 15) + hour * HOUR;
        // Daily means, a day apart.
        const fall = dailyMean(weather, at) - dailyMean(weather, at + 30 * HOUR);
        if (fall < 7.5 || quiet > 0) continue;
        waves++;
        quiet = 96;
      }
    }
    expect(waves / seasons).toBeGreaterThan(1.5);
    expect(waves / seasons).toBeLessThan(4.5);
  });

  it("warms the ground a month behind the air, to 5 °C in winter", () => {
    const weather = createWeather(options);
    expect(weather.groundC!(Date.UTC(2027, 0, 20))).toBe(5);
    expect(weather.groundC!(Date.UTC(2026, 10, 5))).toBeGreaterThan(12);
    expect(weather.groundC!(Date.UTC(2026, 7, 15))).toBeGreaterThan(20);
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
