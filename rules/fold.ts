import type { Episode } from "../model/finding.ts";
import type { Point } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { STATUS_SIGNAL } from "../model/signals.ts";
import type { StationPlan } from "./plan.ts";
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
  readonly view: StationView;
  /** Transitions of the step in progress. */
  out: Transition[];
  /** Called after the grid of every full hour, with everything up to it evaluated. */
  onHour: (() => void) | undefined;
  readonly counts: FoldCounts;
}

interface FoldCounts {
  evaluations: number;
  /** Evaluations or explanations that threw: the rule then counts as "unknown". */
  failures: number;
  lastFailure: string | undefined;
  episodesDropped: number;
}

export function createFold(plan: StationPlan): StationFold {
  const source = { plan, state: freshState(plan), slotsOf: new Map<string, Map<string, Slot>>() };
  return Object.assign(source, {
    slots: [],
    slotOf: new Map<Point, Slot>(),
    frames: [],
    cleared: [],
    traces: plan.watches.map(() => undefined),
    evaluatedAt: new Float64Array(plan.watches.length).fill(NaN),
    view: createView(source),
    out: [],
    onHour: undefined,
    counts: { evaluations: 0, failures: 0, lastFailure: undefined, episodesDropped: 0 },
  });
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
    isStatus: point.signal === STATUS_SIGNAL,
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
  return slot;
}
