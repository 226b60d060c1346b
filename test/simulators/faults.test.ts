import { describe, expect, it } from "vitest";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { checkFaults, DISTURBANCES, type Fault, faultShare, faultSize, gatewaySilent } from "../../simulators/faults.ts";
import { distance } from "./distance.ts";
import { constantWeather, coolingIndex, DAY, HOUR, referenceNetwork, referencePlant, START } from "./small-plant.ts";

const MINUTE = 60_000;
const fault = (kind: Fault["kind"], asset: string, magnitude: number, more: Partial<Fault> = {}): Fault => ({
  kind,
  asset,
  magnitude,
  onset: START + HOUR,
  rampMs: 0,
  ...more,
});

/** Makeup over some hours, m³. */
function makeupM3(reference: ReturnType<typeof referencePlant>, from: number, hours: number): number {
  reference.plant.advance(from);
  const before = reference.circuit.pressure.makeupM3;
  reference.plant.advance(from + hours * HOUR);
  return reference.circuit.pressure.makeupM3 - before;
}

describe("faults as data", () => {
  it("grow over their ramp and end at their repair", () => {
    const leak = fault("leak", "S1-H", 2, { rampMs: 4 * HOUR, repairAt: START + 10 * HOUR });
    expect(faultShare(leak, START)).toBe(0);
    expect(faultSize(leak, START + 2 * HOUR)).toBeCloseTo(0.5);
    expect(faultSize(leak, START + 9 * HOUR)).toBe(2);
    expect(faultShare(leak, START + 10 * HOUR)).toBe(0);
  });

  it("are refused where they cannot happen", () => {
    const network = referenceNetwork();
    expect(() => checkFaults([fault("burst", "S9", 5)], network)).toThrow('found "S9"');
    expect(() => checkFaults([fault("air_lock", "S1-H", 0.5)], network)).toThrow("level unit, found circuit S1-H");
    expect(() => checkFaults([fault("leak", "S1-H", -1)], network)).toThrow("magnitude of 0 or more");
    expect(() => referencePlant({ faults: [fault("offline", "S1-H", 1)] })).toThrow("level station");
  });

  it("know which of them are none", () => {
    const confounders = Object.entries(DISTURBANCES).filter(([, facts]) => facts.truth === undefined);
    expect(confounders.map(([kind]) => kind)).toEqual(["maintenance_drain", "pump_switchover", "cold_snap"]);
  });

  it("silence a gateway from onset to repair, and change nothing in the plant", () => {
    const silent = fault("offline", "S1", 1, { repairAt: START + 2 * HOUR });
    expect([0, 1, 1.9, 2].map((hour) => gatewaySilent([silent], "S1", START + hour * HOUR))).toEqual([false, true, true, false]);
    expect(gatewaySilent([silent], "S2", START + 1.5 * HOUR)).toBe(false);
    const at = START + 90 * MINUTE;
    expect(referencePlant({ faults: [silent] }).plant.sample(at)).toEqual(referencePlant().plant.sample(at));
  });
});

describe("a leak", () => {
  it("of 0.8 m³/h at 300 kPa appears in the makeup, by its pressure, and nowhere else", () => {
    const sound = referencePlant({ weather: constantWeather(0) });
    const leaking = referencePlant({ weather: constantWeather(0), faults: [fault("leak", "B3-U2", 0.8)] });
    const from = START + 2 * HOUR;
    const excessM3h = (makeupM3(leaking, from, 24) - makeupM3(sound, from, 24)) / 24;
    expect(excessM3h).toBeGreaterThan(0.7);
    expect(excessM3h).toBeLessThan(1.1);
    expect(suctionKpa(leaking.circuit)).toBeGreaterThan(240);
    expect(distance(leaking.circuit.supplyC, sound.circuit.supplyC)).toBeLessThanOrEqual(0.6);
  });

  it("that grows is small first, and gone after the repair", () => {
    const reference = referencePlant({ faults: [fault("leak", "S1-H", 2, { rampMs: 20 * HOUR, repairAt: START + 30 * HOUR })] });
    const early = makeupM3(reference, START + HOUR, 4);
    const late = makeupM3(reference, START + 22 * HOUR, 4);
    const after = makeupM3(reference, START + 31 * HOUR, 4);
    expect(late).toBeGreaterThan(early + 4);
    expect(after).toBeLessThan(3);
  });
});

