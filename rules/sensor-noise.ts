import type { Asset } from "../model/network.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import { type Habit, learnHabit, startHabit } from "./habit.ts";
import { tidy } from "./phrases.ts";
import type { Sample, View } from "./rule.ts";
import type { SensorLimits } from "./sensor-limits.ts";
import type { SensorDoubt } from "./sensor-tests.ts";
import { median } from "./statistics.ts";

/**
 * R30, noise: a point that jumps far more than it usually does, alone. Water that swings (a hunting valve, a restless primary, air in
 * a riser) is seen by more than one sensor, or goes on in one direction, or comes back again and again: that is no noise.
 */

const HOUR_MS = 3_600_000;
const WINDOW_MS = 12 * HOUR_MS;
const SAMPLES_MAX = 120;
const SAMPLES_MIN = 16;

/** What is judged, with the least mean jump that disturbs anyone. Flow in a unit is not: air makes it flutter. Nor the primary's pressure: it is the city's. */
const NOISE_FLOOR: Partial<Record<SignalId, number>> = {
  t_out: 0.5,
  t1_supply: 0.5,
  t1_return: 0.5,
  q1_flow: 1,
  t2_supply: 0.4,
  t2_return: 0.4,
  p2_supply: 5,
  p2_return: 5,
  q2_flow: 2,
  t_supply: 0.5,
  t_return: 0.5,
  t_room: 0.5,
};

/** Points that swing with it when the plant does. */
const TOGETHER: Partial<Record<SignalId, readonly SignalId[]>> = {
  t1_supply: ["t1_return"],
  t1_return: ["t1_supply", "q1_flow", "t2_supply", "v1_pos"],
  q1_flow: ["t1_return", "t2_supply", "v1_pos", "p1_supply"],
  t2_supply: ["t1_return", "q1_flow", "t2_return", "v1_pos"],
  t2_return: ["t2_supply"],
  h1_power: ["q1_flow", "t1_return", "v1_pos"],
  p2_supply: ["p2_return", "q2_flow", "cp_hz"],
  p2_return: ["p2_supply", "q2_flow"],
  q2_flow: ["p2_supply", "cp_hz"],
  t_supply: ["t_return"],
  t_return: ["t_supply"],
};
/** A companion is restless too from so many times its usual on; a valve or a pump from a mean step of so many percent or hertz. */
const COMPANION_TIMES = 2.5;
const ACTUATOR_STEP = 2;
/** Noise jumps as far at once as later: its steps over one and over four samples are alike. */
const NOISE_SHARE = 0.85;
/** What comes back after some samples has steps over that many which are small. */
const PERIODIC_SHARE = 0.6;
const LAG_MAX = 12;
/** A unit gets what the station sends: its supply may be as restless. */
const SOURCE_SHARE = 0.4;

/** What a point's mean jump from sample to sample usually is, and hours in a row that were too restless to teach it. Plain data. */
interface NoiseHabit extends Habit {
  restlessHours: number;
}
export type NoiseHabits = Partial<Record<SignalId, NoiseHabit>>;
/** What has been restless for so long is another way of running: the habit begins anew. */
const RESTLESS_HOURS_MAX = 72;

/** Takes in an hour. What is noisy now must not become the habit. */
export function learnNoise(habits: NoiseHabits, asset: Asset, signals: readonly SignalId[], view: View): void {
  for (const signal of signals) {
    if (NOISE_FLOOR[signal] === undefined) continue;
    const habit = (habits[signal] ??= { ...startHabit(), restlessHours: 0 });
    const samples = samplesOf(asset, signal, view);
    if (samples.length < SAMPLES_MIN) continue;
    const step = meanStep(samples, 1);
    habit.restlessHours = step > 2 * habit.usual ? habit.restlessHours + 1 : 0;
    if (habit.restlessHours > RESTLESS_HOURS_MAX) habits[signal] = { ...startHabit(), restlessHours: 0 };
    else if (habit.restlessHours === 0) learnHabit(habit, step);
  }
}

