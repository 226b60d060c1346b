import { describe, expect, it } from "vitest";
import { parseNetworkFile } from "../../model/network-file.ts";
import { demoNetworkYaml } from "../../simulators/demo-network.ts";
import { demoFaults } from "../../simulators/demo-scenario.ts";
import { suctionKpa } from "../../simulators/circuit-step.ts";
import { checkFaults, DISTURBANCES } from "../../simulators/faults.ts";
import { createPlant } from "../../simulators/plant.ts";
import { coolingIndex, DAY, HOUR } from "./small-plant.ts";

const MINUTE = 60_000;
const now = Date.UTC(2027, 0, 18, 2);
const network = parseNetworkFile(demoNetworkYaml({ seed: 7, now }), "demo.yaml");
const scene = { now, unsentFrom: now - 14 * DAY };

describe("demo scenario", () => {
  const faults = demoFaults(network, [scene]);

  it("fits the network, touches each station with at most one fault, and has confounders", () => {
    expect(() => checkFaults(faults, network)).not.toThrow();
    const truths = faults.filter((fault) => DISTURBANCES[fault.kind].truth !== undefined);
    const stations = truths.map((fault) => network.asset(fault.asset)!.station);
    expect(new Set(stations).size).toBe(stations.length);
    expect(stations.length).toBeLessThan(network.stations.length);
    expect(new Set(truths.map((fault) => fault.kind))).toEqual(
      new Set(["leak", "air_lock", "closed_valve", "burst", "low_pressure", "offline"]),
    );
    expect(faults.filter((fault) => DISTURBANCES[fault.kind].truth === undefined).length).toBeGreaterThanOrEqual(4);
  });

  it("shows what it promises: an air lock and a half-closed valve in the returns, a leak in the makeup, a burst and a low pressure in minutes", () => {
    const plant = createPlant({ network, seed: 7, climate: "jinan", startAt: now - 2 * DAY, faults });
    const circuitOf = (asset: string) =>
      plant
        .station(network.asset(asset)!.station)
        .state.circuits.find((circuit) => circuit.asset.id === (network.asset(asset)!.circuit ?? asset))!;
    const byKind = (kind: string) => faults.find((fault) => fault.kind === kind)!.asset;
    const indexOf = (unit: string): number =>
      coolingIndex(circuitOf(unit))[circuitOf(unit).units.assets.findIndex((asset) => asset.id === unit)]!;
    plant.advance(now - 8 * HOUR);
    const leaking = circuitOf(byKind("leak"));
    const before = leaking.pressure.makeupM3;
    plant.advance(now);
    expect(indexOf(byKind("air_lock"))).toBeGreaterThan(1.5);
    expect(indexOf(byKind("closed_valve"))).toBeGreaterThan(1.4);
    expect(leaking.pressure.makeupM3 - before).toBeGreaterThan(3.5);
    const [burst, low] = [circuitOf(byKind("burst")), circuitOf(byKind("low_pressure"))];
    plant.advance(now + 4 * MINUTE);
    expect(suctionKpa(burst)).toBeLessThan(burst.pressureFacts.startKpa - 40);
    plant.advance(now + 7 * MINUTE);
    expect(suctionKpa(low)).toBeGreaterThan(low.pressureFacts.startKpa - 10);
    plant.advance(now + 20 * MINUTE);
    expect(suctionKpa(low)).toBeLessThan(low.pressureFacts.startKpa - 25);
  });

  it("never begins in what was already sent, and moves on to other stations", () => {
    const second = { now: now + DAY, unsentFrom: now + 20 * HOUR };
    const both = demoFaults(network, [scene, second]);
    const added = both.filter((fault) => !faults.some((known) => JSON.stringify(known) === JSON.stringify(fault)));
    expect(added.length).toBeGreaterThan(5);
    for (const fault of added) expect(fault.onset).toBeGreaterThanOrEqual(second.unsentFrom);
    const burst = both.filter((fault) => fault.kind === "burst").map((fault) => fault.asset);
    expect(new Set(burst).size).toBe(2);
  });

  it("leaves out what a small network does not have", () => {
    const small = parseNetworkFile(JSON.stringify({ stations: [{ id: "S1", circuits: [{ id: "C1" }] }, { id: "S2" }] }), "small.yaml");
    const few = demoFaults(small, [scene]);
    expect(() => checkFaults(few, small)).not.toThrow();
    expect(few.some((fault) => fault.kind === "air_lock")).toBe(false);
    expect(demoFaults(parseNetworkFile("stations: []", "none.yaml"), [scene])).toEqual([]);
  });
});
