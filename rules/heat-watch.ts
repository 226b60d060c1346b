import type { FaultKind } from "../model/finding.ts";
import { expectedSupplyC } from "../model/heating-curve.ts";
import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { LearnedFact } from "../model/insight.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { circulationOf } from "./circulation.ts";
import { habitsObserver } from "./circuit-habits.ts";
import type { Observer } from "./observer.ts";
import type { View } from "./rule.ts";
import { median, medianDeviation, numberOrNull, SIGMA_PER_MAD } from "./statistics.ts";
import { learnDay, lineAt, lineSigma, startWeatherLine, type WeatherLine } from "./weather-line.ts";

/** The heat side of a circuit hour by hour, and how it goes with the weather: learned once for all rules over supply, valve and exchanger. */

const HOUR_MS = 3_600_000;
const HOURS_KEPT = 48;
const DAY_HOURS = 24;
/** Hours of a day that have to be known for its mean. */
const DAY_HOURS_MIN = 18;
const UA_DAYS = 28;
/** Primary supply per kelvin of nominal secondary supply, before it is learned. */
const PRIMARY_SLOPE = 1.5;
/** Supply and return closer than this say nothing of the exchanger, K. */
const SPREAD_K_MIN = 4;
/** While one of these is suspected a day does not teach. */
const DISTURBING: readonly FaultKind[] = [
  "curve_drift",
  "primary_shortage",
  "pump_failure",
  "power_failure",
  "valve_stuck",
  "valve_hunting",
  "exchanger_fouling",
  "sensor_fault",
  "closed_valve",
  "freeze_risk",
];
/** While one of these is found the supply is what it can be: it says nothing of the curve, and the day after neither. */
const STARVING: readonly FaultKind[] = DISTURBING.filter(
  (kind) => kind !== "curve_drift" && kind !== "valve_hunting" && kind !== "sensor_fault",
);
/** Habits of the day by hour: days that are remembered. */
const HABIT_DAYS = 7;

const COLUMNS = [
  "supplyC",
  "undisturbedC",
  "setC",
  "outdoorC",
  "nominalC",
  "primaryC",
  "returnC",
  "primaryReturnC",
  "primaryKpa",
  "valvePct",
  "flowM3h",
] as const;
export type HeatColumn = (typeof COLUMNS)[number];

export interface HeatWatch {
  /** Newest full hour (hours since 1970) in the rings; NaN before the first. */
  hour: number;
  readonly hours: Record<HeatColumn, Float32Array>;
  /** Supply that the circuit's nominal curve asks for, at the outdoor temperature as a slow controller sees it, °C. */
  slowNominalC: number;
  slowOutdoorC: number;
  /** The same where the weather of two days is what counts: houses are heavy, and many controllers and operators go by yesterday. */
  pastNominalC: number;
  pastOutdoorC: number;
  /**
   * Supply, set point and primary supply over the nominal supply, by days: radiators ask for less and less per kelvin as it gets
   * colder, and a straight line over the weather would promise too much in the first hard frost.
   */
  readonly supply: WeatherLine;
  readonly set: WeatherLine;
  readonly primary: WeatherLine;
  /** Supply less its line, by hour of day: the last seven days of each hour, K. */
  readonly habitK: Float32Array;
  /** Exchanger index (see `exchangerIndex`) by days, NaN: unknown; and that of the last hours. */
  readonly uaDays: number[];
  readonly uaHours: Float32Array;
  /** Something was suspected in the day that runs. */
  tainted: boolean;
}

