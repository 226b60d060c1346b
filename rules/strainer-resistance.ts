import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import { isStanding } from "./circuit-habits.ts";
import { heatedUnits } from "./cooling-index.ts";
import type { View } from "./rule.ts";
import { median } from "./statistics.ts";

/** How much a circuit resists its pump, hour by hour, by the best that it reports. */

const HOUR_MS = 3_600_000;
export const HOURS_KEPT = 72;
const DAYS_KEPT = 28;
const ROOM_C = 20;
const RADIATOR_EXPONENT = 1.3;
/** Mean water above the rooms, and temperature drop, below which heat tells nothing of the flow, K. */
const WARM_K_MIN = 7;
const DROP_K_MIN = 3;
/** Over the clean resistance: below this nothing is clogged. */
const SOUND_RATIO = 1.06;

/** By drop over the strainer, flow at its speed, head over flow², or flow as the temperature drop tells it. */
export type StrainerSource = "strainer" | "flow" | "loop" | "heat";

export interface StrainerMemory {
  source: StrainerSource | undefined;
  hour: number;
  /** Resistance by hour (its unit depends on the source), and mean position of the units' valves. */
  readonly hours: Float32Array;
  readonly valves: Float32Array;
  /** Head over speed², and return pressure, kPa, by hour; and what they were while the flow was sound. */
  readonly heads: Float32Array;
  readonly returns: Float32Array;
  soundHead: number;
  soundReturnKpa: number;
  /** Daily medians, and the valves of these days. */
  readonly days: number[];
  readonly dayValves: number[];
}

export const startStrainer = (): StrainerMemory => ({
  source: undefined,
  hour: NaN,
  hours: new Float32Array(HOURS_KEPT).fill(NaN),
  valves: new Float32Array(HOURS_KEPT).fill(NaN),
  heads: new Float32Array(HOURS_KEPT).fill(NaN),
  returns: new Float32Array(HOURS_KEPT).fill(NaN),
  soundHead: NaN,
  soundReturnKpa: NaN,
  days: [],
  dayValves: [],
});

/** Once an hour. */
export function takeHour(memory: StrainerMemory, circuit: Asset, view: View): void {
  const hour = Math.floor(view.at / HOUR_MS) - 1;
  if (hour <= memory.hour) return;
  for (let skipped = Math.max(memory.hour + 1, hour - HOURS_KEPT + 1); skipped < hour; skipped++) {
    memory.hours[skipped % HOURS_KEPT] = NaN;
    for (const ring of [memory.valves, memory.heads, memory.returns]) ring[skipped % HOURS_KEPT] = NaN;
  }
  memory.hour = hour;
  const source = sourceOf(circuit, view);
  if (source !== undefined && source !== memory.source) {
    // Another measure: nothing of before can be compared.
    memory.source = source;
    memory.hours.fill(NaN);
    memory.days.length = 0;
    memory.dayValves.length = 0;
    memory.soundHead = memory.soundReturnKpa = NaN;
  }
  memory.hours[hour % HOURS_KEPT] =
    isStanding(circuit, view) || view.underWork(circuit.id) ? NaN : resistanceOf(circuit, view, memory.source);
  memory.valves[hour % HOURS_KEPT] = meanValve(circuit, view);
  memory.heads[hour % HOURS_KEPT] = headOf(circuit, view);
  memory.returns[hour % HOURS_KEPT] = hourMedian(circuit, "p2_return", view);
  if ((hour + 1) % 24 !== 0) return;
  followSound(memory);
  memory.days.push(medianOf(memory.hours, hour, 24));
  memory.dayValves.push(medianOf(memory.valves, hour, 24));
  if (memory.days.length > DAYS_KEPT) {
    memory.days.shift();
    memory.dayValves.shift();
  }
}

function sourceOf(circuit: Asset, view: View): StrainerSource | undefined {
  const has = (...signals: Parameters<View["last"]>[1][]): boolean =>
    signals.every((signal) => view.last(circuit.id, signal) !== undefined);
  if (has("p2_filter_in", "p2_filter_out")) return "strainer";
  if (has("q2_flow", "cp_hz")) return "flow";
  if (has("p2_supply", "p2_return", "q2_flow")) return "loop";
  return has("p2_supply", "p2_return", "t2_supply", "t2_return") ? "heat" : undefined;
}

