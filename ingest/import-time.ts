import { zoneOffsetMs } from "../model/zone.ts";

/** Times as tables write them to epoch ms: epoch seconds or milliseconds, ISO 8601, or the local time of a zone as Chinese programs print it. */

export const TIME_FORMATS = ["auto", "epoch_ms", "epoch_s", "local", "iso"] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** Epoch ms; NaN when the text is no time of the format. */
export type TimeReader = (text: string) => number;

/** Numbers from here on are milliseconds, below it seconds (until the year 5138). */
const MILLISECONDS_FROM = 1e11;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** 2026-01-05 08:00:00, 2026/1/5 8:00, 2026.01.05 08:00:00.250, 2026年1月5日 8时0分0秒, with T between, alone; an ISO zone may follow. */
const LOCAL =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]\s*(\d{1,2})(?::|时|点)(\d{1,2})(?:(?::|分)(?:(\d{1,2})(?:[.,](\d{1,9}))?秒?)?)?)?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/;
/** 20260105080000, 20260105 */
const PACKED = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$/;

/** `zone` is an IANA name. In the hour that a clock repeats the first pass counts; in the hour it skips the clock is read as not yet moved. */
export function createTimeReader(format: TimeFormat, zone: string): TimeReader {
  const local = (text: string, needsZone: boolean): number => {
    const match = LOCAL.exec(text) ?? PACKED.exec(text);
    if (match === null) return NaN;
    const written = match[8];
    const at = dateOf(match);
    if (Number.isNaN(at) || (needsZone && written === undefined)) return NaN;
    return written === undefined ? at - offsetAt(zone, at) : at - zoneMs(written);
  };
  const epoch = (text: string): number => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN);
  const read: Readonly<Record<TimeFormat, TimeReader>> = {
    auto(text) {
      // 14 digits are a packed date, 13 milliseconds, 10 seconds, 8 a packed day.
      const isPacked = (text.length === 14 || text.length === 8) && /^(?:19|20)\d+$/.test(text);
      const number = isPacked ? NaN : epoch(text);
      if (Number.isNaN(number)) return local(text, false);
      return number >= MILLISECONDS_FROM ? number : number * 1_000;
    },
    epoch_ms: epoch,
    epoch_s: (text) => epoch(text) * 1_000,
    local: (text) => local(text, false),
    iso: (text) => local(text, true),
  };
  return remember(read[format]);
}

/** Rows of one poll carry the same text. */
function remember(read: TimeReader): TimeReader {
  let lastText: string | undefined;
  let lastAt = NaN;
  return (text) => {
    if (text === lastText) return lastAt;
    lastText = text;
    return (lastAt = Math.round(read(text.trim())));
  };
}

/** The fields of a date as if they were UTC; NaN for the 31st of February. */
function dateOf(match: RegExpExecArray): number {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return NaN;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  return at + (match[7] === undefined ? 0 : Number(`0.${match[7]}`) * 1_000);
}

function zoneMs(text: string): number {
  if (text === "Z") return 0;
  const digits = text.slice(1).replace(":", "");
  const ms = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2) || 0) * MINUTE_MS;
  return text.startsWith("-") ? -ms : ms;
}

/** Distance of a zone's clock from UTC, by what the clock shows (ms as if it were UTC). */
function offsetAt(zone: string, shown: number): number {
  // Before a change the clock stands at the earlier distance: the first pass of a repeated hour.
  const earlier = zoneOffsetMs(zone, shown - DAY_MS);
  if (zoneOffsetMs(zone, shown - earlier) === earlier) return earlier;
  const later = zoneOffsetMs(zone, shown + DAY_MS);
  return zoneOffsetMs(zone, shown - later) === later ? later : earlier;
}
