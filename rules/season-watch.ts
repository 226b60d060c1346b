import type { Asset } from "../model/network.ts";
import { SEASON_PHASES, type SeasonPhase, type SettablePhase } from "../model/season.ts";
import type { Observer } from "./observer.ts";
import { calendarPhase } from "./phase.ts";
import type { View } from "./rule.ts";
import { median } from "./statistics.ts";

/**
 * The season phase of a station, DOMAIN 6: suggested by the calendar of the network file and by what the station does, set or
 * confirmed by a person. Signals never end a heating season that the calendar began, or a failed pump would silence its own rule;
 * they tell a start or an end that the calendar does not know, and everything where there is no calendar.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Heating water is at least this warm; standing water of a warm autumn is not. */
const WARM_C = 28;
/** A pump that runs makes at least this head, kPa, or moves this share of the design circulation. */
const HEAD_KPA = 25;
const FLOW_SHARE = 0.1;
/** A state counts after so long. */
const SETTLED_MS = 3 * HOUR_MS;
/** A pump that stands for less has failed, or lost its power: that is no end of the circulation. */
const STOOD_MS = 6 * HOUR_MS;
/** Without a calendar: first days of warm water after a cold loop, and days without heat after which the season is over. */
const COMMISSIONING_MS = 10 * DAY_MS;
const OVER_MS = 5 * DAY_MS;
/** Heat goes on so long after the last day of the calendar: the season was prolonged. */
const PROLONGED_MS = 2 * DAY_MS;

/** Hard frost: a day's mean this near the design temperature and this far below the usual, or so steep a fall of the daily mean. */
const FROST_DESIGN_K = 2;
const FROST_USUAL_K = 4;
const FROST_DROP_K = 8;
const FROST_MS = 12 * HOUR_MS;
/** The end of winter: past this share of the season, at less than this share of the design load. */
const TAIL_SHARE = 0.6;
const TAIL_LOAD = 0.5;
const INDOOR_C = 20;
const HOURS_KEPT = 24;
const DAYS_KEPT = 14;

export interface SeasonMemory {
  phase: SeasonPhase;
  /** What calendar and signals say, and since when. */
  suggested: SettablePhase;
  suggestedAt: number;
  /** Known time without a break, ms, with warm water, with running pumps, without heat. */
  warmMs: number;
  runningMs: number;
  coldMs: number;
  /** Pumps have run long enough, and since then have not stood long enough for the loop to be filled anew. */
  circulates: boolean;
  standingMs: number;
  at: number;
  /** The water was warm in this season; it was seen cold before. */
  wasWarm: boolean;
  wasCold: boolean;
  warmSinceAt: number;
  /** Outdoor temperature of the last 24 h by hour of day and of the last 14 days by day, °C; NaN: unknown. */
  readonly outdoorHours: Float32Array;
  readonly outdoorDays: Float32Array;
  frostUntil: number;
}

export const seasonObserver: Observer<SeasonMemory> = {
  name: "season",
  level: "station",
  everyMs: 15 * MINUTE_MS,
  phases: SEASON_PHASES,

  start: () => ({
    phase: "heating",
    suggested: "heating",
    suggestedAt: NaN,
    warmMs: 0,
    runningMs: 0,
    coldMs: 0,
    circulates: false,
    standingMs: 0,
    at: NaN,
    wasWarm: false,
    wasCold: false,
    warmSinceAt: NaN,
    outdoorHours: new Float32Array(HOURS_KEPT).fill(NaN),
    outdoorDays: new Float32Array(DAYS_KEPT).fill(NaN),
    frostUntil: NaN,
  }),

  observe(memory, station, view) {
    const calendar = calendarPhase(view.network.season, view.at);
    const isFirst = Number.isNaN(memory.at);
    follow(memory, station, view);
    // Nothing is known of the time before: in the middle of a season it was warm.
    if (isFirst) memory.wasWarm = calendar === "heating" || calendar === "shutdown";
    const suggested = suggest(memory, calendar, view);
    if (suggested !== memory.suggested || isFirst) {
      memory.suggested = suggested;
      memory.suggestedAt = view.at;
    }
    const base = view.phaseSet ?? suggested;
    memory.phase = base === "heating" ? refine(memory, station, view) : base;
  },
};

/** What a station's phase is before anything has been observed. */
export const phaseOfCalendar = (view: Pick<View, "network" | "at" | "phaseSet">): SeasonPhase =>
  view.phaseSet ?? calendarPhase(view.network.season, view.at) ?? "heating";

