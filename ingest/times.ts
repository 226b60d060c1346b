import type { RejectReason } from "../model/reading.ts";
import { correctClock, type ClockState } from "./clock.ts";
import type { Decoded } from "./decode.ts";
import type { DecodedObject, DraftReading } from "./decode-object.ts";
import { addReject } from "./rejects.ts";

/** The event times of a decoded message: the clock's correction applied, what is no time or lies ahead refused. */

/** 2000-01-01T00:00:00Z: a clock before it was never set. */
const OLDEST_MS = 946_684_800_000;
/** RELIABILITY M8. */
const FUTURE_MS = 300_000;
const SECONDS_OF_2000 = OLDEST_MS / 1_000;

interface TimeFault {
  readonly reason: RejectReason;
  readonly expected: string;
  readonly suggestion: string | undefined;
}

/** Corrects and checks every object's time, adds a reject for each that cannot be used, and returns the readings of the others. */
export function settleTimes(decoded: Decoded, clock: ClockState | undefined, receivedAt: number): DraftReading[] {
  const { objects } = decoded;
  const offsetMs = clock === undefined ? 0 : clockOffset(decoded, clock, receivedAt);
  const only = objects[0];
  if (objects.length === 1 && only !== undefined) return settleObject(decoded, only, offsetMs, receivedAt) ? only.readings : [];
  const readings: DraftReading[] = [];
  for (const object of objects)
    if (settleObject(decoded, object, offsetMs, receivedAt)) for (const reading of object.readings) readings.push(reading);
  return readings;
}

function clockOffset(decoded: Decoded, clock: ClockState, receivedAt: number): number {
  let newestTs = Number.NEGATIVE_INFINITY;
  let newestLiveTs = Number.NEGATIVE_INFINITY;
  for (const { ts, hist } of decoded.objects) {
    if (ts === undefined || checkTime(ts) !== undefined) continue;
    if (ts > newestTs) newestTs = ts;
    if (!hist && ts > newestLiveTs) newestLiveTs = ts;
  }
  const hist = newestLiveTs === Number.NEGATIVE_INFINITY;
  return correctClock(clock, { receivedAt, newestTs: hist ? newestTs : newestLiveTs, hist, isArray: decoded.batch });
}

function settleObject(decoded: Decoded, object: DecodedObject, offsetMs: number, receivedAt: number): boolean {
  const { ts } = object;
  if (ts === undefined) return true;
  const at = ts + offsetMs;
  const fault = checkTime(ts) ?? (at > receivedAt + FUTURE_MS ? futureFault(ts, receivedAt) : undefined);
  if (fault !== undefined) {
    const asset = object.readings[0]?.point.asset;
    const found = fault.reason === "future_time" ? `${written(ts)}, ${inWords(at - receivedAt)} ahead` : written(ts);
    addReject(decoded.rejects, fault.reason, fault.expected, found, { asset, suggestion: fault.suggestion });
    return false;
  }
  if (offsetMs !== 0) for (const reading of object.readings) reading.at = at;
  return true;
}

/** What is wrong with the time of something that is known to be history; undefined when it can be stored. */
export function historyTimeFault(ts: number, receivedAt: number): (TimeFault & { readonly found: string }) | undefined {
  if (ts >= OLDEST_MS && ts <= receivedAt + FUTURE_MS && Number.isSafeInteger(ts)) return undefined;
  const fault = checkTime(ts) ?? futureFault(ts, receivedAt);
  return { ...fault, found: fault.reason === "future_time" ? `${written(ts)}, ${inWords(ts - receivedAt)} ahead` : written(ts) };
}

/** What is wrong with a number as a time, whoever's clock it is. */
function checkTime(ts: number): TimeFault | undefined {
  if (ts >= OLDEST_MS && Number.isSafeInteger(ts)) return undefined;
  const expected = "ts in epoch milliseconds, UTC, after 2000-01-01";
  if (!Number.isFinite(ts) || ts <= 0) return { reason: "bad_time", expected, suggestion: "leave ts out to let the time of receipt count" };
  if (ts >= SECONDS_OF_2000 && ts < OLDEST_MS / 100)
    return { reason: "too_old", expected, suggestion: "these look like seconds: multiply by 1000" };
  if (!Number.isInteger(ts)) return { reason: "bad_time", expected, suggestion: "send whole milliseconds" };
  if (ts > Number.MAX_SAFE_INTEGER) return { reason: "bad_time", expected, suggestion: "these look like nanoseconds: divide by 1000000" };
  return { reason: "too_old", expected, suggestion: "set the gateway's clock (NTP), or leave ts out" };
}

function futureFault(ts: number, receivedAt: number): TimeFault {
  const expected = `at most ${FUTURE_MS / 60_000} minutes after the time of receipt, ${written(receivedAt)}`;
  const suggestion = ts / 1_000 > OLDEST_MS ? "these look like microseconds: divide by 1000" : "set the gateway's clock (NTP)";
  return { reason: "future_time", expected, suggestion };
}

/** The largest time that a date can say. */
const DATE_MS_MAX = 8.64e15;

function written(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= DATE_MS_MAX ? `${ms} (${new Date(ms).toISOString()})` : String(ms);
}

function inWords(ms: number): string {
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
