import type { Actor } from "../model/role.ts";
import type { TicketEventKind } from "../model/ticket.ts";
import type { TicketDesk } from "../ticket-desk.ts";

/**
 * The steward of a played world or a backtest. Repairs happen when they happen, so the steward only finishes tickets: one whose signals have
 * been back for an hour is reported as done, confirmed where somebody had called, and closed; one that rests on calls alone is
 * visited and closed a day after the last of them. What comes back within 72 h reopens its ticket and counts as a relapse.
 */

const HOUR_MS = 3_600_000;
const ROUND_MS = 900_000;
const CURED_MS = HOUR_MS;
const VISIT_MS = 24 * HOUR_MS;
const STEWARD: Actor = { name: "steward", role: "steward" };
const BY_RESIDENTS: ReadonlySet<TicketEventKind> = new Set(["opened", "complained", "reopen"]);

export interface Steward {
  /** When the next round is due, epoch ms. */
  nextAt(): number;
  /** Goes one round. */
  work(at: number): void;
  /** There is nothing to go round for until `at`. */
  rest(at: number): void;
}

export function createSteward(desk: TicketDesk, startAt: number): Steward {
  let roundAt = startAt + ROUND_MS;

  function isDone(id: string, at: number): boolean {
    const ticket = desk.get(id)!;
    if (ticket.recoveredAt !== null) return at - ticket.recoveredAt >= CURED_MS;
    if (ticket.findings.length > 0) return false;
    const calledAt = ticket.history.findLast(({ kind }) => BY_RESIDENTS.has(kind))?.at ?? ticket.openedAt;
    return at - calledAt >= VISIT_MS;
  }

  return {
    nextAt: () => roundAt,
    rest: (at) => void (roundAt = Math.max(roundAt, at + ROUND_MS)),
    work(at) {
      roundAt = at + ROUND_MS;
      for (const { id, state, source, recoveredAt } of desk.open()) {
        if ((recoveredAt === null && source !== "complaint") || !isDone(id, at)) continue;
        if (state === "open") desk.move(id, "dispatch", { to: STEWARD.name }, undefined, STEWARD);
        for (const move of ["resolve", "confirm", "close"] as const) desk.move(id, move, {}, undefined, STEWARD);
      }
    },
  };
}
