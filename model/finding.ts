import type { Text } from "./text.ts";
import type { SignalId } from "./signals.ts";

/** Every kind of fault of CONTRACT 5. */
export const FAULT_KINDS = [
  "burst",
  "leak",
  "draw_off",
  "low_pressure",
  "over_pressure",
  "air_lock",
  "under_heated",
  "closed_valve",
  "clogged_strainer",
  "pump_failure",
  "power_failure",
  "primary_shortage",
  "curve_drift",
  "valve_stuck",
  "valve_hunting",
  "exchanger_fouling",
  "exchanger_leak",
  "makeup_fault",
  "freeze_risk",
  "imbalance",
  "over_heated",
  "sensor_fault",
  "offline",
  "clock_skew",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const SEVERITIES = ["urgent", "general"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One number that convinced the rule, and what it should have been. Drawn on the curve of `asset`/`signal` from `from` to `to`. */
export interface Evidence {
  readonly asset: string;
  /** Undefined for a derived quantity (corrected makeup, cooling index); `name` says what it is. */
  readonly signal?: SignalId;
  readonly name: Text;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly value: number | null;
  readonly expected?: number;
  /** The limit that was crossed, in `unit`. */
  readonly limit?: number;
  readonly text: Text;
  /** A derived quantity's own history, so that it can be drawn: times in epoch ms, at most 336 points. */
  readonly curve?: {
    readonly times: readonly number[];
    readonly values: readonly (number | null)[];
    readonly expected?: readonly (number | null)[];
  };
}

/** One possible cause, with what speaks for and against it in numbers. */
export interface Cause {
  readonly id: string;
  readonly name: Text;
  /** 0…1; the shares of one finding sum to about 1. */
  readonly share: number;
  readonly pro: readonly Text[];
  readonly contra: readonly Text[];
}

/** What a rule says of a fault when asked: read by people, never by rules. */
export interface Explanation {
  /** One line: what is seen, with the number. */
  readonly summary: Text;
  readonly evidence: readonly Evidence[];
  readonly causes: readonly Cause[];
  readonly consequence: Text;
  /** What to do, in order. */
  readonly action: readonly Text[];
}

/** One run of a fault on one asset in event time, from the fold over readings. */
export interface Episode extends Explanation {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly station: string;
  readonly severity: Severity;
  /** It counts only beside like findings of its neighbours: its own numbers do not suffice. */
  readonly tentative?: boolean;
  /** Estimated onset. */
  readonly since: number;
  /** The reading (or tick) that convinced the rule. */
  readonly detectedAt: number;
  /** When the signals were back in band for the keep time; undefined while active. */
  readonly clearedAt: number | undefined;
}

/** An episode with its place in the tree of causes at one moment. */
export interface RootedEpisode {
  readonly episode: Episode;
  /** The episode that explains it, undefined for a root. */
  readonly root: Episode | undefined;
}
