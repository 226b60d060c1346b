/** Local time of a network's time zone, from the runtime's own zone tables; cached by quarter of an hour because rules ask for every reading. */

const QUARTER_MS = 900_000;
const CACHE_SIZE_MAX = 20_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Offset of local time from UTC in ms at an instant (epoch ms); every zone of today changes only at multiples of a quarter of an hour. */
export function zoneOffsetMs(zone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS);
  let known = offsets.get(zone);
  if (known === undefined) offsets.set(zone, (known = new Map()));
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  const offset = computeOffsetMs(zone, quarter * QUARTER_MS);
  if (known.size >= CACHE_SIZE_MAX) known.clear();
  known.set(quarter, offset);
  return offset;
}

function computeOffsetMs(zone: string, at: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const local = Date.UTC(part["year"]!, part["month"]! - 1, part["day"]!, part["hour"]!, part["minute"]!, part["second"]!);
  return local - Math.floor(at / 1000) * 1000;
}

/** Hour of day 0…23 in a zone. */
export function hourOfDay(zone: string, at: number): number {
  return Math.floor((((at + zoneOffsetMs(zone, at)) % 86_400_000) + 86_400_000) / 3_600_000) % 24;
}

/** Local days since 1970-01-01 in a zone. */
export function localDay(zone: string, at: number): number {
  return Math.floor((at + zoneOffsetMs(zone, at)) / 86_400_000);
}

/** The instant (epoch ms) at which a local day begins; on a day whose midnight is skipped by a clock change, its first instant. */
export function startOfLocalDay(zone: string, day: number): number {
  const midnight = day * 86_400_000;
  const guess = midnight - zoneOffsetMs(zone, midnight);
  const start = midnight - zoneOffsetMs(zone, guess);
  // West of Greenwich a skipped midnight takes the second guess into the day before; the first is right then.
  return localDay(zone, start) < day ? guess : start;
}

export function isZone(zone: string): boolean {
  try {
    zoneOffsetMs(zone, 0);
    return true;
  } catch {
    return false;
  }
}
