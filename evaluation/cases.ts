import type { FaultKind } from "../model/finding.ts";
import type { PlayedTicket } from "./outcome.ts";
import type { Matched } from "./station-days.ts";

/** The single cases behind the figures: what was missed, what was false, what was right about something nobody planted. */

export interface MissedCase {
  readonly scenario: string;
  readonly seed: number;
  readonly id: string;
  readonly kind: FaultKind;
  readonly disturbance: string;
  readonly asset: string;
  readonly station: string;
  readonly from: number;
  readonly to: number;
  readonly magnitude: number;
}

export interface FalseCase {
  readonly scenario: string;
  readonly seed: number;
  readonly id: string;
  readonly kind: FaultKind;
  readonly asset: string;
  readonly station: string;
  readonly openedAt: number;
  readonly summary: PlayedTicket["summary"];
  /** The confounder that was at work there. */
  readonly confounder: string | undefined;
}

export function missedCases({ outcome, match }: Matched): MissedCase[] {
  return match.faults
    .filter(({ fault, foundAt }) => fault.hidden === undefined && foundAt === undefined)
    .map(({ fault: { id, kind, disturbance, asset, station, from, to, magnitude } }) => ({
      scenario: outcome.scenario,
      seed: outcome.seed,
      id,
      kind: kind!,
      disturbance,
      asset,
      station,
      from,
      to,
      magnitude,
    }));
}

export function falseCases({ outcome, match }: Matched): FalseCase[] {
  return match.tickets
    .filter(({ verdict }) => verdict === "false")
    .map(({ ticket: { id, kind, asset, station, openedAt, summary }, about }) => ({
      scenario: outcome.scenario,
      seed: outcome.seed,
      id,
      kind,
      asset,
      station,
      openedAt,
      summary,
      confounder: about?.disturbance,
    }));
}

/** Counts by kind and by what was wrong. */
export function unplantedOf(worlds: readonly Matched[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { match } of worlds)
    for (const { verdict, ticket } of match.tickets) {
      if (verdict !== "unplanted") continue;
      // Without its number: "flow 45 % of planned" and "flow 50 % of planned" are one.
      const key = `${ticket.kind}: ${ticket.trouble?.replaceAll(/-?\d+(\.\d+)?/g, "…")}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
