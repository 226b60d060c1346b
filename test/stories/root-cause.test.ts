import { describe, expect, it } from "vitest";
import { MINUTE } from "../support/story-network.ts";
import { airLock, closedValve, fault, world } from "../support/world.ts";

/** One fault, one ticket: what is seen in many places is one piece of work at its root, and what remains after it speaks for itself. */

describe("pressure holding fails from 04:00 to 09:00", () => {
  it("air locks of two units wait under its ticket; when the pressure has been back for two hours they speak for themselves", async () => {
    const story = await world({ watched: "03:00", pollMs: 2 * MINUTE })
      .with(
        fault("low_pressure", "S1-L", { at: "04:00", until: "09:00", size: 0 }),
        airLock("L1-U1", { at: "04:30", ramp: 30 * MINUTE, lostShare: 0.7 }),
        airLock("L3-U2", { at: "04:30", ramp: 30 * MINUTE, lostShare: 0.7 }),
      )
      .until("12:00")
      .play();
    story.by("04:00").noTicket();
    story.by("09:00").onlyTickets("makeup_fault S1-L");
    story.by("09:00").urgentTicket("makeup_fault").explaining("makeup_fault", "low_pressure", "air_lock", "air_lock");
    story.by("11:00").onlyTickets("makeup_fault S1-L");
    // Not cured while what it explains goes on.
    story.by("11:00").ticket("makeup_fault").recovered(false);
    story.by("12:00").ticket("makeup_fault").recovered();
    story.by("12:00").onlyTickets("makeup_fault S1-L", "air_lock L1-U1", "air_lock L3-U2");
  });
});

describe("somebody half closes the valve of a whole building", () => {
  it("one ticket of the building, urgent for none of its units alone; a single unit elsewhere has its own", async () => {
    const story = await world({ watched: "03:00", pollMs: 5 * MINUTE })
      .with(closedValve("H2", { at: "04:00", lostShare: 0.55 }), closedValve("L4-U3", { at: "04:00", lostShare: 0.55 }))
      .until("24:00")
      .play();
    story.by("24:00").onlyTickets("closed_valve H2", "closed_valve L4-U3");
    const building = story.tickets().find(({ asset }) => asset === "H2")!;
    expect([...new Set(building.findings.map(({ asset }) => asset))].sort()).toEqual(["H2", "H2-U1", "H2-U2", "H2-U3", "H2-U4"]);
  });
});
