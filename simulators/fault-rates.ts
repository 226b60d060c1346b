import type { DisturbanceKind } from "./faults.ts";

/** How often each kind happens to a station in a season of 120 days, how large it is, how fast it grows, how long it lasts. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
type Span = readonly [least: number, most: number];

export interface FaultRate {
  /** Expected number per station and season of 120 days. */
  readonly perStationSeason: number;
  /** Least and largest magnitude in the unit of the kind, drawn so that each doubling is as likely as the next. */
  readonly magnitude: Span;
  /** Time to grow from nothing, ms; at once when left out. */
  readonly rampMs?: Span;
  /** Time from onset to repair, ms. */
  readonly repairAfterMs: Span;
  /** Ways in which it comes about, each as likely as the next; all of the kind when left out. */
  readonly variants?: readonly string[];
}

const hours = (least: number, most: number): Span => [least * HOUR_MS, most * HOUR_MS];
const days = (least: number, most: number): Span => [least * DAY_MS, most * DAY_MS];
const rate = (perStationSeason: number, magnitude: Span, repairAfterMs: Span, rampMs?: Span): FaultRate =>
  rampMs === undefined ? { perStationSeason, magnitude, repairAfterMs } : { perStationSeason, magnitude, repairAfterMs, rampMs };
const once: Span = [1, 1];

/**
 * Usual rates. Measured are the maintenance drains (0.9 a season, DOMAIN 3.5), the share of stations with a fault (about 3 of 4, and
 * 42 % of installations flagged, DOMAIN 7), and what field reports name as causes (settings 39 %, secondary side 24 %, control valves
 * 20 %, users 10 %, sensors 4 %); how these divide over the kinds is belief. Magnitudes reach from what is barely to be seen to severe.
 */
export const USUAL_RATES: Readonly<Record<DisturbanceKind, FaultRate>> = {
  burst: rate(0.04, [10, 60], hours(1, 5)),
  leak: rate(0.25, [0.12, 2], days(2, 20), days(0.01, 14)),
  draw_off: rate(0.08, [1, 12], days(6, 30)),
  low_pressure: rate(0.05, [0.1, 2.5], hours(1, 8)),
  over_pressure: rate(0.03, [60, 180], hours(3, 30)),
  makeup_fault: rate(0.05, [0.9, 1], hours(3, 40)),
  exchanger_leak: rate(0.02, [0.5, 4], days(1, 6), days(0.01, 3)),
  air_lock: rate(0.6, [0.35, 0.9], hours(10, 120), hours(0.3, 24)),
  under_heated: rate(0.45, [0.3, 0.85], days(3, 25), days(0.01, 14)),
  closed_valve: rate(0.3, [0.4, 1], hours(12, 160)),
  clogged_strainer: rate(0.12, [2, 14], days(6, 25), days(2, 18)),
  pump_failure: rate(0.06, [0.4, 1], hours(0.5, 10)),
  freeze_risk: rate(0.01, [0.96, 1], hours(2, 8)),
  imbalance: rate(0.05, [0.3, 1], days(5, 40)),
  over_heated: rate(0.15, [0.5, 2.5], days(3, 40)),
  power_failure: rate(0.08, once, hours(0.4, 6)),
  primary_shortage: rate(0.03, [0.55, 0.9], hours(3, 30), hours(0.2, 3)),
  curve_drift: rate(0.15, [2, 9], days(1, 12)),
  valve_stuck: rate(0.1, [10, 100], days(0.5, 8)),
  valve_hunting: rate(0.1, [6, 16], days(1, 12)),
  exchanger_fouling: rate(0.05, [0.25, 0.7], days(20, 90), days(10, 60)),
  sensor_bias: rate(0.06, [1.5, 10], days(3, 40)),
  sensor_drift: rate(0.05, [1.5, 12], days(15, 90)),
  sensor_stuck: rate(0.06, once, days(0.5, 20)),
  sensor_spike: rate(0.05, [0.5, 20], days(1, 30)),
  sensor_noise: rate(0.04, [5, 50], days(1, 30)),
  sensor_swapped: rate(0.01, once, days(2, 30)),
  sensor_unit: rate(0.01, once, days(0.5, 10)),
  sensor_dead: rate(0.08, [0.3, 1], days(0.3, 15)),
  totaliser_reset: rate(0.03, [0, 0], days(1, 2)),
  offline: rate(0.35, once, hours(0.3, 20)),
  clock_skew: rate(0.04, [150, 3000], days(2, 30)),
  dst_mistake: rate(0.01, once, days(2, 20)),
  maintenance_drain: rate(0.9, [1, 15], hours(0.7, 3)),
  planned_filling: rate(0.2, [1, 20], hours(1, 8)),
  draw_off_storm: rate(0.08, [0.3, 2.5], hours(3, 6)),
  pump_switchover: rate(2, [10, 55], [5 * MINUTE_MS, 6 * MINUTE_MS]),
  setback: rate(0.12, [1, 5], days(5, 40)),
  window_open: rate(1.2, [0.3, 2.5], hours(0.5, 10)),
  suspended_unit: rate(0.3, [0.06, 0.45], days(60, 150)),
  cold_snap: rate(0.02, [5, 12], days(4, 5)),
  sun_on_sensor: rate(0.1, [3, 14], days(20, 90)),
  backfill: rate(0.3, once, hours(0.2, 12)),
};
