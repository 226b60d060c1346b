import { draws, normalAt, subSeed, uniformAt } from "./random.ts";

/** What a transmitter makes of the true value: bias, noise, steps, now and then a spike; DOMAIN 5.13. The noise depends on point and instant only. */

/** Noise and bias as standard deviations and the step of the readout, in the unit of the signal. */
export interface SensorClass {
  readonly noise: number;
  readonly bias: number;
  readonly step: number;
  /** Smallest value that it can show (a pressure transmitter does not go below 0). */
  readonly least?: number;
  /** Largest value that it can show: where a spike goes. */
  readonly most?: number;
}

export const SENSOR_CLASSES = {
  pipeTemperature: { noise: 0.06, bias: 0.12, step: 0.1, least: 0, most: 150 },
  outdoorTemperature: { noise: 0.08, bias: 0.2, step: 0.1, most: 50 },
  unitTemperature: { noise: 0.1, bias: 0.2, step: 0.1, least: 0, most: 95 },
  roomTemperature: { noise: 0.05, bias: 0.25, step: 0.1, least: 0, most: 45 },
  pressure: { noise: 1, bias: 3, step: 1, least: 0, most: 1600 },
  /** Both sides of one differential transmitter: only their own small deviation. */
  filterPressure: { noise: 0.5, bias: 1, step: 0.5, least: 0, most: 1600 },
  flow: { noise: 0.25, bias: 0.5, step: 0.1, least: 0, most: 500 },
  unitFlow: { noise: 0.02, bias: 0.03, step: 0.01, least: 0, most: 50 },
  power: { noise: 4, bias: 8, step: 1, least: 0, most: 20_000 },
  makeupFlow: { noise: 0.01, bias: 0, step: 0.01, least: 0, most: 100 },
  position: { noise: 0.25, bias: 0.4, step: 0.1, least: 0, most: 100 },
  unitPosition: { noise: 0.4, bias: 0.5, step: 1, least: 0, most: 100 },
  level: { noise: 0.004, bias: 0.01, step: 0.01, least: 0, most: 5 },
  radio: { noise: 2.5, bias: 8, step: 1 },
  battery: { noise: 0.004, bias: 0.03, step: 0.01, least: 0 },
} as const satisfies Record<string, SensorClass>;

/** How good the transmitters of a station are, all bought together. */
export interface Gear {
  /** Times the noise and the bias of a class. */
  readonly noise: number;
  readonly bias: number;
  /** Share of the readings that jump to an end of the range: DOMAIN 5.13 gives 1e-4 for poor wiring. */
  readonly spikeShare: number;
  /** Share of the water temperatures that are measured on the surface of the pipe. */
  readonly strapOnShare: number;
  /** Counters begin again at 0 after so many of their usual digits. */
  readonly rollsOver: boolean;
}

export const GEARS = {
  new: { noise: 0.85, bias: 0.6, spikeShare: 0, strapOnShare: 0, rollsOver: false },
  usual: { noise: 1, bias: 1, spikeShare: 0, strapOnShare: 0, rollsOver: false },
  worn: { noise: 1.2, bias: 1.2, spikeShare: 1e-5, strapOnShare: 0.2, rollsOver: false },
  old: { noise: 1.5, bias: 1.5, spikeShare: 1e-4, strapOnShare: 0.5, rollsOver: true },
} as const satisfies Record<string, Gear>;
export type GearName = keyof typeof GEARS;

/** DOMAIN 1 and 5.13: strapped on, a sensor follows the water in 30-120 s and is read in steps of 0.5 or 1 K. */
const STRAP_ON = { lagS: [30, 120], steps: [0.5, 0.5, 1] } as const;

/** The gear of a station, by its seed. */
export function gearOf(seed: number): GearName {
  return draws(subSeed(seed, "gear")).pick(["new", "usual", "usual", "worn", "old"] as const);
}

export interface Sensor {
  readonly seed: number;
  readonly biasBy: number;
  readonly noise: number;
  readonly stepsPerUnit: number;
  readonly least: number;
  readonly most: number;
  readonly spikeShare: number;
  /** Time in which it follows, s; 0: at once. */
  readonly lagS: number;
}

/** The sensor of one point, with a bias of its own for life. `mayStrapOn`: it measures water in a pipe that could be measured from outside. */
export function createSensor(
  kind: SensorClass,
  seed: number,
  asset: string,
  signal: string,
  gear: Gear = GEARS.usual,
  mayStrapOn = false,
): Sensor {
  const own = subSeed(seed, "sensor", asset, signal);
  const draw = draws(subSeed(own, "mounting"));
  const isStrappedOn = draw.between(0, 1) < gear.strapOnShare && mayStrapOn;
  return {
    seed: own,
    biasBy: draws(own).normal() * kind.bias * gear.bias,
    noise: kind.noise * gear.noise,
    stepsPerUnit: 1 / (isStrappedOn ? draw.pick(STRAP_ON.steps) : kind.step),
    least: kind.least ?? -Infinity,
    most: kind.most ?? Infinity,
    spikeShare: gear.spikeShare,
    lagS: isStrappedOn ? draw.between(...STRAP_ON.lagS) : 0,
  };
}

/** The nearest value that the sensor can show. */
export const quantise = (sensor: Pick<Sensor, "stepsPerUnit">, value: number): number => {
  const steps = Math.round(value * sensor.stepsPerUnit);
  // 1/0.1 is 10 and 1/0.01 is 100 exactly; a division keeps the decimals short. No -0: JSON has none.
  return steps === 0 ? 0 : steps / sensor.stepsPerUnit;
};

/** Reading at an instant (epoch ms) of a true value. */
export function readSensor(sensor: Sensor, value: number, at: number): number {
  const second = Math.floor(at / 1000);
  if (sensor.spikeShare > 0 && isSpike(sensor, second)) return spikeOf(sensor, second);
  return Math.max(sensor.least, quantise(sensor, value + sensor.biasBy + sensor.noise * normalAt(sensor.seed, second)));
}

const isSpike = (sensor: Sensor, second: number): boolean => uniformAt(sensor.seed ^ 0x5f1de, second) < sensor.spikeShare;

/** An end of the range: of two loose wires one breaks the loop, the other shorts it. */
export function spikeOf(sensor: Pick<Sensor, "seed" | "least" | "most">, position: number): number {
  const low = Number.isFinite(sensor.least) ? sensor.least : 0;
  const high = Number.isFinite(sensor.most) ? sensor.most : low;
  return uniformAt(sensor.seed ^ 0x3c0de, position) < 0.5 ? low : high;
}

/** A counter with pulses: the last full pulse. `pulsesPerUnit` 100 for 10 L. `rollsAt`: where it begins again at 0. */
export const readCounter = (total: number, pulsesPerUnit: number, rollsAt = Infinity): number => {
  const pulses = Math.floor(total * pulsesPerUnit + 1e-9);
  return (rollsAt === Infinity ? pulses : pulses % Math.round(rollsAt * pulsesPerUnit)) / pulsesPerUnit;
};
