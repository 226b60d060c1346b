import type { Disturbance } from "./disturbance.ts";

/** Faults of transmitters, meters and gateways: the plant runs on, what is heard of it is wrong; DOMAIN 3.8, 3.9, 5.13. */

const SENSOR = {
  truth: "sensor_fault",
  alsoRight: [],
  levels: ["station", "circuit", "building", "unit", "room"],
  acts: "sensor",
  needsSignal: true,
} as const;
const NONE = { unit: "none", range: [1, 1], mild: 1, severe: 1 } as const;
/** Magnitudes in the unit of the signal: mild and severe are those of a temperature. */
const OWN_UNIT = [-10_000, 10_000] as const;

export const DEVICE_DISTURBANCES = {
  sensor_bias: { ...SENSOR, unit: "in the unit of the signal", range: OWN_UNIT, mild: 3, severe: 10 },
  sensor_drift: { ...SENSOR, unit: "in the unit of the signal, after 30 days", range: OWN_UNIT, mild: 3, severe: 12 },
  sensor_stuck: { ...SENSOR, ...NONE },
  sensor_spike: { ...SENSOR, unit: "spikes an hour", range: [0, 3600], mild: 1, severe: 12 },
  sensor_noise: { ...SENSOR, unit: "times the usual noise", range: [1, 1000], mild: 8, severe: 40 },
  sensor_swapped: { ...SENSOR, ...NONE },
  sensor_unit: { ...SENSOR, unit: "factor between the unit sent and the right one", range: [1e-6, 1e6], mild: 10, severe: 0.001 },
  sensor_dead: { ...SENSOR, unit: "share of the readings that fail", range: [0, 1], mild: 0.5, severe: 1 },
  totaliser_reset: { ...SENSOR, unit: "reading from which it counts again", range: [0, 1e9], mild: 0, severe: 0 },
  offline: { truth: "offline", alsoRight: [], levels: ["station"], acts: "gateway", ...NONE },
  clock_skew: {
    truth: "clock_skew",
    alsoRight: [],
    levels: ["station"],
    acts: "gateway",
    unit: "s by which the gateway's clock is ahead",
    range: [-86_400, 86_400],
    mild: -240,
    severe: 1500,
  },
  dst_mistake: {
    truth: "clock_skew",
    alsoRight: [],
    levels: ["station"],
    acts: "gateway",
    unit: "h by which the gateway's clock is ahead",
    range: [-12, 12],
    mild: -1,
    severe: 1,
  },
} as const satisfies Record<string, Disturbance>;
