import type { SignalId } from "../model/signals.ts";
import { hourOfDay } from "../model/zone.ts";
import { workOn } from "./decisions.ts";
import type { LimitVersions } from "./limit-versions.ts";
import type { Observer } from "./observer.ts";
import { GOOD, pointStateOf } from "./quality.ts";
import type { Sample, View } from "./rule.ts";
import { phaseOfCalendar, type SeasonMemory, seasonObserver } from "./season-watch.ts";
import { newestSample, samplesSince } from "./series.ts";
import type { StationPlan } from "./plan.ts";
import type { Slot, StationState } from "./state.ts";

/** The window through which rules see a station: one object per fold, moved along in event time. */

const STALE_INTERVALS = 3;
const STALE_MS_MIN = 180_000;
/** While the reporting interval of a point is unknown. */
const STALE_MS_UNKNOWN = { station: 900_000, circuit: 900_000, building: 10_800_000, unit: 10_800_000, room: 10_800_000 } as const;
const NO_SAMPLES: readonly Sample[] = [];

export interface StationView extends View {
  at: number;
  /** Moves to an event time. */
  moveTo(at: number): void;
}

/** What a view looks at; `state` may be replaced (rewind). */
export interface ViewSource {
  readonly plan: StationPlan;
  readonly limits: LimitVersions;
  state: StationState;
  distrusted: Uint8Array;
  readonly slotsOf: ReadonlyMap<string, ReadonlyMap<string, Slot>>;
}

export function createView(fold: ViewSource): StationView {
  const { plan } = fold;
  const { network } = plan;
  const { timezone } = network;
  const seasonPost = plan.postOf(seasonObserver as Observer, plan.station.id)!;
  const standIns = standInsOf(plan);
  let hourKnownAt = NaN;
  let hour = 0;

  /** The slot of the point itself if it has reported. */
  function ownSlot(asset: string, signal: SignalId): Slot | undefined {
    const slot = fold.slotsOf.get(asset)?.get(signal);
    return slot !== undefined && !Number.isNaN(fold.state.gate.lastAt[slot.index]!) ? slot : undefined;
  }

  function findSlot(asset: string, signal: SignalId): Slot | undefined {
    const own = ownSlot(asset, signal);
    if (own !== undefined) return own;
    const other = standIns(asset, signal);
    return other === undefined ? undefined : ownSlot(other, signal);
  }

  function staleAfterMs(slot: Slot): number {
    if (slot.isPlatform) return Infinity;
    const interval = fold.state.gate.interval[slot.index]!;
    return Number.isNaN(interval) ? STALE_MS_UNKNOWN[plan.assets[slot.place]!.level] : Math.max(STALE_INTERVALS * interval, STALE_MS_MIN);
  }

  function lastOf(slot: Slot | undefined): Sample | undefined {
    if (slot === undefined) return undefined;
    const { gate } = fold.state;
    if (gate.quality[slot.index] !== GOOD || view.at - gate.lastAt[slot.index]! > staleAfterMs(slot)) return undefined;
    return newestSample(slot.series);
  }

  const raw: View["raw"] = {
    last(asset, signal) {
      const sample = lastOf(ownSlot(asset, signal));
      if (sample !== undefined) return sample;
      const other = standIns(asset, signal);
      return other === undefined ? undefined : lastOf(ownSlot(other, signal));
    },
    since(asset, signal, from) {
      const slot = findSlot(asset, signal);
      return slot === undefined ? NO_SAMPLES : samplesSince(slot.series, from, view.at);
    },
  };

  /** As `lastOf`, but for what an observer does not believe. */
  function believed(slot: Slot | undefined): Sample | undefined {
    return slot === undefined || fold.distrusted[slot.index] === 1 ? undefined : lastOf(slot);
  }

  const view: StationView = {
    at: 0,
    network,
    station: plan.station,
    limits: fold.limits(undefined),
    phase: "heating",
    raw,
    get phaseSet() {
      return fold.state.phaseSet;
    },
    get hourOfDay() {
      if (hourKnownAt !== view.at) {
        hourKnownAt = view.at;
        hour = hourOfDay(timezone, view.at);
      }
      return hour;
    },
    moveTo(at) {
      view.at = at;
      const season = fold.state.observed[seasonPost.index] as SeasonMemory | undefined;
      const moved = view as { phase: View["phase"]; limits: View["limits"] };
      moved.phase = season === undefined ? phaseOfCalendar(view) : season.phase;
      moved.limits = fold.limits(fold.state.limitsId).in(moved.phase);
    },
    last(asset, signal) {
      const sample = believed(ownSlot(asset, signal));
      if (sample !== undefined) return sample;
      const other = standIns(asset, signal);
      return other === undefined ? undefined : believed(ownSlot(other, signal));
    },
    since(asset, signal, from) {
      const slot = findSlot(asset, signal);
      return slot === undefined || fold.distrusted[slot.index] === 1 ? NO_SAMPLES : samplesSince(slot.series, from, view.at);
    },
    interval(asset, signal) {
      const slot = findSlot(asset, signal);
      if (slot === undefined) return undefined;
      const interval = fold.state.gate.interval[slot.index]!;
      return Number.isNaN(interval) ? undefined : interval;
    },
    lastHeard(asset) {
      const place = plan.places.get(asset);
      const at = place === undefined ? NaN : fold.state.heardAt[place]!;
      return Number.isNaN(at) ? undefined : at;
    },
    pointState(asset, signal) {
      const slot = ownSlot(asset, signal);
      return slot === undefined ? undefined : pointStateOf(fold.state.gate, slot.index, view.at);
    },
    lastReport(asset, signal) {
      const slot = findSlot(asset, signal);
      return slot === undefined ? undefined : fold.state.gate.lastAt[slot.index]!;
    },
    isSuspected: (asset, kinds) =>
      plan.watchesOn(asset).some(({ index, rule }) => kinds.includes(rule.kind) && fold.state.holds[index] !== undefined),
    underWork: (asset) => workOn(fold, asset) !== undefined,
    observed<Memory>(observer: Observer<Memory>, asset: string): Memory | undefined {
      const post = plan.postOf(observer as Observer, asset);
      return post === undefined ? undefined : (fold.state.observed[post.index] as Memory | undefined);
    },
  };

  view.moveTo(0);
  return view;
}

/** The asset that may carry a signal in another one's place; looked up once for every pair. */
function standInsOf({ network }: StationPlan): (asset: string, signal: SignalId) => string | undefined {
  const known = new Map<string, Map<SignalId, string | undefined>>();
  return (asset, signal) => {
    let bySignal = known.get(asset);
    if (bySignal === undefined) known.set(asset, (bySignal = new Map()));
    if (bySignal.has(signal)) return bySignal.get(signal);
    const other = network.carriers(asset, signal)[1];
    bySignal.set(signal, other);
    return other;
  };
}
