import type { SignalId } from "../model/signals.ts";

/** How fast each signal can physically change: what the quality gate takes for a jump. */

/**
 * How fast a signal can change (unit per minute), the step that is always believed (noise, resolution), and the step from which on
 * a second sample has to confirm, whatever the time between.
 */
export interface Pace {
  readonly perMinute: number;
  readonly floor: number;
  readonly step: number;
  /** The last as a share of the present value, where that is more. */
  readonly share?: number;
}

const pace = (perMinute: number, floor: number, step: number, share?: number): Pace => ({ perMinute, floor, step, share });

/** DOMAIN 1, "max plausible rate"; signals that may jump from one end to the other (pumps, valves, makeup flow) are not here. */
export const PACES: Partial<Record<SignalId, Pace>> = {
  t_out: pace(5 / 60, 2, 6),
  t1_supply: pace(5, 3, 20),
  t1_return: pace(5, 3, 20),
  p1_supply: pace(3000, 50, 200),
  p1_return: pace(3000, 50, 200),
  q1_flow: pace(60, 5, 30, 0.5),
  q1_total: pace(500 / 60, 10, Infinity),
  h1_power: pace(2000, 100, 500, 0.5),
  h1_total: pace(6, 1, Infinity),
  tank_level: pace(0.2, 0.1, 0.5),
  t2_supply: pace(3, 3, 10),
  t2_return: pace(2, 3, 10),
  p2_supply: pace(3000, 20, 60),
  p2_return: pace(3000, 20, 60),
  p2_filter_in: pace(3000, 20, 60),
  p2_filter_out: pace(3000, 20, 60),
  q2_flow: pace(200, 10, 30, 0.5),
  mk_total: pace(100 / 60, 0.5, Infinity),
  t_supply: pace(3, 4, 15),
  t_return: pace(2, 4, 15),
  p_supply: pace(3000, 20, 60),
  p_return: pace(3000, 20, 60),
  heat: pace(0.1, 0.2, Infinity),
  t_room: pace(2 / 60, 1, 4),
};
