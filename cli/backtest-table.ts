import type { BacktestResult } from "../backtest/backtest.ts";
import type { Network } from "../model/network.ts";
import { KIND_WORDS, SEVERITY_WORDS } from "../model/words.ts";
import { zoneOffsetMs } from "../model/zone.ts";

/** What a backtest found, as text for a terminal. */

export function backtestTable(result: BacktestResult, network: Network, tookMs: number): string {
  const time = (at: number): string => new Date(at + zoneOffsetMs(network.timezone, at)).toISOString().slice(0, 16).replace("T", " ");
  const rows = result.tickets.map(({ openedAt, recoveredAt, severity, kind, asset, findings, summary }) => [
    time(openedAt),
    recoveredAt === null ? "" : time(recoveredAt),
    SEVERITY_WORDS[severity].en,
    KIND_WORDS[kind].en,
    asset,
    findings.length > 1 ? `+${findings.length - 1}` : "",
    summary.en,
  ]);
  const heads = ["opened", "recovered", "severity", "kind", "asset", "", ""];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd();
  const kinds = Object.entries(result.byKind)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${KIND_WORDS[kind as keyof typeof KIND_WORDS].en} ${count}`);
  return [
    `${time(result.from)} to ${time(result.to)} (${network.timezone}), ${result.stations} stations, ${result.readings} readings in ${(tookMs / 1000).toFixed(1)} s`,
    `${result.tickets.length} tickets, ${result.ticketsPerDay.toFixed(1)} a day, at most ${result.mostPer10Min} in ten minutes; ${result.held} findings as evidence in others' tickets${kinds.length > 0 ? `: ${kinds.join(", ")}` : ""}`,
    ...(result.failures > 0 ? [`${result.failures} evaluations FAILED: ${result.lastFailure ?? ""}`] : []),
    ...(rows.length > 0 ? ["", line(heads), ...rows.map(line)] : []),
  ].join("\n");
}
