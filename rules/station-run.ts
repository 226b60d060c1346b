import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { step } from "./engine.ts";
import { type StationFold, type Transition, createFold } from "./fold.ts";
import type { LimitVersions } from "./limit-versions.ts";
import { planStation } from "./plan.ts";
import { type History, refold, restore } from "./rewind.ts";
import { type RootCauses, findRoots } from "./root-cause.ts";
import type { Rule } from "./rule.ts";
import { REWIND_MS_MAX, type Snapshot, isKept, keepSnapshot, takeSnapshot } from "./snapshot.ts";
import type { StationState } from "./state.ts";

/** One station in the host: its fold, its snapshots, and what it still owes to late readings. */

/** Units count as reporting if heard within a day: the share that lifts a finding must not jump with single reports. */
const REPORTING_MS = 86_400_000;
const NOTHING: readonly Transition[] = [];

export interface StationRun {
  readonly fold: StationFold;
  readonly snapshots: Snapshot[];
  /** Event time of the newest reading accepted; what gateways say of themselves does not count. */
  newestAt: number;
  /**
   * What gateways said of themselves (`online`), carrying the time of its receipt: waits until event time gets there, or a gateway
   * that logs in and then delivers its past would make all of that late. Oldest first.
   */
  readonly statuses: Reading[];
  /** Event time of the oldest late reading that has not been rewound for; undefined: none. */
  dirtyAt: number | undefined;
  /** A rewind began and its readings could not be had: the fold stands in its past, and this is where it was. */
  torn: Pick<StationState, "at" | "startedAt"> | undefined;
  releaseAt: number | undefined;
  causes: { readonly at: number; readonly value: RootCauses } | undefined;
}

/** @throws if the network has no such station. */
export function createRun(network: Network, station: string, rules: readonly Rule[], limits: LimitVersions): StationRun {
  const asset = network.asset(station);
  if (asset?.level !== "station") throw new Error(`${station} is not a station of the network`);
  const fold = createFold(planStation(network, asset, rules), limits);
  const run: StationRun = {
    fold,
    snapshots: [],
    statuses: [],
    newestAt: -Infinity,
    dirtyAt: undefined,
    torn: undefined,
    releaseAt: undefined,
    causes: undefined,
  };
  fold.onHour = () => {
    // During a long refold most hours would be thinned out again at once.
    if (isKept(fold.state.at, Math.max(fold.state.at, run.newestAt))) keepSnapshot(run.snapshots, takeSnapshot(fold));
  };
  return run;
}

/** Whether there is a state from before `at` to go back to, or the beginning is near enough to start anew. */
export function isReachable({ fold, snapshots, torn }: StationRun, at: number): boolean {
  const { at: now, startedAt } = torn ?? fold.state;
  return snapshots.some((snapshot) => snapshot.at < at) || now - Math.min(at, startedAt) <= REWIND_MS_MAX;
}

/**
 * Goes back before the oldest late reading and folds the stored readings again up to where the station was. Returns how many.
 * @throws what `history` throws; the run then is torn, and the same call has to be made again.
 */
export function rewindRun(run: StationRun, history: History): number {
  const { fold, snapshots, dirtyAt } = run;
  if (dirtyAt === undefined) return 0;
  run.causes = undefined;
  const { at: target, startedAt } = (run.torn ??= { at: fold.state.at, startedAt: fold.state.startedAt });
  const beginning = Math.min(dirtyAt, startedAt);
  while (snapshots.length > 0 && snapshots.at(-1)!.at >= dirtyAt) snapshots.pop();
  restore(fold, snapshots.at(-1), history);
  const foldedTo = Math.max(run.newestAt, target);
  const count = refold(fold, history, beginning, foldedTo);
  while (run.statuses.length > 0 && run.statuses[0]!.at <= foldedTo) run.statuses.shift();
  step(fold, { tickAt: target });
  run.dirtyAt = undefined;
  run.torn = undefined;
  return count;
}

/** Steps through the waiting statuses up to a time that event time is about to reach. */
export function takeStatuses(run: StationRun, to: number): readonly Transition[] {
  if (run.statuses.length === 0 || run.statuses[0]!.at > to) return NOTHING;
  const transitions: Transition[] = [];
  while (run.statuses.length > 0 && run.statuses[0]!.at <= to) {
    const status = run.statuses.shift()!;
    if (status.at > run.fold.state.at) transitions.push(...step(run.fold, status));
  }
  return transitions;
}

/** The tree of causes at the event time that the station has been looked at last. */
export function rootCauses(run: StationRun, largerCause?: (episode: Episode) => Episode | undefined): RootCauses {
  const { fold } = run;
  const { at } = fold.view;
  if (run.causes?.at === at) return run.causes.value;
  const value = findRoots({
    network: fold.plan.network,
    station: fold.plan.station.id,
    at,
    episodes: ownEpisodes(run),
    isReporting: (unit) => isReporting(run, unit),
    ...(largerCause === undefined ? {} : { largerCause }),
  });
  run.causes = { at, value };
  return value;
}

/** Whether something was heard of an asset within a day. */
export const isReporting = ({ fold }: StationRun, asset: string): boolean =>
  (fold.view.lastHeard(asset) ?? -Infinity) >= fold.view.at - REPORTING_MS;

/** What the station's rules found, without what is lifted. */
export function ownEpisodes({ fold }: StationRun): Episode[] {
  return [...fold.cleared, ...fold.state.open.filter((episode) => episode !== undefined)];
}
