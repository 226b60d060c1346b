import type { FaultKind } from "./finding.ts";
import type { LimitValues } from "./limit-values.ts";
import type { SeasonPhase, SettablePhase } from "./season.ts";

/** What people see of their decisions about the rules (model/decision.ts), and how they ask for new ones. */

/** When, by whom and why something was decided, and from which event time it counts. */
export interface DecidedFacts {
  readonly from: number;
  readonly madeAt: number;
  readonly by: string;
  readonly reason: string;
}

/** The season phase of a station. */
export interface StationPhaseView {
  readonly station: string;
  /** The one by which the rules go; null before the first reading. */
  readonly phase: SeasonPhase | null;
  /** What calendar and signals say, and since when; null before the first look. */
  readonly suggested: SettablePhase | null;
  readonly suggestedAt: number | null;
  /** What a person set; null: nobody did, or it was taken back. */
  readonly set: (DecidedFacts & { readonly phase: SettablePhase }) | null;
}

/** Planned work on an asset and everything below it, or findings that are shelved there. */
export interface WorkView extends DecidedFacts {
  readonly id: string;
  readonly asset: string;
  readonly until: number;
  /** Kinds that open nothing meanwhile; null: all. */
  readonly kinds: readonly FaultKind[] | null;
  readonly state: "coming" | "running" | "over";
  /** What would have been found without it; nothing is suppressed without a record. */
  readonly suppressed: readonly { readonly kind: FaultKind; readonly asset: string; readonly firstAt: number; readonly lastAt: number }[];
}

/** A set of limits that was published, for the whole network. */
export interface LimitsView extends DecidedFacts {
  readonly id: string;
  readonly overrides: LimitValues;
  /** The backtest on which it is based; null: none was named. */
  readonly backtest: string | null;
}

export interface PhaseRequest {
  readonly stations: readonly string[];
  readonly phase: SettablePhase | null;
  readonly from?: number | undefined;
  readonly reason: string;
}

export interface WorkRequest {
  readonly asset: string;
  readonly from?: number | undefined;
  readonly until: number;
  readonly kinds: readonly FaultKind[] | null;
  readonly reason: string;
}

export interface RelearnRequest {
  readonly asset: string;
  readonly kind: FaultKind | null;
  readonly reason: string;
}

export interface LimitsRequest {
  readonly overrides: LimitValues;
  readonly reason: string;
  readonly backtest: string | null;
}
