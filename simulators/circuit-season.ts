import { airOpenness } from "./air-lock.ts";
import type { PressureFacts, PressureState } from "./pressure.ts";
import { draws, subSeed, uniformAt } from "./random.ts";
import type { SeasonDates } from "./season.ts";

/** One circuit's way through the season: laid up wet, emptied, filled and tested, circulated cold, heated up, vented, shut down; DOMAIN 6. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Circuits are emptied for repairs so long before filling, within so many hours. */
const OVERHAUL_MS = { least: 4 * DAY_MS, most: 25 * DAY_MS } as const;
const EMPTYING_H = 10;
/** Test pressure relative to the working pressure, and how long it is held; then water is let out again. */
const TEST_FACTOR = { least: 1.25, most: 1.5 } as const;
const TEST_HOLD_MS = { least: 1 * HOUR_MS, most: 3 * HOUR_MS } as const;
const TEST_TOLERANCE_KPA = 4;
const RELEASE_M3H = 1.5;
/** Crews go from circuit to circuit: a circuit begins a phase within this share of it. */
const FILLING_SHARE = 0.35;
const COLD_SHARE = 0.3;
const HEATING_UP_SHARE = 0.15;
/** This share of the buildings is opened in cold circulation, the rest one after the other within this time of the heating up. */
const OPEN_COLD_SHARE = 1 / 3;
const OPENING_MS = 24 * HOUR_MS;
/** Heating up: K per hour, from this temperature; DOMAIN 6: 5-10. */
const HEAT_UP_K_H = { least: 5, most: 10 } as const;
const HEAT_UP_FROM_C = 10;
/** Set point of a controller that is only to keep its circuit from freezing, °C. */
const FROST_SET_C = 5;
/** Gas comes out of the warming water of this share of the units (DOMAIN 5.11: 20-60 %), within a day, and so much of it. */
const AIR_UNITS = { least: 0.2, most: 0.6 } as const;
const AIR_L = { least: 0.3, most: 4 } as const;
const AIR_RAMP_MS = 18 * HOUR_MS;
/** The crews have vented a unit after this share of the time from its opening to the heating season, and at most so late. */
const VENTED_SHARE = { least: 0.06, most: 0.85 } as const;
const VENTED_MS_MAX = 8 * DAY_MS;
const VENTING_MS = HOUR_MS;
/** The pumps run on after the end of heating. */
const RUN_ON_MS = { least: 1.5 * DAY_MS, most: 4 * DAY_MS } as const;

export interface CircuitSeason {
  /** When what begins for this circuit, epoch ms. */
  readonly overhaulAt: number;
  readonly fillAt: number;
  readonly circulateAt: number;
  readonly heatAt: number;
  readonly settledAt: number;
  readonly heatUntil: number;
  readonly circulateUntil: number;
  readonly testKpa: number;
  readonly testHoldMs: number;
  readonly heatUpKPerH: number;
  readonly waterL: number;
  /** By row of the units: when they are opened; gas that warming sets free, from when, and when somebody vents it. */
  readonly openAt: Float64Array;
  readonly airL: Float64Array;
  readonly airAt: Float64Array;
  readonly ventAt: Float64Array;
  /** When the test pressure was reached; NaN before. */
  testedAt: number;
  /** Now: pumps may run; heat is on; there is water in the risers; the makeup pump is on duty. */
  circulates: boolean;
  heats: boolean;
  isDry: boolean;
  holdsPressure: boolean;
  /** For the filling and test: shift of the makeup's set points, kPa; water let out, m³/h; relief valve shut. */
  setShiftKpa: number;
  drainM3h: number;
  isReliefShut: boolean;
}

export interface CircuitSeasonOptions {
  readonly dates: SeasonDates;
  readonly seed: number;
  /** Building (or unit) of each row. */
  readonly places: readonly string[];
  readonly pressureFacts: PressureFacts;
  readonly waterM3: number;
  /** First instant, epoch ms. */
  readonly at: number;
}

