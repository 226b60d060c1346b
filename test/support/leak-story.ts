import type { Episode } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import type { Limit } from "../../rules/limits.ts";
import { fillingLimits } from "../../rules/filling-test.ts";
import { leakLimits } from "../../rules/leak-limits.ts";
import type { LeakMemory } from "../../rules/leak-watch.ts";
import { leakRule } from "../../rules/leak.ts";
import { makeupObserver } from "../../rules/makeup-watch.ts";
import type { Rule, View } from "../../rules/rule.ts";
import { engineRun } from "./engine-run.ts";
import { DAY_MS, loopNetwork, type LoopStory, playLoop, STORY_START } from "./water-loop.ts";

export interface LeakStoryOptions {
  readonly intervalMs: number;
  readonly network?: Network;
  /** The rules at work; the one over leaks by default. */
  readonly rules?: readonly Rule[];
  /** Limits beyond those over makeup. */
  readonly limits?: Readonly<Record<string, Limit>>;
  /** What is sent; all by default. */
  readonly signals?: readonly SignalId[];
  /** Changes or drops (undefined) a value on its way. */
  readonly change?: (signal: SignalId, value: number, ms: number) => number | undefined;
  /** Sees what is known of the makeup after every quarter of an hour. */
  readonly watch?: (memory: LeakMemory, view: View) => void;
}

export interface LeakRun {
  readonly episodes: Episode[];
  readonly memory: LeakMemory;
  readonly view: View;
}

/** Plays a loop's story through the leak rule alone, in the real engine. */
export function leakStory(story: LoopStory, options: LeakStoryOptions): LeakRun {
  const network = options.network ?? loopNetwork();
  const { fold, put, tick } = engineRun(network, options.rules ?? [leakRule as Rule], {
    ...leakLimits,
    ...fillingLimits,
    ...options.limits,
  });
  const memory = (): LeakMemory => fold.view.observed(makeupObserver, "S1-H")!;
  let quarter = Number.NaN;
  playLoop(story, options.intervalMs, ({ at, values }) => {
    for (const [name, value] of Object.entries(values)) {
      const signal = name as SignalId;
      if (options.signals !== undefined && !options.signals.includes(signal)) continue;
      const sent = options.change === undefined ? value : options.change(signal, value, at - STORY_START);
      if (sent !== undefined) put("S1-H", signal, at, sent);
    }
    if (options.watch === undefined || Math.floor(fold.view.at / 900_000) === quarter) return;
    quarter = Math.floor(fold.view.at / 900_000);
    options.watch(memory(), fold.view);
  });
  tick(STORY_START + story.days * DAY_MS);
  if (fold.counts.failures > 0) throw new Error(fold.counts.lastFailure);
  const episodes = [...fold.cleared, ...fold.state.open.filter((episode) => episode !== undefined)];
  return { episodes: episodes.sort((a, b) => a.detectedAt - b.detectedAt), memory: memory(), view: fold.view };
}
