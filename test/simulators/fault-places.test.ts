import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { faultPlaces } from "../../simulators/fault-places.ts";
import { generateNetwork, NETWORK_SIZE } from "../../simulators/network-generator.ts";

const network = parseNetworkFile(
  generateNetwork({ seed: 2, climate: "jinan", size: { ...NETWORK_SIZE, stations: 8, suspended: 0.3 }, year: 2026 }),
  "places.yaml",
);
const place = (words: string, options: Partial<Parameters<typeof faultPlaces>[1]> = {}): string[] =>
  faultPlaces(words, { network, seed: 1, levels: ["circuit", "building", "unit"], load: new Map(), place: "x.yaml:1", ...options });
const units = network.stations.flatMap(({ id }) => network.below(id, "unit"));
const heated = units.filter(({ unitFacts }) => !unitFacts!.suspended);

describe("where a fault strikes", () => {
  it("is the asset that is named, or the first level of the kind", () => {
    expect(place("S03-1")).toEqual(["S03-1"]);
    expect(network.asset(place("any")[0]!)!.level).toBe("circuit");
    expect(network.asset(place("any unit in S05")[0]!)).toMatchObject({ level: "unit", station: "S05" });
  });

  it("leaves out the units that are 报停, unless there is nothing else", () => {
    expect(place("every unit")).toEqual(heated.map(({ id }) => id));
    const suspended = units.find(({ unitFacts }) => unitFacts!.suspended)!;
    expect(place(`any unit in ${suspended.id}`)).toEqual([suspended.id]);
  });

  it("counts: so many, a share of all, all of a branch", () => {
    expect(place("5 units")).toHaveLength(5);
    expect(place("25% of units")).toHaveLength(Math.round(heated.length / 4));
    expect(place("0.1% of units")).toHaveLength(1);
    const branch = network.stations[0]!.primaryBranch!;
    const ofBranch = network.stations.filter(({ primaryBranch }) => primaryBranch === branch).map(({ id }) => id);
    expect(place(`every station on branch ${branch}`, { levels: ["station"] })).toEqual(ofBranch);
  });

  it("is drawn from the least loaded stations first, each asset once, in the order of the network, the same for the same seed", () => {
    const load = new Map(network.stations.slice(0, 6).map(({ id }) => [id, 1]));
    const stationOf = (id: string): string => network.asset(id)!.station;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(new Set(place("2 units", { seed, load }).map(stationOf))).toEqual(new Set(["S07", "S08"]));
        const eight = place("8 circuits", { seed });
        expect(new Set(eight.map(stationOf)).size).toBe(8);
        expect(eight).toEqual([...eight].sort());
        expect(place("8 circuits", { seed })).toEqual(eight);
      }),
      { numRuns: 30 },
    );
    const drawn = new Set(Array.from({ length: 40 }, (_, seed) => place("any unit", { seed })[0]));
    expect(drawn.size).toBeGreaterThan(20);
  });

  it.each(["0.5", "some units", "-2 units", "any pump", "any unit in S99", "999 units"])("%j is refused", (words) => {
    expect(() => place(words)).toThrow(/^x\.yaml:1: expected /);
  });
});