/** Far more restless than it usually is, and alone. */
export function isNoisy(habits: NoiseHabits, asset: Asset, signal: SignalId, view: View, limits: SensorLimits): SensorDoubt | undefined {
  const usual = habits[signal]?.usual ?? NaN;
  const floor = NOISE_FLOOR[signal];
  if (floor === undefined || Number.isNaN(usual)) return undefined;
  const samples = samplesOf(asset, signal, view);
  if (samples.length < SAMPLES_MIN) return undefined;
  const step = meanStep(samples, 1);
  const resolution = view.pointState(asset.id, signal)?.resolution ?? NaN;
  const times = step / Math.max(usual, Number.isNaN(resolution) ? 0 : resolution / 3);
  if (step < floor || times < limits.sensor_noise_times) return undefined;
  if (step < NOISE_SHARE * meanStep(samples, 4) || comesBack(samples)) return undefined;
  if (TOGETHER[signal]?.some((other) => isRestless(habits, asset, other, view)) === true) return undefined;
  if (signal === "t_supply" && asset.circuit !== undefined && SOURCE_SHARE * step < spread(view.raw.since(asset.circuit, "t2_supply", 0)))
    return undefined;
  return {
    sign: "noisy",
    value: times,
    limit: limits.sensor_noise_times,
    text: {
      zh: `相邻两次平均跳 ${tidy(step, SIGNALS[signal].decimals + 1)}，为平时的 ${tidy(times, 0)} 倍`,
      en: `Jumps by ${tidy(step, SIGNALS[signal].decimals + 1)} from sample to sample, ${tidy(times, 0)} times its usual`,
    },
  };
}

const samplesOf = (asset: Asset, signal: SignalId, view: View): readonly Sample[] =>
  view.raw.since(asset.id, signal, view.at - WINDOW_MS).slice(-SAMPLES_MAX);

function meanStep(samples: readonly Sample[], lag: number): number {
  let sum = 0;
  for (let index = lag; index < samples.length; index++) sum += Math.abs(samples[index]!.value - samples[index - lag]!.value);
  return sum / (samples.length - lag);
}

/** Whether the samples repeat themselves: a cycle, whatever its length in samples. */
function comesBack(samples: readonly Sample[]): boolean {
  let least = Infinity;
  let most = 0;
  for (let lag = 1; lag <= Math.min(LAG_MAX, samples.length - SAMPLES_MIN / 2); lag++) {
    const step = meanStep(samples, lag);
    most = Math.max(most, step);
    if (lag > 1) least = Math.min(least, step);
  }
  return least < PERIODIC_SHARE * most;
}

/** Whether a point (most of its steps) or what swings with it is more restless than usual: single jumps then are no spikes. */
export function swings(habits: NoiseHabits, asset: Asset, signal: SignalId, view: View): boolean {
  const samples = samplesOf(asset, signal, view);
  const steps = samples.slice(1).map(({ value }, index) => Math.abs(value - samples[index]!.value));
  if (steps.length >= SAMPLES_MIN && median(steps) > COMPANION_TIMES * (habits[signal]?.usual ?? NaN)) return true;
  return TOGETHER[signal]?.some((other) => isRestless(habits, asset, other, view)) === true;
}

function isRestless(habits: NoiseHabits, asset: Asset, signal: SignalId, view: View): boolean {
  const samples = samplesOf(asset, signal, view);
  if (samples.length < SAMPLES_MIN) return false;
  const step = meanStep(samples, 1);
  const usual = habits[signal]?.usual;
  return usual === undefined
    ? step > (signal === "v1_pos" || signal === "cp_hz" ? ACTUATOR_STEP : Infinity)
    : step > COMPANION_TIMES * usual;
}

function spread(samples: readonly Sample[]): number {
  const values = samples.map(({ value }) => value);
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}
