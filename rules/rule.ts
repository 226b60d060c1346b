import type { Explanation, FaultKind, Severity } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Level, SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import type { LimitTable } from "./limits.ts";
import type { SeasonPhase } from "./phase.ts";

/** What a rule is, and what it may look at. To add a rule: one file here, one line in `catalogue.ts`, one test beside it. */

/** A good value: finite, in time, not excluded by the quality gate. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** The station at one event time. Nothing later is visible, nothing else is readable: no clock, no store. */
export interface View {
  readonly at: number;
  readonly network: Network;
  readonly station: Asset;
  readonly phase: SeasonPhase;
  /** Hour of day 0…23 in the network's time zone. */
  readonly hourOfDay: number;
  /** Last good value, circuit and station standing in for each other as in `Network.carriers`; undefined when stale (older than 3 intervals, at least 3 min), failed or excluded. */
  last(asset: string, signal: SignalId): Sample | undefined;
  /** Good values from `from` (inclusive) to now, oldest first: 2 h for stations and circuits, 12 h for the rest are kept. */
  since(asset: string, signal: SignalId, from: number): readonly Sample[];
  /** Median reporting interval, ms; undefined before five readings. */
  interval(asset: string, signal: SignalId): number | undefined;
  /** Event time of the last reading of any kind from this asset (or anything below it), good or bad. */
  lastHeard(asset: string): number | undefined;
  /** Event time of the last reading of any kind of one point, also of one that says its sensor failed. */
  lastReport(asset: string, signal: SignalId): number | undefined;
  limits: LimitTable;
}

/** What one evaluation says. `unknown` (too little data) freezes the hold and keep timers; it neither opens nor clears. */
export interface Verdict {
  readonly state: "normal" | "fault" | "unknown";
  /** Used when `state` is "fault". */
  readonly severity?: Severity;
  /** Estimated onset, if the rule can tell better than "first evaluation that said fault". */
  readonly since?: number;
  /** The compared number and its limit, for "why not" (the last evaluations are kept). */
  readonly value?: number;
  readonly limit?: number;
  /** Overrides of the rule's hold and keep for this verdict (a fast tier holds shorter). */
  readonly holdMs?: number;
}

/**
 * One fault kind on one level. `Memory` is plain data (numbers, arrays, typed arrays, objects of these): it is cloned into
 * snapshots. `evaluate` may change its own memory only and must be a pure function of (memory, view).
 */
export interface Rule<Memory = unknown> {
  readonly kind: FaultKind;
  readonly level: Level;
  /** Evaluated at every multiple of this many ms of event time (a multiple of 60,000) … */
  readonly everyMs: number;
  /** … and whenever a frame brings one of these signals of the asset (empty: only on the grid). */
  readonly onSignals: readonly SignalId[];
  /** Condition must last this long before it is a finding, and be gone this long before it is cleared. */
  readonly holdMs: number;
  readonly keepMs: number;
  /** Phases in which it listens. */
  readonly phases: readonly SeasonPhase[];
  readonly cause: Text;
  readonly consequence: Text;
  readonly action: readonly Text[];
  /** Names of its limits in `limits.ts`. */
  readonly limits: readonly string[];
  /** What it remembers when it begins to listen: in every season anew. */
  start(asset: Asset, network: Network): Memory;
  evaluate(memory: Memory, asset: Asset, view: View): Verdict;
  /** Called when a finding opens, changes severity, or is refreshed (at most once in 10 min): may be slow. */
  explain(memory: Memory, asset: Asset, view: View, since: number): Explanation;
}
