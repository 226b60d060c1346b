import type { TicketMove, Ticket } from "../../model/ticket.ts";
import type { Text } from "../../model/text.ts";

/** `GET /api/tickets/{id}`: the ticket and what the asker may do now. */
export interface MoveChance {
  readonly move: TicketMove;
  readonly possible: boolean;
  readonly reason?: Text;
}

export type TicketDetail = Ticket & { readonly absorbed: number; readonly moves: readonly MoveChance[] };

/** The way forward, in order: the first possible one is the big button. */
const FORWARD: readonly TicketMove[] = ["dispatch", "accept", "depart", "arrive", "resolve", "reply", "confirm", "close"];

/** The step that usually follows a state, whoever may take it. */
const USUAL: Readonly<Partial<Record<Ticket["state"], TicketMove>>> = {
  open: "dispatch",
  dispatched: "accept",
  accepted: "arrive",
  on_the_way: "arrive",
  on_site: "resolve",
};

/** Why somebody who has no next step has none; undefined where nothing more is to be done or the reason stands at the locked close. */
export function whyNoMove(ticket: TicketDetail): Text | undefined {
  return ticket.moves.find((chance) => chance.move === USUAL[ticket.state] && !chance.possible)?.reason;
}

/** The step that people usually take next; undefined when there is none. A hand-over (dispatch again) is never the usual next step. */
export function nextMove(ticket: TicketDetail): TicketMove | undefined {
  const possible = new Set(ticket.moves.filter((chance) => chance.possible).map((chance) => chance.move));
  if (ticket.state !== "open") possible.delete("dispatch");
  // On site comes before leaving again, and a call-back is only useful where a resident called.
  if (ticket.source !== "complaint") {
    possible.delete("reply");
    if (possible.has("close")) possible.delete("confirm");
  }
  const early = ticket.state === "open" || ticket.state === "dispatched" || ticket.state === "accepted" || ticket.state === "on_the_way";
  if (early) possible.delete("close");
  return FORWARD.find((move) => possible.has(move));
}
