import { describe, expect, it } from "vitest";
import { nextMove, type TicketDetail } from "../../dashboard/tickets/detail.ts";
import { householdsBelow } from "../../dashboard/tickets/households.ts";
import { loadOf } from "../../dashboard/tickets/load.ts";
import { STAGES, stageOf } from "../../dashboard/tickets/stages.ts";
import { takenOf } from "../../dashboard/tickets/taken.ts";
import { TICKET_STATES, type TicketMove } from "../../model/ticket.ts";
import { MOVE_TABLE } from "../../tickets/flow.ts";
import { fakeNetwork } from "../support/fake-plant.ts";
import { ticketSummary } from "../support/ticket-summary.ts";

/** What the ticket screens make of tickets. */

describe("the next step", () => {
  /** Everything that the state allows; a close only when `cured`. */
  const ticket = (state: TicketDetail["state"], source: TicketDetail["source"], cured: boolean): TicketDetail => {
    const moves = (Object.keys(MOVE_TABLE[state]) as TicketMove[]).map((move) => ({ move, possible: move !== "close" || cured }));
    return { ...ticketSummary("GD-1", { state, source }), moves } as unknown as TicketDetail;
  };
  it("leads from the opening to the close of what a rule found, one big button each", () => {
    const way = (cured: boolean) => TICKET_STATES.map((state) => nextMove(ticket(state, "rule", cured)));
    expect(way(true)).toEqual(["dispatch", "accept", "depart", "arrive", "resolve", "close", "close", "close", undefined, undefined]);
    // Locked: somebody may confirm, but nobody is led to a close.
    expect(way(false)).toEqual([
      "dispatch",
      "accept",
      "depart",
      "arrive",
      "resolve",
      "confirm",
      "confirm",
      undefined,
      undefined,
      undefined,
    ]);
  });
  it("calls a resident back who called", () => {
    expect(nextMove(ticket("resolved", "complaint", true))).toBe("reply");
  });
  it("is none for those who may do nothing", () => {
    expect(nextMove({ ...ticket("open", "rule", true), moves: [{ move: "dispatch", possible: false }] })).toBeUndefined();
  });
});

describe("the stages", () => {
  it("hold every state exactly once", () => {
    expect(STAGES.flatMap((stage) => stage.states).sort()).toEqual([...TICKET_STATES].sort());
    expect(TICKET_STATES.map(stageOf)).toEqual([0, 1, 2, 2, 2, 3, 3, 3, 4, 4]);
  });
});

describe("the load", () => {
  it("counts the tickets in hand, names the furthest state, and shows stewards who are free", () => {
    const stewards = [
      { id: "a", name: "管家A", areas: [] },
      { id: "b", name: "管家B", areas: [] },
    ] as unknown as Parameters<typeof loadOf>[1];
    const load = loadOf(
      [
        ticketSummary("1", { state: "dispatched", assignee: "b" }),
        ticketSummary("2", { state: "on_site", assignee: "管家B" }),
        ticketSummary("3", { state: "accepted", assignee: "wang" }),
        ticketSummary("4"),
        ticketSummary("5", { state: "resolved", assignee: "a" }),
      ],
      stewards,
    );
    expect(load.map(({ name, open, state }) => [name, open, state?.en])).toEqual([
      ["管家B", 2, "On site"],
      ["wang", 1, "Accepted"],
      ["管家A", 0, undefined],
    ]);
  });
});

describe("the time taken", () => {
  it("is measured against the limit to finish", () => {
    const finish = { clock: "finish" as const, dueAt: 200, limitMs: 200, doneAt: 50 };
    expect(takenOf({ openedAt: 0, closedAt: 50, deadlines: [finish] })).toEqual({ takenMs: 50, limitMs: 200, used: 0.25 });
    expect(takenOf({ openedAt: 0, closedAt: 900, deadlines: [finish] }).used).toBe(1);
    expect(takenOf({ openedAt: 0, closedAt: 900, deadlines: [] })).toEqual({ takenMs: 900, limitMs: undefined, used: 0 });
  });
});

describe("households", () => {
  const network = fakeNetwork(4);
  it("are those of the units, else of the circuits; none for what is not in the network", () => {
    expect(householdsBelow(network, "B1-U1")).toBe(12);
    expect(householdsBelow(network, "B1")).toBe(48);
    expect(householdsBelow(network, "S0001")).toBe(336);
    expect(householdsBelow(network, "S0004")).toBe(516);
    expect(householdsBelow(network, "nowhere")).toBe(0);
  });
});
