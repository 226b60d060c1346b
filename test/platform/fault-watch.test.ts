import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MINUTE, MIDNIGHT, storyNetwork } from "../support/story-network.ts";
import { startVirtualPlatform, type VirtualPlatform } from "../support/virtual-platform.ts";

/** The platform is down for an hour: what was sent meanwhile is lost, but that is no fault of the stations. */

let platform: VirtualPlatform;
beforeEach(async () => {
  platform = await startVirtualPlatform(storyNetwork(), MIDNIGHT);
});
afterEach(() => platform.close());

const send = (): void => platform.receive("heat/v1/S1/telemetry", JSON.stringify({ assets: { S1: { t_out: -3, t1_supply: 80 } } }));

async function minutes(count: number, work: () => void = () => {}): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    work();
    await platform.moveTo(platform.now() + MINUTE);
  }
}

describe("after an hour without the platform", () => {
  it("a station that comes back opens no ticket", async () => {
    await minutes(30, send);
    await platform.restart(60 * MINUTE);
    await minutes(30, send);
    expect(platform.tickets()).toEqual([]);
  });

  it("one that comes back late in the time that it has opens none either", async () => {
    await minutes(30, send);
    await platform.restart(60 * MINUTE);
    await minutes(9);
    await minutes(30, send);
    expect(platform.tickets()).toEqual([]);
  });

  it("one that does not come back opens a ticket when its time to return is over", async () => {
    await minutes(30, send);
    await platform.restart(60 * MINUTE);
    await minutes(9);
    expect(platform.tickets()).toEqual([]);
    await minutes(4);
    expect(platform.tickets()).toMatchObject([{ kind: "offline", asset: "S1" }]);
  });

  it("one that says a word and falls silent opens a ticket", async () => {
    await minutes(30, send);
    await platform.restart(60 * MINUTE);
    await minutes(1, send);
    expect(platform.tickets()).toEqual([]);
    await minutes(14);
    expect(platform.tickets()).toMatchObject([{ kind: "offline", asset: "S1", recoveredAt: null }]);
  });

  it("a silence that had its ticket before goes on, and is over when the station comes back", async () => {
    await minutes(30, send);
    await minutes(20);
    expect(platform.tickets()).toMatchObject([{ kind: "offline", recoveredAt: null }]);
    await platform.restart(60 * MINUTE);
    await minutes(12, send);
    expect(platform.tickets()).toHaveLength(1);
    expect(platform.tickets()[0]!.recoveredAt).not.toBeNull();
  });
});

describe("a station that is always minutes late", () => {
  const LATE_MS = 5 * MINUTE;
  /** A poll every 20 s, as old as `lateMs` says; marked as history, so that no clock is corrected. */
  const poll = (lateMs: number, kpa: number): void => {
    const assets = { S1: { t_out: -3 }, "S1-L": { p2_return: kpa, p2_supply: kpa + 150 } };
    platform.receive("heat/v1/S1/telemetry", JSON.stringify({ ts: platform.now() - lateMs, hist: true, assets }));
  };
  const polls = async (count: number, kpa: number, lateMs: (index: number) => number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      poll(lateMs(index), kpa);
      await platform.moveTo(platform.now() + MINUTE / 3);
    }
  };

  it("has its faults found all the same", async () => {
    await polls(3 * 7 * 60, 265, () => LATE_MS);
    await polls(3 * 40, 100, () => LATE_MS);
    expect(platform.episodes("S1").map(({ kind }) => kind)).toContain("burst");
    expect(platform.tickets()).toMatchObject([{ kind: "burst", asset: "S1-L" }]);
  });

  it("but while it gains on the clock, what was and is over opens nothing", async () => {
    await polls(3 * 7 * 60, 265, () => 0);
    await platform.moveTo(platform.now() + 60 * MINUTE);
    expect(platform.tickets()).toMatchObject([{ kind: "offline" }]);
    // An hour of the past in half an hour: low for ten minutes of it, and long over.
    const lag = (index: number): number => 60 * MINUTE - index * (MINUTE / 3);
    await polls(30, 265, lag);
    await polls(30, 100, (index) => lag(index + 30));
    await polls(130, 265, (index) => Math.max(0, lag(index + 60)));
    expect(platform.episodes("S1").map(({ kind }) => kind)).toContain("burst");
    expect(platform.tickets()).toMatchObject([{ kind: "offline" }]);
  });
});
