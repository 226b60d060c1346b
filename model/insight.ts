import type { FaultKind } from "./finding.ts";
import type { Measure, RuleStatus } from "./live.ts";
import type { SeasonPhase } from "./season.ts";
import type { SignalId } from "./signals.ts";
import type { Text } from "./text.ts";

/** What people may ask of the rules' inside: why something was not found, and what was learned. */

/** One evaluation of a rule. */
export interface TraceLine {
  readonly at: number;
  readonly state: RuleStatus["state"];
  /** The compared number and its limit, in the unit of the rule's measure; null: not known. */
  readonly value: number | null;
  readonly limit: number | null;
  /** When it becomes a finding if nothing changes; null: it does not. */
  readonly opensAt: number | null;
}

/** One rule on one asset: how its last evaluations came out. */
export interface RuleTrace {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly measure: Measure;
  /** Whether it listens in the phase of the moment. */
  readonly listens: boolean;
  /** Its limits as they hold for the asset in this phase, by name. */
  readonly limits: Readonly<Record<string, number>>;
  /** Oldest first, at most twenty; those of one minute that say the same are one. */
  readonly evaluations: readonly TraceLine[];
}

/** Why something was found or not, at one moment of one asset. */
export interface Insight {
  readonly asset: string;
  /** Event time to which the station was judged; null: nothing was received before. */
  readonly at: number | null;
  readonly phase: SeasonPhase | null;
  /** The rules on the asset and on everything above it, nearest first. */
  readonly rules: readonly RuleTrace[];
}

/** Something learned of an asset from its past. */
export interface LearnedFact {
  readonly asset: string;
  readonly name: Text;
  readonly unit: string;
  /** Null: not known yet. */
  readonly value: number | null;
  /** By hour of day 0…23 in the network's zone, where it goes with the hour. */
  readonly byHour?: readonly (number | null)[];
  /** Hours or days that taught it. */
  readonly taught: { readonly count: number; readonly of: "h" | "d" };
}

/** The rules' inside at one moment of an asset. */
export interface AssetLook {
  readonly insight: Insight;
  readonly learning: Learning;
}

/** What the rules know of an asset from its past, and what they do not believe. */
export interface Learning {
  readonly asset: string;
  readonly facts: readonly LearnedFact[];
  readonly distrusted: readonly { readonly asset: string; readonly signal: SignalId }[];
}
