import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asset, Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { generateNetwork, NETWORK_SIZE, type NetworkSize } from "../../simulators/network-generator.ts";
import { createPlant } from "../../simulators/plant.ts";
import type { Climate } from "../../simulators/weather.ts";

const generated = (seed: number, size: Partial<NetworkSize> = {}, climate: Climate = "jinan"): Network =>
  parseNetworkFile(generateNetwork({ seed, climate, size: { ...NETWORK_SIZE, ...size }, year: 2026 }), "generated.yaml");
const circuitsOf = (network: Network): Asset[] => network.stations.flatMap(({ id }) => network.below(id, "circuit"));

describe("a generated network", () => {
  it("is a valid network file of the size that was asked for, whatever the seed", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, stations, circuits, variety) => {
          const network = generated(seed, { stations, circuits: [1, circuits], buildings: [1, 3], units: [1, 3], variety });
          expect(network.stations).toHaveLength(stations);
          for (const station of network.stations) {
            expect(station.children.length).toBeGreaterThanOrEqual(1);
            expect(station.children.length).toBeLessThanOrEqual(circuits);
          }
          for (const building of circuitsOf(network).flatMap(({ id }) => network.below(id, "building")))
            expect(network.asset(building.children[0]!)!.unitFacts!.suspended).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is the same for the same seed and another for another, and keeps its ids when it grows", () => {
    const options = { seed: 3, climate: "jinan", size: NETWORK_SIZE, year: 2026 } as const;
    expect(generateNetwork(options)).toBe(generateNetwork(options));
    expect(generateNetwork({ ...options, seed: 4 })).not.toBe(generateNetwork(options));
    const [small, large] = [generated(3, { stations: 4 }), generated(3, { stations: 40 })];
    for (const asset of small.assets()) expect(large.asset(asset.id)).toMatchObject({ level: asset.level, parent: asset.parent });
  });

  it("is as varied as DOMAIN: radiators and floors, 30,000 to 200,000 m², static pressure by height, band and VFD, branches and areas", () => {
    const network = generated(1, { stations: 60, circuits: [1, 3] });
    const circuits = circuitsOf(network);
    const facts = circuits.map((circuit) => circuit.circuitFacts!);
    expect(new Set(facts.map(({ heating }) => heating))).toEqual(new Set(["radiator", "floor"]));
    expect(new Set(facts.map(({ makeupControl }) => makeupControl))).toEqual(new Set(["band", "vfd"]));
    expect(new Set(facts.map(({ designSupplyC }) => designSupplyC)).size).toBeGreaterThan(3);
    const areas = facts.map(({ heatedAreaM2 }) => heatedAreaM2).sort((a, b) => a - b);
    expect(areas[0]).toBeGreaterThan(25_000);
    expect(areas.at(-1)).toBeLessThan(235_000);
    expect(areas.at(-1)! / areas[0]!).toBeGreaterThan(4);
    for (const circuit of circuits) {
      const { staticPressureKpa, heatedAreaM2, circulationM3h, waterVolumeM3, households } = circuit.circuitFacts!;
      const floors = Math.max(...network.below(circuit.id, "building").map((building) => building.floors!));
      // The highest point of DOMAIN 2: 9.81 kPa a metre, 2.9 m a storey, and 30 to 50 kPa above it.
      expect(staticPressureKpa! - floors * 2.9 * 9.81).toBeGreaterThan(25);
      expect((circulationM3h / heatedAreaM2) * 1000).toBeGreaterThan(1.35);
      expect((circulationM3h / heatedAreaM2) * 1000).toBeLessThan(5);
      expect((waterVolumeM3 / heatedAreaM2) * 1000).toBeGreaterThan(0.7);
      expect((waterVolumeM3 / heatedAreaM2) * 1000).toBeLessThan(1.8);
      expect(heatedAreaM2 / households).toBeGreaterThan(75);
      expect(heatedAreaM2 / households).toBeLessThan(120);
    }
    expect(new Set(network.stations.map(({ primaryBranch }) => primaryBranch)).size).toBeGreaterThan(6);
    expect(network.areas.length).toBeGreaterThan(1);
    expect(network.stewards).toHaveLength(network.areas.length);
    const rooms = circuits.flatMap(({ id }) => network.below(id, "room"));
    expect(new Set(rooms.map(({ roomPosition }) => roomPosition))).toEqual(new Set(["top", "bottom", "middle"]));
    const units = circuits.flatMap(({ id }) => network.below(id, "unit"));
    expect(units.some(({ unitFacts }) => unitFacts!.suspended)).toBe(true);
  });

  it("follows its climate: design temperature and season", () => {
    const [jinan, hohhot] = [generated(1), generated(1, {}, "hohhot")];
    expect([circuitsOf(jinan)[0]!.circuitFacts!.designOutdoorC, circuitsOf(hohhot)[0]!.circuitFacts!.designOutdoorC]).toEqual([-5.3, -17]);
    const days = ({ season }: Network): number => (season.end! - season.heating!) / 86_400_000;
    expect([days(jinan), days(hohhot)]).toEqual([120, 182]);
  });

  it("heats its rooms: in the middle of winter no unit is below 18 °C but the suspended ones", () => {
    for (const climate of ["jinan", "hohhot"] as const) {
      const network = generated(5, { stations: 6, suspended: 0 }, climate);
      const startAt = network.season.heating! + 40 * 86_400_000;
      const plant = createPlant({ network, seed: 5, climate, startAt });
      plant.advance(startAt + 2 * 86_400_000);
      for (const { state } of plant.stations)
        for (const circuit of state.circuits)
          for (const roomC of circuit.units.roomC) {
            expect(roomC, circuit.asset.id).toBeGreaterThan(18);
            expect(roomC, circuit.asset.id).toBeLessThan(23.5);
          }
    }
  });
});
