import type { Explanation, FaultKind, Severity } from "./finding.ts";
import type { Text } from "./text.ts";
import type { Ticket, TicketEventKind, TicketFinding, TicketState } from "./ticket.ts";

/** A ticket as the desk decides about it and the store keeps it: the part that its history replays, and the part that is refreshed. */

/** When the steps of the current round were first done, epoch ms. A return to `open` starts a new round. */
interface Milestones {
  readonly startedAt: number;
  /** Since when it is urgent; null while general. */
  readonly urgentAt: number | null;
  readonly dispatchedAt: number | null;
  readonly acceptedAt: number | null;
  readonly arrivedAt: number | null;
  readonly resolvedAt: number | null;
  /** `clock@dueAt` of every warning and escalation already written. */
  readonly warned: readonly string[];
  readonly escalated: readonly string[];
}

/** Changes only by a step of its history: folding the steps gives it again. */
export interface TicketCore {
  readonly id: string;
  readonly kind: FaultKind;
  readonly asset: string;
  readonly station: string;
  readonly circuit: string | null;
  readonly building: string | null;
  readonly unit: string | null;
  readonly severity: Severity;
  readonly state: TicketState;
  readonly source: Ticket["source"];
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly recoveredAt: number | null;
  readonly assignee: string | null;
  /** 首问责任: the first one it was given to. */
  readonly owner: string | null;
  readonly mergedInto: string | null;
  /** When the first resident called about it; null while none did. */
  readonly firstCallAt: number | null;
  /** Findings that a person put here by merging: `kind|asset`. They stay while the ticket is open. */
  readonly pinned: readonly string[];
  readonly version: number;
  readonly milestones: Milestones;
}

/** What lists show beside the core. */
export interface TicketBrief {
  readonly title: Text;
  readonly summary: Text;
  readonly since: number;
  readonly detectedAt: number;
}

/** Refreshed from the findings without a step in the history. */
export interface TicketBody extends TicketBrief, Explanation {
  readonly findings: readonly TicketFinding[];
  /** How many running findings it stands for beyond those listed, by station; stations without any are left out. */
  readonly unlisted: Readonly<Record<string, number>>;
  /** Stations of its findings, its own first: a shortage of the primary network stands for many. */
  readonly stations: readonly string[];
}

export interface TicketRecord extends TicketCore, TicketBody {}

/** One line of history to be written: `set` is what it changes in the core. */
export interface TicketStep {
  readonly at: number;
  readonly kind: TicketEventKind;
  readonly by: string;
  readonly text?: Text;
  readonly note?: string;
  readonly to?: string;
  readonly set: Partial<Omit<TicketCore, "id" | "version" | "milestones">> & {
    readonly milestones?: Partial<Pick<Milestones, "warned" | "escalated">>;
  };
}

/** A ticket before the store gave it its id. */
export type NewTicket = Omit<TicketRecord, "id" | "version" | "milestones">;

/** Written in one transaction, in order. An update without steps is a refresh and leaves the version alone. */
export type TicketChange =
  | { readonly type: "open"; readonly ticket: NewTicket; readonly steps: readonly TicketStep[] }
  | {
      readonly type: "update";
      readonly at: number;
      readonly id: string;
      readonly steps: readonly TicketStep[];
      readonly body: Partial<TicketBody>;
    };

/** How many findings a ticket stands for besides its root, listed or not. */
export function absorbedCount({ findings, unlisted }: Pick<TicketBody, "findings" | "unlisted">): number {
  return findings.filter(({ root }) => !root).length + Object.values(unlisted).reduce((sum, count) => sum + count, 0);
}

export const findingKey = (finding: { readonly kind: FaultKind; readonly asset: string }): string => `${finding.kind}|${finding.asset}`;

/** The part of a new ticket that its history replays: without what is refreshed from the findings. */
export function coreOfNew(ticket: NewTicket): Omit<NewTicket, keyof TicketBody> {
  const {
    title: _title,
    summary: _summary,
    since: _since,
    detectedAt: _detectedAt,
    findings: _findings,
    unlisted: _unlisted,
    stations: _stations,
    evidence: _evidence,
    causes: _causes,
    consequence: _consequence,
    action: _action,
    ...core
  } = ticket;
  return core;
}

/** The core of a new ticket before its first step. */
export function emptyCore(id: string, ticket: NewTicket): TicketCore {
  return { ...coreOfNew(ticket), id, version: 0, milestones: startRound(ticket.openedAt, ticket.severity) };
}

/** The core after one more step of history: the only way in which a core changes. */
export function applyStep(core: TicketCore, step: TicketStep): TicketCore {
  const { milestones: marks, ...set } = step.set;
  const next = { ...core, ...set, version: core.version + 1 };
  return { ...next, milestones: { ...advance(core, next, step), ...marks } };
}

/** Which milestones a step reaches for the first time: one that was skipped forward is done with the later one. */
const FIRST_DONE_BY: Readonly<Partial<Record<TicketEventKind, readonly ("dispatchedAt" | "acceptedAt" | "arrivedAt")[]>>> = {
  dispatch: ["dispatchedAt"],
  accept: ["dispatchedAt", "acceptedAt"],
  depart: ["dispatchedAt", "acceptedAt"],
  arrive: ["dispatchedAt", "acceptedAt", "arrivedAt"],
  resolve: ["dispatchedAt", "acceptedAt"],
};

function advance(before: TicketCore, after: Omit<TicketCore, "milestones">, step: TicketStep): Milestones {
  const returned = after.state === "open" && before.state !== "open";
  if (step.kind === "opened" || returned) return startRound(step.at, after.severity);
  const marks = { ...before.milestones };
  if (after.severity !== before.severity) marks.urgentAt = after.severity === "urgent" ? step.at : null;
  for (const mark of FIRST_DONE_BY[step.kind] ?? []) marks[mark] ??= step.at;
  if (step.kind === "resolve") marks.resolvedAt = step.at;
  return marks;
}

function startRound(at: number, severity: Severity): Milestones {
  return {
    startedAt: at,
    urgentAt: severity === "urgent" ? at : null,
    dispatchedAt: null,
    acceptedAt: null,
    arrivedAt: null,
    resolvedAt: null,
    warned: [],
    escalated: [],
  };
}
