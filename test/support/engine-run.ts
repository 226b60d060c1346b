import type { Episode } from "../../model/finding.ts";
import type { Network } from "../../model/network.ts";
import type { SignalId } from "../../model/signals.ts";
import { step } from "../../rules/engine.ts";
import { createFold, type StationFold } from "../../rules/fold.ts";
import { oneLimitTable } from "../../rules/limit-versions.ts";
import { type Limit, limitTable } from "../../rules/limits.ts";
import { planStation } from "../../rules/plan.ts";
import type { Rule } from "../../rules/rule.ts";

/** Rules at work in the real engine, fed with single readings. */
export interface EngineRun {
  readonly fold: StationFold;
  readonly opened: Episode[];
  readonly cleared: Episode[];
  readonly put: (asset: string, signal: SignalId, at: number, value: number) => void;
  readonly tick: (at: number) => void;
}

export function engineRun(network: Network, rules: readonly Rule[], limits: Readonly<Record<string, Limit>>): EngineRun {
  const fold = createFold(planStation(network, network.stations[0]!, rules), oneLimitTable(limitTable(network, limits)));
  const opened: Episode[] = [];
  const cleared: Episode[] = [];
  const take = (transitions: ReturnType<typeof step>): void => {
    for (const { type, episode } of transitions) {
      if (type === "opened") opened.push(episode);
      else if (type === "cleared") cleared.push(episode);
    }
  };
  return {
    fold,
    opened,
    cleared,
    put: (asset, signal, at, value) => take(step(fold, { point: network.point(asset, signal)!, at, value })),
    tick: (tickAt) => take(step(fold, { tickAt })),
  };
}
