import { describe, expect, it } from "vitest";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { distance } from "./distance.ts";
import { makeupM3, ONSET, planted, plantWith, rowOf } from "./planted.ts";
import { coolingIndex, DAY, HOUR, median, referencePlant, START } from "./small-plant.ts";

const SIZES = ["mild", "severe"] as const;
const UNIT = "B7-U2";

describe("a maintenance drain", () => {
  it.each(SIZES)("(%s) takes its volume once, with the pressure held", (size) => {
    const volume = size === "mild" ? 2 : 8;
    const drained = plantWith([planted("maintenance_drain", size, { repairAt: ONSET + 2 * HOUR })]);
    const excess = makeupM3(drained, ONSET, 6) - makeupM3(plantWith([]), ONSET, 6);
    expect(distance(excess, volume)).toBeLessThanOrEqual(0.35);
    expect(suctionKpa(drained.circuit)).toBeGreaterThan(240);
  });
});

describe("a planned filling", () => {
  it.each(SIZES)("(%s) takes its volume as fast as the pump gives it, and leaves little air for some hours", (size) => {
    const volume = size === "mild" ? 3 : 15;
    const reference = plantWith([planted("planned_filling", size, { repairAt: ONSET + 8 * HOUR })]);
    const { circuit } = reference;
    const early = makeupM3(reference, ONSET, 0.4) / 0.4;
    expect(early).toBeGreaterThan(0.7 * circuit.pressureFacts.pumpM3h);
    const airy = circuit.units.gasL.filter((gasL) => gasL > 0).length;
    expect(airy).toBeGreaterThan(8);
    const filled = makeupM3(reference, ONSET + 0.4 * HOUR, 6) + early * 0.4;
    expect(distance(filled - makeupM3(plantWith([]), ONSET, 6.4), volume)).toBeLessThan(0.4);
    expect(Math.max(...coolingIndex(circuit))).toBeLessThan(1.2);
    reference.plant.advance(ONSET + 24 * HOUR);
    expect(Math.max(...circuit.units.gasL)).toBe(0);
    expect(suctionKpa(circuit)).toBeGreaterThan(240);
  });
});

describe("households that flush and bleed on one evening", () => {
  it.each(SIZES)("(%s) draw off about its volume within it", (size) => {
    const volumes = [1, 2, 3, 4].map((seed) => {
      const stormy = plantWith([planted("draw_off_storm", size, { repairAt: ONSET + 5 * HOUR })], 0, { seed });
      const sound = plantWith([], 0, { seed });
      for (const { plant } of [stormy, sound]) plant.advance(ONSET + 6 * HOUR);
      return stormy.circuit.pressure.drawnM3 - sound.circuit.pressure.drawnM3;
    });
    const mean = volumes.reduce((sum, volume) => sum + volume, 0) / volumes.length;
    expect(distance(mean / (size === "mild" ? 0.5 : 2), 1)).toBeLessThan(0.3);
  });
});

describe("a change of pumps", () => {
  it.each(SIZES)("(%s) makes supply pressure fall and return pressure rise, for less than a minute", (size) => {
    const { plant, circuit } = plantWith([planted("pump_switchover", size)]);
    const station = plant.stations[0]!;
    const before = station.sample(ONSET - 10_000).assets["S1-H"]!;
    const during = station.sample(ONSET + 20_000 - (size === "mild" ? 10_000 : 0)).assets["S1-H"]!;
    expect(during).toMatchObject({ cp_run: 0, cp_fault: 0 });
    expect(before.p2_supply! - during.p2_supply!).toBeGreaterThan(size === "mild" ? 60 : 80);
    expect(during.p2_return! - before.p2_return!).toBeGreaterThan(20);
    const after = station.sample(ONSET + 90_000).assets["S1-H"]!;
    expect(after.cp_run).toBe(1);
    expect(distance(after.q2_flow!, before.q2_flow!)).toBeLessThanOrEqual(3);
    plant.advance(ONSET + 2 * HOUR);
    expect(distance(circuit.supplyC, circuit.setC)).toBeLessThanOrEqual(0.6);
  });
});

describe("another set-back", () => {
  it.each(SIZES)("(%s) lowers set point and supply in its hours only, and the water contracts", (size) => {
    for (const [variant, inside, outside] of [
      ["night", 26, 36],
      ["noon", 37, 45],
    ] as const) {
      const [sound, lowered] = [plantWith([]), plantWith([planted("setback", size, { variant })])];
      const differenceK = [inside, outside].map((hour) => {
        for (const { plant } of [sound, lowered]) plant.advance(START + hour * HOUR);
        return lowered.circuit.setC - sound.circuit.setC;
      });
      expect(differenceK[0]).toBeCloseTo(size === "mild" ? -2 : -5, 6);
      expect(differenceK[1]).toBeCloseTo(0, 6);
    }
  });
});

