import type { Season } from "../model/network.ts";

/** Season phases of DOMAIN 6, as far as the calendar tells them. */
export const SEASON_PHASES = ["off", "filling", "commissioning", "heating"] as const;
export type SeasonPhase = (typeof SEASON_PHASES)[number];

/** The phase that the network's calendar gives for an instant; without a calendar the network counts as heating. */
export function seasonPhase(season: Season, at: number): SeasonPhase {
  const { filling, commissioning, heating, end } = season;
  if (filling === undefined && commissioning === undefined && heating === undefined && end === undefined) return "heating";
  if (end !== undefined && at >= end) return "off";
  if (heating !== undefined && at >= heating) return "heating";
  if (commissioning !== undefined && at >= commissioning) return "commissioning";
  if (filling !== undefined && at >= filling) return "filling";
  return heating === undefined && commissioning === undefined && filling === undefined ? "heating" : "off";
}
