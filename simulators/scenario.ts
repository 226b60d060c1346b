import type { Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import type { Fault } from "./faults.ts";
import type { Vices } from "./gateway-vices.ts";
import type { Habits } from "./habits.ts";
import type { PointSet } from "./virtual-devices.ts";
import type { Climate, Weather } from "./weather.ts";

/** What a simulated world is made of: all that `createWorld` needs, complete and checked. `scenario-file.ts` reads it from YAML. */

export interface Scenario {
  /** `[a-z0-9-]+`: the name of its file. */
  readonly name: string;
  readonly title: Text;
  readonly seed: number;
  readonly network: Network;
  /** The network file (YAML) that the network was read from: what a platform needs to know it. */
  readonly networkYaml: string;
  readonly climate: Climate;
  /** Real temperatures in place of the climate's. */
  readonly weather?: Weather;
  /** First instant that is delivered, and the end (not delivered any more), epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly pollMs: number;
  readonly unitIntervalMs: number;
  readonly points: PointSet;
  /** In the order of their onset. Some may begin before `from`: they are there when the scenario begins. */
  readonly faults: readonly Fault[];
  /** Faults that are one event in many places: indexes into `faults`. */
  readonly storms: readonly (readonly number[])[];
  readonly vices: Vices;
  readonly habits: Habits;
  /** Times the pace of the clock. */
  readonly speed: number | "max";
}

/** The id of a planted fault in truth and calls: its place among the faults of the scenario, its kind, its asset. */
export function faultId(index: number, fault: Fault): string {
  return `F${String(index + 1).padStart(3, "0")}-${fault.kind}-${fault.asset}`;
}
