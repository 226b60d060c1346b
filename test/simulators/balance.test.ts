import { describe, expect, it } from "vitest";
import { type Circuit, heldKj } from "../../simulators/circuit.ts";
import type { Fault } from "../../simulators/faults.ts";
import { createPlant } from "../../simulators/plant.ts";
import { distance } from "./distance.ts";
import { DAY, seasonNetwork } from "./small-plant.ts";

/** Water and heat of one circuit from emptied to laid up, with everything that takes or brings some: 0.1 % over the season. */

const network = seasonNetwork("vfd");
const { filling, heating, end } = network.season as Record<"filling" | "heating" | "end", number>;
const FROM = filling - DAY;
const TO = end + 6 * DAY;

const faults: readonly Fault[] = [
  { kind: "leak", asset: "B3-U2", onset: heating + 5 * DAY, rampMs: 10 * DAY, magnitude: 0.8, repairAt: heating + 30 * DAY },
  { kind: "exchanger_leak", asset: "S1-H", onset: heating + 40 * DAY, rampMs: DAY, magnitude: 0.5, repairAt: heating + 50 * DAY },
  { kind: "burst", asset: "S1-H", onset: heating + 60 * DAY, rampMs: 0, magnitude: 30, repairAt: heating + 60.2 * DAY },
  { kind: "draw_off", asset: "S1-H", onset: heating + 70 * DAY, rampMs: 0, magnitude: 6, repairAt: heating + 80 * DAY },
  { kind: "pump_failure", asset: "S1-H", onset: heating + 85 * DAY, rampMs: 0, magnitude: 1, repairAt: heating + 85.3 * DAY },
];

interface Account {
  readonly heldM3: number;
  readonly heldKj: number;
  readonly pressure: Circuit["pressure"];
  readonly heat: Circuit["heat"];
}

const account = (circuit: Circuit): Account => ({
  heldM3: circuit.pressure.heldL / 1000,
  heldKj: heldKj(circuit),
  pressure: { ...circuit.pressure },
  heat: { ...circuit.heat },
});

describe("a whole season", () => {
  const plant = createPlant({ network, seed: 6, climate: "jinan", startAt: FROM, faults });
  const circuit = plant.stations[0]!.state.circuits[0]!;
  plant.advance(FROM);
  const before = account(circuit);
  plant.advance(TO);
  const after = account(circuit);
  const grown = <Key extends string>(of: (one: Account) => Record<Key, number>, key: Key): number => of(after)[key] - of(before)[key];

  it("has water in and out equal to 0.1 % of what was made up", () => {
    const pressure = (one: Account): Circuit["pressure"] => one.pressure;
    const inM3 = grown(pressure, "makeupM3") + grown(pressure, "inflowM3") + grown(pressure, "grownM3");
    const outM3 = grown(pressure, "lostM3") + grown(pressure, "drawnM3");
    expect(grown(pressure, "makeupM3")).toBeGreaterThan(1000);
    expect(grown(pressure, "inflowM3")).toBeGreaterThan(10);
    expect(grown(pressure, "drawnM3")).toBeGreaterThan(50);
    expect(distance(after.heldM3 - before.heldM3, inM3 - outM3)).toBeLessThan(0.001 * grown(pressure, "makeupM3"));
    expect(after.heldM3 - before.heldM3).toBeGreaterThan(100);
  });

  it("has heat in and out equal to 0.1 %: exchanger to rooms, ground, branches, makeup and what is held", () => {
    const heat = (one: Account): Circuit["heat"] => one.heat;
    const inKj = grown(heat, "exchangerKj");
    const outKj = grown(heat, "roomKj") + grown(heat, "groundKj") + grown(heat, "branchKj") + grown(heat, "makeupKj");
    expect(inKj).toBeGreaterThan(2e10);
    for (const key of ["roomKj", "groundKj", "branchKj", "makeupKj"] as const) expect(grown(heat, key)).toBeGreaterThan(1e7);
    expect(Math.abs(inKj - outKj - (after.heldKj - before.heldKj)) / inKj).toBeLessThan(0.001);
  });

  it("uses what 45 W/m² at design come to in a season of Jinan: some 95 kWh/m²", () => {
    const kwhPerM2 = grown((one) => one.heat, "exchangerKj") / 3600 / circuit.facts.heatedAreaM2;
    expect(kwhPerM2).toBeGreaterThan(80);
    expect(kwhPerM2).toBeLessThan(115);
  });
});
