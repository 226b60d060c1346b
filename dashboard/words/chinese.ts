import { stationZh } from "./station-zh.ts";
import { ticketsZh } from "./tickets-zh.ts";
import { zh } from "./zh.ts";

/** The whole dictionary in Chinese: one file of sentences per area of the dashboard. Fetched only by who reads it. */
export const chinese = { ...zh, ...stationZh, ...ticketsZh };
