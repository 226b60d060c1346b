import type { Asset, Network } from "../model/network.ts";
import type { LearnedFact } from "../model/insight.ts";
import type { SeasonPhase } from "../model/season.ts";
import type { Level, SignalId } from "../model/signals.ts";
import type { View } from "./rule.ts";

/**
 * What several rules want to know of one asset is learned once, by an observer: observers look, rules judge. `Memory` is plain
 * data, as a rule's is; rules read it and never change it.
 */
export interface Observer<Memory = unknown> {
  readonly name: string;
  readonly level: Level;
  /** Looks at every multiple of this many ms of event time (a multiple of 60,000), before the rules do. */
  readonly everyMs: number;
  /** Phases in which it looks; what it knew is forgotten in the others. */
  readonly phases: readonly SeasonPhase[];
  /** Observers whose knowledge it builds on. */
  readonly observers?: readonly Observer[];
  start(asset: Asset, network: Network): Memory;
  /** May change its own memory only and must be a pure function of (memory, view). */
  observe(memory: Memory, asset: Asset, view: View): void;
  /** Signals of the asset that are not to be believed at the moment: no rule sees them (but through `View.raw`). */
  distrusted?(memory: Memory): readonly SignalId[];
  /** What of its memory people can read. */
  learned?(memory: Memory, asset: Asset, view: View): LearnedFact[];
}
