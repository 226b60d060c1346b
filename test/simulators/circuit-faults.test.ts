import { describe, expect, it } from "vitest";
import { heldKj } from "../../simulators/circuit.ts";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { drawFaults } from "../../simulators/fault-draw.ts";
import { type FaultRate, USUAL_RATES } from "../../simulators/fault-rates.ts";
import { DISTURBANCE_KINDS, type DisturbanceKind } from "../../simulators/faults.ts";
import { distance } from "./distance.ts";
import { DAY, HOUR, referenceNetwork, referencePlant, START } from "./small-plant.ts";

const DAYS = 24;
/** Everything that can happen to a plant, so often that a month has some twenty of it, at times one over the other. */
const OFTEN = Object.fromEntries(
  DISTURBANCE_KINDS.map((kind): [DisturbanceKind, FaultRate] => [kind, { ...USUAL_RATES[kind], perStationSeason: 2.5 }]),
);

describe.each([1, 2, 3, 4])("a circuit under the drawn faults of seed %d", (seed) => {
  const faults = drawFaults({
    network: referenceNetwork(),
    seed,
    from: START,
    to: START + (DAYS - 4) * DAY,
    rates: OFTEN,
    withConflicts: true,
  });
  const { plant, circuit } = referencePlant({ seed, faults, makeup: seed % 2 === 0 ? "vfd" : "band" });
  plant.advance(START);
  const before = { heat: { ...circuit.heat }, water: { ...circuit.pressure }, heldKj: heldKj(circuit) };
  const out: string[] = [];
  for (let hour = 1; hour <= DAYS * 24; hour++) {
    plant.advance(START + hour * HOUR);
    const { units } = circuit;
    const within = (name: string, value: number, least: number, most: number): void => {
      if (!(value >= least && value <= most)) out.push(`${name} ${value} at ${hour} h`);
    };
    within("suction", suctionKpa(circuit), 0, 700);
    within("supply", circuit.supplyC, 5, 100);
    within("return", circuit.returnC, 0, 95);
    within("flow", circuit.flow, 0, 1.3);
    within("coldest room", Math.min(...units.roomC), -12, 45);
    within("warmest room", Math.max(...units.roomC), -12, 45);
    within("valve", circuit.valve.positionPct, 0, 100);
    within("unit valve", Math.min(...units.positionPct), 0, 100);
  }

  it("has plenty of them", () => {
    expect(faults.length).toBeGreaterThan(8);
    expect(new Set(faults.map(({ kind }) => kind)).size).toBeGreaterThan(6);
  });

  it("stays within what is possible", () => {
    expect(out).toEqual([]);
  });

  it("keeps the books of water exactly and of heat to 0.1 %", () => {
    const { pressure, heat } = circuit;
    const gained = (name: "makeupM3" | "inflowM3" | "grownM3" | "lostM3" | "drawnM3"): number => pressure[name] - before.water[name];
    const balanceM3 = gained("makeupM3") + gained("inflowM3") + gained("grownM3") - gained("lostM3") - gained("drawnM3");
    expect(distance((pressure.heldL - before.water.heldL) / 1000, balanceM3)).toBeLessThan(1e-6);
    const spent = (name: keyof typeof heat): number => heat[name] - before.heat[name];
    const outKj = spent("roomKj") + spent("groundKj") + spent("branchKj") + spent("makeupKj") + heldKj(circuit) - before.heldKj;
    expect(distance(outKj / spent("exchangerKj"), 1)).toBeLessThan(0.001);
  });
});
