import type { InfluxTarget, InfluxWriter } from "./influx.ts";
import { type RefusedLine, type SearchBudget, SEARCH_MS_MAX, SEARCH_REQUESTS_MAX, writeOrSingleOut } from "./influx-refused.ts";

/** Sends lines in lanes: the lanes at the same time, the requests of one lane one after the other, so that no series is in two requests at once. */

/** Lines, and characters, of one request. */
const REQUEST_LINES_MAX = 5000;
const REQUEST_CHARACTERS_MAX = 4_000_000;

export interface Sent {
  readonly refused: readonly RefusedLine[];
  /** Points that are older than InfluxDB keeps. */
  readonly expired: number;
}

/**
 * Resolves when everything is written but for the lines that it answers, which InfluxDB refused. Rejects with Interrupted when
 * something could not be written, after every request has ended.
 */
export async function sendLanes(
  writer: InfluxWriter,
  target: InfluxTarget,
  lanes: readonly (readonly string[])[],
  nowMs: () => number,
): Promise<Sent> {
  const budget: SearchBudget = { requests: SEARCH_REQUESTS_MAX, untilMs: nowMs() + SEARCH_MS_MAX, expired: 0 };
  let failed = false;
  const sent = await Promise.allSettled(
    lanes.map(async (lines) => {
      const refused: RefusedLine[] = [];
      try {
        for (const request of cutRequests(lines)) {
          // What another lane could not write makes all of it go again.
          if (failed) break;
          refused.push(...(await writeOrSingleOut(writer, target, request, budget, nowMs)));
        }
      } catch (error) {
        failed = true;
        throw error;
      }
      return refused;
    }),
  );
  const failure = sent.find((lane) => lane.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return { refused: sent.flatMap((lane) => (lane.status === "fulfilled" ? lane.value : [])), expired: budget.expired };
}

function* cutRequests(lines: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < lines.length;) {
    let end = start;
    let characters = 0;
    while (end < lines.length && end - start < REQUEST_LINES_MAX && characters < REQUEST_CHARACTERS_MAX)
      characters += lines[end++]!.length + 1;
    yield start === 0 && end === lines.length ? lines : lines.slice(start, end);
    start = end;
  }
}
