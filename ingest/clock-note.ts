import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { CLOCK_SIGNAL } from "../model/signals.ts";
import type { Gateway } from "./gateways.ts";

/** How far a gateway's clock is off becomes a reading of its station whenever it changes, so that a rule can judge it like all else. */

/** A drift of less is not told. */
const CHANGE_MS = 5_000;

/** The readings of a message, with a note on the clock that wrote their times if there is news of it. */
export function withClockNote(
  network: Network,
  station: string | undefined,
  gateway: Gateway | undefined,
  readings: readonly Reading[],
): readonly Reading[] {
  if (station === undefined || gateway === undefined || readings.length === 0) return readings;
  const { offsetMs } = gateway.clock;
  const toldMs = gateway.told.get(station) ?? gateway.toldMs;
  const isNews = (offsetMs === 0) !== (toldMs === 0) || Math.abs(offsetMs - toldMs) >= CHANGE_MS;
  const point = isNews ? network.point(station, CLOCK_SIGNAL) : undefined;
  if (point === undefined) return readings;
  gateway.told.set(station, offsetMs);
  // What is added to its times is how far it is behind.
  return [...readings, { point, at: newestAt(readings), value: -offsetMs / 1000 + 0 }];
}

const newestAt = (readings: readonly Reading[]): number => readings.reduce((newest, { at }) => Math.max(newest, at), -Infinity);
