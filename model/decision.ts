import type { FaultKind } from "./finding.ts";
import type { SettablePhase } from "./season.ts";

/**
 * What people decide about the rules' work, in event time: beside the readings the only input of the fold over a station. Written
 * once and never changed; a later decision replaces or ends an earlier one.
 */
interface DecisionFacts {
  readonly id: string;
  /** Event time from which it counts, epoch ms. */
  readonly from: number;
  /** When, by whom and why it was made. */
  readonly madeAt: number;
  readonly by: string;
  readonly reason: string;
}

/** The season phase of a station; null: as calendar and signals say. */
export interface PhaseDecision extends DecisionFacts {
  readonly type: "phase";
  readonly station: string;
  readonly phase: SettablePhase | null;
}

/**
 * Planned work on an asset and everything below it, or a finding that is shelved: until `until` the named kinds (null: all) open
 * nothing there and teach nothing. What runs already goes on, and what sits above is not touched.
 */
export interface WorkDecision extends DecisionFacts {
  readonly type: "work";
  readonly asset: string;
  readonly until: number;
  readonly kinds: readonly FaultKind[] | null;
}

/** What a rule (null: every rule) has learned of an asset and everything below it is forgotten. */
export interface RelearnDecision extends DecisionFacts {
  readonly type: "relearn";
  readonly asset: string;
  readonly kind: FaultKind | null;
}

/** A published set of limits, for the whole network: it replaces the one before. */
export interface LimitsDecision extends DecisionFacts {
  readonly type: "limits";
  /** "*" or an asset id -> name of a limit -> value. */
  readonly overrides: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The backtest on which it is based. */
  readonly backtest?: string;
}

export type Decision = PhaseDecision | WorkDecision | RelearnDecision | LimitsDecision;

/** The one order in which decisions are applied. */
export function byTime(a: Decision, b: Decision): number {
  return a.from - b.from || a.madeAt - b.madeAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
