import type { SignalId } from "../model/signals.ts";
import { PACES, type Pace } from "./pace.ts";
import { pushSample, type Series } from "./series.ts";

/**
 * The quality gate: which values are believed. A sudden jump is withheld until the next sample of the same point confirms it;
 * then both count, so that a real step (a burst) is visible one sample later and a lone spike never.
 */

/** Newest reading of a point. */
export const GOOD = 0;
export const FAILED = 1;
export const SUSPECT = 2;

const WINDOW = 5;
/** Samples needed before the median interval is known (`View.interval`). */
const INTERVAL_GAPS_MIN = 4;
/** A jump of more than this many median absolute deviations is suspect; DOMAIN 4, R30. */
const SPIKE_MADS = 6;
/** After so long a silence the first value is taken as it comes. */
const FRESH_START_MS = 21_600_000;
/** Withheld values that are remembered, for rebuilding the series from the store; the oldest go first. */
const EXCLUDED_MAX = 4096;
const SLOTS_STEP = 64;
/** Readings over which the share of failed ones is followed, and the time in which spikes fade. */
const FAILED_MEMORY = 24;
const SPIKE_MEMORY_MS = 21_600_000;
const STEP_MIN = 1e-6;

/** What the gate remembers of all points of a station, by slot. Plain data: part of every snapshot. */
export interface GateState {
  /** The last five believed values per slot. */
  window: Float64Array;
  filled: Uint8Array;
  next: Uint8Array;
  /** Gaps between the last five readings, ms. */
  gaps: Float32Array;
  gapCount: Uint8Array;
  gapNext: Uint8Array;
  /** Median gap, ms; NaN while unknown. */
  interval: Float32Array;
  /** Event time of the newest reading of any kind; NaN before the first. */
  lastAt: Float64Array;
  believedAt: Float64Array;
  quality: Uint8Array;
  /** The run of equal values that goes on: since when, how many; and the smallest step between two values ever seen (NaN: none). */
  flatAt: Float64Array;
  flatCount: Uint32Array;
  resolution: Float64Array;
  /** Share of the last readings that said "sensor failed", 0…1. */
  failedShare: Float32Array;
  /** Withheld values of the last hours that nothing confirmed, fading; and when the last of them was noted. */
  spikes: Float32Array;
  spikeAt: Float64Array;
  /** Withheld values waiting for a second one, by slot. */
  suspects: Map<number, { at: number; value: number }>;
  /** Withheld values that nothing confirmed: slot, event time, slot, event time … */
  excluded: number[];
}

export function createGate(): GateState {
  return {
    window: new Float64Array(0),
    filled: new Uint8Array(0),
    next: new Uint8Array(0),
    gaps: new Float32Array(0),
    gapCount: new Uint8Array(0),
    gapNext: new Uint8Array(0),
    interval: new Float32Array(0),
    lastAt: new Float64Array(0),
    believedAt: new Float64Array(0),
    quality: new Uint8Array(0),
    flatAt: new Float64Array(0),
    flatCount: new Uint32Array(0),
    resolution: new Float64Array(0),
    failedShare: new Float32Array(0),
    spikes: new Float32Array(0),
    spikeAt: new Float64Array(0),
    suspects: new Map(),
    excluded: [],
  };
}

