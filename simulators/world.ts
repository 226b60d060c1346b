import type { Network } from "../model/network.ts";
import type { Fault } from "./faults.ts";
import { createPlant, type Plant } from "./plant.ts";
import { subSeed } from "./random.ts";
import { type Call, createResidents } from "./residents.ts";
import type { Scenario } from "./scenario.ts";
import { type Truth, truthOf } from "./truth.ts";
import { createDevices, type DeviceEvent } from "./virtual-devices.ts";

/** A scenario come alive: plant, devices and residents, and all that reaches the platform in the order in which it does. */

export type WorldEvent = DeviceEvent | ({ readonly type: "call" } & Call);

export interface World {
  readonly scenario: Scenario;
  readonly network: Network;
  readonly plant: Plant;
  readonly faults: readonly Fault[];
  readonly truth: readonly Truth[];
  /** Everything from `scenario.from` to `scenario.to` by time of receipt, once. */
  events(): Generator<WorldEvent>;
}

/** Calls are looked for this far ahead of the events. The residents look at the plant less than that late; see residents.ts. */
const SLOT_MS = 1_800_000;

/** Builds the world of a scenario. The same scenario gives the same events, byte for byte. */
export function createWorld(scenario: Scenario): World {
  const { network, faults } = scenario;
  const seed = subSeed(scenario.seed, scenario.name);
  const plant = createPlant({
    network,
    seed: subSeed(seed, "plant"),
    climate: scenario.climate,
    startAt: scenario.from,
    faults,
    unitIntervalMs: scenario.unitIntervalMs,
    ...(scenario.weather === undefined ? {} : { weather: scenario.weather }),
  });
  const residents = createResidents({ plant, network, seed: subSeed(seed, "residents"), faults, habits: scenario.habits });
  const devices = createDevices({
    plant,
    network,
    seed: subSeed(seed, "devices"),
    faults,
    vices: scenario.vices,
    points: scenario.points,
    pollMs: scenario.pollMs,
    unitIntervalMs: scenario.unitIntervalMs,
  });
  function* events(): Generator<WorldEvent> {
    for (let from = scenario.from; from < scenario.to; from += SLOT_MS) {
      const to = Math.min(scenario.to, from + SLOT_MS);
      const calls = residents.calls(from, to);
      let call = calls.next();
      for (const event of devices.events(from, to)) {
        for (; call.done !== true && call.value.at <= event.at; call = calls.next()) yield { type: "call", ...call.value };
        yield event;
      }
      for (; call.done !== true; call = calls.next()) yield { type: "call", ...call.value };
    }
  }
  return { scenario, network, plant, faults, truth: truthOf(scenario), events };
}
