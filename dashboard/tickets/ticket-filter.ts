import { isOpen, type TicketSummary } from "../../model/live.ts";

/** Which tickets a board shows, as the URL says it. */
export interface TicketFilter {
  readonly text: string;
  readonly severity: string;
  /** "" takes every source. */
  readonly source: string;
  readonly overdueOnly: boolean;
}

/** Tickets that pass the filter; the text is looked for in id, title, summary and assignee of both languages. */
export function filterTickets(tickets: Iterable<TicketSummary>, filter: TicketFilter, now: number): TicketSummary[] {
  const wanted = filter.text.trim().toLowerCase();
  return [...tickets].filter((ticket) => {
    if (filter.severity !== "" && ticket.severity !== filter.severity) return false;
    if (filter.source !== "" && ticket.source !== filter.source) return false;
    if (filter.overdueOnly && !(isOpen(ticket.state) && ticket.dueAt !== null && ticket.dueAt < now)) return false;
    if (wanted === "") return true;
    const words = [
      ticket.id,
      ticket.title.zh,
      ticket.title.en,
      ticket.summary.zh,
      ticket.summary.en,
      ticket.assignee ?? "",
      ticket.asset,
      ticket.kind,
    ];
    return words.some((word) => word.toLowerCase().includes(wanted));
  });
}