/** Makes room for slots up to `count`. */
export function growGate(gate: GateState, count: number): void {
  const before = gate.filled.length;
  if (count <= before) return;
  const size = Math.ceil(count / SLOTS_STEP) * SLOTS_STEP;
  const bytes = (old: Uint8Array): Uint8Array => {
    const grown = new Uint8Array(size);
    grown.set(old);
    return grown;
  };
  const floats = (old: Float32Array, length: number): Float32Array => {
    const grown = new Float32Array(length);
    grown.set(old);
    return grown;
  };
  const times = (old: Float64Array, length: number): Float64Array => {
    const grown = new Float64Array(length).fill(NaN);
    grown.set(old);
    return grown;
  };
  gate.window = times(gate.window, size * WINDOW);
  gate.gaps = floats(gate.gaps, size * WINDOW);
  gate.interval = floats(gate.interval, size);
  gate.interval.fill(NaN, before);
  gate.filled = bytes(gate.filled);
  gate.next = bytes(gate.next);
  gate.gapCount = bytes(gate.gapCount);
  gate.gapNext = bytes(gate.gapNext);
  gate.quality = bytes(gate.quality);
  gate.lastAt = times(gate.lastAt, size);
  gate.believedAt = times(gate.believedAt, size);
  gate.flatAt = times(gate.flatAt, size);
  const counts = new Uint32Array(size);
  counts.set(gate.flatCount);
  gate.flatCount = counts;
  gate.resolution = times(gate.resolution, size);
  gate.failedShare = floats(gate.failedShare, size);
  gate.spikes = floats(gate.spikes, size);
  gate.spikeAt = times(gate.spikeAt, size);
}

/** Judges one reading, newer than all before it of this slot; what is believed goes into the series. */
export function admit(gate: GateState, slot: number, signal: SignalId, at: number, value: number | null, series: Series): void {
  const before = gate.lastAt[slot]!;
  if (before === before) noteGap(gate, slot, at - before);
  gate.lastAt[slot] = at;
  const failed = gate.failedShare[slot]!;
  if (value === null || failed > 0) gate.failedShare[slot] = failed + ((value === null ? 1 : 0) - failed) / FAILED_MEMORY;
  if (value === null) {
    dropSuspect(gate, slot);
    gate.quality[slot] = FAILED;
    return;
  }
  const limits = PACES[signal];
  if (limits === undefined || gate.filled[slot] === 0 || isPlausible(gate, slot, limits, at, value)) {
    dropSuspect(gate, slot);
    believe(gate, slot, at, value, series);
    return;
  }
  const suspect = gate.quality[slot] === SUSPECT ? gate.suspects.get(slot) : undefined;
  if (suspect !== undefined) {
    const middle = median(gate.window, slot * WINDOW, gate.filled[slot]!);
    if (suspect.value > middle === value > middle) {
      gate.suspects.delete(slot);
      believe(gate, slot, suspect.at, suspect.value, series);
      believe(gate, slot, at, value, series);
      return;
    }
    dropSuspect(gate, slot);
  }
  gate.suspects.set(slot, { at, value });
  gate.quality[slot] = SUSPECT;
}

function isPlausible(gate: GateState, slot: number, limits: Pace, at: number, value: number): boolean {
  const elapsedMs = at - gate.believedAt[slot]!;
  if (elapsedMs > FRESH_START_MS) return true;
  const base = slot * WINDOW;
  const newest = gate.window[base + ((gate.next[slot]! + WINDOW - 1) % WINDOW)]!;
  const step = limits.share === undefined ? limits.step : Math.max(limits.step, limits.share * Math.abs(newest));
  const possible = Math.max(limits.floor, Math.min(step, (limits.perMinute * elapsedMs) / 60_000));
  if (Math.abs(value - newest) <= possible) return true;
  const filled = gate.filled[slot]!;
  const middle = median(gate.window, base, filled);
  const deviation = Math.abs(value - middle);
  return deviation <= possible || deviation <= SPIKE_MADS * medianDeviation(gate.window, base, filled, middle);
}

function believe(gate: GateState, slot: number, at: number, value: number, series: Series): void {
  const next = gate.next[slot]!;
  const newest = gate.window[slot * WINDOW + ((next + WINDOW - 1) % WINDOW)]!;
  if (value === newest) gate.flatCount[slot]!++;
  else {
    const step = Math.abs(value - newest);
    // Differences of binary fractions are not exact.
    if (step > STEP_MIN && !(gate.resolution[slot]! <= step)) gate.resolution[slot] = step;
    gate.flatAt[slot] = at;
    gate.flatCount[slot] = 1;
  }
  gate.window[slot * WINDOW + next] = value;
  gate.next[slot] = (next + 1) % WINDOW;
  if (gate.filled[slot]! < WINDOW) gate.filled[slot]!++;
  gate.believedAt[slot] = at;
  gate.quality[slot] = GOOD;
  pushSample(series, at, value);
}

