import { setTimeout as wait } from "node:timers/promises";
import type { BacktestResult } from "../backtest/backtest.ts";
import type { BacktestOutcome, BacktestRun } from "../model/backtest.ts";
import { InputError } from "../model/input-error.ts";
import type { LimitOverrides } from "../rules/limits.ts";
import type { RunningPlatform } from "./running-platform.ts";

/** A backtest by the running platform: asked for, waited for, and cancelled when its asker goes. */

const POLL_MS = 300;

export interface OnlineBacktest {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly stations: readonly string[] | undefined;
  readonly overrides: LimitOverrides | undefined;
}

/** Throws InputError with the platform's own words when it refuses, fails or is cancelled. Closes the platform's token. */
export async function askPlatform(
  platform: RunningPlatform,
  { from, to, stations, overrides }: OnlineBacktest,
  progress: (share: number, station: string) => void,
): Promise<BacktestResult> {
  const get = async <Body>(path: string): Promise<Body> => (await (await platform.ask(path)).json()) as Body;
  const body = { from, to, stations: stations ?? null, overrides: overrides ?? null, reason: "npm run backtest" };
  try {
    const answer = await platform.ask("/api/backtests", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { id } = (await answer.json()) as BacktestRun;
    const cancel = (): void => void platform.request(`/api/backtests/${id}`, { method: "DELETE" }).finally(() => process.exit(130));
    process.once("SIGINT", cancel);
    let run: BacktestRun;
    do {
      await wait(POLL_MS);
      run = await get<BacktestRun>(`/api/backtests/${id}`);
      progress(run.progress, run.state);
    } while (run.state === "queued" || run.state === "running");
    process.removeListener("SIGINT", cancel);
    if (run.figures === null) throw new InputError(`backtest ${id}`, "a result", run.error ?? run.state);
    const { tickets } = await get<BacktestOutcome>(`/api/backtests/${id}/result`);
    return { ...run.figures, lastFailure: run.figures.lastFailure ?? undefined, from: run.from, to: run.to, tickets };
  } finally {
    platform.close();
  }
}
