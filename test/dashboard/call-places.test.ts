import { describe, expect, it } from "vitest";
import { placesFor, PLACES_MAX, ticketsOfPlace } from "../../dashboard/tickets/call-places.ts";
import { fakeNetwork } from "../support/fake-plant.ts";
import { ticketSummary } from "../support/ticket-summary.ts";

/** Where a caller lives, and whether a ticket stands for that place. */

const network = fakeNetwork(4);
const ids = (typed: string): string[] => placesFor(network, typed).map(({ id }) => id);

describe("places", () => {
  it("hold every word that was typed, wherever in the full name", () => {
    expect(ids("北苑001 3号楼 2单元")).toEqual(["B3-U2"]);
    expect(ids("b3-u2")).toEqual(["B3-U2"]);
    expect(ids("2号楼 601")).toEqual(["B2-U1-601"]);
  });
  it("are few, and places where people live only", () => {
    expect(ids("单元")).toHaveLength(PLACES_MAX);
    expect(ids("4号楼")[0]).toBe("B4");
    expect(ids("高区机组")).toEqual([]);
    expect(ids("  ")).toEqual([]);
  });
});

describe("the tickets of a place", () => {
  it("are those about it and what feeds it, the nearest first", () => {
    const tickets = [
      ticketSummary("circuit"),
      ticketSummary("unit", { asset: "B3-U2" }),
      ticketSummary("neighbour", { asset: "B3-U1" }),
      ticketSummary("closed", { asset: "B3", state: "closed" }),
      ticketSummary("building", { asset: "B3" }),
    ];
    expect(ticketsOfPlace(network, "B3-U2", tickets).map(({ id }) => id)).toEqual(["unit", "building", "circuit"]);
    expect(ticketsOfPlace(network, "nowhere", tickets)).toEqual([]);
  });
});
