import type { TicketSummary } from "../model/live.ts";
import { CLOCKS, type Clock } from "../model/ticket.ts";
import { isOpen } from "../model/live.ts";

/** How a ticket stands by the clock: time to its next limit, its share that is used up, and whether it is near or past. */
export interface TicketTime {
  /** The limit that runs now; undefined when the ticket has none (closed). */
  readonly clock: Clock | undefined;
  /** ms to the limit, negative past it. */
  readonly remainingMs: number;
  readonly limitMs: number;
  /** 0…1 of the limit used. */
  readonly used: number;
  readonly standing: "running" | "near" | "overdue" | "done";
}

/** 将超时: less than this share of the limit is left. */
const NEAR_SHARE = 0.2;

export function ticketTime(ticket: Pick<TicketSummary, "state" | "dueAt" | "deadlines">, now: number): TicketTime {
  if (!isOpen(ticket.state) || ticket.dueAt === null) return { clock: undefined, remainingMs: 0, limitMs: 0, used: 1, standing: "done" };
  const running = ticket.deadlines.filter((deadline) => deadline.doneAt === undefined);
  const next =
    running.find((deadline) => deadline.dueAt === ticket.dueAt) ??
    running.sort((a, b) => CLOCKS.indexOf(a.clock) - CLOCKS.indexOf(b.clock))[0];
  const remainingMs = ticket.dueAt - now;
  const limitMs = next?.limitMs ?? Math.max(1, remainingMs);
  const used = Math.min(1, Math.max(0, 1 - remainingMs / limitMs));
  return {
    clock: next?.clock,
    remainingMs,
    limitMs,
    used,
    standing: remainingMs < 0 ? "overdue" : remainingMs <= NEAR_SHARE * limitMs ? "near" : "running",
  };
}

/** By time left: overdue first, then the next to become so; closed ones last. */
export function byTimeLeft(a: TicketSummary, b: TicketSummary): number {
  return (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1);
}
