import { InputError } from "../model/input-error.ts";
import type { SignalId } from "../model/signals.ts";
import { type Fault, faultSize, isActive } from "./faults.ts";
import { normalAt, subSeed, uniformAt } from "./random.ts";
import { quantise, type Sensor, spikeOf } from "./sensors.ts";

/** What a faulty transmitter or meter makes of its own reading; DOMAIN 3.8, 5.13. The plant does not know of it. */

const DRIFT_MS = 30 * 86_400_000;
const HOUR_MS = 3_600_000;
/** Reading of a spike lasts no longer than one poll; at most this share of the polls is one. */
const SPIKE_SHARE_MAX = 0.9;

/** Sensors whose cables can be swapped in the cabinet. */
const PAIRS: Readonly<Partial<Record<SignalId, SignalId>>> = Object.fromEntries(
  (
    [
      ["t1_supply", "t1_return"],
      ["t2_supply", "t2_return"],
      ["p1_supply", "p1_return"],
      ["p2_supply", "p2_return"],
      ["p2_filter_in", "p2_filter_out"],
      ["t_supply", "t_return"],
      ["p_supply", "p_return"],
    ] as const
  ).flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);

/** The faults of one point. `held`: what a stuck or reset one was when it began. */
export interface PointFaults {
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly held: Map<Fault, number>;
  readAt: number;
}

export interface Swap {
  readonly fault: Fault;
  readonly signals: readonly [SignalId, SignalId];
}

/** Sensor faults of a network by asset: those of single points, and pairs that are swapped. */
export interface SensorFaults {
  points(asset: string, signal: SignalId): PointFaults | undefined;
  swaps(asset: string): readonly Swap[];
}

const OF_ONE_POINT = new Set<Fault["kind"]>([
  "sensor_bias",
  "sensor_drift",
  "sensor_stuck",
  "sensor_spike",
  "sensor_noise",
  "sensor_unit",
  "sensor_dead",
  "totaliser_reset",
]);

export const NO_SENSOR_FAULTS: SensorFaults = { points: () => undefined, swaps: () => [] };

/** Throws InputError when a signal without a partner is to be swapped. */
export function sensorFaults(faults: readonly Fault[], seed: number): SensorFaults {
  const points = new Map<string, Fault[]>();
  const swaps = new Map<string, Swap[]>();
  for (const fault of faults) {
    if (fault.signal === undefined) continue;
    if (OF_ONE_POINT.has(fault.kind)) append(points, `${fault.asset} ${fault.signal}`, fault);
    else if (fault.kind === "sensor_swapped") {
      const partner = PAIRS[fault.signal];
      if (partner === undefined)
        throw new InputError(
          `sensor_swapped on ${fault.asset}`,
          "a signal of a pair of supply and return, or before and behind the strainer",
          `"${fault.signal}"`,
        );
      append(swaps, fault.asset, { fault, signals: [fault.signal, partner] });
    }
  }
  return {
    points(asset, signal) {
      const own = points.get(`${asset} ${signal}`);
      if (own === undefined) return undefined;
      return { faults: own, seed: subSeed(seed, "sensor faults", asset, signal), held: new Map(), readAt: -Infinity };
    },
    swaps: (asset) => swaps.get(asset) ?? [],
  };
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [item]);
  else known.push(item);
}

type Shown = Pick<Sensor, "seed" | "least" | "most" | "stepsPerUnit" | "noise">;

/** What the point shows in place of `value` at an instant (epoch ms); null: "sensor failed". Asked in order of time. */
export function faultyReading(own: PointFaults, sensor: Shown, value: number, at: number): number | null {
  let shown: number | null = value;
  for (const [index, fault] of own.faults.entries()) {
    if (fault.kind === "totaliser_reset") {
      if (at >= fault.onset && shown !== null) shown = countedAnew(own, fault, sensor, shown);
      continue;
    }
    if (!isActive(fault, at)) {
      own.held.delete(fault);
      continue;
    }
    if (shown !== null) shown = disturbed(own, fault, sensor, shown, at, index);
  }
  own.readAt = at;
  return shown;
}

function disturbed(own: PointFaults, fault: Fault, sensor: Shown, value: number, at: number, index: number): number | null {
  const seed = subSeed(own.seed, index);
  const second = Math.floor(at / 1000);
  switch (fault.kind) {
    case "sensor_bias":
      return quantise(sensor, value + faultSize(fault, at));
    case "sensor_drift":
      return quantise(sensor, value + (fault.magnitude * (at - fault.onset)) / DRIFT_MS);
    case "sensor_stuck": {
      const held = own.held.get(fault) ?? value;
      own.held.set(fault, held);
      return held;
    }
    case "sensor_spike": {
      const sinceMs = Math.min(HOUR_MS, Math.max(0, at - Math.max(own.readAt, fault.onset)));
      const share = Math.min(SPIKE_SHARE_MAX, 1 - Math.exp((-faultSize(fault, at) * sinceMs) / HOUR_MS));
      return uniformAt(seed, second) < share ? spikeOf(sensor, second) : value;
    }
    case "sensor_noise": {
      // Independent of the noise that is there already: the squares add up.
      const added = sensor.noise * Math.sqrt(Math.max(0, faultSize(fault, at) ** 2 - 1));
      return quantise(sensor, value + added * normalAt(seed, second));
    }
    case "sensor_unit":
      return value * fault.magnitude;
    case "sensor_dead":
      return uniformAt(seed, second) < faultSize(fault, at) ? null : value;
    default:
      return value;
  }
}

/** A meter that was set back or replaced counts on from its new reading, also after the repair of whatever it was. */
function countedAnew(own: PointFaults, fault: Fault, sensor: Shown, value: number): number {
  const begin = own.held.get(fault) ?? value;
  own.held.set(fault, begin);
  return quantise(sensor, fault.magnitude + value - begin);
}
