import { InputError } from "../model/input-error.ts";
import { zoneOffsetMs } from "../model/zone.ts";
import { GROUND_C } from "./pipes.ts";
import { subSeed } from "./random.ts";
import { clearSkyAt, sunHeight, type Weather } from "./weather.ts";

/** Real outdoor temperatures in place of a climate: a table of instants and °C, straight lines between them; DOMAIN 5.1. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Rows further apart than this are told as a gap; the straight line goes across it all the same. */
const GAP_MS = 3 * HOUR_MS;
/** 30 years of hours. */
const ROWS_MAX = 263_000;
const CELSIUS_MIN = -60;
const CELSIUS_MAX = 60;

export interface TableRow {
  /** Epoch ms. */
  readonly at: number;
  readonly celsius: number;
}

export interface WeatherTable {
  /** Ascending, at least two. */
  readonly rows: readonly TableRow[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

/**
 * Reads a table "time, °C" a line (comma, semicolon or tab; a first line that is no row is its heading; empty lines and lines
 * with # are passed over). A time is epoch ms, ISO 8601 with a zone, or a local time of `timezone`. Rows may come in any
 * order; of two with one time the last counts. Throws InputError with file and line.
 */
export function parseWeatherTable(text: string, file: string, timezone: string): WeatherTable {
  const byTime = new Map<number, number>();
  let isFirst = true;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const isHeading = isFirst && !/\d/.test(line.split(/[,;\t]/)[1] ?? "");
    isFirst = false;
    if (isHeading) continue;
    const row = parseRow(line, `${file}:${index + 1}`, timezone);
    byTime.set(row.at, row.celsius);
    if (byTime.size > ROWS_MAX) throw new InputError(`${file}:${index + 1}`, `at most ${ROWS_MAX} rows`, "more");
  }
  return tableOf(
    Array.from(byTime, ([at, celsius]) => ({ at, celsius })),
    file,
  );
}

/** A table from rows in any order. Throws InputError when there are fewer than two. */
export function tableOf(rows: readonly TableRow[], file: string): WeatherTable {
  if (rows.length < 2) throw new InputError(file, "at least two rows of time and °C", String(rows.length));
  const sorted = rows.toSorted((a, b) => a.at - b.at);
  const gaps = sorted.slice(1).flatMap((row, index) => {
    const from = sorted[index]!.at;
    return row.at - from > GAP_MS ? [{ from, to: row.at }] : [];
  });
  return { rows: sorted, gaps };
}

function parseRow(line: string, place: string, timezone: string): TableRow {
  const [time = "", value = "", ...rest] = line.split(/[,;\t]/).map((cell) => cell.trim());
  if (rest.some((cell) => cell !== "")) throw new InputError(place, "two columns: time and °C", `${rest.length + 2} columns`);
  const at = parseTime(time, timezone);
  if (at === undefined) throw new InputError(place, "a time like 2026-11-15T08:00, with a zone or local, or epoch ms", `"${time}"`);
  const celsius = value === "" ? NaN : Number(value);
  if (!(celsius >= CELSIUS_MIN && celsius <= CELSIUS_MAX))
    throw new InputError(place, `a temperature from ${CELSIUS_MIN} to ${CELSIUS_MAX} °C`, `"${value}"`);
  return { at, celsius };
}

function parseTime(word: string, timezone: string): number | undefined {
  if (/^\d{10,14}$/.test(word)) return Number(word);
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(word);
  if (match === null) return undefined;
  const [, day = "", hour = "", minute = "", second = "00", zone] = match;
  const utc = Date.parse(`${day}T${hour.padStart(2, "0")}:${minute}:${second}Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return undefined;
  if (zone === undefined) return utc - zoneOffsetMs(timezone, utc - zoneOffsetMs(timezone, utc));
  if (zone === "Z") return utc;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return utc - (zone.startsWith("-") ? -1 : 1) * minutes * 60_000;
}

export interface TableWeatherOptions {
  readonly seed: number;
  readonly timezone: string;
}

/**
 * Weather of a table. Before its first and after its last row the first or last day goes on, hour by hour (a plant looks some
 * days back). The sky, which the table does not tell, is drawn from the seed.
 */
export function tableWeather(table: WeatherTable, options: TableWeatherOptions): Weather {
  const { rows } = table;
  const sky = subSeed(options.seed, "sky");
  const first = rows[0]!.at;
  const last = rows.at(-1)!.at;
  // A day of its own where there is one, else the whole table.
  const period = Math.min(DAY_MS, last - first);
  let near = 0;
  let groundDay = NaN;
  let groundC = GROUND_C;
  const localHour = (at: number): number => ((((at + zoneOffsetMs(options.timezone, at)) % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS;
  const outdoorC = (at: number): number => {
    const inside =
      at < first ? at + Math.ceil((first - at) / period) * period : at > last ? at - Math.ceil((at - last) / period) * period : at;
    near = rowBefore(rows, inside, near);
    const left = rows[near]!;
    const right = rows[near + 1] ?? left;
    return right.at === left.at
      ? left.celsius
      : left.celsius + ((right.celsius - left.celsius) * (inside - left.at)) / (right.at - left.at);
  };
  return {
    outdoorC,
    sunShare: (at) => sunHeight(localHour(at)) * clearSkyAt(sky, at),
    localHour,
    groundC(at) {
      const day = Math.floor(at / DAY_MS);
      if (day !== groundDay) {
        groundDay = day;
        groundC = Math.max(GROUND_C, groundMeanC(outdoorC, day));
      }
      return groundC;
    },
  };
}

/** The ground follows the outdoor temperature a month late: the mean of 15 to 45 days ago. */
function groundMeanC(outdoorC: (at: number) => number, day: number): number {
  let sum = 0;
  let count = 0;
  for (let halfDays = 30; halfDays <= 90; halfDays++, count++) sum += outdoorC(day * DAY_MS - (halfDays * DAY_MS) / 2);
  return sum / count;
}

/** Index of the last row at or before an instant; `near` is where to look first. */
function rowBefore(rows: readonly TableRow[], at: number, near: number): number {
  for (let index = near; index < Math.min(rows.length, near + 2); index++)
    if (rows[index]!.at <= at && (rows[index + 1]?.at ?? Infinity) > at) return index;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (rows[middle]!.at <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
