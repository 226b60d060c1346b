import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { DemoFleet } from "../../simulators/demo-fleet.ts";
import { LATE_MS } from "../../simulators/device-fleet.ts";
import type { DeviceOptions } from "../../simulators/device-options.ts";
import type { DeviceState } from "../../simulators/device-state.ts";
import { createPlant } from "../../simulators/plant.ts";
import { until } from "../support/until.ts";
import { localBroker, type LocalBroker } from "./local-broker.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2027, 0, 18, 2);
const network = parseNetworkFile(
  JSON.stringify({
    season: { heating: "2026-11-15" },
    stations: ["S1", "S2"].map((id) => ({
      id,
      circuits: [{ id: `${id}-H`, buildings: [{ id: `${id}-B1`, floors: 6, units: [{ id: `${id}-U1` }, { id: `${id}-U2` }] }] }],
    })),
  }),
  "two.yaml",
);

interface Sent {
  readonly ts: number;
  readonly hist?: true;
  readonly assets: Record<string, Record<string, number>>;
}

let broker: LocalBroker;
let folder: string;
const fleets: DemoFleet[] = [];
const said: string[] = [];

beforeEach(async () => {
  broker = await localBroker();
  folder = mkdtempSync(join(tmpdir(), "devices-"));
});

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

function fleetAt(now: () => number, more: Partial<DeviceOptions> = {}): DemoFleet {
  const options: DeviceOptions = {
    mqttUrl: `mqtt://127.0.0.1:${broker.port}`,
    network,
    gateways: ["S1", "S2"].map((id) => ({ name: `gw-${id}`, password: "secret", stations: [id] })),
    seed: 3,
    now: now(),
    clockAheadMs: 0,
    startAt: NOW - 24 * HOUR,
    firstNow: NOW,
    climate: "jinan",
    historyIntervalMs: 300_000,
    liveIntervalMs: 30_000,
    unitIntervalMs: 1_800_000,
    stateFile: join(folder, "state.json"),
    historyOnly: false,
    ...more,
  };
  const fleet = new DemoFleet(options, now, (line) => said.push(line));
  fleets.push(fleet);
  return fleet;
}

/** Objects of one station in order of arrival, arrays unpacked. */
function sent(station: string): Sent[] {
  return broker.received
    .filter(({ topic }) => topic === `heat/v1/${station}/telemetry`)
    .flatMap(({ payload }) => [JSON.parse(payload) as Sent | Sent[]].flat());
}

/** Plays until it is live and all of the past is acknowledged. It goes on behind that. */
async function history(fleet: DemoFleet): Promise<void> {
  await fleet.start();
  await new Promise<void>((resolve) => void fleet.play(({ isLive }) => isLive && resolve()));
  await fleet.settled();
}

describe("demo fleet", () => {
  it("sends a day of history: every 5 min, the last hour as often as live, marked as history, each instant once and in order", async () => {
    await history(fleetAt(() => NOW));
    for (const station of ["S1", "S2"]) {
      const objects = sent(station);
      const times = objects.map(({ ts }) => ts);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      expect(times[0]!).toBeLessThan(NOW - 24 * HOUR + 300_000);
      expect(times.at(-1)!).toBeGreaterThan(NOW - 30_000);
      expect(times.filter((ts) => ts < NOW - HOUR)).toHaveLength(23 * 12);
      expect(times.filter((ts) => ts > NOW - HOUR + 60_000).length).toBeGreaterThan(115);
      expect(objects.map(({ hist }) => hist)).toEqual(times.map((ts) => (ts < NOW - LATE_MS ? true : undefined)));
    }
  });

  it("says that a disk refuses its state, and ends in order all the same", async () => {
    said.length = 0;
    const fleet = fleetAt(() => NOW, { startAt: NOW - HOUR });
    await history(fleet);
    rmSync(folder, { recursive: true });
    await fleet.stop();
    expect(said.filter((line) => line.includes("the state could not be saved"))).toHaveLength(1);
  });

  it("continues after a stop where it ended: no gap, no instant twice, totals go on, the same plant", async () => {
    const first = fleetAt(() => NOW);
    await history(first);
    await first.stop();
    const state = JSON.parse(readFileSync(join(folder, "state.json"), "utf8")) as DeviceState;
    expect(state.sentUntil["S1"]!).toBeGreaterThan(NOW - 30_000);
    const later = NOW + 3 * HOUR;
    const second = fleetAt(() => later);
    expect([first.isContinued, second.isContinued]).toEqual([false, true]);
    await history(second);
    const objects = sent("S1");
    const times = objects.map(({ ts }) => ts);
    expect(new Set(times).size).toBe(times.length);
    expect(Math.max(...times.slice(1).map((ts, index) => ts - times[index]!))).toBeLessThanOrEqual(300_000);
    const totals = objects.flatMap(({ assets }) => assets["S1-H"]!["mk_total"]!);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    // What an uninterrupted run reads at the end of the second one.
    const { seed, startAt } = state;
    const whole = createPlant({ network, seed, climate: "jinan", startAt, faults: second.faults });
    const last = objects.findLast(({ assets }) => assets["S1-H"] !== undefined)!;
    expect(whole.station("S1").sample(last.ts).assets["S1-H"]).toEqual(last.assets["S1-H"]);
  });

  it("plants another scene when it is started again a day later, and none when it is soon", async () => {
    const first = fleetAt(() => NOW);
    await history(first);
    await first.stop();
    expect(fleetAt(() => NOW + HOUR).faults).toEqual(first.faults);
    const next = fleetAt(() => NOW + 25 * HOUR).faults;
    expect(next.length).toBeGreaterThan(first.faults.length);
    for (const fault of next.slice(first.faults.length)) expect(fault.onset).toBeGreaterThan(NOW - 30_000);
  });

  it("goes live in the pace of the clock, without the mark of history", async () => {
    let now = NOW;
    const fleet = fleetAt(() => now);
    await history(fleet);
    const before = sent("S1").length;
    now += 60_000;
    const live = await until("two polls", () => {
      const objects = sent("S1").slice(before);
      return objects.length >= 2 && objects;
    });
    expect(live.map(({ hist }) => hist)).toEqual(live.map(() => undefined));
    expect(live[1]!.ts - live[0]!.ts).toBe(30_000);
  });

  it("cuts the gateway of a station that falls silent, and lets it return with its backlog", async () => {
    // Station 8 of the rotation over two stations is S1; silent from 4 to 34 min after now.
    let now = NOW;
    const fleet = fleetAt(() => now);
    const silent = fleet.faults.find(({ kind }) => kind === "offline")!;
    await history(fleet);
    now = silent.onset + 60_000;
    const status = () => broker.received.findLast(({ topic }) => topic === `heat/v1/${silent.asset}/status`)?.payload;
    await until("the will", () => status() === "offline");
    const before = sent(silent.asset).length;
    now = silent.repairAt! + 40_000;
    await until("the return", () => status() === "online");
    await fleet.settled();
    const times = sent(silent.asset).map(({ ts }) => ts);
    expect(times.length).toBeGreaterThan(before);
    expect(Math.max(...times.slice(1).map((ts, index) => ts - times[index]!))).toBeLessThanOrEqual(300_000);
  });

  it("refuses a damaged state file with its name", () => {
    writeFileSync(join(folder, "state.json"), "{ half");
    expect(() => fleetAt(() => NOW)).toThrow("state.json: expected the state file of simulated devices");
  });
});
