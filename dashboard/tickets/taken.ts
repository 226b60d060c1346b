import type { TicketSummary } from "../../model/live.ts";

/** How long a closed ticket took (ms), and the share of its limit to finish that it used, 0…1. */
export function takenOf(ticket: Pick<TicketSummary, "openedAt" | "closedAt" | "deadlines">): {
  readonly takenMs: number;
  readonly limitMs: number | undefined;
  readonly used: number;
} {
  const takenMs = (ticket.closedAt ?? ticket.openedAt) - ticket.openedAt;
  const limitMs = ticket.deadlines.find((deadline) => deadline.clock === "finish")?.limitMs;
  return { takenMs, limitMs, used: limitMs === undefined ? 0 : Math.min(1, takenMs / limitMs) };
}
