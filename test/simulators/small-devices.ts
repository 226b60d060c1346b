import type { Network } from "../../model/network.ts";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { DeviceEvent, DeviceMessage, DeviceStatus, TelemetryObject } from "../../simulators/device-event.ts";
import type { Fault } from "../../simulators/faults.ts";
import { type Vices, VICES } from "../../simulators/gateway-vices.ts";
import { createPlant } from "../../simulators/plant.ts";
import { createDevices, type Devices, type DevicesOptions } from "../../simulators/virtual-devices.ts";

/** Devices over a few tiny stations, and what of their events a test wants to see. */

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
/** Midnight in China, in the middle of the heating season. */
export const FROM = Date.UTC(2027, 0, 10, 16);

export function smallNetwork(stations = 2, timezone = "Asia/Shanghai", circuits = 1): Network {
  return parseNetworkFile(
    JSON.stringify({
      timezone,
      season: { heating: "2026-11-15" },
      stations: Array.from({ length: stations }, (_, index) => ({
        id: `S${index + 1}`,
        circuits: Array.from({ length: circuits }, (_unused, circuit) => ({
          id: `S${index + 1}-${circuit + 1}`,
          buildings: [
            {
              id: `S${index + 1}-B${circuit + 1}`,
              floors: 6,
              units: [1, 2].map((unit) => ({
                id: `S${index + 1}-B${circuit + 1}-U${unit}`,
                rooms: [{ id: `S${index + 1}-B${circuit + 1}-U${unit}-R1` }],
              })),
            },
          ],
        })),
      })),
    }),
    "small.yaml",
  );
}

export interface SmallOptions {
  readonly seed?: number;
  readonly network?: Network;
  readonly faults?: readonly Fault[];
  readonly vices?: Vices;
  readonly points?: DevicesOptions["points"];
  readonly gear?: DevicesOptions["gear"];
  readonly pollMs?: number;
  readonly from?: number;
}

export function smallDevices(options: SmallOptions = {}): Devices {
  const { seed = 1, network = smallNetwork(), faults = [], vices = VICES.none, points, gear = "usual", pollMs = MINUTE } = options;
  const plant = createPlant({ network, seed, climate: "jinan", startAt: options.from ?? FROM, faults });
  return createDevices({ plant, network, seed, faults, vices, points, gear, pollMs, unitIntervalMs: 30 * MINUTE });
}

export const messages = (events: Iterable<DeviceEvent>): DeviceMessage[] => [...events].filter((event) => event.type === "message");
export const statuses = (events: Iterable<DeviceEvent>): DeviceStatus[] => [...events].filter((event) => event.type === "status");

/** Objects of one station's own topic in order of receipt, arrays unpacked. */
export const objectsOf = (events: Iterable<DeviceEvent>, station = "S1"): TelemetryObject[] =>
  messages(events).flatMap(({ topic, objects }) => (topic === `heat/v1/${station}/telemetry` ? objects : []));

/** Readings of one point in order of receipt. */
export function readings(events: Iterable<DeviceEvent>, asset: string, signal: string): (readonly [ts: number, value: number | null])[] {
  return messages(events).flatMap(({ topic, objects }) =>
    objects.flatMap(({ ts, assets, values }) => {
      const own = (assets?.[asset] ?? (topic.split("/")[3] === asset ? values : undefined)) as Record<string, number | null> | undefined;
      const value = own?.[signal];
      return value === undefined ? [] : [[ts, value] as const];
    }),
  );
}