describe("an open window", () => {
  it.each(SIZES)("(%s) lets the air of the rooms fall at once and the flats slowly, while the return hardly moves", (size) => {
    const repairAt = ONSET + 3 * HOUR;
    const { plant, circuit } = plantWith([planted("window_open", size, { asset: UNIT, repairAt })], -3);
    const row = rowOf(circuit, UNIT);
    const airC = (): number => circuit.units.roomC[row]! - circuit.units.draughtShare[row]! * (circuit.units.roomC[row]! + 3);
    plant.advance(ONSET);
    const [air, returnC, supplyC] = [airC(), circuit.units.returnSensorC[row]!, circuit.supplyC];
    plant.advance(ONSET + HOUR);
    const fallK = air - airC();
    expect(fallK).toBeGreaterThan(size === "mild" ? 0.7 : 2.5);
    expect(returnC - circuit.units.returnSensorC[row]! - (supplyC - circuit.supplyC)).toBeLessThan(0.2 * fallK + 0.2);
    plant.advance(repairAt + 30 * HOUR);
    expect(circuit.units.draughtShare[row]).toBe(0);
    expect(distance(airC(), air)).toBeLessThan(size === "mild" ? 0.4 : 1);
  });
});

describe("flats that are shut off by agreement", () => {
  it.each(SIZES)("(%s) take flow with them but leave the cooling index alone, while their neighbours lose heat", (size) => {
    const [sound, shut] = [plantWith([], -3), plantWith([planted("suspended_unit", size, { asset: UNIT })], -3)];
    const row = rowOf(shut.circuit, UNIT);
    for (const { plant } of [sound, shut]) plant.advance(ONSET + 4 * HOUR);
    const share = shut.circuit.units.flow[row]! / sound.circuit.units.flow[row]!;
    expect(distance(share, size === "mild" ? 0.85 : 0.6)).toBeLessThan(0.02);
    expect(distance(coolingIndex(shut.circuit)[row]!, coolingIndex(sound.circuit)[row]!)).toBeLessThan(0.05);
    for (const { plant } of [sound, shut]) plant.advance(ONSET + 4 * DAY);
    const lostK = sound.circuit.units.roomC[row]! - shut.circuit.units.roomC[row]!;
    expect(lostK).toBeGreaterThan(0.4);
    expect(lostK).toBeLessThan(6);
  });
});

describe("a cold snap", () => {
  it("raises the supply temperature and swells the water, so that the makeup falls silent", () => {
    const at = START + 2 * DAY;
    const plain = referencePlant({ seed: 2 });
    const cold = referencePlant({ seed: 2, faults: [planted("cold_snap", 9, { asset: "S1", onset: at })] });
    const makeup = [makeupM3(plain, at, 26), makeupM3(cold, at, 26)] as const;
    expect(cold.circuit.supplyC - plain.circuit.supplyC).toBeGreaterThan(4);
    expect(makeup[1]).toBeLessThan(makeup[0] - 0.1);
  });
});

describe("sun on the outdoor sensor", () => {
  it.each(SIZES)("(%s) heats it by day only, and the controller gives less in the afternoon", (size) => {
    const plain = referencePlant({ seed: 6 });
    const sunny = referencePlant({ seed: 6, faults: [planted("sun_on_sensor", size, { asset: "S1", onset: START })] });
    const seen = [2, 12.5, 15].map((hour) => {
      for (const { plant } of [plain, sunny]) plant.advance(START + 2 * DAY + hour * HOUR);
      const [one, other] = [plain, sunny].map(({ plant }) => plant.stations[0]!.state);
      return { sensedK: other!.sensedOutdoorC - one!.sensedOutdoorC, trueK: other!.outdoorC - one!.outdoorC };
    });
    expect(seen.map(({ trueK }) => trueK)).toEqual([0, 0, 0]);
    expect(seen[0]!.sensedK).toBe(0);
    expect(seen[1]!.sensedK).toBeGreaterThan(size === "mild" ? 1.2 : 4);
    expect(plain.circuit.setC - sunny.circuit.setC).toBeGreaterThan(size === "mild" ? 0.5 : 2);
    expect(median(sunny.circuit.units.roomC)).toBeLessThan(median(plain.circuit.units.roomC));
  });
});
