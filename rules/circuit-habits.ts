import type { FaultKind } from "../model/finding.ts";
import type { Asset } from "../model/network.ts";
import { RUNNING_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import { type Habit, HOURS_MIN, learnHabit, startHabit } from "./habit.ts";
import type { Observer } from "./observer.ts";
import type { Sample, View } from "./rule.ts";
import { quantile, numberOrNull } from "./statistics.ts";

/** How a circuit usually runs, learned hour by hour: for what the network file does not say. */

const HOUR_MS = 3_600_000;
/** An hour teaches only if it is this well covered. */
const COVERAGE_MIN = 0.7;
const SAMPLES_MIN = 4;
/** A pump below this frequency, Hz, stands. */
const STANDING_HZ = 5;
/** While one of these is suspected the circuit is not as it usually is. */
const DISTURBING: readonly FaultKind[] = [
  "burst",
  "low_pressure",
  "over_pressure",
  "makeup_fault",
  "exchanger_leak",
  "pump_failure",
  "power_failure",
  "freeze_risk",
  "closed_valve",
];

export interface CircuitHabits {
  /** Return pressure, kPa: what it usually is, and the lower and upper tenth of each hour. */
  readonly returnKpa: Habit;
  readonly lowKpa: Habit;
  readonly stopKpa: Habit;
  /** Return pressure at which the makeup pump starts, kPa: one value per start; without a pump that tells, the lowest usual one. */
  readonly startKpa: Habit;
  /** With the pump running: head (supply less return), kPa, flow, m³/h, and frequency, Hz. */
  readonly headKpa: Habit;
  readonly flowM3h: Habit;
  readonly hz: Habit;
  /** Pressure drop over the strainer, kPa. */
  readonly strainerKpa: Habit;
}

/** The habits that people are told of. */
const HABIT_WORDS: readonly { readonly habit: keyof CircuitHabits; readonly name: Text; readonly unit: string }[] = [
  { habit: "returnKpa", name: { zh: "日常回压", en: "Usual return pressure" }, unit: "kPa" },
  { habit: "startKpa", name: { zh: "补水泵起泵压力", en: "Pressure at which the makeup pump starts" }, unit: "kPa" },
  { habit: "stopKpa", name: { zh: "补水泵停泵压力", en: "Pressure at which the makeup pump stops" }, unit: "kPa" },
  { habit: "headKpa", name: { zh: "供回压差", en: "Head of the circulation" }, unit: "kPa" },
  { habit: "flowM3h", name: { zh: "循环流量", en: "Circulation flow" }, unit: "m³/h" },
  { habit: "hz", name: { zh: "循环泵频率", en: "Frequency of the circulation pump" }, unit: "Hz" },
  { habit: "strainerKpa", name: { zh: "除污器压差", en: "Pressure drop of the strainer" }, unit: "kPa" },
];

export const habitsObserver: Observer<CircuitHabits> = {
  name: "habits",
  level: "circuit",
  everyMs: HOUR_MS,
  phases: RUNNING_PHASES,

  start: () => ({
    returnKpa: startHabit(),
    lowKpa: startHabit(),
    stopKpa: startHabit(),
    startKpa: startHabit(),
    headKpa: startHabit(),
    flowM3h: startHabit(),
    hz: startHabit(),
    strainerKpa: startHabit(),
  }),

  observe(memory, circuit, view) {
    if (view.isSuspected(circuit.id, DISTURBING) || view.isSuspected(circuit.station, DISTURBING) || view.underWork(circuit.id)) return;
    const values = (signal: SignalId): number[] => valuesOfHour(circuit, signal, view);
    const back = values("p2_return");
    learnHabit(memory.returnKpa, quantile(back, 0.5));
    learnHabit(memory.lowKpa, quantile(back, 0.1));
    learnHabit(memory.stopKpa, quantile(back, 0.9));
    learnStarts(memory, circuit, view);
    if (isStanding(circuit, view)) return;
    const heads = differences(
      view.since(circuit.id, "p2_supply", view.at - HOUR_MS),
      view.since(circuit.id, "p2_return", view.at - HOUR_MS),
    );
    learnHabit(memory.headKpa, isCovered(heads.length, circuit, "p2_supply", view) ? quantile(heads, 0.5) : NaN);
    learnHabit(memory.flowM3h, quantile(values("q2_flow"), 0.5));
    learnHabit(memory.hz, quantile(values("cp_hz"), 0.5));
    const drops = differences(
      view.since(circuit.id, "p2_filter_in", view.at - HOUR_MS),
      view.since(circuit.id, "p2_filter_out", view.at - HOUR_MS),
    );
    learnHabit(memory.strainerKpa, isCovered(drops.length, circuit, "p2_filter_in", view) ? quantile(drops, 0.5) : NaN);
  },

  learned: (memory, { id }) =>
    HABIT_WORDS.map(({ habit, name, unit }) => ({
      asset: id,
      name,
      unit,
      value: numberOrNull(memory[habit].usual),
      taught: { count: memory[habit].hours.length, of: "h" },
    })),
};

const NOTHING: CircuitHabits = habitsObserver.start(undefined as never, undefined as never);

/** The habits of a circuit; unknown ones before the first look. */
export const habitsOf = (view: View, circuit: string): CircuitHabits => view.observed(habitsObserver, circuit) ?? NOTHING;

const STARTS_MIN = 3;

/** A loop that loses little calls for its pump a few times a day: hours say little of where it starts, the starts themselves do. */
function learnStarts({ lowKpa, startKpa }: CircuitHabits, circuit: Asset, view: View): void {
  const pump = view.since(circuit.id, "mk_pump", view.at - HOUR_MS);
  const runs = pump.length > 0 ? pump : view.since(circuit.id, "mk_flow", view.at - HOUR_MS);
  const pressures = view.since(circuit.id, "p2_return", view.at - 1.5 * HOUR_MS);
  for (let index = 1; index < runs.length; index++) {
    if (!(runs[index]!.value > 0 && runs[index - 1]!.value === 0)) continue;
    const before = pressures.findLast(({ at }) => at <= runs[index - 1]!.at);
    if (before !== undefined) learnHabit(startKpa, before.value);
  }
  startKpa.usual =
    startKpa.hours.length >= STARTS_MIN
      ? quantile(startKpa.hours, 0.5)
      : quantile(lowKpa.hours.length >= HOURS_MIN ? lowKpa.hours : [], 0.1);
}

function valuesOfHour(circuit: Asset, signal: SignalId, view: View): number[] {
  const samples = view.since(circuit.id, signal, view.at - HOUR_MS);
  return isCovered(samples.length, circuit, signal, view) ? samples.map(({ value }) => value) : [];
}

function isCovered(count: number, circuit: Asset, signal: SignalId, view: View): boolean {
  const interval = view.interval(circuit.id, signal);
  // What is reported on change only, or every quarter of an hour, is covered by few samples.
  return interval !== undefined && count >= Math.min(SAMPLES_MIN, HOUR_MS / interval) && count * interval >= COVERAGE_MIN * HOUR_MS;
}

/** By its own word or its frequency; undefined words count as running. */
export function isStanding(circuit: Asset, view: View): boolean {
  return (view.last(circuit.id, "cp_run")?.value ?? 1) < 0.5 || (view.last(circuit.id, "cp_hz")?.value ?? Infinity) < STANDING_HZ;
}

/** Differences of samples of the same times. */
function differences(minuends: readonly Sample[], subtrahends: readonly Sample[]): number[] {
  const found: number[] = [];
  let index = 0;
  for (const { at, value } of minuends) {
    while (index < subtrahends.length && subtrahends[index]!.at < at) index++;
    const other = subtrahends[index];
    if (other?.at === at) found.push(value - other.value);
  }
  return found;
}
