import { describe, expect, it } from "vitest";
import { expectedSupplyC } from "../../model/heating-curve.ts";
import { SIGNALS, type SignalId } from "../../model/signals.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import { heldKj } from "../../simulators/circuit.ts";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";
import { createPlant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { constantWeather, coolingIndex, DAY, HOUR, median, referencePlant, START } from "./small-plant.ts";

const MINUTE = 60_000;
const demoNow = START + 3 * DAY;
const demo = parseNetworkFile(demoNetworkYaml({ seed: 5, now: demoNow }), "demo.yaml");

function demoBytes(seed: number, polls: readonly number[]): string {
  const plant = createPlant({ network: demo, seed, climate: "jinan", startAt: START });
  return JSON.stringify(polls.map((at) => plant.sample(at)));
}

describe("a healthy plant", () => {
  it("has the design state of DOMAIN 5 at the design temperature: 55.0/40.0 °C, 258 t/h, rooms a little above 20 °C", () => {
    const { plant, circuit } = referencePlant({ weather: constantWeather(-5.3) });
    const seen = { supplyC: 0, returnC: 0, heatKw: 0 };
    for (let minute = 0; minute < 1440; minute++) {
      // By day: the set-back of the night is not part of the design.
      plant.advance(START + 3 * DAY + 7 * HOUR + minute * 10_000);
      seen.supplyC += circuit.supplyC / 1440;
      seen.returnC += circuit.returnC / 1440;
      seen.heatKw += circuit.heatKw / 1440;
    }
    expect(distance(seen.supplyC, 55)).toBeLessThanOrEqual(0.15);
    expect(distance(seen.returnC, 40)).toBeLessThanOrEqual(0.5);
    expect(distance(circuit.flow * circuit.nominalKgS * 3.6, 258)).toBeLessThanOrEqual(3);
    expect(distance(seen.heatKw, 4500)).toBeLessThanOrEqual(100);
    const roomC = median(circuit.units.roomC);
    expect(roomC).toBeGreaterThan(19.5);
    expect(roomC).toBeLessThan(21.5);
  });

  it("makes up about 0.35 m³/h, little of it noise once corrected for expansion and pressure", () => {
    const means: number[] = [];
    for (const seed of [1, 2, 3, 4]) {
      const { plant, circuit } = referencePlant({ seed });
      const raw: number[] = [];
      const corrected: number[] = [];
      plant.advance(START);
      let before = { ...circuit.pressure };
      for (let hour = 1; hour <= 8 * 24; hour++) {
        plant.advance(START + hour * HOUR);
        const now = circuit.pressure;
        raw.push(now.makeupM3 - before.makeupM3);
        corrected.push(
          now.makeupM3 -
            before.makeupM3 +
            now.grownM3 -
            before.grownM3 -
            ((now.kpa - before.kpa) * circuit.pressureFacts.elasticityLKpa) / 1000,
        );
        before = { ...now };
      }
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
      means.push(mean(raw));
      expect(raw.toSorted((a, b) => a - b)[Math.floor(raw.length * 0.99)]!).toBeLessThan(0.9);
      expect(deviation(raw)).toBeLessThan(0.16);
      expect(deviation(corrected)).toBeLessThan(0.11);
      expect(deviation(corrected)).toBeLessThan(deviation(raw));
    }
    expect(distance(means.reduce((sum, value) => sum + value, 0) / means.length, 0.35)).toBeLessThanOrEqual(0.06);
  });

  it("keeps every unit's cooling index away from the limits, and every signal possible, on ten stations over three days", () => {
    const plant = createPlant({ network: demo, seed: 5, climate: "jinan", startAt: START });
    const impossible: string[] = [];
    for (let at = START; at < START + 3 * DAY; at += 30 * MINUTE) {
      for (const sample of plant.sample(at))
        for (const [asset, values] of Object.entries(sample.assets))
          for (const [signal, value] of Object.entries(values)) {
            const { min, max, levels } = SIGNALS[signal as SignalId];
            if (value === null || !(value >= min && value <= max) || !(levels as readonly string[]).includes(demo.asset(asset)!.level))
              impossible.push(`${asset} ${signal} ${value}`);
          }
    }
    expect(impossible).toEqual([]);
    for (const station of plant.stations)
      for (const circuit of station.state.circuits) {
        const active = coolingIndex(circuit).filter((_, row) => circuit.units.assets[row]!.unitFacts?.suspended !== true);
        expect(Math.max(...active)).toBeLessThan(1.15);
        expect(Math.min(...active)).toBeGreaterThan(0.85);
        expect(distance(circuit.supplyC, circuit.setC)).toBeLessThanOrEqual(1);
      }
  });

  it("starts in balance: rooms of the first and the third day differ by no more than the weather does", () => {
    const { plant, circuit } = referencePlant({ weather: constantWeather(0) });
    plant.advance(START);
    const first = Float64Array.from(circuit.units.roomC);
    plant.advance(START + 3 * DAY);
    for (const [row, roomC] of circuit.units.roomC.entries()) expect(distance(roomC, first[row]!)).toBeLessThanOrEqual(0.6);
  });

  it("balances heat to 0.1 % and water exactly over five days of changing weather", () => {
    const { plant, circuit } = referencePlant({ seed: 4 });
    plant.advance(START);
    const before = { heat: { ...circuit.heat }, held: heldKj(circuit), water: { ...circuit.pressure } };
    plant.advance(START + 5 * DAY);
    const { heat, pressure } = circuit;
    const inKj = heat.exchangerKj - before.heat.exchangerKj;
    const outKj =
      heat.roomKj -
      before.heat.roomKj +
      heat.groundKj -
      before.heat.groundKj +
      heat.branchKj -
      before.heat.branchKj +
      heat.makeupKj -
      before.heat.makeupKj;
    expect(distance((inKj - outKj - (heldKj(circuit) - before.held)) / inKj, 0)).toBeLessThanOrEqual(0.001);
    expect(inKj).toBeGreaterThan(5e8);
    const water = before.water;
    const gainedM3 =
      pressure.makeupM3 -
      water.makeupM3 +
      pressure.grownM3 -
      water.grownM3 -
      (pressure.lostM3 - water.lostM3) -
      (pressure.drawnM3 - water.drawnM3);
    expect(distance((pressure.heldL - water.heldL) / 1000, gainedM3)).toBeLessThanOrEqual(1e-6);
  });

  it("needs makeup when the night set-back cools the water, and none while the morning warms it", () => {
    const seed = Array.from({ length: 40 }, (_, index) => index).find(
      (candidate) => referencePlant({ seed: candidate }).circuit.setbackK === 3,
    )!;
    const { plant, circuit } = referencePlant({ seed, weather: constantWeather(0), makeup: "vfd" });
    const makeupM3 = (fromHour: number, hours: number): number => {
      plant.advance(START + DAY + fromHour * HOUR);
      const before = circuit.pressure.makeupM3;
      plant.advance(START + DAY + (fromHour + hours) * HOUR);
      return circuit.pressure.makeupM3 - before;
    };
    const warming = makeupM3(4.5, 1.25);
    const noon = makeupM3(11, 1.25);
    const cooling = makeupM3(22.5, 1.25);
    expect(cooling - noon).toBeGreaterThan(0.06);
    expect(warming - noon).toBeLessThan(-0.06);
  });

  it("follows the heating curve through its filter", () => {
    const { plant, circuit } = referencePlant({ seed: 3 });
    const { facts } = circuit;
    let sum = 0;
    for (let hour = 0; hour < 96; hour++) {
      plant.advance(START + hour * HOUR);
      const localHour = hour % 24;
      if (localHour >= 7 && localHour < 22) sum += (circuit.setC - expectedSupplyC(facts, plant.stations[0]!.state.filteredC)) / 60;
    }
    expect(distance(sum, 0)).toBeLessThanOrEqual(0.05);
  });
});

describe("polls", () => {
  const polls = Array.from({ length: 40 }, (_, index) => START + index * 5 * MINUTE);

  it("are the same bytes for the same seed and others for another", () => {
    expect(demoBytes(5, polls)).toBe(demoBytes(5, polls));
    expect(demoBytes(6, polls)).not.toBe(demoBytes(5, polls));
  });

  it("do not change what is seen later: polled often or once, the station reads the same", () => {
    const often = createPlant({ network: demo, seed: 5, climate: "jinan", startAt: START });
    for (const at of polls) often.sample(at);
    const once = createPlant({ network: demo, seed: 5, climate: "jinan", startAt: START });
    const at = START + 4 * HOUR;
    for (const [index, sample] of often.sample(at).entries()) {
      const lone = once.stations[index]!.sample(at);
      for (const [asset, values] of Object.entries(sample.assets)) expect(lone.assets[asset]).toEqual(values);
    }
  });

  it("do not shift when another station or building is added", () => {
    const text = demoNetworkYaml({ seed: 5, now: demoNow });
    const fewer = parseNetworkFile(text, "demo.yaml");
    const first = createPlant({ network: fewer, seed: 5, climate: "jinan", startAt: START })
      .station("S10")
      .sample(START + HOUR);
    const more = parseNetworkFile(
      `${text}  - id: S11\n    circuits: [{ id: S11-1, buildings: [{ id: S11-B1, units: [{ id: S11-B1-U1 }] }] }]\n`,
      "more.yaml",
    );
    expect(more.asset("S11-B1-U1")).toBeDefined();
    expect(
      createPlant({ network: more, seed: 5, climate: "jinan", startAt: START })
        .station("S10")
        .sample(START + HOUR),
    ).toEqual(first);
  });

  it("bring station and circuits each time, every unit and room once per interval, spread over it", () => {
    const plant = createPlant({ network: demo, seed: 5, climate: "jinan", startAt: START });
    const station = plant.station("S01");
    const first = station.sample(START);
    const units = demo.below("S01", "unit").length;
    expect(Object.keys(first.assets).filter((id) => demo.asset(id)!.level === "unit")).toHaveLength(units);
    const reports = new Map<string, number>();
    const perPoll: number[] = [];
    for (let at = START + MINUTE; at <= START + 60 * MINUTE; at += MINUTE) {
      const { assets } = station.sample(at);
      expect(Object.keys(assets)).toEqual(expect.arrayContaining(["S01", "S01-H", "S01-L"]));
      const reporting = Object.keys(assets).filter((id) => demo.asset(id)!.level === "unit");
      perPoll.push(reporting.length);
      for (const id of reporting) reports.set(id, (reports.get(id) ?? 0) + 1);
    }
    expect(reports.size).toBe(units);
    expect([...reports.values()].every((count) => count === 2)).toBe(true);
    expect(Math.max(...perPoll)).toBeLessThan(12);
  });

  it("count up only: no totaliser ever goes back", () => {
    const plant = createPlant({ network: demo, seed: 5, climate: "jinan", startAt: START });
    const before = new Map<string, number>();
    const backwards: string[] = [];
    for (let at = START; at < START + DAY; at += 10 * MINUTE)
      for (const sample of plant.sample(at))
        for (const [asset, values] of Object.entries(sample.assets))
          for (const signal of ["mk_total", "q1_total", "h1_total"] as const) {
            const value = values[signal];
            if (typeof value !== "number") continue;
            if (value < (before.get(`${asset} ${signal}`) ?? 0)) backwards.push(`${asset} ${signal} ${value}`);
            before.set(`${asset} ${signal}`, value);
          }
    expect(backwards).toEqual([]);
    expect(before.size).toBe(10 * 2 + 13);
  });

  it("refuse an instant before the plant or behind what was reached", () => {
    const { plant } = referencePlant();
    expect(() => plant.sample(START - 1)).toThrow("expected an instant from");
    plant.advance(START + HOUR);
    expect(() => plant.sample(START)).toThrow("expected an instant from");
    expect(() => plant.station("S9")).toThrow('found "S9"');
  });
});

describe("a circuit without units", () => {
  it("still heats: its buildings count as one", () => {
    const network = parseNetworkFile(
      JSON.stringify({
        stations: [{ id: "S1", circuits: [{ id: "S1-A" }, { id: "S1-B", heating: "floor", makeup_control: "vfd" }] }, { id: "S2" }],
      }),
      "bare.yaml",
    );
    const plant = createPlant({ network, seed: 1, climate: "hohhot", startAt: START });
    const [sample, empty] = plant.sample(START + DAY);
    expect(sample!.assets["S1-A"]!.t2_supply).toBeGreaterThan(35);
    expect(sample!.assets["S1-B"]!.p2_return).toBeGreaterThan(100);
    expect(Object.keys(empty!.assets)).toEqual(["S2"]);
    expect(suctionKpa(plant.station("S1").state.circuits[0]!)).toBeGreaterThan(100);
  });
});