export function createCircuitSeason(options: CircuitSeasonOptions): CircuitSeason {
  const { dates, places, pressureFacts, waterM3, at } = options;
  const seed = subSeed(options.seed, "season");
  const draw = draws(seed);
  const within = (range: { least: number; most: number }): number => draw.between(range.least, range.most);
  const fillAt = share(dates.filling, dates.coldCirculation, draw.between(0, FILLING_SHARE));
  const circulateAt = share(dates.coldCirculation, dates.commissioning, draw.between(0, COLD_SHARE));
  const heatAt = share(dates.commissioning, dates.heating, draw.between(0, HEATING_UP_SHARE));
  const openAt = openings(places, circulateAt, heatAt, seed);
  const testKpa = pressureFacts.startKpa * within(TEST_FACTOR);
  const fillMs = ((waterM3 + (testKpa * pressureFacts.elasticityLKpa) / 1000) / pressureFacts.pumpM3h) * HOUR_MS;
  const season: CircuitSeason = {
    overhaulAt: dates.filling - within(OVERHAUL_MS),
    fillAt,
    circulateAt,
    heatAt,
    settledAt: heatAt + VENTED_MS_MAX + DAY_MS,
    heatUntil: dates.end + draw.between(0, 8) * HOUR_MS,
    circulateUntil: dates.end + within(RUN_ON_MS),
    testKpa,
    testHoldMs: within(TEST_HOLD_MS),
    heatUpKPerH: within(HEAT_UP_K_H),
    waterL: waterM3 * 1000,
    openAt,
    ...trappedAir(openAt, heatAt, dates.heating, within(AIR_UNITS), seed),
    testedAt: at > fillAt + fillMs ? fillAt + fillMs : NaN,
    circulates: true,
    heats: true,
    isDry: false,
    holdsPressure: true,
    setShiftKpa: 0,
    drainM3h: 0,
    isReliefShut: false,
  };
  return season;
}

/** The instant that lies a share of the way between two; without a first one always. */
const share = (from: number, to: number, part: number): number => (Number.isFinite(from) ? from + part * (to - from) : from);

/** Buildings in an order of their own; the first when circulation begins, so that the pump has somewhere to pump to. */
function openings(places: readonly string[], circulateAt: number, heatAt: number, seed: number): Float64Array {
  const order = [...new Set(places)].sort((a, b) => uniformAt(subSeed(seed, a), 0) - uniformAt(subSeed(seed, b), 0));
  const rank = new Map(order.map((place, index) => [place, index / order.length]));
  return Float64Array.from(places, (place) => {
    const part = rank.get(place)!;
    if (part < OPEN_COLD_SHARE) return share(circulateAt, heatAt, (0.8 * part) / OPEN_COLD_SHARE);
    return heatAt + ((part - OPEN_COLD_SHARE) / (1 - OPEN_COLD_SHARE)) * OPENING_MS;
  });
}

function trappedAir(openAt: Float64Array, heatAt: number, heating: number, touched: number, seed: number) {
  const own = subSeed(seed, "air");
  const airAt = openAt.map((at) => Math.max(at, heatAt));
  const airL = openAt.map((_, row) => {
    const size = uniformAt(own, row * 3 + 1);
    // A network that always heats was never heated up.
    return Number.isFinite(airAt[row]!) && uniformAt(own, row * 3) < touched ? AIR_L.least + (AIR_L.most - AIR_L.least) * size * size : 0;
  });
  const ventAt = airAt.map((at, row) => {
    const part = VENTED_SHARE.least + (VENTED_SHARE.most - VENTED_SHARE.least) * uniformAt(own, row * 3 + 2) ** 1.5;
    return at + Math.max(6 * HOUR_MS, Math.min(VENTED_MS_MAX, share(0, heating - at, part)));
  });
  return { airL, airAt, ventAt };
}

