import type { Episode } from "../model/finding.ts";
import type { Point } from "../model/network.ts";
import type { SettablePhase } from "../model/season.ts";
import type { ActiveWork } from "./decisions.ts";
import type { Hold } from "./hold.ts";
import type { StationPlan, Watch } from "./plan.ts";
import { type GateState, createGate } from "./quality.ts";
import type { Series } from "./series.ts";

/** What the fold over one station's readings knows: `StationState` is what counts, slots are found again from stored readings. */

/** Plain data: survives `structuredClone` and `v8.serialize`. Arrays run along the plan's watches and assets. */
export interface StationState {
  /** Event time up to which everything is evaluated; -Infinity before the first frame. A reading at or before it is late. */
  at: number;
  /** The last minute of the engine's own grid. */
  gridAt: number;
  /** Event time of the first frame; no reading before it has been seen. */
  startedAt: number;
  /** Event time of the last reading by place of the asset, NaN before the first. */
  heardAt: Float64Array;
  gate: GateState;
  /** Decisions of people that have been applied, and what they left: the phase that was set, running works, the set of limits. */
  decided: number;
  phaseSet: SettablePhase | undefined;
  works: ActiveWork[];
  /** The last ones that are over and kept something from being found. */
  pastWorks: ActiveWork[];
  limitsId: string | undefined;
  /** What each post's observer knows; undefined while it does not look. */
  observed: unknown[];
  /** What each watch's rule remembers; undefined while it does not listen. */
  memories: unknown[];
  /** Event time at which a watch has to be evaluated though nothing comes; Infinity: no such time. */
  wakeAt: Float64Array;
  holds: (Hold | undefined)[];
  /** The active episode of each watch. */
  open: (Episode | undefined)[];
}

/** One point that has reported: its place in the gate and its recent past. */
export interface Slot {
  readonly index: number;
  readonly point: Point;
  readonly place: number;
  /** Kept by the platform itself: it says nothing of whether the station is heard. */
  readonly isPlatform: boolean;
  readonly series: Series;
  readonly listeners: readonly Watch[];
  /** Value in the frame that is being closed. */
  frameAt: number;
  value: number | null;
}

export function freshState(plan: StationPlan): StationState {
  return {
    at: -Infinity,
    gridAt: -Infinity,
    startedAt: NaN,
    heardAt: new Float64Array(plan.assets.length).fill(NaN),
    gate: createGate(),
    decided: 0,
    phaseSet: undefined,
    works: [],
    pastWorks: [],
    limitsId: undefined,
    observed: plan.posts.map(() => undefined),
    memories: plan.watches.map(() => undefined),
    wakeAt: new Float64Array(plan.watches.length).fill(Infinity),
    holds: plan.watches.map(() => undefined),
    open: plan.watches.map(() => undefined),
  };
}
