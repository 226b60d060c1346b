import type { Severity } from "../model/finding.ts";
import type { Verdict } from "./rule.ts";

/**
 * The one inactive > pending > firing > inactive machine of all rules: a condition has to last `holdMs` before it is a finding
 * and be gone `keepMs` before it is cleared. `unknown` stops both clocks.
 */

/** Plain data; `undefined` stands for inactive. */
export interface Hold {
  firing: boolean;
  /** First evaluation of this run that said fault. */
  since: number;
  /** Known time in fault while pending, ms. */
  heldMs: number;
  /** Known time in order while firing, ms; -1 while the fault is there. */
  calmMs: number;
  /** Known time at a lower severity than the finding has, ms; -1 while it is as severe. */
  lowerMs: number;
  severity: Severity;
  /** The last evaluation, and whether it knew anything. */
  at: number;
  known: boolean;
  /** When the finding was last explained; the engine's own. */
  explainedAt: number;
}

type HoldChange = "none" | "pending" | "opened" | "raised" | "lowered" | "dropped" | "cleared";

export interface HoldTimes {
  readonly holdMs: number;
  readonly keepMs: number;
}

export interface HoldStep {
  readonly hold: Hold | undefined;
  readonly change: HoldChange;
}

const REST: HoldStep = { hold: undefined, change: "none" };

/** One evaluation. `hold` is changed in place where it lives on. */
export function advanceHold(hold: Hold | undefined, verdict: Verdict, at: number, times: HoldTimes): HoldStep {
  if (hold === undefined) return verdict.state === "fault" ? begin(verdict, at, times) : REST;
  const elapsedMs = hold.known ? at - hold.at : 0;
  hold.at = at;
  hold.known = verdict.state !== "unknown";
  if (!hold.known) return { hold, change: "none" };
  return hold.firing ? fire(hold, verdict, elapsedMs, times) : wait(hold, verdict, elapsedMs, times);
}

/** When a pending condition becomes a finding if nothing changes. */
export function opensAt(hold: Hold, verdict: Verdict, times: HoldTimes): number {
  return hold.at + Math.max(0, (verdict.holdMs ?? times.holdMs) - hold.heldMs);
}

/** When the hold changes if nothing else does: a pending finding opens, a calm one clears, a lesser one is lowered. Infinity: never. */
export function settlesAt(hold: Hold, verdict: Verdict, times: HoldTimes): number {
  if (!hold.known) return Infinity;
  if (!hold.firing) return opensAt(hold, verdict, times);
  const settledMs = Math.max(hold.calmMs, hold.lowerMs);
  return settledMs < 0 ? Infinity : hold.at + times.keepMs - settledMs;
}

function begin(verdict: Verdict, at: number, times: HoldTimes): HoldStep {
  const firing = (verdict.holdMs ?? times.holdMs) <= 0;
  const hold: Hold = {
    firing,
    since: at,
    heldMs: 0,
    calmMs: -1,
    lowerMs: -1,
    severity: verdict.severity ?? "general",
    at,
    known: true,
    explainedAt: at,
  };
  return { hold, change: firing ? "opened" : "pending" };
}

function wait(hold: Hold, verdict: Verdict, elapsedMs: number, times: HoldTimes): HoldStep {
  if (verdict.state === "normal") return { hold: undefined, change: "dropped" };
  hold.heldMs += elapsedMs;
  hold.severity = verdict.severity ?? "general";
  if (hold.heldMs < (verdict.holdMs ?? times.holdMs)) return { hold, change: "none" };
  hold.firing = true;
  return { hold, change: "opened" };
}

function fire(hold: Hold, verdict: Verdict, elapsedMs: number, times: HoldTimes): HoldStep {
  if (verdict.state === "normal") {
    // Between the last fault and the first normal nothing is known to be in order: the clock starts with the second normal.
    hold.calmMs = hold.calmMs < 0 ? 0 : hold.calmMs + elapsedMs;
    return hold.calmMs >= times.keepMs ? { hold: undefined, change: "cleared" } : { hold, change: "none" };
  }
  hold.calmMs = -1;
  const severity = verdict.severity ?? "general";
  if (severity === hold.severity) {
    hold.lowerMs = -1;
    return { hold, change: "none" };
  }
  if (severity === "urgent") {
    hold.severity = severity;
    hold.lowerMs = -1;
    return { hold, change: "raised" };
  }
  // As with the way back to normal: a rule that looks as seldom as its keep time must say so twice.
  hold.lowerMs = hold.lowerMs < 0 ? 0 : hold.lowerMs + elapsedMs;
  if (hold.lowerMs < times.keepMs) return { hold, change: "none" };
  hold.severity = severity;
  hold.lowerMs = -1;
  return { hold, change: "lowered" };
}