export const heatObserver: Observer<HeatWatch> = {
  name: "heat",
  level: "circuit",
  everyMs: HOUR_MS,
  phases: WARM_PHASES,
  observers: [habitsObserver],

  start: () => ({
    hour: NaN,
    hours: Object.fromEntries(COLUMNS.map((column) => [column, unknown(HOURS_KEPT)])) as Record<HeatColumn, Float32Array>,
    slowOutdoorC: NaN,
    slowNominalC: NaN,
    pastOutdoorC: NaN,
    pastNominalC: NaN,
    supply: startWeatherLine(),
    set: startWeatherLine(),
    primary: startWeatherLine(),
    habitK: unknown(DAY_HOURS * HABIT_DAYS),
    uaDays: [],
    uaHours: unknown(HOURS_KEPT),
    tainted: false,
  }),

  observe(memory, circuit, view) {
    const hour = Math.floor(view.at / HOUR_MS) - 1;
    const supplyC = meanOf("t2_supply", circuit, view);
    const isStarved = view.isSuspected(circuit.id, STARVING) || view.isSuspected(circuit.station, STARVING);
    const means: Record<HeatColumn, number> = {
      supplyC,
      undisturbedC: isStarved ? NaN : supplyC,
      setC: meanOf("t2_set", circuit, view),
      outdoorC: meanOf("t_out", circuit, view),
      nominalC: nominalC(circuit, meanOf("t_out", circuit, view)),
      primaryC: meanOf("t1_supply", circuit, view),
      returnC: meanOf("t2_return", circuit, view),
      primaryReturnC: meanOf("t1_return", circuit, view),
      primaryKpa: meanOf("p1_supply", circuit, view) - meanOf("p1_return", circuit, view),
      valvePct: meanOf("v1_pos", circuit, view),
      flowM3h: meanOf("q2_flow", circuit, view),
    };
    for (let skipped = Math.max(memory.hour + 1, hour - HOURS_KEPT + 1); skipped < hour; skipped++) write(memory, skipped, undefined);
    write(memory, hour, means);
    memory.hour = hour;
    followOutdoor(memory, circuit, means.outdoorC);
    const { headShare } = circulationOf(circuit, view);
    const ua = headShare < 0.6 ? NaN : exchangerIndex(means, memory.hours.flowM3h);
    memory.uaHours[place(hour)] = ua;
    if (view.isSuspected(circuit.id, DISTURBING) || view.isSuspected(circuit.station, DISTURBING) || view.underWork(circuit.id))
      memory.tainted = true;
    learnHabit(memory, hour, means.supplyC);
    if ((hour + 1) % DAY_HOURS === 0) closeDay(memory);
  },

  learned({ supply, primary, uaDays, slowNominalC }, { id }) {
    const uaKnown = uaDays.filter((index) => !Number.isNaN(index));
    const line = (name: Text, of: WeatherLine): LearnedFact => ({
      asset: id,
      name,
      unit: "°C",
      value: numberOrNull(lineAt(of, slowNominalC)),
      taught: { count: of.x.length, of: "d" },
    });
    return [
      line({ zh: "当前天气下的正常供温", en: "Supply that is usual in this weather" }, supply),
      line({ zh: "当前天气下的正常一次供温", en: "Primary supply that is usual in this weather" }, primary),
      {
        asset: id,
        name: { zh: "换热指数", en: "Exchanger index" },
        unit: "1",
        value: numberOrNull(uaKnown.length === 0 ? NaN : median(uaKnown)),
        taught: { count: uaKnown.length, of: "d" },
      },
    ];
  },
};

/** What is known of a circuit's heat; undefined before the first hour. */
export const heatOf = (view: View, circuit: string): HeatWatch | undefined => view.observed(heatObserver, circuit);

const unknown = (length: number): Float32Array => new Float32Array(length).fill(NaN);
const place = (hour: number): number => ((hour % HOURS_KEPT) + HOURS_KEPT) % HOURS_KEPT;

function write(memory: HeatWatch, hour: number, means: Record<HeatColumn, number> | undefined): void {
  for (const column of COLUMNS) memory.hours[column][place(hour)] = means?.[column] ?? NaN;
  memory.uaHours[place(hour)] = NaN;
}

function meanOf(signal: SignalId, circuit: Asset, view: View): number {
  const samples = view.since(circuit.id, signal, view.at - HOUR_MS);
  if (samples.length > 0) return samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
  // What is reported on change only is still what it was.
  return view.last(circuit.id, signal)?.value ?? NaN;
}

