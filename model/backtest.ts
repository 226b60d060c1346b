import type { FaultKind, Severity } from "./finding.ts";
import type { LimitValues } from "./limit-values.ts";
import type { Text } from "./text.ts";
import type { Ticket } from "./ticket.ts";

/** Rules tried over stored history, or beside the live ones: what is asked, how far it is, and how it differs from live tickets. */

export interface BacktestRequest {
  /** The window, epoch ms, `to` not included. */
  readonly from: number;
  readonly to: number;
  /** Null: all of the network. */
  readonly stations: readonly string[] | null;
  /** Limits that are tried in the place of the published ones; null: those that were published, as they were. */
  readonly overrides: LimitValues | null;
  readonly reason: string;
}

/** A ticket as far as comparing needs it. */
export interface TriedTicket {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly station: string;
  readonly severity: Severity;
  /** Estimated begin of the fault, when its ticket was opened, and when the signals were back (null: not yet). */
  readonly since: number;
  readonly openedAt: number;
  readonly recoveredAt: number | null;
  readonly summary: Text;
  /** Id of the live ticket; null: it was only tried. */
  readonly id: string | null;
}

/** Two tickets about one fault. */
export interface TicketPair {
  readonly live: TriedTicket;
  readonly tried: TriedTicket;
  /** So much earlier the tried rules would have opened theirs, ms; negative: later. */
  readonly leadMs: number;
}

/** What would have been other than it was. */
export interface TicketDifference {
  readonly same: readonly TicketPair[];
  /** One fault under two names. */
  readonly otherKind: readonly TicketPair[];
  readonly onlyLive: readonly TriedTicket[];
  readonly onlyTried: readonly TriedTicket[];
  /** Median of the leads of `same` and `otherKind`, ms; null: there are none. */
  readonly medianLeadMs: number | null;
}

export interface BacktestFigures {
  readonly stations: number;
  readonly stationDays: number;
  readonly readings: number;
  readonly evaluations: number;
  /** Evaluations that threw, and the first one's words. */
  readonly failures: number;
  readonly lastFailure: string | null;
  readonly ticketsPerDay: number;
  readonly byKind: Readonly<Partial<Record<FaultKind, number>>>;
  /** Findings that were evidence in another's ticket. */
  readonly held: number;
  readonly mostPer10Min: number;
}

export interface BacktestRun extends BacktestRequest {
  readonly id: string;
  readonly state: "queued" | "running" | "done" | "failed" | "cancelled";
  /** Share of the stations that are done, 0…1. */
  readonly progress: number;
  readonly by: string;
  readonly madeAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly error: string | null;
  /** Null until it is done. */
  readonly figures: BacktestFigures | null;
}

export interface BacktestOutcome {
  /** Opened in the window, oldest first; those merged into others are left out. */
  readonly tickets: readonly (Ticket & { readonly firstCallAt: number | null; readonly absorbed: number })[];
  readonly difference: TicketDifference;
}

/** Other limits at work beside the live ones, on the same readings, with tickets that nobody sees on the board. */
export interface Shadow {
  readonly overrides: LimitValues;
  readonly startedAt: number;
  readonly by: string;
  readonly reason: string;
  /** Null while it runs. */
  readonly endedAt: number | null;
  /** Stations that have caught up, of all that ever reported. */
  readonly ready: number;
  readonly stations: number;
}
