import type { TicketDifference, TicketPair, TriedTicket } from "../model/backtest.ts";
import type { Network } from "../model/network.ts";
import { quantile } from "../rules/statistics.ts";
import type { TicketView } from "../store/ticket-rows.ts";

/** Live tickets beside tried ones: which are about one fault. */

/** Two tickets are about one fault only if they overlap, or miss each other by less than this. */
const NEAR_MS = 6 * 3_600_000;

export const triedTicket = (ticket: TicketView, isLive: boolean): TriedTicket => ({
  kind: ticket.kind,
  asset: ticket.asset,
  station: ticket.station,
  severity: ticket.severity,
  since: ticket.since,
  openedAt: ticket.openedAt,
  recoveredAt: ticket.recoveredAt,
  summary: ticket.summary,
  id: isLive ? ticket.id : null,
});

/**
 * Pairs tickets of one fault: the same place or one above the other, at overlapping times; the same kind before any other, then
 * the ones that began nearest to each other. Every ticket is in one pair at most.
 */
export function differenceOf(network: Network, live: readonly TriedTicket[], tried: readonly TriedTicket[]): TicketDifference {
  const candidates = live
    .flatMap((one) =>
      tried
        .filter((other) => isNear(one, other) && isOnePlace(network, one.asset, other.asset))
        .map((other) => ({ live: one, tried: other })),
    )
    .sort(
      (a, b) =>
        Number(isOtherKind(a)) - Number(isOtherKind(b)) ||
        Number(a.live.asset !== a.tried.asset) - Number(b.live.asset !== b.tried.asset) ||
        gapMs(a) - gapMs(b),
    );
  const taken = new Set<TriedTicket>();
  const pairs: TicketPair[] = [];
  for (const pair of candidates) {
    if (taken.has(pair.live) || taken.has(pair.tried)) continue;
    taken.add(pair.live).add(pair.tried);
    pairs.push({ ...pair, leadMs: pair.live.openedAt - pair.tried.openedAt });
  }
  pairs.sort((a, b) => a.live.openedAt - b.live.openedAt);
  return {
    same: pairs.filter((pair) => !isOtherKind(pair)),
    otherKind: pairs.filter(isOtherKind),
    onlyLive: live.filter((ticket) => !taken.has(ticket)),
    onlyTried: tried.filter((ticket) => !taken.has(ticket)),
    medianLeadMs:
      pairs.length === 0
        ? null
        : quantile(
            pairs.map(({ leadMs }) => leadMs),
            0.5,
          ),
  };
}

interface Candidate {
  readonly live: TriedTicket;
  readonly tried: TriedTicket;
}

const isOtherKind = ({ live, tried }: Candidate): boolean => live.kind !== tried.kind;
const gapMs = ({ live, tried }: Candidate): number => Math.abs(live.since - tried.since);

function isNear(a: TriedTicket, b: TriedTicket): boolean {
  return a.since <= (b.recoveredAt ?? Infinity) + NEAR_MS && b.since <= (a.recoveredAt ?? Infinity) + NEAR_MS;
}

function isOnePlace(network: Network, a: string, b: string): boolean {
  return network.lineage(a).some(({ id }) => id === b) || network.lineage(b).some(({ id }) => id === a);
}
