import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { exchangerUa, logMeanK } from "../../simulators/exchanger.ts";
import { createPlant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { extremes, MINUTE, ONSET, planted, plantWith, rowOf } from "./planted.ts";
import { coolingIndex, constantWeather, HOUR, type Reference, START } from "./small-plant.ts";

const SIZES = ["mild", "severe"] as const;

/** Means over an hour of supply, set point and valve. */
function hourOf({ plant, circuit }: Reference, from: number): { supplyC: number; setC: number; pct: number } {
  const mean = { supplyC: 0, setC: 0, pct: 0 };
  for (let step = 1; step <= 360; step++) {
    plant.advance(from + step * 10_000);
    mean.supplyC += circuit.supplyC / 360;
    mean.setC += circuit.setC / 360;
    mean.pct += circuit.valve.positionPct / 360;
  }
  return mean;
}

describe("weather compensation that is off", () => {
  it.each(SIZES)("(%s) by its set point or by its outdoor sensor lowers set point and supply together", (size) => {
    const sound = hourOf(plantWith([], 0), ONSET + 4 * HOUR);
    for (const variant of ["set_point", "outdoor_sensor"]) {
      const drifted = hourOf(plantWith([planted("curve_drift", size, { variant })], 0), ONSET + 4 * HOUR);
      expect(distance(drifted.setC - sound.setC, size === "mild" ? -4 : -9)).toBeLessThan(0.4);
      expect(distance(drifted.supplyC, drifted.setC)).toBeLessThan(0.5);
    }
  });

  it.each(SIZES)("(%s) by a hand leaves the set point and takes the supply away from it, and automatic control gets it back", (size) => {
    const repairAt = ONSET + 30 * HOUR;
    const reference = plantWith([planted("curve_drift", size, { variant: "manual", repairAt })], 0);
    const drifted = hourOf(reference, ONSET + 4 * HOUR);
    expect(drifted.supplyC - drifted.setC).toBeLessThan(size === "mild" ? -2.5 : -6);
    expect(reference.circuit.valve.commandPct).toBe(reference.circuit.valve.handFromPct! + 1.6 * (size === "mild" ? -4 : -9));
    const after = hourOf(reference, repairAt + 3 * HOUR);
    expect(distance(after.supplyC, after.setC)).toBeLessThan(0.5);
  });
});

describe("a control valve", () => {
  it("that sticks moves only when the command is far away (mild), or never (severe): command and position part", () => {
    const gaps = SIZES.map((size) => {
      const { plant, circuit } = plantWith([planted("valve_stuck", size, { onset: ONSET - 12 * HOUR + 30 * MINUTE })], 0);
      let minutesApart = 0;
      for (let minute = 0; minute < 24 * 60; minute++) {
        plant.advance(ONSET + minute * MINUTE);
        if (Math.abs(circuit.valve.positionPct - circuit.valve.commandPct) > 5) minutesApart++;
      }
      return minutesApart;
    });
    expect(gaps[0]).toBeGreaterThan(120);
    expect(gaps[1]).toBeGreaterThan(gaps[0]!);
  });

  it("whose linkage is loose reports that it moves while nothing changes", () => {
    const reference = plantWith([planted("valve_stuck", "severe", { variant: "linkage" })], 0);
    reference.plant.advance(ONSET);
    const plug = reference.circuit.valve.plugPct;
    const moved = extremes(reference, ONSET, 12 * 60, () => reference.circuit.valve.positionPct);
    expect(moved.most - moved.least).toBeGreaterThan(10);
    expect(reference.circuit.valve.plugPct).toBe(plug);
  });

  it.each(SIZES)("under a controller that is too sharp (%s) hunts: over 8 %, supply over 2 K, six reversals an hour and more", (size) => {
    for (const outdoorC of [-5, 3]) {
      const reference = plantWith([planted("valve_hunting", size)], outdoorC);
      const { circuit } = reference;
      let last = 0;
      let direction = 0;
      let reversals = 0;
      const opening = extremes(reference, ONSET + 2 * HOUR, 60, () => {
        const way = Math.sign(circuit.valve.positionPct - last);
        if (way !== 0 && direction !== 0 && way !== direction) reversals++;
        if (way !== 0) direction = way;
        last = circuit.valve.positionPct;
        return last;
      });
      const supply = extremes(reference, ONSET + 3 * HOUR, 60, () => circuit.supplyC);
      expect(opening.most - opening.least).toBeGreaterThan(8);
      expect(supply.most - supply.least).toBeGreaterThan(2);
      expect(reversals).toBeGreaterThanOrEqual(6);
    }
  });

  it("with the usual tuning does not hunt at any load", () => {
    for (const outdoorC of [-12, -5, 3, 9]) {
      const reference = plantWith([], outdoorC);
      const opening = extremes(reference, ONSET + 2 * HOUR, 120, () => reference.circuit.valve.positionPct);
      expect(opening.most - opening.least).toBeLessThan(8);
    }
  });
});

describe("a fouled exchanger", () => {
  it.each(SIZES)("(%s) shows in UA by the logarithmic mean, in a warmer primary return and in a wider valve", (size) => {
    const [sound, fouled] = [plantWith([], 0), plantWith([planted("exchanger_fouling", size, { rampMs: 48 * HOUR })], 0)];
    const lost = size === "mild" ? 0.32 : 0.65;
    const seen = [sound, fouled].map(({ plant, circuit }) => {
      const sums = { ua: 0, returnC: 0, pct: 0 };
      for (let step = 1; step <= 360; step++) {
        plant.advance(ONSET + 60 * HOUR + step * 10_000);
        const { primarySupplyC } = plant.stations[0]!.state;
        const mean = logMeanK(primarySupplyC, circuit.primaryReturnC, circuit.returnC, circuit.supplyC);
        const likeUa = exchangerUa(1, circuit.primaryKgS / circuit.designPrimaryKgS, circuit.flow, 0);
        sums.ua += circuit.heatKw / mean / likeUa / 360;
        sums.returnC += circuit.primaryReturnC / 360;
        sums.pct += circuit.valve.positionPct / 360;
      }
      return sums;
    });
    expect(distance(seen[1]!.ua / seen[0]!.ua, 1 - lost)).toBeLessThan(0.06);
    expect(seen[1]!.returnC - seen[0]!.returnC).toBeGreaterThan(4);
    expect(seen[1]!.pct).toBeGreaterThan(seen[0]!.pct);
  });
});

describe("a circuit of 75/50 °C", () => {
  const network = parseNetworkFile(
    JSON.stringify({
      season: { heating: "2026-11-15" },
      stations: [
        {
          id: "S1",
          circuits: [{ id: "S1-H", heated_area_m2: 60_000, circulation_m3h: 93, design: { t_supply: 75, t_return: 50, t_out: -5.3 } }],
        },
      ],
    }),
    "hot.yaml",
  );

  it("has an exchanger of a finite size, that keeps the set point without hunting and fouls like any other", () => {
    const returns = [[], [planted("exchanger_fouling", "severe")]].map((faults) => {
      const plant = createPlant({ network, seed: 1, climate: "jinan", startAt: START, weather: constantWeather(0), faults });
      const circuit = plant.stations[0]!.state.circuits[0]!;
      const opening = extremes({ network, plant, circuit }, ONSET + 6 * HOUR, 120, () => circuit.valve.positionPct);
      expect(opening.most - opening.least).toBeLessThan(8);
      expect(distance(circuit.supplyC, circuit.setC)).toBeLessThan(1);
      expect(Number.isFinite(circuit.exchangerUaKwK)).toBe(true);
      return circuit.primaryReturnC;
    });
    expect(returns[1]! - returns[0]!).toBeGreaterThan(8);
  });
});

describe("undersized radiators", () => {
  it.each(SIZES)("(%s) leave the rooms cold with a warm return", (size) => {
    const { plant, circuit } = plantWith([planted("under_heated", size, { asset: "B7-U2", variant: "undersized" })], -5);
    const row = rowOf(circuit, "B7-U2");
    plant.advance(ONSET);
    const before = circuit.units.roomC[row]!;
    plant.advance(ONSET + 60 * HOUR);
    expect(before - circuit.units.roomC[row]!).toBeGreaterThan(2.5);
    expect(coolingIndex(circuit)[row]).toBeLessThan(0.9);
  });
});
