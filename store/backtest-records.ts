import type { BacktestOutcome, BacktestRun } from "../model/backtest.ts";
import type { AppDatabase } from "./database.ts";

/** Backtests that were asked for, with what came out. */

/** Older ones are forgotten when a new one is asked for; one on which limits are based stays. */
const KEPT = 200;

export interface BacktestRecords {
  /** Newest first. */
  all(): BacktestRun[];
  get(id: string): BacktestRun | undefined;
  outcome(id: string): BacktestOutcome | undefined;
  /** Writes a run, new or changed. */
  save(run: BacktestRun, outcome?: BacktestOutcome): void;
}

/** `kept`: ids that must not be forgotten. */
export function openBacktestRecords(database: AppDatabase, kept: () => ReadonlySet<string>): BacktestRecords {
  const { sql } = database;
  const list = sql.prepare("SELECT body FROM backtests ORDER BY sequence DESC");
  const one = sql.prepare("SELECT body FROM backtests WHERE id = ?");
  const outcomeOf = sql.prepare("SELECT outcome FROM backtests WHERE id = ?");
  const upsert = sql.prepare(
    "INSERT INTO backtests (id, body, outcome) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body, outcome = excluded.outcome",
  );
  const surplus = sql.prepare("SELECT id FROM backtests ORDER BY sequence DESC LIMIT -1 OFFSET ?");
  const forget = sql.prepare("DELETE FROM backtests WHERE id = ?");
  const runOf = (row: Record<string, unknown>): BacktestRun => JSON.parse(String(row["body"])) as BacktestRun;
  return {
    all: () => list.all().map(runOf),
    get(id) {
      const row = one.get(id);
      return row === undefined ? undefined : runOf(row);
    },
    outcome(id) {
      const text = outcomeOf.get(id)?.["outcome"];
      return typeof text === "string" ? (JSON.parse(text) as BacktestOutcome) : undefined;
    },
    save: (run, outcome) =>
      database.transaction(() => {
        upsert.run(run.id, JSON.stringify(run), outcome === undefined ? null : JSON.stringify(outcome));
        const old = surplus.all(KEPT).map(({ id }) => String(id));
        const wanted = old.length === 0 ? undefined : kept();
        for (const id of old) if (wanted?.has(id) !== true) forget.run(id);
      }),
  };
}