/** Of the last hour: drop over flow squared (over speed squared without a flow), or 1/flow at the same speed. */
function resistanceOf(circuit: Asset, view: View, source: StrainerSource | undefined): number {
  const mean = (signal: SignalId): number => hourMedian(circuit, signal, view);
  const speed = speedOf(circuit, view);
  const flow = mean("q2_flow");
  if (source === "strainer") {
    const drop = mean("p2_filter_in") - mean("p2_filter_out");
    return drop / (flow > 1 ? flow ** 2 : speed ** 2);
  }
  if (source === "heat") return speed / heatFlow(mean("t2_supply"), mean("t2_return"));
  if (!(flow > 1)) return NaN;
  return source === "loop" ? (mean("p2_supply") - mean("p2_return")) / flow ** 2 : speed / flow;
}

function hourMedian(circuit: Asset, signal: SignalId, view: View): number {
  const samples = view.since(circuit.id, signal, view.at - HOUR_MS);
  return samples.length === 0 ? NaN : median(samples.map(({ value }) => value));
}

/** Of the pump, over 50 Hz; 1 where it is not reported. */
function speedOf(circuit: Asset, view: View): number {
  const hz = hourMedian(circuit, "cp_hz", view);
  return Number.isNaN(hz) ? 1 : hz / 50;
}

const headOf = (circuit: Asset, view: View): number =>
  (hourMedian(circuit, "p2_supply", view) - hourMedian(circuit, "p2_return", view)) / speedOf(circuit, view) ** 2;

/**
 * Relative flow by the heat that radiators give at the mean water temperature, (Tm-20)^1.3 (DOMAIN 5.3), over the drop that it makes; NaN
 * where little is given.
 */
function heatFlow(supplyC: number, returnC: number): number {
  const meanC = (supplyC + returnC) / 2;
  const dropK = supplyC - returnC;
  return meanC - ROOM_C > WARM_K_MIN && dropK > DROP_K_MIN ? (meanC - ROOM_C) ** RADIATOR_EXPONENT / dropK : NaN;
}

/** Once a day, while the flow is near its best. */
function followSound(memory: StrainerMemory): void {
  if (!(medianOf(memory.hours, memory.hour, 24) / cleanOf(memory) < SOUND_RATIO) && !Number.isNaN(memory.soundHead)) return;
  memory.soundHead = medianOf(memory.heads, memory.hour, 24);
  memory.soundReturnKpa = medianOf(memory.returns, memory.hour, 24);
}

function meanValve(circuit: Asset, view: View): number {
  let sum = 0;
  let count = 0;
  for (const unit of heatedUnits(view.network, circuit.id)) {
    const value = view.last(unit.id, "valve_pos")?.value;
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? NaN : sum / count;
}

/** Median of the last hours of a ring; NaN when fewer than half are known. */
export function medianOf(ring: Float32Array, newest: number, hours: number): number {
  const known: number[] = [];
  for (let back = 0; back < hours; back++) {
    const value = ring[(newest - back + HOURS_KEPT) % HOURS_KEPT]!;
    if (!Number.isNaN(value)) known.push(value);
  }
  return known.length < Math.ceil(hours / 2) ? NaN : median(known);
}

/** The clean resistance: the median of the lowest days; before two days are known, of the first day's hours. */
export function cleanOf({ days, hours }: StrainerMemory): number {
  const known = days.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  if (known.length >= 2) return median(known.slice(0, Math.min(5, Math.ceil(known.length / 2))));
  const first = Array.from(hours).filter((value) => !Number.isNaN(value));
  return first.length < 12 ? NaN : median(first);
}

/** How far the units' valves are closed on the whole against the days that count as clean, %. */
export function valvesClosed({ days, dayValves, valves, hour }: StrainerMemory): number {
  const order = days
    .map((value, index) => ({ value, valve: dayValves[index]! }))
    .filter(({ value, valve }) => !Number.isNaN(value) && !Number.isNaN(valve));
  if (order.length === 0) return 0;
  order.sort((a, b) => a.value - b.value);
  const before = median(order.slice(0, 5).map(({ valve }) => valve));
  const now = medianOf(valves, hour, 12);
  return Number.isNaN(now) ? 0 : before - now;
}
