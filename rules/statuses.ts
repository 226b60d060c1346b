import type { Reading } from "../model/reading.ts";

/** What gateways said of themselves and event time has not reached yet. */

/** Statuses of one station that may wait; the oldest goes when a gateway flaps more than anybody can follow. */
const STATUSES_MAX = 256;

/** Puts a status in its place among the waiting ones, oldest first. */
export function holdStatus(statuses: Reading[], status: Reading): void {
  let index = statuses.length;
  while (index > 0 && statuses[index - 1]!.at > status.at) index--;
  statuses.splice(index, 0, status);
  if (statuses.length > STATUSES_MAX) statuses.shift();
}
