import { describe, expect, it } from "vitest";
import type { Circuit } from "../../simulators/circuit.ts";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant, type Plant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { DAY, HOUR, referenceNetwork, seasonNetwork } from "./small-plant.ts";

const MINUTE = 60_000;
const network = seasonNetwork();
const { filling, commissioning, heating, end } = network.season as Record<"filling" | "commissioning" | "heating" | "end", number>;

function plantFrom(startAt: number, seed = 1, faults: readonly Fault[] = []): { plant: Plant; circuit: Circuit } {
  const plant = createPlant({ network, seed, climate: "jinan", startAt, faults });
  return { plant, circuit: plant.stations[0]!.state.circuits[0]! };
}

describe("filling", () => {
  it("brings about 1 L/m² with the makeup pump at its most for hours, tests at 1.25-1.5 times the pressure and goes back", () => {
    for (const seed of [1, 2, 3]) {
      const { plant, circuit } = plantFrom(filling - 2 * DAY, seed);
      const { season, pressureFacts, pressure } = circuit;
      expect(season.fillAt).toBeGreaterThanOrEqual(filling);
      plant.advance(season.fillAt);
      expect(suctionKpa(circuit)).toBe(0);
      const before = pressure.makeupM3;
      plant.advance(season.fillAt + 6 * HOUR);
      expect(distance(pressure.makeupM3 - before, 6 * pressureFacts.pumpM3h)).toBeLessThanOrEqual(0.2);
      let at = season.fillAt + 6 * HOUR;
      for (; Number.isNaN(season.testedAt); at += 10 * MINUTE) plant.advance(at);
      expect((pressure.makeupM3 - before) / circuit.facts.heatedAreaM2).toBeGreaterThan(0.95e-3);
      expect((pressure.makeupM3 - before) / circuit.facts.heatedAreaM2).toBeLessThan(1.3e-3);
      const atTest = suctionKpa(circuit) / pressureFacts.startKpa;
      expect(atTest).toBeGreaterThan(1.2);
      expect(atTest).toBeLessThan(1.52);
      plant.advance(season.testedAt + season.testHoldMs + 6 * HOUR);
      expect(suctionKpa(circuit)).toBeGreaterThan(pressureFacts.startKpa - 3);
      expect(suctionKpa(circuit)).toBeLessThan(pressureFacts.stopKpa + 3);
    }
  });

  it("holds the test pressure when sound, and loses more than 20 kPa in half an hour through a leak of 0.6 m³/h", () => {
    const drops = [0, 0.6].map((magnitude) => {
      const faults: Fault[] = magnitude === 0 ? [] : [{ kind: "leak", asset: "S1-H", onset: filling, rampMs: 0, magnitude }];
      const { plant, circuit } = plantFrom(filling, 2, faults);
      const { season } = circuit;
      for (let at = season.fillAt + 10 * HOUR; Number.isNaN(season.testedAt); at += 10 * MINUTE) plant.advance(at);
      const from = plant.stations[0]!.state.at;
      const before = suctionKpa(circuit);
      plant.advance(from + 30 * MINUTE);
      return before - suctionKpa(circuit);
    });
    expect(drops[0]).toBeGreaterThan(1);
    expect(drops[0]).toBeLessThan(14);
    expect(drops[1]).toBeGreaterThan(20);
  });

  it("leaves no unit with the air of the empty risers", () => {
    const { plant, circuit } = plantFrom(filling);
    plant.advance(circuit.season.circulateAt);
    expect(Math.max(...circuit.units.gasL)).toBe(0);
  });
});

describe("cold circulation", () => {
  it("pumps without heat, building after building", () => {
    const { plant, circuit } = plantFrom(commissioning - 6 * DAY);
    plant.advance(circuit.season.circulateAt - HOUR);
    expect(circuit.flow).toBe(0);
    plant.advance(circuit.season.circulateAt + HOUR);
    const first = circuit.flow;
    expect(first).toBeGreaterThan(0.05);
    plant.advance(commissioning);
    expect(circuit.flow).toBeGreaterThan(first * 1.5);
    expect(circuit.flow).toBeLessThan(0.9);
    expect(circuit.heatKw).toBe(0);
    expect(circuit.supplyC).toBeLessThan(20);
    expect(distance(circuit.supplyC, circuit.returnC)).toBeLessThan(1);
  });
});

