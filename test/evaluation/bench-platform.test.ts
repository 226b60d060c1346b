import { describe, expect, it } from "vitest";
import { startBenchPlatform } from "../../evaluation/bench-platform.ts";
import { parseScenario } from "../../simulators/scenario-file.ts";
import { createWorld } from "../../simulators/world.ts";
import { startVirtualPlatform } from "../support/virtual-platform.ts";

const LOOK_MS = 30_000;

const WINTER = `
title: { zh: 两天, en: Two days }
climate: jinan
from: heating+20d
to: +3d
poll: 5m
unit_interval: 30m
size: { stations: 1, circuits: 1, buildings: 2, units: 2 }
vices: { base: usual, outages_per_day: 2, reorder_share: 0.03 }
faults:
  - { kind: air_lock, asset: any unit, at: +1d, size: severe, lasts: 1d }
  - { kind: burst, asset: any circuit, at: +2d 06:00, size: severe, lasts: 2h }
  - { kind: offline, asset: any station, at: +2d 15:00, lasts: 1h }
`;

describe("the platform of the evaluation", () => {
  it("finds and opens what the platform with its bytes, journal and files does", { timeout: 120_000 }, async () => {
    const scenario = parseScenario(WINTER, "two-days.yaml", () => "");
    const { network } = scenario;
    const station = network.stations[0]!.id;
    const bench = startBenchPlatform(network, scenario.from);
    const live = await startVirtualPlatform(network, scenario.from);
    let lookAt = scenario.from;
    const moveTo = async (to: number): Promise<void> => {
      for (; lookAt <= to; lookAt += LOOK_MS) await live.moveTo(lookAt);
      await live.moveTo(to);
    };
    try {
      for (const event of createWorld(scenario).events()) {
        if (event.type === "call") continue;
        await moveTo(event.at);
        if (event.type === "status") live.status(event.station, event.online);
        else live.receive(event.topic, JSON.stringify(event.batch ? event.objects : event.objects[0]));
        bench.receive(event);
      }
      await moveTo(scenario.to);
      bench.moveTo(scenario.to);
      const said = ({ kind, asset, detectedAt, since, clearedAt }: ReturnType<typeof live.episodes>[number]): unknown => ({
        kind,
        asset,
        detectedAt,
        since,
        clearedAt,
      });
      expect(bench.host.episodes(station).map(said)).toEqual(live.episodes(station).map(said));
      const opened = live.tickets().map(({ kind, asset }) => `${kind} ${asset}`);
      expect(
        bench.desk
          .list({ limit: 100 })
          .items.map(({ kind, asset }) => `${kind} ${asset}`)
          .reverse(),
      ).toEqual(opened);
      expect(opened.some((ticket) => /^(burst|leak) /.test(ticket))).toBe(true);
      expect(live.errors).toEqual([]);
      expect(bench.failures()).toBe(0);
    } finally {
      bench.close();
      await live.close();
    }
  });
});
