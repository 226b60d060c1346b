import { DAY_MS, HOUR_MS, MINUTE_MS, type PlayedTicket, type WorldOutcome } from "./outcome.ts";

/** What the tickets ask of an operator, against the figures of ISA-18.2 / EEMUA 191 (DOMAIN, alarm load). */

const WINDOW_MS = 10 * MINUTE_MS;
/** More in ten minutes than this is a flood. */
const FLOOD_TICKETS = 10;
/** One operator for so many stations (DOMAIN: we aim at 50 tickets a day for 200 stations). */
export const STATIONS_PER_OPERATOR = 200;
/** A ticket whose signals go bad again so often within a day chatters. */
const CHATTER_RELAPSES = 3;

export interface AlarmLoad {
  /** Tickets opened in the fullest ten minutes of any world. */
  readonly maxPer10Min: number;
  /** Mean of tickets in ten minutes for an operator of 200 stations. */
  readonly meanPer10Min: number | null;
  /** Share of the ten minutes with more than ten tickets. */
  readonly floodShare: number | null;
  /** Mean number of tickets that stood for more than a day, for an operator of 200 stations. */
  readonly standing: number | null;
  readonly chattering: number;
  /** Share of the tickets that are urgent. */
  readonly urgentShare: number | null;
}

/** Of the tickets that `counts` picks. Merged ones were on the screen too. */
export function alarmLoad(outcomes: readonly WorldOutcome[], counts: (ticket: PlayedTicket) => boolean = () => true): AlarmLoad {
  let maxPer10Min = 0;
  let floods = 0;
  let windows = 0;
  let opened = 0;
  let urgent = 0;
  let chattering = 0;
  let operatorWindows = 0;
  let standingMs = 0;
  let stationMs = 0;
  for (const outcome of outcomes) {
    const { from, to, stations } = outcome;
    const tickets = outcome.tickets.filter(counts);
    const times = tickets.map(({ openedAt }) => openedAt).sort((a, b) => a - b);
    maxPer10Min = Math.max(maxPer10Min, fullest(times));
    const perWindow = Map.groupBy(times, (at) => Math.floor((at - from) / WINDOW_MS));
    for (const own of perWindow.values()) if (own.length > FLOOD_TICKETS) floods++;
    windows += Math.ceil((to - from) / WINDOW_MS);
    operatorWindows += ((to - from) / WINDOW_MS) * (stations.length / STATIONS_PER_OPERATOR);
    opened += tickets.length;
    urgent += tickets.filter(({ severity }) => severity === "urgent").length;
    chattering += tickets.filter(({ relapsedAt }) => chatters(relapsedAt)).length;
    for (const ticket of tickets) standingMs += Math.max(0, (ticket.closedAt ?? to) - ticket.openedAt - DAY_MS);
    stationMs += (to - from) * stations.length;
  }
  const some = windows > 0;
  return {
    maxPer10Min,
    meanPer10Min: some ? opened / operatorWindows : null,
    floodShare: some ? floods / windows : null,
    standing: some ? (standingMs / stationMs) * STATIONS_PER_OPERATOR : null,
    chattering,
    urgentShare: opened > 0 ? urgent / opened : null,
  };
}

/** Most instants within any ten minutes; sorted. */
function fullest(times: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last]! - times[first]! >= WINDOW_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const chatters = (times: readonly number[]): boolean =>
  times.some((at, index) => {
    const later = times[index + CHATTER_RELAPSES - 1];
    return later !== undefined && later - at <= 24 * HOUR_MS;
  });
