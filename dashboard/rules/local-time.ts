import { zoneOffsetMs } from "../../model/zone.ts";

/** Instants as `<input type="date">` and `<input type="datetime-local">` write them, in the network's time zone. Pure. */

const MINUTE_MS = 60_000;

/** "2027-01-10T12:00". */
export const toLocalInput = (zone: string, at: number): string => new Date(at + zoneOffsetMs(zone, at)).toISOString().slice(0, 16);
/** "2027-01-10". */
export const toLocalDay = (zone: string, at: number): string => toLocalInput(zone, at).slice(0, 10);

/** The instant of a local time, or of the begin of a local day; undefined for what is none. */
export function fromLocalInput(zone: string, text: string): number | undefined {
  const local = Date.parse(`${text.includes("T") ? text : `${text}T00:00`}Z`);
  if (text === "" || Number.isNaN(local)) return undefined;
  const guess = local - zoneOffsetMs(zone, local);
  return local - zoneOffsetMs(zone, guess);
}

/** The last full minute. */
export const fullMinute = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;