/** What the circuit holds (L beyond the unpressurised full one) at its first instant; undefined: as in service. Rates as planned, no leaks. */
export function startingHeldL(season: CircuitSeason, facts: PressureFacts, at: number): number | undefined {
  if (at < season.overhaulAt || !Number.isNaN(season.testedAt) || !Number.isFinite(season.fillAt)) return undefined;
  if (at < season.fillAt) return Math.max(-season.waterL, (-season.waterL * (at - season.overhaulAt)) / (EMPTYING_H * HOUR_MS));
  return -season.waterL + (facts.pumpM3h * 1000 * (at - season.fillAt)) / HOUR_MS;
}

/** Whether water and rooms were warm at an instant. */
export const isHeated = (season: CircuitSeason, at: number): boolean => at >= season.heatAt && at < season.heatUntil;

/** What the season asks of the circuit in the minute that begins at `at`. */
export function stepCircuitSeason(
  season: CircuitSeason,
  pressure: PressureState,
  suctionKpa: number,
  facts: PressureFacts,
  at: number,
): void {
  season.holdsPressure = true;
  season.isDry = false;
  season.setShiftKpa = 0;
  season.drainM3h = 0;
  season.isReliefShut = false;
  season.heats = isHeated(season, at);
  season.circulates = at >= season.circulateAt && at < season.circulateUntil;
  if (at < season.overhaulAt || at >= season.circulateAt) return;
  if (at < season.fillAt) empty(season, pressure);
  else if (Number.isNaN(season.testedAt)) fill(season, suctionKpa, facts, at);
  else if (at < season.testedAt + season.testHoldMs) hold(season);
  else if (suctionKpa > facts.stopKpa) season.drainM3h = RELEASE_M3H;
}

function empty(season: CircuitSeason, pressure: PressureState): void {
  season.holdsPressure = false;
  season.isDry = true;
  season.drainM3h = pressure.heldL > -season.waterL ? season.waterL / 1000 / EMPTYING_H : 0;
}

/** The makeup pump brings what it can until the test pressure stands. */
function fill(season: CircuitSeason, suctionKpa: number, facts: PressureFacts, at: number): void {
  season.isDry = suctionKpa < facts.startKpa;
  season.setShiftKpa = season.testKpa - facts.stopKpa;
  season.isReliefShut = true;
  if (suctionKpa < season.testKpa - TEST_TOLERANCE_KPA) return;
  season.testedAt = at;
  hold(season);
}

function hold(season: CircuitSeason): void {
  season.holdsPressure = false;
  season.isReliefShut = true;
}

/** Set point (°C) in place of the curve's: none without heat, a ramp while heating up. */
export function seasonSetC(season: CircuitSeason, curveC: number, at: number): number {
  if (!season.heats) return FROST_SET_C;
  if (at >= season.settledAt) return curveC;
  return Math.min(curveC, HEAT_UP_FROM_C + (season.heatUpKPerH * (at - season.heatAt)) / HOUR_MS);
}

/** Gas (L) that the season keeps in a unit at an instant. */
export function seasonAirL(season: CircuitSeason, row: number, at: number): number {
  const since = at - season.airAt[row]!;
  if (!(since > 0) || at >= season.ventAt[row]!) return 0;
  return season.airL[row]! * Math.min(1, since / AIR_RAMP_MS);
}

/** Whether the season's crew is venting a unit. */
export const seasonVents = (season: CircuitSeason, row: number, at: number): boolean =>
  season.airL[row]! > 0 && at >= season.ventAt[row]! && at < season.ventAt[row]! + VENTING_MS;

/** Whether the season may hold gas in some unit at this instant. */
export const seasonMayHoldGas = (season: CircuitSeason, at: number): boolean =>
  season.isDry || (at >= season.heatAt && at < season.settledAt);

/** Air of the commissioning: row of the unit, from when until it is vented, and the share of the flow that it takes at most. */
export interface TrappedAir {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly lostShare: number;
}

export function trappedAirOf(season: CircuitSeason): TrappedAir[] {
  const found: TrappedAir[] = [];
  for (const [row, litres] of season.airL.entries())
    if (litres > 0) found.push({ row, from: season.airAt[row]!, to: season.ventAt[row]!, lostShare: 1 - airOpenness(litres) });
  return found;
}
