import type { BacktestRun, TicketDifference } from "../../model/backtest.ts";
import type { FaultKind } from "../../model/finding.ts";
import { sameLimits, type LimitValues } from "../../model/limit-values.ts";

/** What a backtest or a shadow says beside the live tickets. Pure. */

export interface KindCount {
  readonly kind: FaultKind;
  readonly live: number;
  readonly tried: number;
}

/** Tickets of the window by kind, live and tried; most first. */
export function kindCounts(difference: TicketDifference): KindCount[] {
  const counts = new Map<FaultKind, { live: number; tried: number }>();
  const count = (kind: FaultKind, side: "live" | "tried"): void => {
    const known = counts.get(kind) ?? { live: 0, tried: 0 };
    known[side] += 1;
    counts.set(kind, known);
  };
  for (const pair of [...difference.same, ...difference.otherKind]) {
    count(pair.live.kind, "live");
    count(pair.tried.kind, "tried");
  }
  for (const ticket of difference.onlyLive) count(ticket.kind, "live");
  for (const ticket of difference.onlyTried) count(ticket.kind, "tried");
  return [...counts]
    .map(([kind, sides]) => ({ kind, ...sides }))
    .sort((a, b) => Math.max(b.live, b.tried) - Math.max(a.live, a.tried) || (a.kind < b.kind ? -1 : 1));
}

/** Tickets on either side. */
export function sideCounts({ same, otherKind, onlyLive, onlyTried }: TicketDifference): { readonly live: number; readonly tried: number } {
  const pairs = same.length + otherKind.length;
  return { live: pairs + onlyLive.length, tried: pairs + onlyTried.length };
}

/** Median of the leads of tickets that were opened live at `from` or later, ms; null: there are none. Earlier ones say nothing of who is first. */
export function medianLeadSince({ same, otherKind }: TicketDifference, from: number): number | null {
  const leads = [...same, ...otherKind]
    .filter(({ live }) => live.openedAt >= from)
    .map(({ leadMs }) => leadMs)
    .sort((a, b) => a - b);
  const middle = leads.length >> 1;
  return leads.length === 0 ? null : leads.length % 2 === 1 ? leads[middle]! : (leads[middle - 1]! + leads[middle]!) / 2;
}

export const isOver = ({ state }: Pick<BacktestRun, "state">): boolean => state !== "queued" && state !== "running";

/** Done backtests of exactly these limits, newest first as they come. One of the published limits tried them as they were at each time: it is of no set. */
export const backtestsOf = (runs: readonly BacktestRun[], limits: LimitValues): BacktestRun[] =>
  runs.filter((run) => run.state === "done" && run.overrides !== null && sameLimits(run.overrides, limits));
