import type { Network } from "../model/network.ts";
import type { DeviceEvent } from "./device-event.ts";
import type { Fault } from "./faults.ts";
import type { Vices } from "./gateway-vices.ts";
import type { Plant, StationPlant } from "./plant.ts";
import type { PointSet } from "./point-sets.ts";
import { subSeed } from "./random.ts";
import { sensorFaults } from "./sensor-faults.ts";
import { gearOf, type GearName } from "./sensors.ts";
import { createReporter, observeStation, sampleStation, type StationReporter, type StationSample } from "./station-sample.ts";
import { type GatewayCounts, VirtualGateway } from "./virtual-gateway.ts";
import { createWakeQueue } from "./wake-queue.ts";

/** Every gateway of a network in virtual time: what the platform receives, in order of receipt. */

export type { DeviceEvent, DeviceMessage, TelemetryObject } from "./device-event.ts";

export { POINT_SETS, type PointSet } from "./point-sets.ts";

export interface DevicesOptions {
  readonly plant: Plant;
  readonly network: Network;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly vices: Vices;
  /** Default "full". */
  readonly points?: PointSet;
  /** Of every station; left out, by the seed of each. */
  readonly gear?: GearName;
  /** Interval of the polls; as a function, at an instant (epoch ms). */
  readonly pollMs: number | ((at: number) => number);
  readonly unitIntervalMs: number;
}

export interface Devices {
  /** What is received in [from, to), epoch ms; `to` may be Infinity. Ask for one span after the other. */
  events(from: number, to: number): Generator<DeviceEvent>;
  /** What became of the polls so far. */
  counts(): GatewayCounts;
}

const METER_MS = 60_000;

/**
 * Stations poll one after the other within the interval. Build it before the plant is moved: meters and slow sensors follow from then on.
 * Throws InputError for a sensor fault that cannot be.
 */
export function createDevices(options: DevicesOptions): Devices {
  const { plant, network, faults, vices, pollMs } = options;
  const seed = subSeed(options.seed, "gateways");
  const samplers = stationSamplers(options);
  const arrivals = createWakeQueue<DeviceEvent>();
  const wakes = createWakeQueue<readonly [VirtualGateway, number]>();
  const gateways: VirtualGateway[] = [];
  let emitted = 0;

  function begin(from: number): void {
    for (const [index, station] of plant.stations.entries()) {
      const gateway = new VirtualGateway({
        network,
        station: station.id,
        seed,
        faults,
        vices,
        pollMsAt: typeof pollMs === "number" ? () => pollMs : pollMs,
        phaseShare: index / plant.stations.length,
        sample: samplers.get(station.id)!,
        from,
        emit: (event) => arrivals.add(event.at, emitted++, event),
      });
      gateways.push(gateway);
      wakes.add(gateway.nextAt(), index, [gateway, index]);
    }
  }

  return {
    *events(from, to) {
      if (gateways.length === 0) begin(from);
      for (;;) {
        const wakeAt = wakes.nextAt();
        // Nothing that is still to come arrives before the next one wakes.
        while (arrivals.nextAt() < Math.min(wakeAt, to)) yield arrivals.take()!;
        if (wakeAt >= to) return;
        const [gateway, index] = wakes.take()!;
        gateway.step(wakeAt);
        wakes.add(gateway.nextAt(), index, [gateway, index]);
      }
    },
    counts() {
      const sum: GatewayCounts = { polls: 0, lost: 0, duplicates: 0, late: 0, backlog: 0, dropped: 0 };
      for (const { counts } of gateways) for (const key of Object.keys(sum) as (keyof GatewayCounts)[]) sum[key] += counts[key];
      return sum;
    },
  };
}

/** Each station with sensors of its own, which the plant does not know of. */
function stationSamplers(options: DevicesOptions): Map<string, (at: number) => StationSample> {
  const { plant, network, unitIntervalMs, points = "full" } = options;
  const faults = sensorFaults(options.faults, options.seed);
  const reporters = new Map<string, StationReporter>();
  const samplers = new Map<string, (at: number) => StationSample>();
  for (const station of plant.stations) {
    const gear = options.gear ?? gearOf(station.state.seed);
    const reporter = createReporter(station.state, network, { unitIntervalMs, points, gear, faults });
    reporters.set(station.id, reporter);
    samplers.set(station.id, (at) => sampleAt(station, reporter, at));
  }
  plant.watch(METER_MS, (station) => observeStation(reporters.get(station.asset.id)!));
  return samplers;
}

function sampleAt(station: StationPlant, reporter: StationReporter, at: number): StationSample {
  if (station.state.at > at) throw new Error(`station ${station.id}: expected an instant from ${station.state.at} on, found ${at}`);
  station.advance(at);
  return sampleStation(reporter, at);
}