function dropSuspect(gate: GateState, slot: number): void {
  if (gate.quality[slot] !== SUSPECT) return;
  const suspect = gate.suspects.get(slot)!;
  gate.suspects.delete(slot);
  const fadedMs = suspect.at - gate.spikeAt[slot]!;
  gate.spikes[slot] = 1 + (fadedMs >= 0 ? gate.spikes[slot]! * Math.exp(-fadedMs / SPIKE_MEMORY_MS) : 0);
  gate.spikeAt[slot] = suspect.at;
  gate.excluded.push(slot, suspect.at);
  if (gate.excluded.length > 2 * EXCLUDED_MAX) gate.excluded.splice(0, EXCLUDED_MAX);
}

/** How a point behaves, for those who judge sensors. */
export interface PointState {
  /** Newest reading: GOOD, FAILED or SUSPECT. */
  readonly quality: number;
  /** The run of equal values that goes on. */
  readonly flatAt: number;
  readonly flatCount: number;
  /** Smallest step between two values; NaN: none yet. */
  readonly resolution: number;
  readonly failedShare: number;
  /** Lone jumps of about the last six hours. */
  readonly spikes: number;
}

export function pointStateOf(gate: GateState, slot: number, at: number): PointState {
  const sinceSpikeMs = at - gate.spikeAt[slot]!;
  return {
    quality: gate.quality[slot]!,
    flatAt: gate.flatAt[slot]!,
    flatCount: gate.flatCount[slot]!,
    resolution: gate.resolution[slot]!,
    failedShare: gate.failedShare[slot]!,
    spikes: sinceSpikeMs >= 0 ? gate.spikes[slot]! * Math.exp(-sinceSpikeMs / SPIKE_MEMORY_MS) : 0,
  };
}

/** Forgets withheld values from before `from`: no series reaches so far back. */
export function trimExcluded(gate: GateState, from: number): void {
  const { excluded } = gate;
  let kept = 0;
  for (let index = 0; index < excluded.length; index += 2) {
    if (excluded[index + 1]! < from) continue;
    excluded[kept++] = excluded[index]!;
    excluded[kept++] = excluded[index + 1]!;
  }
  excluded.length = kept;
}

function noteGap(gate: GateState, slot: number, gapMs: number): void {
  const next = gate.gapNext[slot]!;
  const index = slot * WINDOW + next;
  gate.gapNext[slot] = (next + 1) % WINDOW;
  if (gate.gapCount[slot]! < WINDOW) gate.gapCount[slot]!++;
  else if (gate.gaps[index] === gapMs) return;
  gate.gaps[index] = gapMs;
  const count = gate.gapCount[slot]!;
  if (count >= INTERVAL_GAPS_MIN) gate.interval[slot] = median(gate.gaps, slot * WINDOW, count);
}

const sorted = new Float64Array(WINDOW);

/** Median of `count` (1…5) numbers from `base` on; the lower middle of an even count. */
function median(numbers: Float32Array | Float64Array, base: number, count: number): number {
  for (let index = 0; index < count; index++) {
    const number = numbers[base + index]!;
    let place = index;
    while (place > 0 && sorted[place - 1]! > number) {
      sorted[place] = sorted[place - 1]!;
      place--;
    }
    sorted[place] = number;
  }
  return sorted[(count - 1) >> 1]!;
}

function medianDeviation(numbers: Float32Array | Float64Array, base: number, count: number, middle: number): number {
  for (let index = 0; index < count; index++) {
    const number = Math.abs(numbers[base + index]! - middle);
    let place = index;
    while (place > 0 && sorted[place - 1]! > number) {
      sorted[place] = sorted[place - 1]!;
      place--;
    }
    sorted[place] = number;
  }
  return sorted[(count - 1) >> 1]!;
}
