import { describe, expect, it } from "vitest";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { orificeM3h, areaOfLeakM2 } from "../../simulators/leak.ts";
import { crossLeakM3h } from "../../simulators/water-faults.ts";
import { distance } from "./distance.ts";
import { extremes, makeupM3, MINUTE, ONSET, planted, plantWith, pressureKpa } from "./planted.ts";
import { DAY, HOUR, START } from "./small-plant.ts";

const SIZES = ["mild", "severe"] as const;

describe("a leak", () => {
  it.each(SIZES)("(%s) appears in the makeup, as much by night as by day, and nowhere else", (size) => {
    const sound = plantWith([]);
    const leaking = plantWith([planted("leak", size, { asset: "B3-U2" })]);
    const excess = (from: number, hours: number): number => (makeupM3(leaking, from, hours) - makeupM3(sound, from, hours)) / hours;
    const day = excess(START + DAY + 9 * HOUR, 12);
    const night = excess(START + 2 * DAY, 5);
    const expected = orificeM3h(areaOfLeakM2(size === "mild" ? 0.4 : 1.5), 265 + 90);
    expect(distance(day / expected, 1)).toBeLessThan(0.15);
    expect(night / day).toBeGreaterThan(0.7);
    expect(night / day).toBeLessThan(1.4);
    expect(suctionKpa(leaking.circuit)).toBeGreaterThan(240);
    expect(distance(leaking.circuit.supplyC, sound.circuit.supplyC)).toBeLessThanOrEqual(0.8);
  });

  it("in the supply main loses more through the same hole than one in the return main", () => {
    const [supply, back] = ["mains_supply", "mains_return"].map((variant) => plantWith([planted("leak", 1, { variant })]));
    expect(makeupM3(supply!, ONSET + HOUR, 24)).toBeGreaterThan(makeupM3(back!, ONSET + HOUR, 24) + 4);
  });

  it.each(SIZES)("(%s) in the station floods its floor, which is dry again after the repair", (size) => {
    const repairAt = ONSET + 6 * HOUR;
    const { plant } = plantWith([planted("leak", size, { variant: "station", repairAt })]);
    const station = plant.stations[0]!.state;
    plant.advance(ONSET);
    expect(station.isFlooded).toBe(false);
    plant.advance(ONSET + 3 * HOUR);
    expect(station.isFlooded).toBe(true);
    plant.advance(repairAt + 24 * HOUR);
    expect(station.isFlooded).toBe(false);
    const elsewhere = plantWith([planted("leak", size, { asset: "B3" })]);
    elsewhere.plant.advance(ONSET + 6 * HOUR);
    expect(elsewhere.plant.stations[0]!.state.isFlooded).toBe(false);
  });

  it("that grows is small first, and gone after the repair", () => {
    const leaking = plantWith([planted("leak", 2, { onset: START + HOUR, rampMs: 20 * HOUR, repairAt: START + 30 * HOUR })]);
    const early = makeupM3(leaking, START + HOUR, 4);
    const late = makeupM3(leaking, START + 22 * HOUR, 4);
    expect(late).toBeGreaterThan(early + 4);
    expect(makeupM3(leaking, START + 31 * HOUR, 4)).toBeLessThan(3);
  });
});

describe("a burst", () => {
  it("beyond the makeup pump makes the pressure collapse at about 25 kPa/min, both sides together (DOMAIN 3.3)", () => {
    // 15 m³/h at 300 kPa against 8 m³/h of makeup: some 9 m³/h net at the pressure of the supply main.
    const { plant, circuit } = plantWith([planted("burst", 15)]);
    const station = plant.stations[0]!;
    const readings = [0, 1, 2].map((minute) => station.sample(ONSET + MINUTE / 2 + minute * MINUTE).assets["S1-H"]!);
    for (const side of ["p2_return", "p2_supply"] as const)
      for (const minute of [1, 2]) {
        const fall = readings[minute - 1]![side]! - readings[minute]![side]!;
        expect(fall).toBeGreaterThan(15);
        expect(fall).toBeLessThan(35);
      }
    expect(readings[2]!.mk_pump).toBe(1);
    plant.advance(ONSET + HOUR);
    expect(suctionKpa(circuit)).toBeLessThan(100);
  });

  it.each(SIZES)("(%s) lets air into the risers, which leaves after repair and venting", (size) => {
    const repairAt = ONSET + 3 * HOUR;
    const { plant, circuit } = plantWith([planted("burst", size, { repairAt })]);
    plant.advance(repairAt);
    expect(suctionKpa(circuit)).toBeLessThan(60);
    expect(Math.min(...circuit.units.gasL)).toBeGreaterThan(0.3);
    plant.advance(repairAt + 10 * HOUR);
    expect(Math.max(...circuit.units.gasL)).toBe(0);
    expect(suctionKpa(circuit)).toBeGreaterThan(240);
  });

  it("that the pump can follow only makes it run", () => {
    expect(pressureKpa(plantWith([planted("burst", 4)]), ONSET + 5 * HOUR)).toBeGreaterThan(235);
  });
});