function follow(memory: SeasonMemory, station: Asset, view: View): void {
  const elapsedMs = Number.isNaN(memory.at) ? 0 : view.at - memory.at;
  memory.at = view.at;
  const state = lookAtCircuits(station, view);
  if (state !== undefined) {
    memory.warmMs = state.isWarm ? memory.warmMs + elapsedMs : 0;
    memory.runningMs = state.isRunning ? memory.runningMs + elapsedMs : 0;
    memory.standingMs = state.isRunning ? 0 : memory.standingMs + elapsedMs;
    memory.circulates = memory.circulates ? memory.standingMs < STOOD_MS : memory.runningMs >= SETTLED_MS;
    memory.coldMs = state.isWarm ? 0 : memory.coldMs + elapsedMs;
    if (memory.warmMs >= SETTLED_MS && state.isRunning) {
      if (!memory.wasWarm) memory.warmSinceAt = view.at - memory.warmMs;
      memory.wasWarm = true;
    } else if (memory.coldMs >= SETTLED_MS && !memory.wasWarm) memory.wasCold = true;
  }
  const outdoor = view.last(station.id, "t_out");
  memory.outdoorHours[Math.floor(view.at / HOUR_MS) % HOURS_KEPT] = outdoor?.value ?? NaN;
  if (view.at % DAY_MS === 0) memory.outdoorDays[Math.floor(view.at / DAY_MS) % DAYS_KEPT] = meanOf(memory.outdoorHours);
}

function lookAtCircuits(station: Asset, view: View): { readonly isWarm: boolean; readonly isRunning: boolean } | undefined {
  let isKnown = false;
  let isWarm = false;
  let isRunning = false;
  for (const circuit of station.children) {
    const supply = view.last(circuit, "t2_supply");
    if (supply !== undefined) {
      isKnown = true;
      isWarm ||= supply.value >= WARM_C;
    }
    isRunning ||= runs(view.network.asset(circuit)!, view);
  }
  return isKnown ? { isWarm, isRunning } : undefined;
}

/** By flow, by head, by the pump's own word; without any of these warm water is taken to move. */
function runs(circuit: Asset, view: View): boolean {
  const flow = view.last(circuit.id, "q2_flow");
  if (flow !== undefined) return flow.value > FLOW_SHARE * (circuit.circuitFacts?.circulationM3h ?? 0);
  const supply = view.last(circuit.id, "p2_supply");
  const back = view.last(circuit.id, "p2_return");
  if (supply !== undefined && back !== undefined) return supply.value - back.value > HEAD_KPA;
  const pump = view.last(circuit.id, "cp_run");
  if (pump !== undefined) return pump.value > 0;
  return (view.last(circuit.id, "t2_supply")?.value ?? 0) >= WARM_C;
}

function suggest(memory: SeasonMemory, calendar: SettablePhase | undefined, view: View): SettablePhase {
  const isWarm = memory.warmMs >= SETTLED_MS && memory.runningMs > 0;
  const isCirculating = memory.circulates;
  switch (calendar) {
    case "filling":
      memory.wasWarm &&= isWarm;
      return isWarm ? "commissioning" : isCirculating ? "cold_circulation" : "filling";
    case "commissioning":
    case "heating":
      // A station that has not been warm yet is behind the calendar.
      return memory.wasWarm || isWarm ? calendar : isCirculating ? "cold_circulation" : "filling";
    case "shutdown":
    case "off": {
      const { end = Infinity, filling } = view.network.season;
      if (isWarm && view.at >= end + PROLONGED_MS) return "heating";
      if (isWarm && filling !== undefined && view.at < filling) return "commissioning";
      if (calendar === "off" && memory.coldMs >= SETTLED_MS) memory.wasWarm = false;
      return calendar;
    }
    default:
      return suggestBySignals(memory, isWarm, isCirculating, view);
  }
}

function suggestBySignals(memory: SeasonMemory, isWarm: boolean, isCirculating: boolean, view: View): SettablePhase {
  if (memory.coldMs >= OVER_MS) {
    memory.wasWarm = false;
    memory.wasCold = true;
  }
  if (isWarm || memory.wasWarm) return memory.wasCold && view.at - memory.warmSinceAt < COMMISSIONING_MS ? "commissioning" : "heating";
  // Nothing but cold water has been seen so far: nobody heats there, as far as can be known.
  const isColdSoFar = memory.coldMs > 0 && memory.warmMs === 0;
  if (!memory.wasCold && !isColdSoFar) return "heating";
  return isCirculating ? "cold_circulation" : "filling";
}

/** Regular heating, or its cold and its mild end. */
function refine(memory: SeasonMemory, station: Asset, view: View): SeasonPhase {
  const meanC = meanOf(memory.outdoorHours);
  if (Number.isNaN(meanC)) return "heating";
  const designC = Math.min(...station.children.map((circuit) => view.network.asset(circuit)?.circuitFacts?.designOutdoorC ?? Infinity));
  const usualC = median(memory.outdoorDays);
  const yesterdayC = memory.outdoorDays[Math.floor(view.at / DAY_MS) % DAYS_KEPT]!;
  const isFrost = (meanC < designC + FROST_DESIGN_K && meanC < usualC - FROST_USUAL_K) || meanC < yesterdayC - FROST_DROP_K;
  if (isFrost) memory.frostUntil = view.at + FROST_MS;
  if (view.at < memory.frostUntil) return "extreme_cold";
  const { heating, end } = view.network.season;
  if (heating === undefined || end === undefined || view.at < heating + TAIL_SHARE * (end - heating)) return "heating";
  const loadC = INDOOR_C - TAIL_LOAD * (INDOOR_C - designC);
  return meanC > (memory.phase === "tail" ? loadC - 1 : loadC) ? "tail" : "heating";
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values)
    if (!Number.isNaN(value)) {
      sum += value;
      count += 1;
    }
  return count < HOURS_KEPT / 2 ? NaN : sum / count;
}
