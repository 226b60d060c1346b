import type { FaultKind } from "../model/finding.ts";
import type { Level } from "../model/signals.ts";

/** What is known of one kind of disturbance: what it is the truth of, where it can happen, and how large it usually is. */

/** Where it is brought about: in the water, heat and drives of the plant; in a transmitter; in a gateway; in the sky. */
type ActsOn = "plant" | "sensor" | "gateway" | "weather";

export interface Disturbance {
  /** The ticket that it should lead to; undefined for a confounder, which should lead to none. */
  readonly truth: FaultKind | undefined;
  /** Kinds under which a ticket is right as well: the crew that it sends finds the cause. */
  readonly alsoRight: readonly FaultKind[];
  readonly levels: readonly Level[];
  /** What `magnitude` means. */
  readonly unit: string;
  /** Least and largest magnitude that means something. */
  readonly range: readonly [least: number, most: number];
  /** Magnitudes of a mild and of a severe one; for a kind without sizes both are 1. */
  readonly mild: number;
  readonly severe: number;
  readonly acts: ActsOn;
  /** Ways in which it can come about; the first is meant when a fault names none. */
  readonly variants?: readonly string[];
  /** It cannot be without an end, because its magnitude is spread over its duration. */
  readonly needsRepair?: true;
  /** It acts on one signal, which has to be named. */
  readonly needsSignal?: true;
}
