import type { SignalId } from "../model/signals.ts";
import { hourOfDay } from "../model/zone.ts";
import { seasonPhase } from "./phase.ts";
import { GOOD } from "./quality.ts";
import type { Sample, View } from "./rule.ts";
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
  state: StationState;
  readonly slotsOf: ReadonlyMap<string, ReadonlyMap<string, Slot>>;
}

export function createView(fold: ViewSource): StationView {
  const { plan } = fold;
  const { network } = plan;
  const { timezone, season } = network;
  const standIns = new Map<string, string>();
  for (const asset of plan.assets) {
    const other = network.carriers(asset.id)[1];
    if (other !== undefined) standIns.set(asset.id, other);
  }
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
    const other = standIns.get(asset);
    return other === undefined ? undefined : ownSlot(other, signal);
  }

  function staleAfterMs(slot: Slot): number {
    if (slot.isStatus) return Infinity;
    const interval = fold.state.gate.interval[slot.index]!;
    return Number.isNaN(interval) ? STALE_MS_UNKNOWN[plan.assets[slot.place]!.level] : Math.max(STALE_INTERVALS * interval, STALE_MS_MIN);
  }

  function lastOf(slot: Slot | undefined): Sample | undefined {
    if (slot === undefined) return undefined;
    const { gate } = fold.state;
    if (gate.quality[slot.index] !== GOOD || view.at - gate.lastAt[slot.index]! > staleAfterMs(slot)) return undefined;
    return newestSample(slot.series);
  }

  const view: StationView = {
    at: 0,
    network,
    station: plan.station,
    limits: plan.limits,
    phase: "heating",
    get hourOfDay() {
      if (hourKnownAt !== view.at) {
        hourKnownAt = view.at;
        hour = hourOfDay(timezone, view.at);
      }
      return hour;
    },
    moveTo(at) {
      view.at = at;
      (view as { phase: View["phase"] }).phase = seasonPhase(season, at);
    },
    last(asset, signal) {
      const sample = lastOf(ownSlot(asset, signal));
      if (sample !== undefined) return sample;
      const other = standIns.get(asset);
      return other === undefined ? undefined : lastOf(ownSlot(other, signal));
    },
    since(asset, signal, from) {
      const slot = findSlot(asset, signal);
      return slot === undefined ? NO_SAMPLES : samplesSince(slot.series, from, view.at);
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
    lastReport(asset, signal) {
      const slot = findSlot(asset, signal);
      return slot === undefined ? undefined : fold.state.gate.lastAt[slot.index]!;
    },
  };

  view.moveTo(0);
  return view;
}
