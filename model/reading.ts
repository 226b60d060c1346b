import type { Point } from "./network.ts";

/** One value of one point at one event time. `null` means the device says its sensor failed. */
export interface Reading {
  readonly point: Point;
  /** Event time, epoch ms, after the correction of the gateway's clock. */
  readonly at: number;
  readonly value: number | null;
}

/** Event time went by: nothing before `at` is expected any more (late data rewinds). */
export interface Tick {
  readonly tickAt: number;
}

/** All that the rules ever see. */
export type Event = Reading | Tick;

/** Why something that a device sent could not be used; kept, counted and shown (CONTRACT 3 and 5). */
export const REJECT_REASONS = [
  "bad_utf8",
  "not_json",
  "bad_shape",
  "too_large",
  "too_many",
  "unknown_station",
  "unknown_asset",
  "foreign_asset",
  "unknown_signal",
  "wrong_level",
  "not_finite",
  "out_of_range",
  "bad_time",
  "future_time",
  "too_old",
  "bad_topic",
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

export interface Reject {
  /** Time of receipt, epoch ms. */
  readonly at: number;
  readonly topic: string;
  readonly gateway?: string;
  readonly station?: string;
  readonly asset?: string;
  readonly signal?: string;
  readonly reason: RejectReason;
  readonly expected: string;
  readonly found: string;
  readonly suggestion?: string;
}
