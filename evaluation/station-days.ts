import type { WorldMatch } from "./match.ts";
import { DAY_MS, type PlayedTicket, type WorldOutcome } from "./outcome.ts";
import { fHalf, shareOf } from "./shares.ts";

/** Days of stations: which are healthy, which a false ticket spoils, which days of a fault its ticket covers. */

export interface Matched {
  readonly outcome: WorldOutcome;
  readonly match: WorldMatch;
}

/** Keys `station|day` of the station-days without any planted fault, from its onset to a day after its repair. */
export function healthyDays({ outcome }: Matched): Set<string> {
  const { from, to, stations, faults } = outcome;
  const days = new Set<string>();
  const count = Math.floor((to - from) / DAY_MS);
  for (const station of stations) for (let day = 0; day < count; day++) days.add(`${station}|${day}`);
  for (const fault of faults) {
    if (fault.kind === undefined) continue;
    for (const station of fault.reach)
      for (let day = Math.floor((fault.from - from) / DAY_MS); day <= Math.floor((fault.to + DAY_MS - from) / DAY_MS); day++)
        days.delete(`${station}|${day}`);
  }
  return days;
}

export function spoiltDays({ from, to }: WorldOutcome, falses: readonly PlayedTicket[], healthy: ReadonlySet<string>): number {
  const spoilt = new Set<string>();
  for (const { station, openedAt, recoveredAt, closedAt } of falses) {
    const last = Math.floor((Math.min(recoveredAt ?? closedAt ?? to, to - 1) - from) / DAY_MS);
    for (let day = Math.floor((openedAt - from) / DAY_MS); day <= last; day++) {
      const key = `${station}|${day}`;
      if (healthy.has(key)) spoilt.add(key);
    }
  }
  return spoilt.size;
}

/** F0.5 over station-days; `healthy` is that of each world. */
export function coverageOf(worlds: readonly Matched[], healthy: readonly ReadonlySet<string>[]): number | null {
  let covered = 0;
  let faulty = 0;
  let spoilt = 0;
  for (const [index, { outcome, match }] of worlds.entries()) {
    const tickets = new Map(match.tickets.map(({ ticket }) => [ticket.id, ticket]));
    for (const { fault, from, tickets: ids } of match.faults) {
      if (fault.hidden !== undefined) continue;
      const standing = ids.map((id) => tickets.get(id)!);
      for (let at = from; at < fault.to; at += DAY_MS) {
        const end = Math.min(at + DAY_MS, fault.to);
        faulty++;
        if (standing.some(({ openedAt, closedAt }) => openedAt < end && (closedAt ?? Infinity) >= at)) covered++;
      }
    }
    const falses = match.tickets.filter(({ verdict }) => verdict === "false").map(({ ticket }) => ticket);
    spoilt += spoiltDays(outcome, falses, healthy[index]!);
  }
  return fHalf(shareOf(covered, covered + spoilt), shareOf(covered, faulty));
}