describe("draw-off by households", () => {
  it.each(SIZES)("(%s) takes its water in the morning and evening, little at other hours, none at night", (size) => {
    const sound = plantWith([]);
    const tapped = plantWith([planted("draw_off", size)]);
    const excess = { peak: 0, night: 0, all: 0 };
    for (let hour = 0; hour < 5 * 24; hour++) {
      const from = START + DAY + hour * HOUR;
      const drawn = (reference: typeof sound): number => {
        reference.plant.advance(from);
        const before = reference.circuit.pressure.drawnM3;
        reference.plant.advance(from + HOUR);
        return reference.circuit.pressure.drawnM3 - before;
      };
      const more = drawn(tapped) - drawn(sound);
      const local = hour % 24;
      excess.all += more / 5;
      if ((local >= 6 && local < 9) || (local >= 17 && local < 22)) excess.peak += more / 5;
      if (local >= 1 && local < 5) excess.night += more / 5;
    }
    const volume = size === "mild" ? 3 : 10;
    expect(distance(excess.all / volume, 1)).toBeLessThan(0.25);
    expect(excess.peak / excess.all).toBeGreaterThan(0.8);
    expect(excess.night / 4).toBeLessThan((0.3 * excess.peak) / 8);
  });
});

describe("a makeup that does not hold the pressure", () => {
  it.each([
    ["dead_pump", false],
    ["closed_valve", true],
  ] as const)("(%s) lets it fall, mild or severe, with the pump reported as it is", (variant, runs) => {
    const kpa = SIZES.map((size) => {
      const reference = plantWith([planted("low_pressure", size, { variant })]);
      const at = pressureKpa(reference, ONSET + 5 * MINUTE);
      expect(at).toBeGreaterThan(190);
      const later = pressureKpa(reference, ONSET + 2 * HOUR);
      expect(reference.circuit.pressure.pumpOn).toBe(runs);
      expect(reference.circuit.pressure.makeupM3h).toBe(0);
      return later;
    });
    expect(kpa[0]).toBeLessThan(200);
    expect(kpa[1]!).toBeLessThan(kpa[0]!);
  });

  it("with its set point lost holds a lower one", () => {
    const reference = plantWith([planted("low_pressure", "mild", { variant: "set_point_lost" })]);
    const { least, most } = extremes(reference, ONSET + 8 * HOUR, 600, () => suctionKpa(reference.circuit));
    expect(least).toBeGreaterThan(100);
    expect(most).toBeLessThan(170);
  });

  it("holds it again after the repair", () => {
    const repairAt = ONSET + 2 * HOUR;
    for (const size of SIZES)
      expect(pressureKpa(plantWith([planted("low_pressure", size, { repairAt })]), repairAt + 3 * HOUR)).toBeGreaterThan(245);
  });
});

describe("a makeup pump that does not stop", () => {
  it("(mild) holds a pressure near the relief valve's, (severe) keeps that open; after the repair losses bring it down", () => {
    const repairAt = ONSET + 12 * HOUR;
    const [mild, severe] = SIZES.map((size) => plantWith([planted("over_pressure", size, { repairAt })]));
    const held = extremes(mild!, ONSET + 4 * HOUR, 300, () => suctionKpa(mild!.circuit));
    expect(held.most).toBeGreaterThan(mild!.circuit.pressureFacts.reliefKpa - 20);
    expect(held.least).toBeGreaterThan(mild!.circuit.pressureFacts.stopKpa + 20);
    const lost = severe!.circuit.pressure.lostM3;
    expect(pressureKpa(severe!, ONSET + 6 * HOUR)).toBeGreaterThan(severe!.circuit.pressureFacts.reliefKpa);
    expect(severe!.circuit.pressure.lostM3 - lost).toBeGreaterThan(12);
    for (const reference of [mild!, severe!]) expect(pressureKpa(reference, repairAt + 14 * HOUR)).toBeLessThan(285);
  });
});

