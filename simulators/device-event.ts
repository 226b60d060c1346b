import type { SignalId } from "../model/signals.ts";

/** What reaches the platform from the gateways of a simulated network. */

type Values = Readonly<Partial<Record<SignalId, number | null>>>;

/** The JSON object of CONTRACT 3. */
export interface TelemetryObject {
  readonly ts: number;
  readonly seq?: number;
  readonly hist?: true;
  readonly assets?: Readonly<Record<string, Values>>;
  readonly values?: Values;
}

export interface DeviceMessage {
  readonly type: "message";
  /** Time of receipt, epoch ms. */
  readonly at: number;
  readonly gateway: string;
  readonly topic: string;
  readonly objects: readonly TelemetryObject[];
  /** The payload is an array. */
  readonly batch: boolean;
}

export interface DeviceStatus {
  readonly type: "status";
  readonly at: number;
  readonly gateway: string;
  readonly station: string;
  readonly online: boolean;
}

export type DeviceEvent = DeviceMessage | DeviceStatus;

/** How many values an object carries. */
export function valuesIn(object: TelemetryObject): number {
  let count = Object.keys(object.values ?? {}).length;
  for (const asset in object.assets) count += Object.keys(object.assets[asset]!).length;
  return count;
}
