import type { InfluxTarget, InfluxWriter, WriteOutcome } from "./influx.ts";

/** Writes lines and, when InfluxDB refuses some of them for ever, finds out which: halves of halves, within a budget, so that the queue never waits long for them. */

export type FailedOutcome = Exclude<WriteOutcome, { type: "written" } | { type: "refused" }>;

/** Nothing can be written just now; what was being written goes again as a whole. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly outcome: FailedOutcome;
  constructor(outcome: FailedOutcome) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

export interface RefusedLine {
  readonly line: string;
  readonly reason: string;
}

/** Shared by the requests of one chunk. */
export interface SearchBudget {
  requests: number;
  /** Of the clock that the writer's owner reads. */
  readonly untilMs: number;
  /** Counts the points that InfluxDB dropped since its retention is past them. */
  expired: number;
}

/** Requests, and time, for the search within one chunk. */
export const SEARCH_REQUESTS_MAX = 64;
export const SEARCH_MS_MAX = 3000;

/** 1.x and 2.x say so when all the other lines of the request were written. */
const EXPIRED = /points beyond retention policy dropped=(\d+)|dropped (\d+) points outside retention policy/;

/**
 * Answers the lines that were refused, each with the server's reason; the others are written. Throws Interrupted when InfluxDB
 * gives no verdict on a part: then the whole has to go again.
 */
export async function writeOrSingleOut(
  writer: InfluxWriter,
  target: InfluxTarget,
  lines: readonly string[],
  budget: SearchBudget,
  nowMs: () => number,
): Promise<RefusedLine[]> {
  const outcome = await writer.write(target, lines);
  if (outcome.type === "written") return [];
  if (outcome.type !== "refused") throw new Interrupted(outcome);
  const { reason } = outcome;
  const expired = EXPIRED.exec(reason);
  if (expired !== null) {
    budget.expired += Number(expired[1] ?? expired[2]);
    return [];
  }
  if (lines.length === 1) return [{ line: lines[0]!, reason }];
  budget.requests -= 2;
  if (budget.requests < 0 || nowMs() > budget.untilMs)
    return lines.map((line) => ({ line, reason: `among ${lines.length} lines: ${reason}` }));
  const middle = lines.length >>> 1;
  const first = await writeOrSingleOut(writer, target, lines.slice(0, middle), budget, nowMs);
  return [...first, ...(await writeOrSingleOut(writer, target, lines.slice(middle), budget, nowMs))];
}
