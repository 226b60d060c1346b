import { describe, expect, it } from "vitest";
import { filterTickets, type TicketFilter } from "../../dashboard/tickets/ticket-filter.ts";
import { ticketSummary } from "../support/ticket-summary.ts";

/** Which tickets a board shows. */
describe("the filter", () => {
  const all = [
    ticketSummary("GD-1", { severity: "urgent", dueAt: 50, title: { zh: "北苑站 慢漏", en: "Beiyuan leak" } }),
    ticketSummary("GD-2", { source: "complaint", assignee: "管家A区" }),
    ticketSummary("GD-3", { state: "closed", dueAt: null, kind: "air_lock" }),
    ticketSummary("GD-4", { dueAt: null }),
  ];
  const ids = (filter: Partial<TicketFilter>): string[] =>
    filterTickets(all, { text: "", severity: "", source: "", overdueOnly: false, ...filter }, 100).map(({ id }) => id);

  it("takes everything when nothing is asked", () => expect(ids({})).toEqual(["GD-1", "GD-2", "GD-3", "GD-4"]));
  it("looks for words in both languages, the number, the kind and the name of who has it, whatever their case", () => {
    expect(ids({ text: " beiyuan " })).toEqual(["GD-1"]);
    expect(ids({ text: "慢漏" })).toEqual(["GD-1"]);
    expect(ids({ text: "gd-2" })).toEqual(["GD-2"]);
    expect(ids({ text: "管家" })).toEqual(["GD-2"]);
    expect(ids({ text: "AIR_LOCK" })).toEqual(["GD-3"]);
  });
  it("narrows by severity, source and by what is late, together", () => {
    expect(ids({ severity: "urgent" })).toEqual(["GD-1"]);
    expect(ids({ source: "complaint" })).toEqual(["GD-2"]);
    expect(ids({ overdueOnly: true })).toEqual(["GD-1"]);
    expect(ids({ overdueOnly: true, severity: "general" })).toEqual([]);
  });
});
