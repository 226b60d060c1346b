import type { Decision } from "../model/decision.ts";
import type { Episode } from "../model/finding.ts";
import type { Point } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { PLATFORM_SIGNALS } from "../model/signals.ts";
import type { LimitVersions } from "./limit-versions.ts";
import type { Post, StationPlan } from "./plan.ts";
import { growGate } from "./quality.ts";
import { createSeries } from "./series.ts";
import { type Slot, type StationState, freshState } from "./state.ts";
import type { Trace } from "./trace.ts";
import { type StationView, createView } from "./view.ts";

/** One station's fold: its state, and beside it everything that can be rebuilt (recent values, open frames, traces). */

/** All readings of the station with one event time, in the order of arrival. */
export interface Frame {
  readonly at: number;
  readonly readings: Reading[];
}

export interface Transition {
  /** Event time. */
  readonly at: number;
  readonly type: "opened" | "raised" | "lowered" | "refreshed" | "cleared";
  readonly episode: Episode;
}

export interface StationFold {
  readonly plan: StationPlan;
  state: StationState;
  /** Only ever appended to; a snapshot knows how many there were. */
  readonly slots: Slot[];
  readonly slotOf: Map<Point, Slot>;
  readonly slotsOf: Map<string, Map<string, Slot>>;
  /** Frames that may still grow, ascending. */
  readonly frames: Frame[];
  /** Cleared episodes of the last `EPISODES_KEPT_MS`, oldest first. */
  cleared: Episode[];
  readonly traces: (Trace | undefined)[];
  readonly evaluatedAt: Float64Array;
  /** The earliest of `state.wakeAt`, or earlier. */
  nextWakeAt: number;
  /** What people decided about this station, in order; `state.decided` of them have been applied. */
  decisions: readonly Decision[];
  /** Points that an observer does not believe, by slot: nobody else sees them. */
  distrusted: Uint8Array;
  readonly view: StationView;
  /** Transitions of the step in progress. */
  out: Transition[];
  /** Called after the grid of every full hour, with everything up to it evaluated. */
  onHour: (() => void) | undefined;
  /** Called after an observer has looked. */
  readonly afterObserving: (post: Post) => void;
  readonly counts: FoldCounts;
}

interface FoldCounts {
  evaluations: number;
  /** Evaluations or explanations that threw: the rule then counts as "unknown". */
  failures: number;
  lastFailure: string | undefined;
  episodesDropped: number;
}

export function createFold(plan: StationPlan, limits: LimitVersions): StationFold {
  const source = {
    plan,
    limits,
    state: freshState(plan),
    slotsOf: new Map<string, Map<string, Slot>>(),
    distrusted: new Uint8Array(0),
  };
  const fold: StationFold = Object.assign(source, {
    slots: [],
    slotOf: new Map<Point, Slot>(),
    frames: [],
    cleared: [],
    traces: plan.watches.map(() => undefined),
    evaluatedAt: new Float64Array(plan.watches.length).fill(NaN),
    nextWakeAt: Infinity,
    decisions: [],
    view: createView(source),
    out: [],
    onHour: undefined,
    afterObserving: (post: Post) => markDistrusted(fold, post),
    counts: { evaluations: 0, failures: 0, lastFailure: undefined, episodesDropped: 0 },
  });
  return fold;
}

/** Takes over what an observer does not believe of its asset. */
function markDistrusted(fold: StationFold, { observer, asset, index }: Post): void {
  if (observer.distrusted === undefined) return;
  const memory = fold.state.observed[index];
  const signals = memory === undefined ? [] : observer.distrusted(memory);
  for (const slot of fold.slotsOf.get(asset.id)?.values() ?? []) fold.distrusted[slot.index] = signals.includes(slot.point.signal) ? 1 : 0;
}

/** Works out anew everything that follows from the state, after it was replaced. */
export function refreshDerived(fold: StationFold): void {
  fold.nextWakeAt = -Infinity;
  fold.distrusted.fill(0);
  for (const post of fold.plan.posts) markDistrusted(fold, post);
}

/** The slot of a point of this station, made on its first reading. */
export function slotFor(fold: StationFold, point: Point): Slot {
  const known = fold.slotOf.get(point);
  if (known !== undefined) return known;
  const place = fold.plan.places.get(point.asset);
  if (place === undefined) throw new Error(`${point.asset} is not part of station ${fold.plan.station.id}`);
  const slot: Slot = {
    index: fold.slots.length,
    point,
    place,
    isPlatform: PLATFORM_SIGNALS.has(point.signal),
    series: createSeries(fold.plan.assets[place]!.level),
    listeners: fold.plan.listeners(point.asset, point.signal),
    frameAt: NaN,
    value: null,
  };
  fold.slots.push(slot);
  fold.slotOf.set(point, slot);
  let bySignal = fold.slotsOf.get(point.asset);
  if (bySignal === undefined) fold.slotsOf.set(point.asset, (bySignal = new Map()));
  bySignal.set(point.signal, slot);
  growGate(fold.state.gate, fold.slots.length);
  if (fold.distrusted.length < fold.slots.length) {
    const grown = new Uint8Array(fold.slots.length + 64);
    grown.set(fold.distrusted);
    fold.distrusted = grown;
  }
  return slot;
}
