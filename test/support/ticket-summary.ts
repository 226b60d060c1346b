import type { TicketSummary } from "../../model/live.ts";

/** A ticket as lists have it, for tests of what is made of lists. */
export function ticketSummary(id: string, changes: Partial<TicketSummary> = {}): TicketSummary {
  const words = { zh: `工单 ${id}`, en: `ticket ${id}` };
  return {
    id,
    kind: "leak",
    severity: "general",
    state: "open",
    source: "rule",
    asset: "S0001-L",
    station: "S0001",
    circuit: "S0001-L",
    title: words,
    summary: words,
    dueAt: 600_000,
    deadlines: [{ clock: "dispatch", dueAt: 600_000, limitMs: 600_000, doneAt: undefined }],
    version: 1,
    since: 0,
    detectedAt: 0,
    openedAt: 0,
    closedAt: null,
    recoveredAt: null,
    assignee: null,
    absorbed: 0,
    ...changes,
  };
}
