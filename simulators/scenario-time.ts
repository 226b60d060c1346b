import { InputError } from "../model/input-error.ts";
import type { Season } from "../model/network.ts";
import { localDay, startOfLocalDay, zoneOffsetMs } from "../model/zone.ts";

/** Instants and durations as a scenario file writes them. */

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const DAY_MS = UNIT_MS.d;
const ANCHORS = ["filling", "commissioning", "heating", "end"] as const;

const INSTANT_WORDS =
  "a time: 2027-01-12, 2027-01-12 09:10 (local), ISO 8601 with a zone, +3d 08:00 or +36h (from the start), heating+30d (from a date of the season)";

export interface TimeBase {
  readonly timezone: string;
  readonly season: Season;
  /** What `+…` counts from, epoch ms; undefined for the start itself. */
  readonly start?: number;
}

/** "90s", "5m", "1h30m", "3d", "2w" as ms; undefined when it is no duration. */
export function durationMs(word: string): number | undefined {
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(word)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of word.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) sum += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return Math.round(sum);
}

/** An instant in epoch ms. Throws an InputError at `place` for what is none, or counts from what the season does not say. */
export function instantMs(word: string, base: TimeBase, place: string): number {
  const wrong = (found = `"${word}"`, hint?: string): InputError => new InputError(place, INSTANT_WORDS, found, hint);
  const text = word.trim();
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    const at = Date.parse(text);
    if (Number.isNaN(at)) throw wrong();
    return at;
  }
  const local = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}))?$/.exec(text);
  if (local !== null) {
    const day = Date.parse(`${local[1]!}T00:00:00Z`);
    if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== local[1]) throw wrong(`"${word}", a day that does not exist`);
    return localInstant(base.timezone, day / DAY_MS, local[2], wrong);
  }
  const relative = /^([a-z_]+)?\s*(?:([+-])\s*([0-9.smhdw]+))?(?:\s+(\d{1,2}:\d{2}))?$/.exec(text);
  if (relative === null || (relative[1] === undefined && relative[2] === undefined)) throw wrong();
  const [, anchor, sign, amount, clock] = relative;
  const from = anchorMs(anchor, base, wrong);
  const ms = amount === undefined ? 0 : durationMs(amount);
  if (ms === undefined) throw wrong();
  const moved = sign === "-" ? -ms : ms;
  if (clock === undefined) return from + moved;
  if (moved % DAY_MS !== 0) throw wrong(`"${word}"`, "a time of day goes with whole days");
  return localInstant(base.timezone, localDay(base.timezone, from) + moved / DAY_MS, clock, wrong);
}

function anchorMs(anchor: string | undefined, base: TimeBase, wrong: (found?: string, hint?: string) => InputError): number {
  if (anchor === undefined || anchor === "start") {
    if (base.start === undefined) throw wrong(undefined, "the start itself cannot count from the start");
    return base.start;
  }
  const key = ANCHORS.find((known) => known === anchor);
  if (key === undefined) throw wrong(`"${anchor}"`, `a date of the season is one of ${ANCHORS.join(", ")}`);
  const at = base.season[key];
  if (at === undefined) throw wrong(`"${anchor}"`, "the network's season does not say when that is");
  return at;
}

function localInstant(timezone: string, day: number, clock: string | undefined, wrong: (found?: string) => InputError): number {
  const start = startOfLocalDay(timezone, day);
  if (clock === undefined) return start;
  const [hour, minute] = clock.split(":").map(Number) as [number, number];
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) throw wrong(`the time of day ${clock}`);
  // On a day on which the clocks change, the wall clock counts.
  const wall = day * DAY_MS + hour * UNIT_MS.h + minute * UNIT_MS.m;
  const guess = wall - zoneOffsetMs(timezone, start);
  return wall - zoneOffsetMs(timezone, guess);
}
