import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../simulators/faults.ts";
import { clock, DAY, MIDNIGHT, MINUTE } from "../support/story-network.ts";
import { type Story, tellStory } from "../support/story-player.ts";

/** What arrives late changes what is known of the past, and opens work only for what is still there. */

let story: Story | undefined;
afterEach(async () => {
  await story?.close();
  story = undefined;
});

const dip = (from: number, to: number): Fault => ({
  kind: "low_pressure",
  asset: "S1-L",
  onset: from,
  rampMs: 0,
  magnitude: 1.5,
  repairAt: to,
});

describe("a gateway is cut off from 09:00 to 11:00", () => {
  it("one ticket while it is silent; its backlog brings the signals back, and what began and ended meanwhile opens nothing", async () => {
    story = await tellStory({ startAt: MIDNIGHT, now: clock(6), faults: [dip(clock(9, 20), clock(9, 50))] });
    const { platform, live, history, deliverBacklog } = story;
    await history(clock(6));
    await live(clock(9));
    expect(platform.tickets()).toEqual([]);
    await live(clock(11), { cut: true });
    expect(platform.tickets()).toMatchObject([{ kind: "offline", asset: "S1", recoveredAt: null }]);
    await deliverBacklog();
    await live(clock(13));
    const found = platform.episodes("S1").map(({ kind, clearedAt }) => ({ kind, over: clearedAt !== undefined }));
    expect(found).toEqual([{ kind: "low_pressure", over: true }]);
    expect(platform.tickets()).toMatchObject([{ kind: "offline", state: "open" }]);
    expect(platform.tickets()[0]!.recoveredAt).not.toBeNull();
  });

  it("a burst that began meanwhile and goes on opens its ticket when the backlog is in, with its true beginning", async () => {
    story = await tellStory({
      startAt: MIDNIGHT,
      now: clock(6),
      faults: [{ kind: "burst", asset: "S1-L", onset: clock(10, 30), rampMs: 0, magnitude: 15 }],
    });
    const { platform, live, history, deliverBacklog, ticketsOf } = story;
    await history(clock(6));
    await live(clock(9));
    await live(clock(11), { cut: true });
    await deliverBacklog();
    await live(clock(11, 5));
    expect(ticketsOf("burst")).toHaveLength(1);
    const [ticket] = ticketsOf("burst");
    expect(Math.abs(ticket!.since - clock(10, 30))).toBeLessThanOrEqual(2 * MINUTE);
    expect(ticket!.openedAt).toBeGreaterThanOrEqual(clock(11) - 2 * MINUTE);
    expect(platform.tickets()).toHaveLength(2);
  });
});

describe("three days of history are loaded", () => {
  it.each([
    ["that ended long ago opens no ticket", dip(clock(-40), clock(-38)), 0],
    [
      "that is still there opens one",
      { kind: "low_pressure", asset: "S1-L", onset: clock(2), rampMs: 0, magnitude: 1.5 } satisfies Fault,
      1,
    ],
  ] as const)("with a fault %s", async (_what, fault, tickets) => {
    story = await tellStory({ startAt: MIDNIGHT - 3 * DAY, now: clock(6), faults: [fault] });
    const { platform, live, history } = story;
    await history(clock(6));
    expect(platform.host.watermark("S1")).toBeGreaterThan(clock(5, 55));
    await live(clock(8));
    // The pressure fell because nothing was pumped in: that is the ticket, and the pressure one of its findings.
    expect(platform.episodes("S1").map(({ kind }) => kind)).toEqual(expect.arrayContaining(["low_pressure", "makeup_fault"]));
    expect(platform.tickets().map(({ kind }) => kind)).toEqual(Array.from({ length: tickets }, () => "makeup_fault"));
    expect(platform.errors).toEqual([]);
  });
});
