import type { Asset } from "../model/network.ts";
import { ACTIVE_PHASES, HEATING_PHASES, type SeasonPhase, WARM_PHASES } from "../model/season.ts";
import { type Level, SIGNALS, type SignalId } from "../model/signals.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { heatStateObserver } from "./heat-state.ts";
import { coolingObserver } from "./cooling-watch.ts";
import { limitReader } from "./limit-reader.ts";
import type { Observer } from "./observer.ts";
import { learnRelation, type Relation, startRelation } from "./relation.ts";
import type { View } from "./rule.ts";
import { sensorLimits, type SensorLimits } from "./sensor-limits.ts";
import { isLively, isStuck, type Rests, startRests } from "./sensor-flat.ts";
import { canJump, hasJumped, type Jump, startJump } from "./sensor-jump.ts";
import { isNoisy, learnNoise, type NoiseHabits, swings } from "./sensor-noise.ts";
import { type RelationName, relationDoubts, RELATIONS, relationValue } from "./sensor-relations.ts";
import { isDead, isMissing, isSpiking, type SensorDoubt, swappedPair } from "./sensor-tests.ts";

/** What is not to be believed of an asset's own points at the moment, and why. Other rules do not see these signals. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A doubt stays so long after its test was last met: noise about a limit must not switch a sensor on and off. */
const KEPT_MS = HOUR_MS;
/** Jumps are counted for so long: those of a plant that swung are no spikes. */
const SPIKES_KEPT_MS = 12 * HOUR_MS;
interface Doubt extends SensorDoubt {
  readonly signal: SignalId;
  readonly since: number;
  seenAt: number;
}

export interface SensorWatch {
  doubts: Doubt[];
  hour: number;
  noise: NoiseHabits;
  /** When a point, or what goes with it, was last restless as a whole. */
  readonly swungAt: Partial<Record<SignalId, number>>;
  readonly rests: Partial<Record<SignalId, Rests>>;
  readonly jumps: Partial<Record<SignalId, Jump>>;
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
    phases: ACTIVE_PHASES,
    observers: level === "unit" ? [coolingObserver] : isFast ? [habitsObserver, heatStateObserver] : [],
    start: () => ({ doubts: [], hour: NaN, noise: {}, swungAt: {}, rests: {}, jumps: {}, relations: {}, counter: NaN, resetAt: NaN }),

    observe(memory, asset, view) {
      const limits = valuesOf(view.limits, asset.id);
      const signals = signalsOf(level).filter((signal) => view.pointState(asset.id, signal) !== undefined);
      if (signals.length === 0) return;
      const hour = Math.floor(view.at / HOUR_MS);
      if (hour !== memory.hour) {
        memory.hour = hour;
        learnHour(memory, asset, view, signals, hour);
      }
      const found: { readonly signal: SignalId; readonly doubt: SensorDoubt }[] = [];
      const add = (signal: SignalId, doubt: SensorDoubt | undefined): void => {
        if (doubt !== undefined) found.push({ signal, doubt });
      };
      const heardAt = Math.max(...signals.map((signal) => view.lastReport(asset.id, signal) ?? -Infinity));
      const isHeating = (HEATING_PHASES as readonly SeasonPhase[]).includes(view.phase);
      const isWarm = (WARM_PHASES as readonly SeasonPhase[]).includes(view.phase);
      for (const signal of signals) {
        add(signal, isDead(asset, signal, view, limits));
        add(signal, isMissing(asset, signal, view, limits, heardAt));
        if (swings(memory.noise, asset, signal, view)) memory.swungAt[signal] = view.at;
        if (!(view.at - (memory.swungAt[signal] ?? NaN) < SPIKES_KEPT_MS)) add(signal, isSpiking(asset, signal, view, limits));
        // Before the heat is on, weather alone never rests.
        if (isLively(signal) && (isWarm || signal === "t_out"))
          add(signal, isStuck((memory.rests[signal] ??= startRests(view.at)), asset, signal, view, limits));
        if (canJump(signal)) add(signal, hasJumped((memory.jumps[signal] ??= startJump()), asset, signal, view));
        if (isHeating) add(signal, isNoisy(memory.noise, asset, signal, view, limits));
      }
      if (!isWarm) return takeDoubts(memory, found, view.at);
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
  if ((HEATING_PHASES as readonly SeasonPhase[]).includes(view.phase)) learnNoise(memory.noise, asset, signals, view);
  else memory.noise = {};
  const endsDay = hour % 24 === 0;
  for (const name of RELATIONS) {
    const value = relationValue(name, asset, view);
    if (value === undefined) continue;
    learnRelation((memory.relations[name] ??= startRelation()), value, endsDay);
  }
}

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
