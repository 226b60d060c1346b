import type { Asset } from "../model/network.ts";
import { habitsOf } from "./circuit-habits.ts";
import { makeupRateM3h, pumpShare } from "./makeup-rate.ts";
import { makeupObserver } from "./makeup-watch.ts";
import type { Sample, View } from "./rule.ts";

/** The signs of a burst in the numbers: a fall that both sides share, a pump that cannot keep up, makeup beyond all habit. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Mean makeup is taken over this window, the pump's share over the next. */
export const MAKEUP_WINDOW_MS = 10 * MINUTE_MS;
/** So long is enough where the pressure shows that the water did not stay in the loop. */
export const QUICK_WINDOW_MS = 4 * MINUTE_MS;
const PUMP_WINDOW_MS = 5 * MINUTE_MS;
/** Of the makeup that is beyond all habit; and a fall within the makeup window that usual losses explain: 2 kPa/min are 1 m³/h out of 8 L/kPa. */
const HELD_SHARE = 0.2;
const HELD_KPA = 20;
/** Without a pressure for so long, makeup alone has to convince. */
const PRESSURE_GONE_MS = 30 * MINUTE_MS;
/** A return pressure that rises by more than this while the pump runs: water is filled in, not lost. A refill brings 5-20 kPa/min. */
const FILLING_KPA = 10;
/** Until it is known what a pulse of the counter stands for. */
const COARSEST_PULSE_M3 = 1;
/** Pressure may rise so much between two samples and still count as staying low: noise. */
const NOISE_KPA = 3;
/** A circuit that is steady for so long at another pressure, without makeup, has been repaired and set anew. */
const STEADY_MS = 2 * HOUR_MS;
const STEADY_KPA = 15;
const STEADY_MAKEUP_SHARE = 0.005;

export interface BurstMemory {
  /** The sign that convinced; undefined: no burst at the moment. */
  sign: "fall" | "below_start" | "makeup" | undefined;
  since: number;
  /** Return and supply pressure before it began; NaN: unknown. */
  beforeKpa: number;
  beforeSupplyKpa: number;
  /** Fastest fall seen, kPa/min, and the makeup rate, m³/h; NaN: unknown. */
  fallKpaMin: number;
  makeupM3h: number;
  /** The same over the quick window. */
  quickM3h: number;
  /** Samples in a row with the pump running and the pressure too low, and the newest of them. */
  lowCount: number;
  lowAt: number;
  /** The minute in which makeup was last added up. */
  makeupMinute: number;
}

export function startBurstMemory(): BurstMemory {
  return {
    sign: undefined,
    since: NaN,
    beforeKpa: NaN,
    beforeSupplyKpa: NaN,
    fallKpaMin: NaN,
    makeupM3h: NaN,
    quickM3h: NaN,
    lowCount: 0,
    lowAt: NaN,
    makeupMinute: -1,
  };
}

export interface Fall {
  readonly kpaMin: number;
  /** Over both steps. */
  readonly totalKpa: number;
  /** It fell in the step before and the newest report is as low: the makeup pump does not bring it back. */
  readonly staysLow: boolean;
  readonly isBurst: boolean;
  /** Event time of the last sample before it began. */
  readonly from: number;
}

/**
 * How fast the return pressure falls, over steps of a minute or of one report, whichever is longer. A burst is a fast step whose
 * neighbour confirms it (it was falling before, or it stays low after) and that the supply pressure shares: when a circulation
 * pump stops or starts, one side falls and the other rises.
 */
export function measureFall(circuit: Asset, view: View, now: Sample, limit: number): Fall | undefined {
  const stepMs = Math.max(MINUTE_MS, view.interval(circuit.id, "p2_return") ?? MINUTE_MS);
  const samples = view.since(circuit.id, "p2_return", now.at - 3.5 * stepMs);
  const one = before(samples, now.at - 0.75 * stepMs);
  if (one === undefined) return undefined;
  const late = (MINUTE_MS * (one.value - now.value)) / (now.at - one.at);
  const two = before(samples, one.at - 0.75 * stepMs);
  if (two === undefined) return { kpaMin: late, totalKpa: one.value - now.value, staysLow: false, isBurst: false, from: one.at };
  const early = (MINUTE_MS * (two.value - one.value)) / (one.at - two.at);
  const kpaMin = Math.max(late, early);
  const isFalling = late >= limit && early >= limit / 4;
  const staysLow = early >= limit && now.value <= one.value + NOISE_KPA;
  const total = two.value - now.value;
  const isBurst = (isFalling || staysLow) && total >= limit && isShared(circuit, view, two, now, total, limit);
  return { kpaMin, totalKpa: total, staysLow, isBurst, from: two.at };
}

function isShared(circuit: Asset, view: View, from: Sample, to: Sample, totalKpa: number, limit: number): boolean {
  const supply = view.since(circuit.id, "p2_supply", from.at - (to.at - from.at));
  const start = before(supply, from.at);
  const end = before(supply, to.at);
  if (start !== undefined && end !== undefined && end.at > start.at) return start.value - end.value >= 0.5 * totalKpa;
  const runs = view.since(circuit.id, "cp_run", from.at - 10 * MINUTE_MS);
  const isUndisturbed = runs.every(({ value }) => value === runs[0]!.value);
  return isUndisturbed && totalKpa >= 2 * limit;
}

/** The newest sample not later than `at`. */
function before(samples: readonly Sample[], at: number): Sample | undefined {
  for (let index = samples.length - 1; index >= 0; index--) if (samples[index]!.at <= at) return samples[index];
  return undefined;
}

/**
 * The pump runs and runs, and still the pressure is well below where it starts: on two samples in a row. A pump that found the pressure
 * so low when it started (after a power cut, a failure of its own) first has to fill up what was lost.
 */
