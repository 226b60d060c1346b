import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";
import { areUndetectable } from "../../simulators/fault-conflict.ts";
import { drawFaults } from "../../simulators/fault-draw.ts";
import { type FaultRate, USUAL_RATES } from "../../simulators/fault-rates.ts";
import { checkFaults, DISTURBANCE_KINDS, DISTURBANCES, disturbanceOf, type Fault } from "../../simulators/faults.ts";
import { distance } from "./distance.ts";
import { DAY, HOUR, START } from "./small-plant.ts";

const network = parseNetworkFile(demoNetworkYaml({ seed: 2, now: START }), "demo.yaml");
const SPAN = { from: START, to: START + 120 * DAY };
const rare: FaultRate = { perStationSeason: 2, magnitude: [0.2, 1.6], repairAfterMs: [HOUR, 50 * HOUR] };
const countOf = (faults: readonly Fault[], kind: string): number => faults.filter((fault) => fault.kind === kind).length;

describe("faults drawn at random", () => {
  it("fit the network, lie in their span and sizes, come in order and hide nothing, whatever the seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const faults = drawFaults({ network, seed, ...SPAN });
        checkFaults(faults, network);
        for (const [index, fault] of faults.entries()) {
          const rate = USUAL_RATES[fault.kind];
          expect(fault.onset).toBeGreaterThanOrEqual(Math.max(SPAN.from, faults[index - 1]?.onset ?? 0));
          expect(fault.onset).toBeLessThan(SPAN.to);
          const lastsMs = fault.repairAt! - fault.onset;
          expect(lastsMs).toBeGreaterThanOrEqual(rate.repairAfterMs[0] - 1);
          expect(lastsMs).toBeLessThanOrEqual(rate.repairAfterMs[1] + 1);
          expect(network.asset(fault.asset)!.unitFacts?.suspended).not.toBe(true);
          for (const other of faults.slice(0, index)) expect(areUndetectable(fault, other, network)).toBe(false);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("are as many as their rate says, on the mean of seeds", () => {
    let leaks = 0;
    for (let seed = 0; seed < 60; seed++)
      leaks += countOf(drawFaults({ network, seed, ...SPAN, rates: { leak: rare }, withConflicts: true }), "leak");
    // 60 seeds of 10 stations with 2 each: 1200, of which the standard deviation is 35.
    expect(distance(leaks, 1200)).toBeLessThan(140);
    let halved = 0;
    for (let seed = 0; seed < 60; seed++)
      halved += countOf(
        drawFaults({ network, seed, from: START, to: START + 60 * DAY, rates: { leak: rare }, withConflicts: true }),
        "leak",
      );
    expect(distance(halved, 600)).toBeLessThan(100);
  });

  it("are the same for the same seed, others for another, and those of a kind do not shift when another kind is drawn as well", () => {
    const draw = (seed: number, rates: Parameters<typeof drawFaults>[0]["rates"]): Fault[] => drawFaults({ network, seed, ...SPAN, rates });
    expect(draw(7, undefined)).toEqual(draw(7, undefined));
    expect(draw(7, undefined)).not.toEqual(draw(8, undefined));
    const alone = draw(7, { leak: rare });
    const together = draw(7, { leak: rare, offline: { ...rare, magnitude: [1, 1] } });
    expect(together.filter(({ kind }) => kind === "leak")).toEqual(alone);
  });

  it("hide each other only when asked", () => {
    const crowded = { leak: { ...rare, perStationSeason: 20, repairAfterMs: [20 * DAY, 60 * DAY] as const } };
    const few = drawFaults({ network, seed: 1, ...SPAN, rates: crowded });
    const many = drawFaults({ network, seed: 1, ...SPAN, rates: crowded, withConflicts: true });
    expect(many.length).toBeGreaterThan(3 * few.length);
  });

  it("come in each of their ways and on both sides, a sensor's scaled to its signal", () => {
    const faults = Array.from({ length: 40 }, (_, seed) => drawFaults({ network, seed, ...SPAN })).flat();
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(DISTURBANCE_KINDS));
    expect(new Set(faults.filter(({ kind }) => kind === "curve_drift").map(({ magnitude }) => Math.sign(magnitude)))).toEqual(
      new Set([-1, 1]),
    );
    expect(new Set(faults.filter(({ kind }) => kind === "leak").map(({ variant }) => variant))).toEqual(
      new Set(DISTURBANCES.leak.variants),
    );
    const kpa = faults.filter(({ kind, signal }) => kind === "sensor_bias" && signal?.startsWith("p"));
    expect(Math.min(...kpa.map(({ magnitude }) => Math.abs(magnitude)))).toBeGreaterThan(15);
    for (const fault of faults.filter(({ kind }) => kind === "sensor_unit")) expect([0.001, 10, -10]).toContain(fault.magnitude);
  });

  it("drain no more than a part holds, and let no exchanger leak where the circuit has the higher pressure", () => {
    const often = { ...rare, perStationSeason: 6 };
    const rates = { maintenance_drain: { ...often, magnitude: [30, 200] as const }, exchanger_leak: often };
    const faults = drawFaults({ network, seed: 4, ...SPAN, rates, withConflicts: true });
    const unitDrains = faults.filter(({ kind, asset }) => kind === "maintenance_drain" && network.asset(asset)!.level === "unit");
    expect(unitDrains.length).toBeGreaterThan(5);
    // About 1,667 m² with 1.05 to 1.4 L/m².
    for (const { magnitude } of unitDrains) expect(magnitude).toBeLessThan(2);
    const statics = faults
      .filter(({ kind }) => kind === "exchanger_leak")
      .map(({ asset }) => network.asset(asset)!.circuitFacts!.staticPressureKpa!);
    expect(statics.length).toBeGreaterThan(10);
    expect(Math.max(...statics)).toBeLessThanOrEqual(330);
  });

  it("have usual rates for every kind, within the range that it allows", () => {
    for (const kind of DISTURBANCE_KINDS) {
      const { magnitude, repairAfterMs, perStationSeason } = USUAL_RATES[kind];
      const [least, most] = disturbanceOf(kind).range;
      expect(magnitude[0]).toBeGreaterThanOrEqual(Math.max(0, least));
      expect(magnitude[1]).toBeLessThanOrEqual(most);
      expect(repairAfterMs[0]).toBeGreaterThan(0);
      expect(perStationSeason).toBeGreaterThan(0);
    }
  });
});
