import { describe, expect, it } from "vitest";
import { markedPoints } from "../../dashboard/station/mimic-points.ts";
import { ticketSummary } from "../support/ticket-summary.ts";

/** The tickets that stand at the machines of a mimic. */
describe("marked points", () => {
  const shown = (...tickets: Parameters<typeof ticketSummary>[]) =>
    Object.fromEntries(
      [
        ...markedPoints(
          tickets.map((ticket) => ticketSummary(...ticket)),
          "S0001",
          "S0001-L",
        ),
      ].map(([point, ticket]) => [point, ticket.id]),
    );

  it("are those of the station and the circuit, not of another circuit, station or a unit", () => {
    expect(
      shown(
        ["own"],
        ["station", { kind: "valve_stuck", asset: "S0001", circuit: undefined }],
        ["other", { kind: "pump_failure", circuit: "S0001-H" }],
        ["far", { kind: "curve_drift", station: "S0002" }],
        ["unit", { kind: "under_heated", building: "B1" }],
      ),
    ).toEqual({ makeup: "own", valve: "station" });
  });
  it("leave out what has recovered or is closed", () => {
    expect(shown(["cured", { recoveredAt: 5 }], ["closed", { state: "closed" }])).toEqual({});
  });
  it("prefer the urgent, then the older ticket of a point", () => {
    expect(shown(["new", { openedAt: 9 }], ["old", { openedAt: 1 }])).toEqual({ makeup: "old" });
    expect(shown(["old", { openedAt: 1 }], ["urgent", { kind: "burst", severity: "urgent", openedAt: 9 }])).toEqual({ makeup: "urgent" });
  });
});
