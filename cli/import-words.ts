import type { ImportReport } from "../ingest/import-report.ts";
import type { Progress } from "./import-run.ts";

/** What an import says: the line while it works, and the summary at its end. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** `winter.csv  38 %  1,240,000 values  410,000/s  2 min left`. */
export function progressLine({ path, values, share, elapsedMs }: Progress): string {
  const rate = (values / Math.max(1, elapsedMs)) * SECOND_MS;
  const parts = [path, share === undefined ? "" : `${Math.floor(share * 100)} %`, `${whole(values)} values`, `${whole(rate)}/s`];
  if (share !== undefined && share > 0) parts.push(`${inWords((elapsedMs / share) * (1 - share))} left`);
  return parts.filter((part) => part !== "").join("  ");
}

/** Several lines, the counts first. */
export function summaryText(report: ImportReport, options: { readonly isDryRun: boolean; readonly elapsedMs: number }): string {
  const { records, values, stored, known, rejected } = report.counts();
  const rate = whole((values / Math.max(1, options.elapsedMs)) * SECOND_MS);
  const head = options.isDryRun
    ? `dry run: ${whole(records)} lines read, ${whole(values)} values would be stored, ${whole(rejected)} rejected`
    : `${whole(records)} lines read, ${whole(stored)} values stored, ${whole(known)} known already, ${whole(rejected)} rejected (${inWords(options.elapsedMs)}, ${rate} values/s)`;
  const lines = [head];
  for (const { place, column, reason, suggestion } of report.leftOut)
    lines.push(
      `column ${JSON.stringify(column)} of ${place} was not imported: ${reason}${suggestion === undefined ? "" : `; ${suggestion}`}`,
    );
  for (const [reason, found] of Object.entries(report.reasons())) {
    lines.push(`${whole(found.count)} x ${reason}`);
    for (const { topic, asset, signal, expected, found: seen, suggestion } of found.examples) {
      const point = [asset, signal].filter((part) => part !== undefined).join(" ");
      lines.push(
        `  ${topic}${point === "" ? "" : ` ${point}`}: expected ${expected}, found ${seen}${suggestion === undefined ? "" : `; ${suggestion}`}`,
      );
    }
  }
  return lines.join("\n");
}

/** The same for programs. */
export function summaryJson(report: ImportReport, isDryRun: boolean): string {
  return JSON.stringify({ dryRun: isDryRun, ...report.counts(), columnsLeftOut: report.leftOut, rejects: report.reasons() });
}

const whole = (number: number): string => Math.round(number).toLocaleString("en-US");

function inWords(ms: number): string {
  return ms < MINUTE_MS ? `${(ms / SECOND_MS).toFixed(ms < 10 * SECOND_MS ? 1 : 0)} s` : `${Math.round(ms / MINUTE_MS)} min`;
}
