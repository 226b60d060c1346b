import type { Asset } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import { type Level, SIGNALS, type SignalId } from "../model/signals.ts";
import { type Habit, learnHabit, startHabit } from "./habit.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { coolingObserver } from "./cooling-watch.ts";
import { limitReader } from "./limit-reader.ts";
import type { Observer } from "./observer.ts";
import { learnRelation, type Relation, startRelation } from "./relation.ts";
import type { View } from "./rule.ts";
import { sensorLimits, type SensorLimits } from "./sensor-limits.ts";
import { type RelationName, relationDoubts, RELATIONS, relationValue } from "./sensor-relations.ts";
import { isDead, isMissing, isNoisy, isSpiking, isStuck, LIVELY, restlessness, type SensorDoubt, swappedPair } from "./sensor-tests.ts";

/** What is not to be believed of an asset's own points at the moment, and why. Other rules do not see these signals. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A doubt stays so long after its test was last met: noise about a limit must not switch a sensor on and off. */
const KEPT_MS = HOUR_MS;
/** Steps by which a companion is counted, where its own resolution is finer. */
const STEP: Readonly<Record<string, number>> = { "°C": 0.1, kPa: 1, "m³/h": 0.2, kW: 5, "%": 1 };
/** Equal values from which on the companion is followed. */
const FLAT_FROM = 6;

interface Doubt extends SensorDoubt {
  readonly signal: SignalId;
  readonly since: number;
  seenAt: number;
}

interface Flat {
  readonly since: number;
  companions: { readonly signal: SignalId; least: number; most: number }[];
}

export interface SensorWatch {
  doubts: Doubt[];
  hour: number;
  readonly noise: Partial<Record<SignalId, Habit>>;
  readonly flats: Partial<Record<SignalId, Flat>>;
  readonly relations: Partial<Record<RelationName, Relation>>;
  /** Newest reading of the makeup counter, and when it last ran backwards. */
  counter: number;
  resetAt: number;
}

const valuesOf = limitReader(sensorLimits);

function sensorObserver(level: Level): Observer<SensorWatch> {
  const isFast = level === "station" || level === "circuit";
  return {
    name: `sensors of ${level}s`,
    level,
    everyMs: isFast ? 15 * MINUTE_MS : HOUR_MS,
    phases: WARM_PHASES,
    observers: level === "unit" ? [coolingObserver] : isFast ? [habitsObserver] : [],
    start: () => ({ doubts: [], hour: NaN, noise: {}, flats: {}, relations: {}, counter: NaN, resetAt: NaN }),

    observe(memory, asset, view) {
      const limits = valuesOf(view.limits, asset.id);
      const signals = signalsOf(level).filter((signal) => view.pointState(asset.id, signal) !== undefined);
      if (signals.length === 0) return;
      const hour = Math.floor(view.at / HOUR_MS);
      if (hour !== memory.hour) {
        memory.hour = hour;
        if (level !== "room") learnHour(memory, asset, view, signals, hour);
      }
      const found: { readonly signal: SignalId; readonly doubt: SensorDoubt }[] = [];
      const add = (signal: SignalId, doubt: SensorDoubt | undefined): void => {
        if (doubt !== undefined) found.push({ signal, doubt });
      };
      for (const signal of signals) {
        add(signal, isDead(asset, signal, view, limits));
        add(signal, isMissing(asset, signal, view, limits));
        add(signal, isSpiking(asset, signal, view, limits));
        if (LIVELY[signal] !== undefined) add(signal, isStuck(asset, signal, view, limits, followFlat(memory, asset, signal, view)));
        const usual = memory.noise[signal]?.usual ?? NaN;
        if (!Number.isNaN(usual))
          add(
            signal,
            isNoisy(signal, recentRestlessness(asset, signal, view), usual, view.pointState(asset.id, signal)!.resolution, limits),
          );
      }
      const swapped = swappedPair(asset, view, limits);
      if (swapped !== undefined) for (const signal of swapped.signals) add(signal, swapped.doubt);
      for (const { signal, doubt } of relationDoubts(memory.relations, asset, view, limits)) add(signal, doubt);
      add("mk_total", followCounter(memory, asset, view));
      takeDoubts(memory, found, view.at);
    },

    distrusted: ({ doubts }) => doubts.filter(({ sign }) => sign !== "reset").map(({ signal }) => signal),
  };
}

export const SENSOR_OBSERVERS = {
  station: sensorObserver("station"),
  circuit: sensorObserver("circuit"),
  unit: sensorObserver("unit"),
  room: sensorObserver("room"),
} as const;
export type SensorLevel = keyof typeof SENSOR_OBSERVERS;

