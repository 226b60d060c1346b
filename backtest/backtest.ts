import type { Decision } from "../model/decision.ts";
import type { FaultKind } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import type { LimitOverrides } from "../rules/limits.ts";
import type { ReadingSource } from "../store/reading-slices.ts";
import type { TicketView } from "../store/ticket-rows.ts";
import { replayDesk } from "./desk-replay.ts";
import { foldStations } from "./fold-crew.ts";

/** The rules over stored history: which tickets they would have opened, in event time, without touching live ones. */

const DAY_MS = 86_400_000;
/** Rules learn from so long before the window: what hour is usual takes a fortnight, what weather four weeks (DOMAIN 3.5, 3.6). */
export const LEARNING_MS = 28 * DAY_MS;
const TEN_MINUTES_MS = 600_000;

export interface BacktestJob {
  readonly network: Network;
  /** The network file: threads read it again. */
  readonly networkText: string;
  readonly overrides: LimitOverrides;
  readonly decisions: readonly Decision[];
  readonly readings: ReadingSource;
  /** All of the network when left out. */
  readonly stations?: readonly string[];
  /** The window, epoch ms, `to` not included. */
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly signal?: AbortSignal;
  readonly progress?: (share: number, station: string) => void;
}

export interface BacktestResult {
  readonly from: number;
  readonly to: number;
  readonly stations: number;
  readonly stationDays: number;
  readonly readings: number;
  readonly evaluations: number;
  /** Evaluations that threw; the first failure's words. */
  readonly failures: number;
  readonly lastFailure: string | undefined;
  /** Opened in the window, oldest first; those merged into others are left out. */
  readonly tickets: readonly TicketView[];
  readonly ticketsPerDay: number;
  readonly byKind: Readonly<Partial<Record<FaultKind, number>>>;
  /** Findings that were evidence in another's ticket. */
  readonly held: number;
  /** Most tickets opened within ten minutes. */
  readonly mostPer10Min: number;
}

/** The decisions of people, with limits that are tried in the place of every set that was published. */
export function withTriedLimits(decisions: readonly Decision[], overrides: LimitOverrides, from = 0): Decision[] {
  const tried: Decision = { type: "limits", id: "tried", from, madeAt: from, by: "trial", reason: "tried", overrides };
  return [...decisions.filter(({ type, from: at }) => type !== "limits" || at < from), tried];
}

/** Rejects with the reason of `signal` when it is aborted. */
export async function runBacktest(job: BacktestJob): Promise<BacktestResult> {
  const { network, from, to } = job;
  const stations = job.stations ?? network.stations.map(({ id }) => id);
  const outcomes = await foldStations({
    ...job,
    stations,
    from: from - LEARNING_MS,
    ...(job.progress === undefined ? {} : { progress: (done: number, station: string) => job.progress!(done / stations.length, station) }),
  });
  const { tickets: all, held } = replayDesk(network, outcomes, from, to);
  const tickets = all.filter(({ state, openedAt }) => state !== "merged" && openedAt >= from && openedAt < to);
  const days = (to - from) / DAY_MS;
  const byKind: Partial<Record<FaultKind, number>> = {};
  for (const { kind } of tickets) byKind[kind] = (byKind[kind] ?? 0) + 1;
  return {
    from,
    to,
    stations: stations.length,
    stationDays: stations.length * days,
    readings: outcomes.reduce((sum, outcome) => sum + outcome.readings, 0),
    evaluations: outcomes.reduce((sum, outcome) => sum + outcome.evaluations, 0),
    failures: outcomes.reduce((sum, outcome) => sum + outcome.failures, 0),
    lastFailure: outcomes.find(({ lastFailure }) => lastFailure !== undefined)?.lastFailure,
    tickets,
    ticketsPerDay: tickets.length / days,
    byKind,
    held,
    mostPer10Min: mostWithin(
      tickets.map(({ openedAt }) => openedAt),
      TEN_MINUTES_MS,
    ),
  };
}

/** Most of the ascending times within any span of `spanMs`. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let most = 0;
  let first = 0;
  times.forEach((at, index) => {
    while (times[first]! <= at - spanMs) first++;
    most = Math.max(most, index - first + 1);
  });
  return most;
}
