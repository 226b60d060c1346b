import type { Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { hourOfDay } from "../../model/zone.ts";
import { limitTable, type Limit, type LimitOverrides } from "../../rules/limits.ts";
import { phaseOfCalendar } from "../../rules/season-watch.ts";
import type { Sample, View } from "../../rules/rule.ts";

/** A view over plain arrays, with the retention and staleness that `rules/rule.ts` promises, for tests of single rules. */
export interface ArrayView extends View {
  at: number;
  /** Appends a good value; times per point must ascend. */
  put(asset: string, signal: SignalId, at: number, value: number): void;
  moveTo(at: number): void;
}

const SEEN_MS = { station: 7_200_000, circuit: 7_200_000, building: 43_200_000, unit: 43_200_000, room: 43_200_000 } as const;
const INTERVALS_KEPT = 15;

interface Track {
  readonly seenMs: number;
  samples: Sample[];
  intervalMs: number | undefined;
}

export function arrayView(network: Network, limits: Readonly<Record<string, Limit>>, overrides: LimitOverrides = {}): ArrayView {
  const tracks = new Map<string, Track>();
  const heard = new Map<string, number>();
  const find = (asset: string, signal: SignalId): Track | undefined => {
    for (const carrier of network.carriers(asset, signal)) {
      const track = tracks.get(`${carrier}/${signal}`);
      if (track !== undefined) return track;
    }
    return undefined;
  };
  const view: ArrayView = {
    at: 0,
    network,
    station: network.stations[0]!,
    phase: "heating",
    phaseSet: undefined,
    hourOfDay: 0,
    limits: limitTable(network, limits, overrides),
    put(asset, signal, at, value) {
      const key = `${asset}/${signal}`;
      let track = tracks.get(key);
      if (track === undefined)
        tracks.set(key, (track = { seenMs: SEEN_MS[network.asset(asset)!.level], samples: [], intervalMs: undefined }));
      track.samples.push({ at, value });
      if (track.samples.length > 40 && track.samples[20]!.at < at - track.seenMs)
        track.samples = track.samples.filter((sample) => sample.at >= at - track.seenMs);
      if (track.intervalMs === undefined && track.samples.length >= 5) {
        const recent = track.samples.slice(-INTERVALS_KEPT);
        const gaps = recent.slice(1).map((sample, index) => sample.at - recent[index]!.at);
        track.intervalMs = gaps.sort((a, b) => a - b)[gaps.length >> 1];
      }
      heard.set(asset, at);
    },
    moveTo(at) {
      view.at = at;
      const moved = view as { phase: View["phase"]; hourOfDay: number };
      moved.phase = phaseOfCalendar(view);
      moved.hourOfDay = hourOfDay(network.timezone, at);
    },
    last(asset, signal) {
      const track = find(asset, signal);
      const newest = track?.samples.at(-1);
      if (track === undefined || newest === undefined) return undefined;
      const staleMs = Math.max(180_000, 3 * (track.intervalMs ?? 3_600_000));
      return view.at - newest.at > staleMs ? undefined : newest;
    },
    since(asset, signal, from) {
      const track = find(asset, signal);
      if (track === undefined) return [];
      const first = Math.max(from, view.at - track.seenMs);
      let start = track.samples.length;
      while (start > 0 && track.samples[start - 1]!.at >= first) start--;
      return track.samples.slice(start);
    },
    interval: (asset, signal) => find(asset, signal)?.intervalMs,
    lastReport: (asset, signal) => find(asset, signal)?.samples.at(-1)?.at,
    pointState: () => undefined,
    lastHeard: (asset) => heard.get(asset),
    get raw() {
      return view;
    },
    underWork: () => false,
    isSuspected: () => false,
    observed: () => undefined,
  };
  return view;
}
