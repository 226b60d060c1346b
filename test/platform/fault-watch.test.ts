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
