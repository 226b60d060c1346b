import type { Text } from "./text.ts";
import type { Cause, Evidence, FaultKind, Severity } from "./finding.ts";

/** The five stages of 接诉 — 派单 — 处办 — 回复 — 办结 as states (CONTRACT 5). */
export const TICKET_STATES = [
  "open",
  "dispatched",
  "accepted",
  "on_the_way",
  "on_site",
  "resolved",
  "replied",
  "confirmed",
  "closed",
  "merged",
] as const;
export type TicketState = (typeof TICKET_STATES)[number];

/** Moves that a person may make (POST /api/tickets/{id}/{move}). */
export const TICKET_MOVES = [
  "dispatch",
  "accept",
  "depart",
  "arrive",
  "note",
  "resolve",
  "reply",
  "confirm",
  "close",
  "reopen",
  "merge",
] as const;
export type TicketMove = (typeof TICKET_MOVES)[number];

/** What the platform itself writes into a ticket's history. */
export const TICKET_EVENTS = [
  "opened",
  "raised",
  "lowered",
  "reanchored",
  "absorbed",
  "released",
  "recovered",
  "relapsed",
  "warned",
  "escalated",
  "complained",
] as const;
export type TicketEventKind = (typeof TICKET_EVENTS)[number] | TicketMove;

export interface TicketEvent {
  readonly sequence: number;
  /** When it was written, epoch ms (the clock of the platform). */
  readonly at: number;
  readonly kind: TicketEventKind;
  /** User name, or "system". */
  readonly by: string;
  readonly text?: Text;
  /** What a person wrote, verbatim. Never rendered as markup. */
  readonly note?: string;
  readonly to?: string;
  readonly state: TicketState;
}

/** A finding that this ticket stands for: its root and what it explains. */
export interface TicketFinding {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly since: number;
  readonly detectedAt: number;
  readonly clearedAt: number | undefined;
  readonly root: boolean;
  readonly summary: Text;
}

export const CLOCKS = ["dispatch", "respond", "finish"] as const;
export type Clock = (typeof CLOCKS)[number];

export interface Deadline {
  readonly clock: Clock;
  readonly dueAt: number;
  readonly limitMs: number;
  /** When the step was done; undefined while running. */
  readonly doneAt: number | undefined;
}

export interface Ticket {
  readonly id: string;
  readonly kind: FaultKind;
  readonly severity: Severity;
  readonly state: TicketState;
  readonly source: "rule" | "complaint" | "person";
  readonly asset: string;
  readonly station: string;
  readonly circuit?: string;
  readonly building?: string;
  readonly unit?: string;
  readonly title: Text;
  readonly summary: Text;
  /** The next limit of its clock; null once closed or merged. */
  readonly dueAt: number | null;
  readonly deadlines: readonly Deadline[];
  readonly version: number;
  readonly since: number;
  readonly detectedAt: number;
  readonly openedAt: number;
  readonly closedAt: number | null;
  /** When the signals were back; null while the fault is there. A ticket closes only when set, or by a named override. */
  readonly recoveredAt: number | null;
  readonly assignee: string | null;
  readonly mergedInto: string | null;
  readonly findings: readonly TicketFinding[];
  readonly evidence: readonly Evidence[];
  readonly causes: readonly Cause[];
  readonly consequence: Text;
  readonly action: readonly Text[];
  readonly history: readonly TicketEvent[];
}