const OUTDOOR_HOURS = 6;
const PAST_OUTDOOR_HOURS = 48;

/** The circuit's curve, or a usual one. */
function nominalC({ circuitFacts }: Asset, outdoorC: number): number {
  if (Number.isNaN(outdoorC)) return NaN;
  return circuitFacts === undefined ? 45 - outdoorC : expectedSupplyC(circuitFacts, outdoorC);
}

function followOutdoor(memory: HeatWatch, circuit: Asset, outdoorC: number): void {
  if (Number.isNaN(outdoorC)) return;
  memory.slowOutdoorC = Number.isNaN(memory.slowOutdoorC)
    ? outdoorC
    : memory.slowOutdoorC + (outdoorC - memory.slowOutdoorC) / OUTDOOR_HOURS;
  memory.slowNominalC = nominalC(circuit, memory.slowOutdoorC);
  memory.pastOutdoorC = Number.isNaN(memory.pastOutdoorC)
    ? outdoorC
    : memory.pastOutdoorC + (outdoorC - memory.pastOutdoorC) / PAST_OUTDOOR_HOURS;
  memory.pastNominalC = nominalC(circuit, memory.pastOutdoorC);
}

/**
 * What the exchanger transfers per kelvin, relative: Q/LMTD over (q1·q2)^0.4 with Q = q2·ΔT2 and q1 = Q/ΔT1 gives
 * q2^0.2·ΔT2^0.6·ΔT1^0.4/LMTD (DOMAIN 4, R15): temperatures are enough, the flow hardly counts.
 */
function exchangerIndex(means: Record<HeatColumn, number>, flows: Float32Array): number {
  const { primaryC, primaryReturnC, supplyC, returnC, flowM3h } = means;
  const spread = supplyC - returnC;
  const primarySpread = primaryC - primaryReturnC;
  const hot = primaryC - supplyC;
  const cold = primaryReturnC - returnC;
  if (!(spread > SPREAD_K_MIN && primarySpread > SPREAD_K_MIN && hot > 1 && cold > 0.2)) return NaN;
  const lmtd = Math.abs(hot - cold) < 0.1 ? (hot + cold) / 2 : (hot - cold) / Math.log(hot / cold);
  const usualFlow = median(flows);
  const flow = Number.isNaN(flowM3h) || !(usualFlow > 0) ? 1 : flowM3h / usualFlow;
  return (flow ** 0.2 * spread ** 0.6 * primarySpread ** 0.4) / lmtd;
}

function learnHabit(memory: HeatWatch, hour: number, supplyC: number): void {
  const residual = supplyC - lineAt(memory.supply, memory.slowNominalC);
  if (memory.tainted || Number.isNaN(residual)) return;
  const day = Math.floor(hour / DAY_HOURS) % HABIT_DAYS;
  memory.habitK[(hour % DAY_HOURS) * HABIT_DAYS + day] = residual;
}

function closeDay(memory: HeatWatch): void {
  const { tainted } = memory;
  memory.tainted = false;
  memory.uaDays.push(tainted ? NaN : medianOver(memory, memory.uaHours, DAY_HOURS));
  if (memory.uaDays.length > UA_DAYS) memory.uaDays.shift();
  if (tainted) return;
  const nominal = dayMean(memory, "nominalC");
  learnDay(memory.supply, nominal, dayMean(memory, "supplyC"), 1);
  learnDay(memory.set, nominal, dayMean(memory, "setC"), 1);
  learnDay(memory.primary, nominal, dayMean(memory, "primaryC"), PRIMARY_SLOPE);
}

/** Mean of the last full 24 h; NaN when too few hours are known. */
export function dayMean(memory: HeatWatch, column: HeatColumn): number {
  return meanOver(memory, column, DAY_HOURS, DAY_HOURS_MIN);
}

