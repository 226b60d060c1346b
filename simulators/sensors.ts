import { draws, normalAt, subSeed } from "./random.ts";

/** What a transmitter makes of the true value: bias, noise, steps; DOMAIN 5.13. The noise depends on point and instant only. */

/** Noise and bias as standard deviations and the step of the readout, in the unit of the signal. */
export interface SensorClass {
  readonly noise: number;
  readonly bias: number;
  readonly step: number;
  /** Smallest value that it can show (a pressure transmitter does not go below 0). */
  readonly least?: number;
}

export const SENSOR_CLASSES = {
  pipeTemperature: { noise: 0.06, bias: 0.12, step: 0.1, least: 0 },
  outdoorTemperature: { noise: 0.08, bias: 0.2, step: 0.1 },
  unitTemperature: { noise: 0.1, bias: 0.2, step: 0.1, least: 0 },
  roomTemperature: { noise: 0.05, bias: 0.25, step: 0.1, least: 0 },
  pressure: { noise: 1, bias: 3, step: 1, least: 0 },
  /** Both sides of one differential transmitter: only their own small deviation. */
  filterPressure: { noise: 0.5, bias: 1, step: 0.5, least: 0 },
  flow: { noise: 0.25, bias: 0.5, step: 0.1, least: 0 },
  power: { noise: 4, bias: 8, step: 1, least: 0 },
  makeupFlow: { noise: 0.01, bias: 0, step: 0.01, least: 0 },
  position: { noise: 0.25, bias: 0.4, step: 0.1, least: 0 },
  unitPosition: { noise: 0.4, bias: 0.5, step: 1, least: 0 },
  level: { noise: 0.004, bias: 0.01, step: 0.01, least: 0 },
  radio: { noise: 2.5, bias: 8, step: 1 },
  battery: { noise: 0.004, bias: 0.03, step: 0.01, least: 0 },
} as const satisfies Record<string, SensorClass>;

export interface Sensor {
  readonly seed: number;
  readonly biasBy: number;
  readonly noise: number;
  readonly stepsPerUnit: number;
  readonly least: number;
}

/** The sensor of one point, with a bias of its own for life. */
export function createSensor(kind: SensorClass, seed: number, asset: string, signal: string): Sensor {
  const own = subSeed(seed, "sensor", asset, signal);
  return {
    seed: own,
    biasBy: draws(own).normal() * kind.bias,
    noise: kind.noise,
    stepsPerUnit: Math.round(1 / kind.step),
    least: kind.least ?? -Infinity,
  };
}

/** Reading at an instant (epoch ms) of a true value. */
export function readSensor(sensor: Sensor, value: number, at: number): number {
  const shown = value + sensor.biasBy + sensor.noise * normalAt(sensor.seed, Math.floor(at / 1000));
  return Math.max(sensor.least, Math.round(shown * sensor.stepsPerUnit) / sensor.stepsPerUnit);
}

/** A counter with pulses: the last full pulse. `pulsesPerUnit` 100 for 10 L. */
export const readCounter = (total: number, pulsesPerUnit: number): number => Math.floor(total * pulsesPerUnit + 1e-9) / pulsesPerUnit;
