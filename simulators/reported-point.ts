import type { SignalId } from "../model/signals.ts";
import { faultyReading, type PointFaults, type SensorFaults } from "./sensor-faults.ts";
import { createSensor, type Gear, quantise, readCounter, readSensor, SENSOR_CLASSES } from "./sensors.ts";

/** One point as its gateway reads it: the plant's value through the transmitter, and through what may be wrong with that. */

export interface ReportedPoint {
  readonly signal: SignalId;
  /** Reading at an instant (epoch ms), the plant being there; null: "sensor failed". */
  read(at: number): number | null;
  /** A slow sensor follows the water; called once a minute. */
  readonly follow?: () => void;
}

const FOLLOW_S = 60;
/** Counters of old gear show so many units before they begin again. */
const ROLLS_AT: Readonly<Partial<Record<SignalId, number>>> = { mk_total: 10_000, q1_total: 1_000_000, h1_total: 100_000 };

interface Mounting {
  /** It measures water in a pipe, which may be done from outside. */
  readonly mayStrapOn?: boolean;
  /** A drive or meter that says a clean 0 when nothing runs. */
  readonly isOff?: () => boolean;
}

export interface PointMaker {
  /** By a transmitter. */
  analog(signal: SignalId, kind: keyof typeof SENSOR_CLASSES, value: () => number, how?: Mounting): ReportedPoint;
  /** By a meter with pulses. */
  counter(signal: SignalId, value: () => number, pulsesPerUnit: number): ReportedPoint;
  /** What the controller itself knows: bits, set points; `step` of its display. */
  known(signal: SignalId, value: () => number, step?: number): ReportedPoint;
  /** The same for another asset, whose sensors draw by its id. */
  of(asset: string, sensorsOf?: string): PointMaker;
}

interface MakerOptions {
  readonly seed: number;
  readonly gear: Gear;
  readonly faults: SensorFaults;
}

/** Makes the points of `asset`. `sensorsOf`: the asset by whose id the sensors draw, where that is another. */
export function pointMaker(options: MakerOptions, asset: string, sensorsOf = asset): PointMaker {
  const { seed, gear, faults } = options;
  const faultsOf = (signal: SignalId): PointFaults | undefined => faults.points(asset, signal) ?? faults.points(sensorsOf, signal);
  return {
    analog(signal, kind, value, { mayStrapOn = false, isOff } = {}) {
      const sensor = createSensor(SENSOR_CLASSES[kind], seed, sensorsOf, signal, gear, mayStrapOn);
      const own = faultsOf(signal);
      if (sensor.lagS === 0) {
        const sound =
          isOff === undefined
            ? (at: number) => readSensor(sensor, value(), at)
            : (at: number) => (isOff() ? 0 : readSensor(sensor, value(), at));
        return { signal, read: own === undefined ? sound : (at) => faultyReading(own, sensor, sound(at), at) };
      }
      let felt: number | undefined;
      const share = 1 - Math.exp(-FOLLOW_S / sensor.lagS);
      return {
        signal,
        read(at) {
          const reading = readSensor(sensor, (felt ??= value()), at);
          return own === undefined ? reading : faultyReading(own, sensor, reading, at);
        },
        follow() {
          felt = felt === undefined ? value() : felt + share * (value() - felt);
        },
      };
    },
    counter(signal, value, pulsesPerUnit) {
      const rollsAt = gear.rollsOver ? ROLLS_AT[signal] : undefined;
      const shown = { seed, least: 0, most: rollsAt ?? 1_000_000, stepsPerUnit: pulsesPerUnit, noise: 1 / pulsesPerUnit };
      return withFaults(signal, faultsOf(signal), shown, () => readCounter(value(), pulsesPerUnit, rollsAt));
    },
    known(signal, value, step = 1) {
      const shown = { seed, least: 0, most: 100, stepsPerUnit: 1 / step, noise: step };
      return withFaults(signal, faultsOf(signal), shown, () => quantise(shown, value()));
    },
    of: (other, sensors) => pointMaker(options, other, sensors),
  };
}

function withFaults(
  signal: SignalId,
  own: PointFaults | undefined,
  shown: Parameters<typeof faultyReading>[1],
  reading: () => number,
): ReportedPoint {
  if (own === undefined) return { signal, read: reading };
  return { signal, read: (at) => faultyReading(own, shown, reading(), at) };
}