describe("a burst", () => {
  it("beyond the makeup pump makes the pressure collapse at about 25 kPa/min, both sides together (DOMAIN 3.3)", () => {
    // 15 m³/h at 300 kPa against 8 m³/h of makeup: some 9 m³/h net at the pressure of the supply main.
    const { plant, circuit } = referencePlant({ faults: [fault("burst", "S1-H", 15)], weather: constantWeather(0) });
    const station = plant.stations[0]!;
    const at = START + HOUR + MINUTE / 2;
    const readings = [0, 1, 2].map((minute) => station.sample(at + minute * MINUTE).assets["S1-H"]!);
    for (const side of ["p2_return", "p2_supply"] as const) {
      const falls = [1, 2].map((minute) => readings[minute - 1]![side]! - readings[minute]![side]!);
      for (const fall of falls) {
        expect(fall).toBeGreaterThan(15);
        expect(fall).toBeLessThan(35);
      }
    }
    expect(readings[2]!.mk_pump).toBe(1);
    plant.advance(at + HOUR);
    expect(suctionKpa(circuit)).toBeLessThan(100);
  });

  it("lets air into the risers, which leaves after repair and venting", () => {
    const repairAt = START + 3 * HOUR;
    const { plant, circuit } = referencePlant({ faults: [fault("burst", "S1-H", 30, { repairAt })] });
    plant.advance(repairAt);
    expect(Math.min(...circuit.units.gasL)).toBeGreaterThan(0.3);
    plant.advance(repairAt + 6 * HOUR);
    expect(Math.max(...circuit.units.gasL)).toBe(0);
    expect(suctionKpa(circuit)).toBeGreaterThan(240);
  });

  it("that the pump can follow only makes it run", () => {
    const { plant, circuit } = referencePlant({ faults: [fault("burst", "S1-H", 4)] });
    plant.advance(START + 6 * HOUR);
    expect(suctionKpa(circuit)).toBeGreaterThan(235);
  });
});

describe("less flow in one unit", () => {
  it.each([
    [0.5, 1.48, 1.62],
    [0.7, 1.78, 2.08],
    [0.9, 2.1, 2.65],
  ])("by a valve that takes %d of it gives the cooling index of DOMAIN 3.1 within hours, and its neighbours none", (lost, least, most) => {
    const { plant, circuit } = referencePlant({ faults: [fault("closed_valve", "B7-U2", lost)], weather: constantWeather(2) });
    const row = circuit.units.assets.findIndex((unit) => unit.id === "B7-U2");
    plant.advance(START + HOUR);
    const before = coolingIndex(circuit)[row]!;
    plant.advance(START + 4 * HOUR);
    const after = coolingIndex(circuit);
    expect(after[row]! / before).toBeGreaterThan(least);
    expect(after[row]! / before).toBeLessThan(most);
    expect(Math.max(...after.filter((_, other) => other !== row))).toBeLessThan(1.15);
  });

  it("by an air lock raises the index as its gas grows, swings, and is cured within an hour of venting", () => {
    const repairAt = START + 30 * HOUR;
    const { plant, circuit } = referencePlant({
      faults: [fault("air_lock", "B7-U2", 0.65, { rampMs: 40 * MINUTE, repairAt })],
      weather: constantWeather(0),
    });
    const row = circuit.units.assets.findIndex((unit) => unit.id === "B7-U2");
    plant.advance(START + 5 * HOUR);
    const locked = Array.from({ length: 60 }, (_, step) => {
      plant.advance(START + 5 * HOUR + step * 5 * MINUTE);
      return coolingIndex(circuit)[row]!;
    });
    expect(Math.min(...locked)).toBeGreaterThan(1.5);
    expect(Math.max(...locked) - Math.min(...locked)).toBeGreaterThan(0.04);
    plant.advance(repairAt + 90 * MINUTE);
    expect(coolingIndex(circuit)[row]!).toBeLessThan(1.35);
    plant.advance(repairAt + 12 * HOUR);
    expect(coolingIndex(circuit)[row]!).toBeLessThan(1.15);
  });

  it("cools the flats over days, not hours", () => {
    const { plant, circuit } = referencePlant({ faults: [fault("closed_valve", "B7-U2", 0.7)], weather: constantWeather(-5.3) });
    const row = circuit.units.assets.findIndex((unit) => unit.id === "B7-U2");
    plant.advance(START + HOUR);
    const before = circuit.units.roomC[row]!;
    plant.advance(START + 7 * HOUR);
    expect(before - circuit.units.roomC[row]!).toBeLessThan(1.2);
    plant.advance(START + 61 * HOUR);
    expect(before - circuit.units.roomC[row]!).toBeGreaterThan(2);
  });

  it("without any flow the supply sensor goes cold too, and nothing breaks", () => {
    const { plant, circuit } = referencePlant({ faults: [fault("closed_valve", "B7-U2", 1)], weather: constantWeather(0) });
    const row = circuit.units.assets.findIndex((unit) => unit.id === "B7-U2");
    plant.advance(START + 12 * HOUR);
    expect(circuit.supplyC - circuit.units.supplySensorC[row]!).toBeGreaterThan(8);
    expect(circuit.units.returnSensorC[row]!).toBeGreaterThan(5);
  });

  it("in a whole building is named by the building", () => {
    const { plant, circuit } = referencePlant({ faults: [fault("closed_valve", "B7", 0.6)] });
    plant.advance(START + 5 * HOUR);
    const raised = coolingIndex(circuit).flatMap((index, row) => (index > 1.35 ? [circuit.units.assets[row]!.id] : []));
    expect(raised).toEqual(["B7-U1", "B7-U2", "B7-U3"]);
  });
});

