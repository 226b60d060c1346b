import type { Severity, FaultKind } from "./finding.ts";
import type { SignalId } from "./signals.ts";
import type { Text } from "./text.ts";
import type { Ticket, TicketState } from "./ticket.ts";

/** What goes over `GET /api/live`, and the numbers of a station as the overview shows them. */

/** [event time in epoch ms, value]; null: the device says the sensor failed. */
export type LatestValue = readonly [at: number, value: number | null];

/** `never`: registered, nothing received yet. `silent`: no data for more than 3 intervals. `offline`: its will or status says so. */
export const CONNECTIONS = ["online", "silent", "offline", "never"] as const;
export type Connection = (typeof CONNECTIONS)[number];

/** Numbers that the rules derive for one circuit; null while there is too little data. */
export interface CircuitDerived {
  /** Supply temperature that the heating curve asks for now, °C. */
  readonly supplyExpectedC: number | null;
  /** Makeup of the last full hour corrected for expansion and pressure holding, m³/h, and what is usual at this hour. */
  readonly makeupM3h: number | null;
  readonly makeupExpectedM3h: number | null;
}

/** What `value` and `limit` of a rule's verdicts are: how far it is from opening is read by people. */
export interface Measure {
  readonly name: Text;
  readonly unit: string;
  /** On which side of the limit a fault lies. */
  readonly faultWhen: "above" | "below";
}

/** How far one rule is from its limit on one asset: read by people. */
export interface RuleStatus {
  readonly kind: FaultKind;
  readonly asset: string;
  /** `shelved`: it would be a fault, but work is planned there or somebody shelved it. */
  readonly state: "normal" | "pending" | "firing" | "unknown" | "shelved";
  readonly value: number | null;
  readonly limit: number | null;
  /** What these two are. */
  readonly measure: Measure;
  /** Event time of the evaluation. */
  readonly at: number;
  /** When it would open if nothing changed; null unless pending. */
  readonly opensAt: number | null;
}

export interface StationLive {
  readonly id: string;
  readonly connection: Connection;
  /** Event time of the newest reading, and when it was received; null before the first. */
  readonly dataAt: number | null;
  readonly receivedAt: number | null;
  /** Latest values of the station and its circuits (a focused station: also of its units and rooms), by asset and signal. */
  readonly values: Readonly<Record<string, Readonly<Partial<Record<SignalId, LatestValue>>>>>;
  readonly derived: Readonly<Record<string, CircuitDerived>>;
}

/** A ticket as lists show it. */
export type TicketSummary = Pick<
  Ticket,
  | "id"
  | "kind"
  | "severity"
  | "state"
  | "source"
  | "asset"
  | "station"
  | "circuit"
  | "building"
  | "unit"
  | "title"
  | "summary"
  | "dueAt"
  | "deadlines"
  | "version"
  | "since"
  | "detectedAt"
  | "openedAt"
  | "closedAt"
  | "recoveredAt"
  | "assignee"
> & { readonly absorbed: number };

export interface HealthPart {
  readonly status: "ok" | "degraded" | "down";
  /** What is wrong and what to do, when not ok. */
  readonly message?: Text;
  /** Nothing is lost and it mends itself: told without alarm. */
  readonly quiet?: boolean;
  readonly figures: Readonly<Record<string, number | string | null>>;
}

export interface Health {
  readonly status: "ok" | "degraded" | "down";
  readonly version: string;
  readonly startedAt: number;
  readonly parts: Readonly<Record<string, HealthPart>>;
}

/** Server to browser. `stations` of a delta replace the named stations' named values only; newest wins. */
export type LiveMessage =
  | {
      readonly type: "snapshot";
      readonly at: number;
      readonly ticketSequence: number;
      readonly simulated: boolean;
      readonly stations: readonly StationLive[];
      readonly tickets: readonly TicketSummary[];
    }
  | { readonly type: "delta"; readonly at: number; readonly stations: readonly StationLive[] }
  | {
      readonly type: "ticket";
      readonly at: number;
      readonly ticketSequence: number;
      readonly event: string;
      readonly ticket: TicketSummary;
    }
  | { readonly type: "health"; readonly at: number; readonly health: Health };

/** Browser to server. A reconnect opens the socket with `?since=<ticketSequence>` and gets every ticket message after it. */
export type LiveRequest = { readonly type: "focus"; readonly station: string | null };

export const isOpen = (state: TicketState): boolean => state !== "closed" && state !== "merged";
export const urgencyOrder = (severity: Severity): number => (severity === "urgent" ? 0 : 1);
