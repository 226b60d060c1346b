import { describe, expect, it } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { parseWeatherTable, tableOf, tableWeather } from "../../simulators/weather-table.ts";

const HOUR = 3_600_000;
const ZONE = "Asia/Shanghai";
const AT = Date.parse("2026-11-15T08:00:00+08:00");
const options = { seed: 1, timezone: ZONE };
const read = (text: string) => parseWeatherTable(text, "real.csv", ZONE);

describe("weather table", () => {
  it("draws straight lines between its rows, in whatever order and form they come", () => {
    const table = read(
      `time,°C\n# a station\n2026-11-15 10:00,4\n\n2026-11-15T00:00:00Z;0\r\n${AT + HOUR}\t1\n2026-11-15T11:00+08:00,10\n`,
    );
    const weather = tableWeather(table, options);
    expect([0, 0.5, 1, 1.5, 2, 2.5, 3].map((hours) => weather.outdoorC(AT + hours * HOUR))).toEqual([0, 0.5, 1, 2.5, 4, 7, 10]);
    expect(table.gaps).toEqual([]);
  });

  it("says its gaps and crosses them in a straight line", () => {
    const table = tableOf(
      [0, 1, 9, 10].map((hours) => ({ at: AT + hours * HOUR, celsius: hours })),
      "rows",
    );
    expect(table.gaps).toEqual([{ from: AT + HOUR, to: AT + 9 * HOUR }]);
    expect(tableWeather(table, options).outdoorC(AT + 5 * HOUR)).toBeCloseTo(5, 9);
  });

  it("goes on with its first and last day outside of itself, hour by hour", () => {
    const table = tableOf(
      Array.from({ length: 73 }, (_, hour) => ({ at: AT + hour * HOUR, celsius: Math.floor(hour / 24) * 10 + (hour % 24) / 10 })),
      "rows",
    );
    const weather = tableWeather(table, options);
    expect(weather.outdoorC(AT - 20 * HOUR)).toBeCloseTo(weather.outdoorC(AT + 4 * HOUR), 9);
    expect(weather.outdoorC(AT - 500 * HOUR)).toBeCloseTo(weather.outdoorC(AT + 4 * HOUR), 9);
    expect(weather.outdoorC(AT + 80 * HOUR)).toBeCloseTo(weather.outdoorC(AT + 56 * HOUR), 9);
  });

  it("answers the same in any order of asking", () => {
    const table = tableOf(
      Array.from({ length: 500 }, (_, hour) => ({ at: AT + hour * HOUR, celsius: Math.sin(hour) * 9 })),
      "rows",
    );
    const [forward, jumping] = [tableWeather(table, options), tableWeather(table, options)];
    const hours = Array.from({ length: 499 }, (_, hour) => hour + 0.25);
    const ahead = hours.map((hour) => forward.outdoorC(AT + hour * HOUR));
    const jumped = new Map(
      hours.toSorted((a, b) => ((a * 7919) % 83) - ((b * 7919) % 83)).map((hour) => [hour, jumping.outdoorC(AT + hour * HOUR)]),
    );
    expect(hours.map((hour) => jumped.get(hour))).toEqual(ahead);
  });

  it("keeps the ground a month behind, never below 5 °C, and has sun by day", () => {
    const table = tableOf(
      Array.from({ length: 120 }, (_, day) => ({ at: AT + day * 24 * HOUR, celsius: day < 60 ? 16 : -8 })),
      "rows",
    );
    const weather = tableWeather(table, options);
    expect(weather.groundC!(AT + 60 * 24 * HOUR)).toBeCloseTo(16, 1);
    expect(weather.groundC!(AT + 119 * 24 * HOUR)).toBe(5);
    expect(weather.sunShare(AT + 4 * HOUR)).toBeGreaterThan(0.3);
    expect(weather.sunShare(AT + 16 * HOUR)).toBe(0);
    expect(weather.localHour(AT)).toBe(8);
  });

  it.each([
    ["2026-11-15T08:00,1", "real.csv: expected at least two rows of time and °C, found 1"],
    ["time,c\nyesterday,1\n", 'real.csv:2: expected a time like 2026-11-15T08:00, with a zone or local, or epoch ms, found "yesterday"'],
    [
      "2026-02-30T08:00,1\n",
      'real.csv:1: expected a time like 2026-11-15T08:00, with a zone or local, or epoch ms, found "2026-02-30T08:00"',
    ],
    ["2026-11-15T08:00,1\n2026-11-15T09:00,\n", 'real.csv:2: expected a temperature from -60 to 60 °C, found ""'],
    ["2026-11-15T08:00,1\n2026-11-15T09:00,85\n", 'real.csv:2: expected a temperature from -60 to 60 °C, found "85"'],
    ["2026-11-15T08:00,1,7\n", "real.csv:1: expected two columns: time and °C, found 3 columns"],
  ])("refuses %j with its place", (text, message) => {
    expect(() => read(text)).toThrow(InputError);
    expect(() => read(text)).toThrow(message);
  });
});
