import type { Asset, Network } from "../model/network.ts";
import type { Fault } from "./faults.ts";
import { type FlowFaults, flowFaults } from "./flow-faults.ts";
import { type HeatFaults, heatFaults } from "./heat-faults.ts";
import { placeFaults } from "./placed-fault.ts";
import type { Units } from "./units.ts";
import { type WaterFaults, waterFaults } from "./water-faults.ts";

/** The faults of one circuit, sorted by what they act on. */

export interface CircuitFaults {
  readonly water: WaterFaults;
  readonly flow: FlowFaults;
  readonly heat: HeatFaults;
}

export function compileFaults(faults: readonly Fault[], circuit: Asset, units: Units, network: Network, seed: number): CircuitFaults {
  const placed = placeFaults(faults, circuit, units.assets, network, seed);
  return { water: waterFaults(placed), flow: flowFaults(placed), heat: heatFaults(placed, units) };
}
