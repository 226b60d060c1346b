import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Episode, FaultKind } from "../../model/finding.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { networkLeaders } from "../../rules/network-leaders.ts";
import { findRoots } from "../../rules/root-cause.ts";
import { stormLeaders } from "../../rules/storm.ts";
import { testEpisode } from "../support/sample-faults.ts";
import { MINUTE, smallNetwork, START } from "../support/signals.ts";

/** More findings at once than people can read are one piece of work. */

const at = (kind: FaultKind, asset: string, station: string, minute: number): Episode => ({
  ...testEpisode(kind, asset, START),
  station,
  detectedAt: START + minute * MINUTE,
});

describe("the storm guard", () => {
  const findings = (count: number, everyMin: number): Episode[] =>
    Array.from({ length: count }, (_, index) => at("sensor_fault", `U${index}`, "S1", index * everyMin));

  it("leaves ten in ten minutes alone, and folds eleven", () => {
    expect(stormLeaders(findings(10, 1), 10).size).toBe(0);
    const eleven = findings(11, 1);
    expect([...stormLeaders(eleven, 10)].every(([, leader]) => leader === eleven[0])).toBe(true);
    expect(stormLeaders(eleven, 10).size).toBe(11);
    expect(stormLeaders(findings(40, 2), 10).size).toBe(0);
  });

  it("goes on while the next comes within ten minutes, and a later one speaks for itself", () => {
    const storm = findings(12, 0.5);
    const tail = at("leak", "S1-A", "S1", 12);
    const later = at("leak", "S1-B", "S1", 40);
    const leaders = stormLeaders([...storm, tail, later], 10);
    expect(leaders.get(tail)).toBe(storm[0]);
    expect(leaders.has(later)).toBe(false);
  });

  it("says the same in whatever order it is told, and every member has one leader of its storm", () => {
    const any = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 })), { maxLength: 60 });
    fc.assert(
      fc.property(any, fc.integer(), (told, seed) => {
        const episodes = told.map(([minute, unit], index) => at("sensor_fault", `U${unit}-${index}`, "S1", minute));
        const leaders = stormLeaders(episodes, 10);
        const turned = stormLeaders(
          episodes.toSorted((a, b) => ((a.detectedAt * 31 + seed) % 97) - ((b.detectedAt * 31 + seed) % 97)),
          10,
        );
        expect(new Map(turned)).toEqual(new Map(leaders));
        for (const leader of leaders.values()) expect(leaders.get(leader)).toBe(leader);
      }),
    );
  });
});

describe("at one station", () => {
  it("a dozen findings that nothing explains speak under the highest of them, and one root's children do not count", () => {
    const network = smallNetwork({ circuits: 1, buildings: 3, units: 5 });
    const units = network.below("S1", "unit").slice(0, 12);
    const found = units.map(({ id }, index) => at("sensor_fault", id, "S1", index / 4));
    const circuit = at("leak", "S1-A", "S1", 3);
    const question = { network, station: "S1", at: START + 60 * MINUTE, isReporting: () => true };
    const { rooted } = findRoots({ ...question, episodes: [...found, circuit] });
    expect(rooted.filter(({ root }) => root === undefined).map(({ episode }) => episode)).toEqual([circuit]);
    const pump = at("pump_failure", "S1-A", "S1", 0);
    const warm = units.slice(0, 9).map(({ id }) => at("over_heated", id, "S1", 6));
    const cold = units.map(({ id }) => at("under_heated", id, "S1", 5));
    const explained = findRoots({ ...question, episodes: [pump, ...cold, ...warm] }).rooted;
    expect(explained.filter(({ root }) => root === undefined)).toHaveLength(10);
  });
});

describe("in the whole network", () => {
  const network = parseNetworkFile(
    JSON.stringify({
      name: "test",
      timezone: "Asia/Shanghai",
      stations: Array.from({ length: 50 }, (_, index) => ({ id: `S${index + 1}`, circuits: [{ id: `S${index + 1}-H` }] })),
    }),
    "network.json",
  );
  const station = (index: number, episodes: readonly Episode[]) => ({ station: `S${index}`, branch: "", isReporting: true, episodes });

  it("a provider's outage is one finding over all stations, but not of those whose own power explains it", () => {
    const silent = network.stations.map(({ id }, index) => at("offline", id, id, index % 8));
    const power = at("power_failure", "S1", "S1", -1);
    const leaders = networkLeaders(
      network,
      silent.map((episode, index) => station(index + 1, index === 0 ? [power, episode] : [episode])),
    );
    expect(leaders.has(silent[0]!)).toBe(false);
    const [leader] = new Set(leaders.values());
    expect(new Set(leaders.values()).size).toBe(1);
    expect(leader!.kind).toBe("offline");
    expect(leaders.size).toBe(49);
  });

  it("thirty are not a storm, and cold units of many stations are their stations' own", () => {
    const some = network.stations.slice(0, 30).map(({ id }) => at("offline", id, id, 0));
    expect(
      networkLeaders(
        network,
        some.map((episode, index) => station(index + 1, [episode])),
      ).size,
    ).toBe(0);
    const own = network.stations.map(({ id }, index) => station(index + 1, [at("air_lock", `${id}-H-B1-U1`, id, 0)]));
    expect(networkLeaders(network, own).size).toBe(0);
  });
});
