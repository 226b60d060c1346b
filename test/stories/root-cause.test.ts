import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { clock, DAY, MIDNIGHT, MINUTE } from "../support/story-network.ts";
import { type Story, tellStory } from "../support/story-player.ts";

/** One fault, one ticket: what is seen in many places is one piece of work at its root, and what remains after it speaks for itself. */

let story: Story | undefined;
afterEach(async () => {
  await story?.close();
  story = undefined;
});

describe("pressure holding fails from 04:00 to 09:00", () => {
  it("air locks of two units wait under its ticket; when the pressure has been back for two hours they speak for themselves", async () => {
    const air = (asset: string): Fault => ({ kind: "air_lock", asset, onset: clock(4, 30), rampMs: 30 * MINUTE, magnitude: 0.7 });
    const faults: Fault[] = [
      { kind: "low_pressure", asset: "S1-L", onset: clock(4), rampMs: 0, magnitude: 0, repairAt: clock(9) },
      air("L1-U1"),
      air("L3-U2"),
    ];
    story = await tellStory({ startAt: MIDNIGHT - 3 * DAY, now: clock(3), faults });
    const { platform, live, history, ticketsOf } = story;
    await history(clock(3));
    await live(clock(9), { every: 2 * MINUTE });
    expect(platform.episodes("S1").filter(({ kind }) => kind === "air_lock")).toHaveLength(2);
    expect(platform.tickets()).toMatchObject([{ kind: "low_pressure", circuit: "S1-L", severity: "urgent" }]);
    expect(platform.tickets()[0]!.findings.map(({ kind }) => kind)).toEqual(["low_pressure", "air_lock", "air_lock"]);
    await live(clock(11), { every: 2 * MINUTE });
    expect(platform.tickets()).toHaveLength(1);
    expect(platform.tickets()[0]!.recoveredAt, "not cured while what it explains goes on").toBeNull();
    await live(clock(12), { every: 2 * MINUTE });
    expect(ticketsOf("low_pressure")[0]!.recoveredAt).not.toBeNull();
    expect(
      ticketsOf("air_lock")
        .map(({ asset }) => asset)
        .sort(),
    ).toEqual(["L1-U1", "L3-U2"]);
    expect(platform.tickets()).toHaveLength(3);
  });
});

describe("somebody half closes the valve of a whole building", () => {
  it("one ticket of the building, urgent for none of its units alone; a single unit elsewhere has its own", async () => {
    const faults: Fault[] = [
      { kind: "closed_valve", asset: "H2", onset: clock(4), rampMs: 5 * MINUTE, magnitude: 0.55 },
      { kind: "closed_valve", asset: "L4-U3", onset: clock(4), rampMs: 5 * MINUTE, magnitude: 0.55 },
    ];
    story = await tellStory({ startAt: MIDNIGHT - 3 * DAY, now: clock(3), faults });
    await story.history(clock(3));
    await story.live(clock(24), { every: 5 * MINUTE });
    const tickets = story.platform.tickets();
    expect(tickets.map(({ kind, asset }) => `${kind} ${asset}`).sort()).toEqual(["under_heated H2", "under_heated L4-U3"]);
    const building = tickets.find(({ asset }) => asset === "H2")!;
    expect(building.findings.map(({ asset }) => asset).sort()).toEqual(["H2", "H2-U1", "H2-U2", "H2-U3", "H2-U4"]);
  });
});