describe("a makeup without flow", () => {
  it("runs all the time when it is weak, and in vain when there is none", () => {
    const weak = plantWith([planted("makeup_fault", "mild")]);
    const dead = plantWith([planted("makeup_fault", "severe")]);
    let minutesOn = 0;
    for (let minute = 0; minute < 600; minute++) {
      weak.plant.advance(ONSET + 4 * HOUR + minute * MINUTE);
      if (weak.circuit.pressure.pumpOn) minutesOn++;
    }
    expect(minutesOn).toBeGreaterThan(500);
    expect(weak.circuit.pressure.makeupM3h).toBeLessThan(0.5);
    expect(pressureKpa(dead, ONSET + 4 * HOUR)).toBeLessThan(220);
    expect(dead.circuit.pressure.pumpOn).toBe(true);
  });

  it.each(SIZES)("(%s) from an empty tank ends in no pressure, and is over some hours after water comes again", (size) => {
    const repairAt = ONSET + 60 * HOUR;
    const reference = plantWith([planted("makeup_fault", size, { asset: "S1", variant: "tank_empty", repairAt })]);
    const station = reference.plant.stations[0]!.state;
    const falling = [4, 8, 12].map((hours) => {
      reference.plant.advance(ONSET + hours * HOUR);
      return station.tankM;
    });
    expect(falling[0]).toBeGreaterThan(falling[1]!);
    expect(falling[1]).toBeGreaterThan(falling[2]!);
    expect(pressureKpa(reference, repairAt)).toBeLessThan(200);
    expect(station.tankM).toBeLessThan(0.15);
    expect(pressureKpa(reference, repairAt + 8 * HOUR)).toBeGreaterThan(240);
    expect(station.tankM).toBeGreaterThan(1);
  });
});

describe("a leaking exchanger", () => {
  it.each(SIZES)("(%s) raises the pressure without any makeup up to the relief valve", (size) => {
    const repairAt = ONSET + 30 * HOUR;
    const reference = plantWith([planted("exchanger_leak", size, { repairAt })]);
    expect(makeupM3(reference, ONSET + 4 * HOUR, 24)).toBe(0);
    const { circuit } = reference;
    expect(suctionKpa(circuit)).toBeGreaterThan(circuit.pressureFacts.stopKpa + 30);
    expect(suctionKpa(circuit)).toBeLessThan(circuit.pressureFacts.reliefKpa + 20);
    expect(circuit.pressure.inflowM3).toBeGreaterThan(5);
    expect(pressureKpa(reference, repairAt + 20 * HOUR)).toBeLessThan(285);
  });

  it("lets water out to the primary side where that has the lower pressure", () => {
    const area = areaOfLeakM2(2);
    expect(crossLeakM3h(area, 700, 400)).toBeCloseTo(2, 9);
    expect(crossLeakM3h(area, 400, 700)).toBeCloseTo(-2, 9);
    expect(crossLeakM3h(0, 700, 400)).toBe(0);
  });

  it("keeps the books of water", () => {
    const { plant, circuit } = plantWith([planted("exchanger_leak", 2), planted("leak", 1, { asset: "B2" }), planted("draw_off", 5)]);
    plant.advance(START);
    const { heldL, ...before } = { ...circuit.pressure };
    plant.advance(START + 4 * DAY);
    const now = circuit.pressure;
    const gained =
      now.makeupM3 -
      before.makeupM3 +
      (now.inflowM3 - before.inflowM3) +
      (now.grownM3 - before.grownM3) -
      (now.lostM3 - before.lostM3) -
      (now.drawnM3 - before.drawnM3);
    expect(distance((now.heldL - heldL) / 1000, gained)).toBeLessThan(1e-6);
  });
});