const byLevel = new Map<Level, readonly SignalId[]>();

/** Measured signals of a level; states of pumps and radio figures of devices are none. */
function signalsOf(level: Level): readonly SignalId[] {
  let signals = byLevel.get(level);
  if (signals === undefined)
    byLevel.set(
      level,
      (signals = (Object.keys(SIGNALS) as SignalId[]).filter((signal) => {
        const { unit, levels } = SIGNALS[signal];
        return (levels as readonly Level[]).includes(level) && !["0/1", "dBm", "V"].includes(unit);
      })),
    );
  return signals;
}

/** Doubts that go on keep their beginning; those whose test is no longer met fade. */
function takeDoubts(memory: SensorWatch, found: readonly { readonly signal: SignalId; readonly doubt: SensorDoubt }[], at: number): void {
  const next: Doubt[] = [];
  for (const { signal, doubt } of found) {
    if (next.some((known) => known.signal === signal)) continue;
    const before = memory.doubts.find((known) => known.signal === signal);
    next.push({ ...doubt, signal, since: before?.since ?? at, seenAt: at });
  }
  for (const doubt of memory.doubts)
    if (at - doubt.seenAt <= KEPT_MS && !next.some(({ signal }) => signal === doubt.signal)) next.push(doubt);
  memory.doubts = next;
}

function learnHour(memory: SensorWatch, asset: Asset, view: View, signals: readonly SignalId[], hour: number): void {
  for (const signal of signals) {
    if (LIVELY[signal] === undefined) continue;
    const usual = memory.noise[signal]?.usual ?? NaN;
    const now = recentRestlessness(asset, signal, view);
    // What is noisy now must not become the habit.
    if (now === undefined || now.one > 2 * usual) continue;
    learnHabit((memory.noise[signal] ??= startHabit()), now.one);
  }
  const endsDay = hour % 24 === 0;
  for (const name of RELATIONS) {
    const value = relationValue(name, asset, view);
    if (value === undefined) continue;
    learnRelation((memory.relations[name] ??= startRelation()), value, endsDay);
  }
}

function recentRestlessness(asset: Asset, signal: SignalId, view: View): ReturnType<typeof restlessness> {
  return restlessness(view.raw.since(asset.id, signal, view.at - 12 * HOUR_MS).slice(-120));
}

/** Follows a run of equal values; answers by how many steps the most lively companion moved meanwhile. */
function followFlat(memory: SensorWatch, asset: Asset, signal: SignalId, view: View): number {
  const state = view.pointState(asset.id, signal)!;
  if (state.flatCount < FLAT_FROM) {
    delete memory.flats[signal];
    return 0;
  }
  let flat = memory.flats[signal];
  if (flat === undefined || flat.since !== state.flatAt) memory.flats[signal] = flat = { since: state.flatAt, companions: [] };
  let steps = 0;
  for (const companion of LIVELY[signal]!) {
    const value = view.raw.last(asset.id, companion)?.value;
    if (value === undefined) continue;
    let track = flat.companions.find((known) => known.signal === companion);
    if (track === undefined) flat.companions.push((track = { signal: companion, least: value, most: value }));
    track.least = Math.min(track.least, value);
    track.most = Math.max(track.most, value);
    const step = Math.max(
      STEP[SIGNALS[companion].unit] ?? 1,
      finite(view.pointState(asset.id, companion)?.resolution),
      // A point that knows whole kelvins only rests while its companion moves by less.
      SIGNALS[companion].unit === SIGNALS[signal].unit ? finite(state.resolution) : 0,
    );
    steps = Math.max(steps, (track.most - track.least) / step);
  }
  return steps;
}

const finite = (number: number | undefined): number => (number === undefined || Number.isNaN(number) ? 0 : number);

const BACKLASH_M3 = 0.05;
const RESET_SHOWN_MS = 24 * HOUR_MS;

/** A counter that ran backwards was set, replaced or reset: said for a day. */
function followCounter(memory: SensorWatch, asset: Asset, view: View): SensorDoubt | undefined {
  if (view.pointState(asset.id, "mk_total") === undefined) return undefined;
  const total = view.raw.last(asset.id, "mk_total")?.value;
  if (total !== undefined) {
    if (total < memory.counter - BACKLASH_M3) memory.resetAt = view.at;
    memory.counter = total;
  }
  if (!(view.at - memory.resetAt < RESET_SHOWN_MS)) return undefined;
  return {
    sign: "reset",
    value: 1,
    limit: 1,
    text: { zh: "补水表读数回退：换表、清零或溢出", en: "The makeup counter ran backwards: replaced, set back or rolled over" },
  };
}

export type { SensorLimits };