export function staysBelowStart(memory: BurstMemory, circuit: Asset, view: View, pressure: Sample): boolean {
  const { id } = circuit;
  const learned = habitsOf(view, id).startKpa.usual;
  const start = Number.isNaN(learned) ? (circuit.circuitFacts?.staticPressureKpa ?? NaN) : learned;
  const leastKpa = start - view.limits.get("burst_below_start", id);
  const isLow =
    pressure.value < leastKpa && !isFilling(circuit, view, pressure, PUMP_WINDOW_MS) && !foundItLow(id, view, pressure, leastKpa);
  const isPumping = (pumpShare(id, view, PUMP_WINDOW_MS) ?? 0) >= view.limits.get("burst_pump_share", id);
  if (!isLow || !isPumping || isHeld(memory, circuit, view, pressure)) {
    memory.lowCount = 0;
    return false;
  }
  if (memory.lowCount === 0) {
    memory.lowCount = 1;
    memory.lowAt = pressure.at;
    return false;
  }
  return pressure.at > memory.lowAt;
}

/** A pump with an inverter always runs: hardly any water and a steady pressure say that it was set lower. */
function isHeld(memory: BurstMemory, circuit: Asset, view: View, pressure: Sample): boolean {
  if (!(memory.makeupM3h < HELD_SHARE * extremeMakeupM3h(circuit, view))) return false;
  const earlier = before(view.since(circuit.id, "p2_return", view.at - 2 * MAKEUP_WINDOW_MS), view.at - MAKEUP_WINDOW_MS);
  return earlier !== undefined && earlier.value - pressure.value < HELD_KPA;
}

/** Whether the pressure was as low when the present run of the makeup pump began, and has not fallen since. */
function foundItLow(circuit: string, view: View, pressure: Sample, leastKpa: number): boolean {
  const states = view.since(circuit, "mk_pump", 0);
  const runs = states.length > 0 ? states : view.since(circuit, "mk_flow", 0);
  let beganAt = NaN;
  for (let index = runs.length - 1; index >= 0 && runs[index]!.value > 0; index--) beganAt = runs[index]!.at;
  if (Number.isNaN(beganAt)) return false;
  const atStart = before(view.since(circuit, "p2_return", 0), beganAt);
  return atStart !== undefined && atStart.value < leastKpa && pressure.value >= atStart.value - NOISE_KPA;
}

/** Once a minute: the sum over ten minutes does not change faster. */
export function followMakeup(memory: BurstMemory, circuit: Asset, view: View): void {
  const minute = Math.floor(view.at / MINUTE_MS);
  if (minute === memory.makeupMinute) return;
  memory.makeupMinute = minute;
  const pulseM3 = view.observed(makeupObserver, circuit.id)?.pulseM3 ?? COARSEST_PULSE_M3;
  memory.makeupM3h = makeupRateM3h(circuit, view, MAKEUP_WINDOW_MS, pulseM3) ?? NaN;
  memory.quickM3h = makeupRateM3h(circuit, view, QUICK_WINDOW_MS, pulseM3) ?? NaN;
}

/** Mean makeup of ten minutes that is beyond all habit, m³/h: by the size of the loop, but never what one start of a pump fills in. */
export function extremeMakeupM3h(circuit: Asset, view: View): number {
  const share = view.limits.get("burst_makeup_share", circuit.id) * (circuit.circuitFacts?.circulationM3h ?? NaN);
  return Math.max(view.limits.get("burst_makeup_min", circuit.id), share);
}

/** The makeup pump feeds as much as in a burst for some minutes and the pressure has not risen by it: the water went elsewhere. */
export function isMakeupLost(memory: BurstMemory, circuit: Asset, view: View, pressure: Sample | undefined): boolean {
  if (pressure === undefined || !(memory.quickM3h > extremeMakeupM3h(circuit, view))) return false;
  const from = pressure.at - QUICK_WINDOW_MS;
  const earlier = before(view.since(circuit.id, "p2_return", from - QUICK_WINDOW_MS), from);
  return earlier !== undefined && pressure.value <= earlier.value + NOISE_KPA;
}

export function isMakeupExtreme(memory: BurstMemory, circuit: Asset, view: View, pressure: Sample | undefined): boolean {
  if (!(memory.makeupM3h > extremeMakeupM3h(circuit, view))) return false;
  if (pressure !== undefined) return !isFilling(circuit, view, pressure, MAKEUP_WINDOW_MS);
  // A loop that is being filled tells as much.
  if (view.phase === "cold_circulation") return false;
  // A sensor that spoke a while ago may be withheld because it jumps, as it does when the loop is filled.
  return view.since(circuit.id, "p2_return", view.at - PRESSURE_GONE_MS).length === 0;
}

/** The loop is filled up after a repair, a drain or a stop of the makeup pump: the water stays, the pressure rises with it. */
function isFilling(circuit: Asset, view: View, pressure: Sample, spanMs: number): boolean {
  const from = pressure.at - spanMs;
  const earlier = before(view.since(circuit.id, "p2_return", from - spanMs), from);
  return earlier !== undefined && pressure.value > earlier.value + FILLING_KPA;
}

/** Steady for two hours at whatever pressure, with hardly any makeup: repaired and set anew. */
export function isSteady(memory: BurstMemory, circuit: Asset, view: View, circulationM3h: number): boolean {
  if (view.at - memory.since < STEADY_MS || memory.makeupM3h > STEADY_MAKEUP_SHARE * circulationM3h) return false;
  const values = view.since(circuit.id, "p2_return", view.at - STEADY_MS).map(({ value }) => value);
  return values.length > 3 && Math.max(...values) - Math.min(...values) < STEADY_KPA && Math.min(...values) > 0.5 * memory.beforeKpa;
}