describe("a dead makeup pump", () => {
  it("lets the pressure fall slowly below what the top needs, and holds it again after the repair", () => {
    const repairAt = START + 2 * HOUR;
    const { plant, circuit } = referencePlant({ faults: [fault("low_pressure", "S1-H", 1.5, { repairAt })], weather: constantWeather(0) });
    plant.advance(START + HOUR);
    const start = suctionKpa(circuit);
    plant.advance(START + HOUR + 5 * MINUTE);
    expect(start - suctionKpa(circuit)).toBeLessThan(60);
    plant.advance(repairAt - 10_000);
    expect(suctionKpa(circuit)).toBeLessThan(200);
    expect(circuit.pressure.pumpOn).toBe(false);
    plant.advance(repairAt + 2 * HOUR);
    expect(suctionKpa(circuit)).toBeGreaterThan(245);
  });
});

describe("what is no fault", () => {
  it("a maintenance drain takes its volume once, with the pressure held", () => {
    const sound = referencePlant({ weather: constantWeather(0) });
    const drained = referencePlant({
      weather: constantWeather(0),
      faults: [fault("maintenance_drain", "S1-H", 5, { repairAt: START + 3 * HOUR })],
    });
    const excess = makeupM3(drained, START + HOUR, 6) - makeupM3(sound, START + HOUR, 6);
    expect(distance(excess, 5)).toBeLessThanOrEqual(0.25);
    expect(suctionKpa(drained.circuit)).toBeGreaterThan(240);
  });

  it("a change of pumps makes supply pressure fall and return pressure rise, for less than a minute", () => {
    const { plant, circuit } = referencePlant({ faults: [fault("pump_switchover", "S1-H", 38)], weather: constantWeather(0) });
    const station = plant.stations[0]!;
    const before = station.sample(START + HOUR - 10_000).assets["S1-H"]!;
    const during = station.sample(START + HOUR + 30_000).assets["S1-H"]!;
    expect(during).toMatchObject({ cp_run: 0, cp_fault: 0 });
    expect(during.q2_flow).toBeLessThan(2);
    expect(before.p2_supply! - during.p2_supply!).toBeGreaterThan(80);
    expect(during.p2_return! - before.p2_return!).toBeGreaterThan(25);
    const after = station.sample(START + HOUR + 90_000).assets["S1-H"]!;
    expect(after.cp_run).toBe(1);
    expect(distance(after.q2_flow!, before.q2_flow!)).toBeLessThanOrEqual(3);
    plant.advance(START + 3 * HOUR);
    expect(distance(circuit.supplyC, circuit.setC)).toBeLessThanOrEqual(0.5);
  });

  it("a cold snap raises the supply temperature and swells the water, so that the makeup falls silent", () => {
    const at = START + 2 * DAY;
    const plain = referencePlant({ seed: 2 });
    const cold = referencePlant({ seed: 2, faults: [fault("cold_snap", "S1", 9, { onset: at })] });
    const makeup = [makeupM3(plain, at, 26), makeupM3(cold, at, 26)] as const;
    expect(cold.circuit.supplyC - plain.circuit.supplyC).toBeGreaterThan(4);
    expect(makeup[1]).toBeLessThan(makeup[0] - 0.1);
  });
});