describe("commissioning", () => {
  it("heats up by 5 to 10 K/h, and every building is warm a day and a half later", () => {
    for (const seed of [1, 4]) {
      const { plant, circuit } = plantFrom(commissioning, seed);
      const { season } = circuit;
      plant.advance(season.heatAt + HOUR);
      const hourly: number[] = [];
      for (let hour = 2; circuit.supplyC < 28; hour++) {
        const before = circuit.supplyC;
        plant.advance(season.heatAt + hour * HOUR);
        hourly.push(circuit.supplyC - before);
      }
      for (const kelvin of hourly.slice(0, -1)) {
        expect(kelvin).toBeGreaterThan(4);
        expect(kelvin).toBeLessThan(11);
      }
      const grown = circuit.pressure.grownM3;
      plant.advance(season.heatAt + 36 * HOUR);
      expect(circuit.pressure.grownM3 - grown).toBeGreaterThan(0.1);
      const open = season.openAt.filter((at) => at <= season.heatAt + 36 * HOUR).length;
      expect(open).toBe(circuit.units.count);
      expect(circuit.flow).toBeGreaterThan(0.8);
    }
  });

  it("finds air in 20 to 60 % of the units, more in some circuits than in others", () => {
    const shares = Array.from({ length: 24 }, (_, seed) => {
      const { plant, circuit } = plantFrom(commissioning, seed);
      const air = plant.trappedAir();
      expect(air.every(({ from, to }) => from >= commissioning && to > from && to < heating)).toBe(true);
      return air.length / circuit.units.count;
    });
    // The share itself is between 20 and 60 %; 60 units scatter around it.
    expect(Math.min(...shares)).toBeGreaterThan(0.08);
    expect(Math.max(...shares)).toBeLessThan(0.75);
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.2);
    expect(distance(shares.reduce((sum, share) => sum + share, 0) / shares.length, 0.4)).toBeLessThan(0.07);
  });

  it("is long over in a network whose file names no season", () => {
    const plant = createPlant({ network: referenceNetwork("radiator", "band", {}), seed: 3, climate: "jinan", startAt: commissioning });
    plant.advance(commissioning + HOUR);
    expect(plant.trappedAir()).toEqual([]);
    const { units, flow, season } = plant.stations[0]!.state.circuits[0]!;
    expect(Math.max(...units.gasL)).toBe(0);
    expect(flow).toBeGreaterThan(0.97);
    expect(season.heats).toBe(true);
  });

  it("chokes a unit with its air until a crew vents it, within days, and heats without any", () => {
    const { plant, circuit } = plantFrom(commissioning, 3);
    const worst = plant.trappedAir().reduce((most, air) => (air.lostShare > most.lostShare ? air : most));
    const row = circuit.units.assets.findIndex((unit) => unit.id === worst.asset);
    plant.advance(worst.to - MINUTE);
    expect(worst.lostShare).toBeGreaterThan(0.5);
    expect(circuit.units.flow[row]!).toBeLessThan(1.35 * (1 - worst.lostShare));
    plant.advance(worst.to + HOUR);
    expect(circuit.units.flow[row]!).toBeGreaterThan(0.85);
    plant.advance(heating);
    expect(circuit.units.gasL.filter((litres) => litres > 0.3)).toHaveLength(0);
  });
});

describe("shutdown", () => {
  it("cools, shrinks and makes that up, and stops the pumps days later", () => {
    const { plant, circuit } = plantFrom(end - 2 * DAY);
    plant.advance(end - DAY);
    const { makeupM3, grownM3 } = circuit.pressure;
    plant.advance(end);
    const usual = circuit.pressure.makeupM3 - makeupM3 + (circuit.pressure.grownM3 - grownM3);
    const warm = { ...circuit.pressure };
    plant.advance(end + DAY);
    expect(circuit.supplyC).toBeLessThan(28);
    expect(circuit.pressure.grownM3 - warm.grownM3).toBeLessThan(-0.4);
    expect(circuit.pressure.makeupM3 - warm.makeupM3).toBeGreaterThan(0.4);
    expect(usual).toBeGreaterThan(0);
    expect(circuit.flow).toBeGreaterThan(0.9);
    plant.advance(end + 5 * DAY);
    expect(circuit.flow).toBe(0);
    expect(circuit.primaryKgS).toBe(0);
  });
});

describe("a plant that begins in the middle", () => {
  const whole = plantFrom(filling - 30 * DAY);
  /** In the order of the year: the whole plant goes from one to the next. */
  it.each([
    ["emptied", filling - 2 * DAY],
    ["being filled", whole.circuit.season.fillAt + 7 * HOUR],
    ["filled", commissioning - 8 * DAY],
    ["circulating cold", commissioning - DAY],
    ["heating up", commissioning + 1.5 * DAY],
    ["venting", commissioning + 5 * DAY],
    ["heating", heating + 6 * DAY],
    ["cooling", end + DAY],
  ])("looks as if it had run all the time: %s", (_, at) => {
    const late = plantFrom(at);
    whole.plant.advance(at);
    late.plant.advance(at);
    const [a, b] = [whole.circuit, late.circuit];
    expect(distance(a.supplyC, b.supplyC)).toBeLessThanOrEqual(1.5);
    expect(distance(a.returnC, b.returnC)).toBeLessThanOrEqual(1.5);
    expect(distance(a.flow, b.flow)).toBeLessThanOrEqual(0.02);
    expect(distance(a.setC, b.setC)).toBeLessThanOrEqual(0.8);
    expect(distance(suctionKpa(a), suctionKpa(b))).toBeLessThanOrEqual(35);
    expect(distance(a.pressure.heldL / a.season.waterL, b.pressure.heldL / b.season.waterL)).toBeLessThanOrEqual(0.02);
    for (const [row, roomC] of a.units.roomC.entries()) {
      expect(distance(roomC, b.units.roomC[row]!)).toBeLessThanOrEqual(2);
      expect(distance(a.units.gasL[row]!, b.units.gasL[row]!)).toBeLessThanOrEqual(0.2);
    }
  });
});
