import type { InsightService } from "./api/rule-services.ts";
import { LEARNING_MS } from "./backtest/backtest.ts";
import { lookAt } from "./backtest/fold-crew.ts";
import type { Decision } from "./model/decision.ts";
import type { Network } from "./model/network.ts";
import type { RuleHost } from "./rules/host.ts";
import type { ReadingSource } from "./store/reading-slices.ts";

/** Why rules found an asset healthy or not: now from the rules at work, for a past moment by folding its readings again in a thread. */

/** A saved state has no evaluations: so long after it there are the last twenty of every rule again. */
const TRACED_MS = 24 * 3_600_000;
/** Past moments that are worked out at once, and that wait. */
const WAITING_MAX = 8;

export interface RuleInsightParts {
  readonly network: Network;
  readonly networkText: string;
  readonly host: Pick<RuleHost, "insight" | "learning" | "save">;
  readonly readings: ReadingSource;
  readonly decisions: () => readonly Decision[];
}

export function createRuleInsight({ network, networkText, host, readings, decisions }: RuleInsightParts): InsightService {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    now(asset) {
      const insight = host.insight(asset);
      const learning = host.learning(asset);
      return insight === undefined || learning === undefined ? undefined : { insight, learning };
    },
    at(asset, at, signal) {
      const station = network.asset(asset)?.station;
      if (station === undefined) throw new Error(`${asset} is no asset of the network`);
      if (waiting >= WAITING_MAX) return undefined;
      waiting++;
      const look = last.then(() => {
        const saved = host.save(station).findLast((entry) => entry.at <= at - TRACED_MS);
        const fold = { networkText, overrides: {}, decisions: decisions() };
        return lookAt(asset, { ...fold, station, readings, from: at - LEARNING_MS, to: at, signal, saved });
      });
      last = look.catch(() => undefined).finally(() => waiting--);
      return look;
    },
  };
}
