import type { Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { type LeakMemory } from "../../rules/leak-watch.ts";
import { leakLimits, leakRule } from "../../rules/leak.ts";
import { type ArrayView, arrayView, episodeRun, type RanEpisode } from "./view.ts";
import { loopNetwork, type LoopStory, playLoop, STORY_START } from "./water-loop.ts";

export interface LeakStoryOptions {
  readonly intervalMs: number;
  readonly network?: Network;
  /** What is sent; all by default. */
  readonly signals?: readonly SignalId[];
  /** Changes or drops (undefined) a value on its way. */
  readonly change?: (signal: SignalId, value: number, ms: number) => number | undefined;
  /** Sees the memory after every evaluation. */
  readonly watch?: (memory: LeakMemory, view: ArrayView) => void;
}

/** Plays a loop's story through the leak rule alone. */
export function leakStory(story: LoopStory, options: LeakStoryOptions): { episodes: RanEpisode[]; memory: LeakMemory; view: ArrayView } {
  const network = options.network ?? loopNetwork();
  const circuit = network.asset("S1-H")!;
  const view = arrayView(network, leakLimits);
  const memory = leakRule.start(circuit, network);
  const run = episodeRun(leakRule);
  let due = STORY_START + leakRule.everyMs;
  playLoop(story, options.intervalMs, ({ at, values }) => {
    for (; due < at; due += leakRule.everyMs) {
      view.moveTo(due);
      if (!leakRule.phases.includes(view.phase)) continue;
      run.take(leakRule.evaluate(memory, circuit, view), due);
      options.watch?.(memory, view);
    }
    for (const [name, value] of Object.entries(values)) {
      const signal = name as SignalId;
      if (options.signals !== undefined && !options.signals.includes(signal)) continue;
      const sent = options.change === undefined ? value : options.change(signal, value, at - STORY_START);
      if (sent !== undefined) view.put("S1-H", signal, at, sent);
    }
  });
  return { episodes: run.episodes, memory, view };
}
