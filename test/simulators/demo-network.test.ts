import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";

const DAY = 86_400_000;

describe("demo network", () => {
  const now = Date.UTC(2026, 10, 21, 3);
  const network = parseNetworkFile(demoNetworkYaml({ seed: 7, now }), "demo.yaml");

  it("is ten stations, three of them with two circuits, 20 buildings and 60 units", () => {
    expect(network.stations).toHaveLength(10);
    const large = network.stations.filter((station) => station.children.length === 2);
    expect(large).toHaveLength(3);
    for (const station of large) {
      expect(network.below(station.id, "building")).toHaveLength(20);
      expect(network.below(station.id, "unit")).toHaveLength(60);
    }
    expect(network.stations.filter((station) => station.children.length === 1)).toHaveLength(7);
  });

  it("names everything, in areas of two stewards without anybody's data", () => {
    for (const asset of network.assets()) expect(asset.name).not.toBe(asset.id);
    expect(network.fullName("S01-B03-U2")).toBe("北苑站 · 高区机组 · 3号楼 · 2单元");
    expect(network.stewards).toHaveLength(2);
    for (const steward of network.stewards) expect(steward.phone).toBeUndefined();
    for (const station of network.stations) expect(network.areas.map((area) => area.id)).toContain(station.area);
    expect(new Set(network.stations.map((station) => station.primaryBranch)).size).toBeGreaterThan(1);
  });

  it("has rooms, a suspended unit, both kinds of heating and of makeup control", () => {
    const assets = [...network.assets()];
    expect(assets.filter((asset) => asset.level === "room").length).toBeGreaterThan(20);
    expect(assets.filter((asset) => asset.unitFacts?.suspended)).toHaveLength(1);
    const circuits = assets.flatMap((asset) => (asset.circuitFacts === undefined ? [] : [asset.circuitFacts]));
    expect(new Set(circuits.map((facts) => facts.heating))).toEqual(new Set(["radiator", "floor"]));
    expect(new Set(circuits.map((facts) => facts.makeupControl))).toEqual(new Set(["band", "vfd"]));
  });

  it.each([Date.UTC(2026, 10, 21), Date.UTC(2027, 6, 4, 12), Date.UTC(2028, 1, 29, 16)])(
    "is in the heating season with a month of it behind, at %d",
    (at) => {
      const { season } = parseNetworkFile(demoNetworkYaml({ seed: 1, now: at }), "demo.yaml");
      expect(at - season.heating!).toBeGreaterThan(30 * DAY);
      expect(season.end! - at).toBeGreaterThan(60 * DAY);
    },
  );

  it("is the same text for the same seed, and the same ids for another", () => {
    expect(demoNetworkYaml({ seed: 7, now })).toBe(demoNetworkYaml({ seed: 7, now }));
    const other = parseNetworkFile(demoNetworkYaml({ seed: 8, now }), "demo.yaml");
    const units = (from: typeof network): string[] => [...from.assets()].filter((asset) => asset.level === "unit").map((asset) => asset.id);
    expect(units(other)).toEqual(units(network));
    expect(demoNetworkYaml({ seed: 8, now })).not.toBe(demoNetworkYaml({ seed: 7, now }));
  });
});
