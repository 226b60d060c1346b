import type { TraceLine } from "../model/insight.ts";
import type { Hold } from "./hold.ts";
import type { Verdict } from "./rule.ts";
import { numberOrNull } from "./statistics.ts";

/** The last evaluations of one rule on one asset, whether it fired or not: answers "why not?". Read by people, never by rules. */

const TRACE_LENGTH = 20;
/** Evaluations closer together than this that say the same share one line. */
const TRACE_MERGE_MS = 60_000;

const STATES = ["normal", "pending", "firing", "unknown", "shelved"] as const;

export interface Trace {
  readonly at: Float64Array;
  readonly value: Float64Array;
  readonly limit: Float64Array;
  readonly state: Uint8Array;
  count: number;
  /** Start of the newest line. */
  lineAt: number;
  opensAt: number;
}

export function createTrace(): Trace {
  return {
    at: new Float64Array(TRACE_LENGTH),
    value: new Float64Array(TRACE_LENGTH),
    limit: new Float64Array(TRACE_LENGTH),
    state: new Uint8Array(TRACE_LENGTH),
    count: 0,
    lineAt: -Infinity,
    opensAt: NaN,
  };
}

/** Writes down an evaluation after the hold has taken it in. `opensAt`: when a pending one becomes a finding if nothing changes. */
export function traceVerdict(
  trace: Trace,
  verdict: Verdict,
  hold: Hold | undefined,
  at: number,
  opensAt: number,
  isShelved: boolean,
): void {
  const state = hold?.firing === true ? 2 : isShelved ? 4 : verdict.state === "unknown" ? 3 : hold === undefined ? 0 : 1;
  const newest = (trace.count - 1) % TRACE_LENGTH;
  const isSame = trace.count > 0 && trace.state[newest] === state && at - trace.lineAt < TRACE_MERGE_MS;
  const index = isSame ? newest : trace.count % TRACE_LENGTH;
  if (!isSame) {
    trace.count++;
    trace.lineAt = at;
  }
  trace.at[index] = at;
  trace.value[index] = verdict.value ?? NaN;
  trace.limit[index] = verdict.limit ?? NaN;
  trace.state[index] = state;
  trace.opensAt = state === 1 && opensAt < Infinity ? opensAt : NaN;
}

/** Oldest first, at most `TRACE_LENGTH`. */
export function traceLines(trace: Trace): TraceLine[] {
  const lines: TraceLine[] = [];
  for (let number = Math.max(0, trace.count - TRACE_LENGTH); number < trace.count; number++) {
    const index = number % TRACE_LENGTH;
    lines.push({
      at: trace.at[index]!,
      state: STATES[trace.state[index]!]!,
      value: numberOrNull(trace.value[index]!),
      limit: numberOrNull(trace.limit[index]!),
      opensAt: number === trace.count - 1 ? numberOrNull(trace.opensAt) : null,
    });
  }
  return lines;
}
