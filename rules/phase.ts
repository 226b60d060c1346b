import type { Season } from "../model/network.ts";
import type { SettablePhase } from "../model/season.ts";

/** What the calendar of a network file says of the season. */

const DAY_MS = 86_400_000;
/** Cooling down takes so long after the last day of heating. */
const SHUTDOWN_MS = 7 * DAY_MS;

/** The phase that the calendar gives for an instant; undefined without a calendar. */
export function calendarPhase(season: Season, at: number): SettablePhase | undefined {
  const { filling, commissioning, heating, end } = season;
  if (filling === undefined && commissioning === undefined && heating === undefined && end === undefined) return undefined;
  if (end !== undefined && at >= end) return at < end + SHUTDOWN_MS ? "shutdown" : "off";
  if (heating !== undefined && at >= heating) return "heating";
  if (commissioning !== undefined && at >= commissioning) return "commissioning";
  if (filling !== undefined && at >= filling) return "filling";
  return heating === undefined && commissioning === undefined && filling === undefined ? "heating" : "off";
}