/** Mean of the last full hours; NaN when fewer than `least` are known. */
export function meanOver(memory: HeatWatch, column: HeatColumn, hours: number, least: number): number {
  let sum = 0;
  let count = 0;
  for (let back = 0; back < hours; back++) {
    const value = memory.hours[column][place(memory.hour - back)]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count < least ? NaN : sum / count;
}

/** Least of the last full hours; NaN when none is known. */
export function leastOver(memory: HeatWatch, column: HeatColumn, hours: number): number {
  let least = NaN;
  for (let back = 0; back < hours; back++) {
    const value = memory.hours[column][place(memory.hour - back)]!;
    if (!(value >= least)) least = Number.isNaN(value) ? least : value;
  }
  return least;
}

/** In how many of the last full hours a signal stayed where it was in the hour before. */
export function restingHours(memory: HeatWatch, column: HeatColumn, hours: number, byMax: number): number {
  let count = 0;
  for (let back = 0; back < hours; back++) {
    const { [column]: ring } = memory.hours;
    if (Math.abs(ring[place(memory.hour - back)]! - ring[place(memory.hour - back - 1)]!) <= byMax) count += 1;
  }
  return count;
}

export function medianOver(memory: HeatWatch, ring: Float32Array, hours: number): number {
  const known: number[] = [];
  for (let back = 0; back < hours; back++) {
    const value = ring[place(memory.hour - back)]!;
    if (!Number.isNaN(value)) known.push(value);
  }
  return known.length < hours / 2 ? NaN : median(known);
}

/** Supply less what line and hour of day let expect, over the last hours, K; NaN while either is unknown. */
export function supplyResidualK(memory: HeatWatch, hours: number): number {
  const now = meanOver(memory, "supplyC", hours, hours);
  const usual: number[] = [];
  for (let back = 0; back < hours; back++) {
    const slot = (((memory.hour - back) % DAY_HOURS) + DAY_HOURS) % DAY_HOURS;
    const known = memory.habitK.subarray(slot * HABIT_DAYS, (slot + 1) * HABIT_DAYS);
    usual.push(median(known));
  }
  const habit = usual.reduce((sum, value) => sum + value, 0) / hours;
  return beyond(now - habit, lineAt(memory.supply, memory.slowNominalC), lineAt(memory.supply, memory.pastNominalC));
}

/** How far a value lies outside of two bounds, whichever is higher; negative below both. */
const beyond = (value: number, one: number, other: number): number =>
  Math.max(0, value - Math.max(one, other)) + Math.min(0, value - Math.min(one, other));

const driftK = (memory: HeatWatch, column: HeatColumn, line: WeatherLine): number =>
  beyond(dayMean(memory, column), lineAt(line, dayMean(memory, "nominalC")), lineAt(line, memory.pastNominalC));

/** Supply of the last day less what its line says at that day's weather or that of the days before, K; NaN when too much of the day was another fault's. */
export const supplyDriftK = (memory: HeatWatch): number => driftK(memory, "undisturbedC", memory.supply);
/** The same of the set point. */
export const setDriftK = (memory: HeatWatch): number => driftK(memory, "setC", memory.set);
/** How wrong the expectation behind `supplyDriftK` may be, K. */
export const supplySigmaK = (memory: HeatWatch): number => lineSigma(memory.supply, dayMean(memory, "nominalC"));
/** The same of `supplyResidualK`: where supply is set by hand, one day is not like the other. */
export function residualSigmaK(memory: HeatWatch): number {
  const around: number[] = [];
  for (let slot = 0; slot < DAY_HOURS; slot++) {
    const known = memory.habitK.subarray(slot * HABIT_DAYS, (slot + 1) * HABIT_DAYS);
    const usual = median(known);
    for (const value of known) if (!Number.isNaN(value)) around.push(value - usual);
  }
  if (around.length === 0) return lineSigma(memory.supply, memory.slowNominalC);
  return Math.max(lineSigma(memory.supply, memory.slowNominalC), SIGMA_PER_MAD * medianDeviation(around, 0));
}
