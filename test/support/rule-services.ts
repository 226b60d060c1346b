import type { BacktestService, InsightService, RuleDeskService, ShadowService } from "../../api/rule-services.ts";
import { createBacktestDesk } from "../../backtest-desk.ts";
import type { Contacts } from "../../contacts.ts";
import { createLog } from "../../log.ts";
import type { Decision } from "../../model/decision.ts";
import type { Network } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { createRuleDesk } from "../../rule-desk.ts";
import { createRuleInsight } from "../../rule-insight.ts";
import { LIMITS } from "../../rules/catalogue.ts";
import { RuleHost } from "../../rules/host.ts";
import { createShadowDesk } from "../../shadow-desk.ts";
import type { AppDatabase } from "../../store/database.ts";
import type { TicketDesk } from "../../ticket-desk.ts";

/** The real services over rules, on stored readings that a test hands in. */

export interface RuleServices {
  readonly host: RuleHost;
  readonly decisions: () => readonly Decision[];
  readonly ruleDesk: RuleDeskService;
  readonly backtests: BacktestService & { close(): Promise<void> };
  readonly shadow: ShadowService & { close(): void; fresh(readings: readonly Reading[]): void };
  readonly insight: InsightService;
}

export function ruleServices(parts: {
  readonly database: AppDatabase;
  readonly network: Network;
  readonly networkText: string;
  readonly desk: TicketDesk;
  readonly now: () => number;
  /** In canonical order. */
  readonly stored?: readonly Reading[];
}): RuleServices {
  const { database, network, networkText, desk, now, stored = [] } = parts;
  const history = (station: string, from: number, to: number): Reading[] =>
    stored.filter(({ point, at }) => point.station === station && at >= from && at < to);
  const readings = async function* (station: string, from: number, to: number): AsyncGenerator<readonly Reading[]> {
    yield history(station, from, to);
  };
  const extent = (station: string): { from: number; to: number } | undefined => {
    const own = stored.filter(({ point }) => point.station === station);
    return own.length === 0 ? undefined : { from: own[0]!.at, to: own.at(-1)!.at };
  };
  const host = new RuleHost({ network, history });
  const ruleDesk = createRuleDesk({ database, network, host, limits: LIMITS, now });
  const decisions = (): readonly Decision[] => ruleDesk.decisions();
  host.accept(stored);
  const contacts: Contacts = {
    hear: () => undefined,
    contact: () => ({ connection: "online", dataAt: null, receivedAt: null }),
    heardSinceStart: () => true,
    lastReceivedAt: () => now(),
  };
  return {
    host,
    decisions,
    ruleDesk,
    backtests: createBacktestDesk({ database, network, networkText, readings, extent, decisions, limits: LIMITS, desk, now }),
    shadow: createShadowDesk({
      database,
      file: ":memory:",
      network,
      host,
      history,
      extent,
      decisions,
      limits: LIMITS,
      desk,
      contacts,
      now,
      log: createLog("silent"),
    }),
    insight: createRuleInsight({ network, networkText, host, readings, decisions }),
  };
}
