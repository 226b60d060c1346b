import type { chinese } from "./chinese.ts";
import { en } from "./en.ts";
import { stationEn } from "./station-en.ts";
import { ticketsEn } from "./tickets-en.ts";

/** The whole dictionary in English. Fetched only by who reads it. */
export const english: Readonly<Record<keyof typeof chinese, string>> = { ...en, ...stationEn, ...ticketsEn };
