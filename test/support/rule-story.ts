import type { Network } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { HOUR, plantReadings } from "./signals.ts";

/** What the rules of the fake API have read: half a day of two stations of the fake network; the second loses its pressure, for its makeup pump stands still. */

/** The rules have judged so long before the start. */
const JUDGED_MS = 12 * HOUR;
/** The makeup pump stands still since so long before the start. */
const STANDS_STILL_MS = 3 * HOUR;

export function ruleStory(network: Network, startedAt: number): Reading[] {
  const minute = Math.floor(startedAt / 60_000) * 60_000;
  const run = { network, from: minute - JUDGED_MS, to: minute };
  const [whole, broken] = network.stations;
  const still = (at: number): boolean => at >= minute - STANDS_STILL_MS;
  return [
    ...plantReadings({ ...run, station: whole!.id, seed: 5 }),
    ...plantReadings({
      ...run,
      station: broken!.id,
      seed: 3,
      makeupWorks: (_circuit, at) => !still(at),
      lossM3h: (_circuit, at) => (still(at) ? 0.4 : 0),
    }),
  ];
}
