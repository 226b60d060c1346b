import type { Explanation, FaultKind, Severity } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Measure } from "../model/live.ts";
import type { Level, SignalId } from "../model/signals.ts";
import type { SeasonPhase, SettablePhase } from "../model/season.ts";
import type { Text } from "../model/text.ts";
import type { LimitTable } from "./limits.ts";
import type { Observer } from "./observer.ts";
import type { PointState } from "./quality.ts";

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
  /** The phase that a person set; undefined: as calendar and signals say. */
  readonly phaseSet: SettablePhase | undefined;
  /** Hour of day 0…23 in the network's time zone. */
  readonly hourOfDay: number;
  /** Last good value, circuit and station standing in for each other as in `Network.carriers`; undefined when stale (older than 3 intervals, at least 3 min), failed or excluded. */
  last(asset: string, signal: SignalId): Sample | undefined;
  /** Good values from `from` (inclusive) to now, oldest first: 2 h for stations and circuits, 12 h for the rest are kept. */
  since(asset: string, signal: SignalId, from: number): readonly Sample[];
  /** Median reporting interval, ms; undefined before five readings. */
  interval(asset: string, signal: SignalId): number | undefined;
  /** As `last` and `since`, also of points that an observer does not believe. For those who judge sensors. */
  readonly raw: Pick<View, "last" | "since">;
  /** Event time of the last reading of any kind from this asset (or anything below it), good or bad. */
  lastHeard(asset: string): number | undefined;
  /** How the asset's own point behaves (no other place stands in); undefined before its first reading. */
  pointState(asset: string, signal: SignalId): PointState | undefined;
  /** Event time of the last reading of any kind of one point, also of one that says its sensor failed. */
  lastReport(asset: string, signal: SignalId): number | undefined;
  /** Whether work is planned on the asset or above it: what happens there now is no habit to be learned. */
  underWork(asset: string): boolean;
  /** Whether one of these kinds is suspected (its hold runs) or found on the asset. */
  isSuspected(asset: string, kinds: readonly FaultKind[]): boolean;
  /** What an observer has learned of an asset; undefined where it does not listen or has not looked yet. */
  observed<Memory>(observer: Observer<Memory>, asset: string): Memory | undefined;
  /** The limits as they are in this phase. */
  readonly limits: LimitTable;
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
  /** The asset's own numbers do not suffice: it counts only beside like findings of its neighbours (`branch.ts`). */
  readonly tentative?: boolean;
  /** Event time at which it has to look again though nothing may have been reported by then (a silence becomes too long). */
  readonly againAt?: number;
}

/**
 * One fault kind on one level. `Memory` is plain data (numbers, arrays, typed arrays, objects of these): it is cloned into
 * snapshots. `evaluate` may change its own memory only and must be a pure function of (memory, view).
 */
export interface Rule<Memory = unknown> {
  readonly kind: FaultKind;
  readonly level: Level;
  /** Evaluated at every multiple of this many ms of event time (a multiple of 60,000), … */
  readonly everyMs: number;
  /** … whenever a frame brings one of these signals of the asset (empty: only on the grid), and when its hold or keep time is over. */
  readonly onSignals: readonly SignalId[];
  /** Whose knowledge it asks for: they look before it does. */
  readonly observers?: readonly Observer[];
  /** Condition must last this long before it is a finding, and be gone this long before it is cleared. */
  readonly holdMs: number;
  readonly keepMs: number;
  /** Phases in which it listens. */
  readonly phases: readonly SeasonPhase[];
  readonly measure: Measure;
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
