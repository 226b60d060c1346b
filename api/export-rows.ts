import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { SIGNALS } from "../model/signals.ts";
import { zoneOffsetMs } from "../model/zone.ts";

/** Readings as text that can be imported again: JSON lines as CONTRACT 4 has them, or a table with a value per row. */

export const EXPORT_FORMATS = ["ndjson", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const EXPORT_LANGUAGES = ["en", "zh"] as const;
export type ExportLanguage = (typeof EXPORT_LANGUAGES)[number];

/** What stands for a failed sensor; an empty cell is no value at all. */
const FAILED = "null";
/** Without it spreadsheets read Chinese as something else. */
const MARK = "\ufeff";
const HEADERS: Readonly<Record<ExportLanguage, string>> = {
  en: "time,ts,asset,name,signal,value,unit",
  zh: "时间,时间戳,资产,名称,测点,数值,单位",
};

export interface RowWriter {
  readonly head: string;
  /** Lines of readings in canonical order (at, asset, signal). */
  write(readings: readonly Reading[]): string;
}

export function createRowWriter(format: ExportFormat, language: ExportLanguage, network: Network): RowWriter {
  if (format === "ndjson") return { head: "", write: linesOf };
  const local = localTimes(network.timezone);
  const names = new Map<string, string>();
  const nameOf = (asset: string): string => {
    let name = names.get(asset);
    if (name === undefined) names.set(asset, (name = quoted(network.fullName(asset))));
    return name;
  };
  return {
    head: `${language === "zh" ? MARK : ""}${HEADERS[language]}\r\n`,
    write(readings) {
      let text = "";
      for (const { point, at, value } of readings) {
        const signal = SIGNALS[point.signal];
        const word = language === "zh" ? signal.name.zh : point.signal;
        text += `${local(at)},${at},${point.asset},${nameOf(point.asset)},${word},${value ?? FAILED},${signal.unit}\r\n`;
      }
      return text;
    },
  };
}

/** One line per asset and time: `{"asset":"S01-H","ts":…,"values":{…}}`. */
export function linesOf(readings: readonly Reading[]): string {
  let text = "";
  let asset: string | undefined;
  let time = NaN;
  const seen = new Set<string>();
  for (const { point, at, value } of readings) {
    if (point.asset !== asset || at !== time || seen.has(point.signal)) {
      if (asset !== undefined) text += "}}\n";
      asset = point.asset;
      time = at;
      seen.clear();
      text += `{"asset":"${asset}","ts":${at},"values":{`;
    } else text += ",";
    seen.add(point.signal);
    text += `"${point.signal}":${value === null ? "null" : value}`;
  }
  return asset === undefined ? "" : `${text}}}\n`;
}

/** A field that a spreadsheet would take for a formula begins with an apostrophe. */
function quoted(name: string): string {
  const safe = /^[=+\-@\t\r]/.test(name) ? `'${name}` : name;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** ISO 8601 in the zone of the network: 2026-01-05T08:00:00.000+08:00. */
function localTimes(zone: string): (at: number) => string {
  let lastAt = NaN;
  let written = "";
  return (at) => {
    // The values of one poll have one time.
    if (at === lastAt) return written;
    lastAt = at;
    const offsetMs = zoneOffsetMs(zone, at);
    const minutes = Math.abs(Math.round(offsetMs / 60_000));
    const two = (number: number): string => String(number).padStart(2, "0");
    const suffix = `${offsetMs < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    return (written = `${new Date(at + offsetMs).toISOString().slice(0, -1)}${suffix}`);
  };
}
