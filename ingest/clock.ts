/**
 * How far a gateway's clock is off, learned from when its live messages arrive. `delay = receivedAt - ts` is the clock's
 * lateness plus the way of the message; the way can only make it larger. Pure: time is an argument, state is plain data.
 */

/** A clock this near is left alone (CONTRACT 3; DOMAIN R32). */
const GOOD_CLOCK_MS = 120_000;
/** A correction that is applied is given up only below this, so that a clock at the edge does not flap. */
const CORRECT_AGAIN_MS = 90_000;
/**
 * The offset is a whole number of these, and stays while the clock agrees with it: what lay a minute apart for the gateway does
 * so after the correction too.
 */
const OFFSET_STEP_MS = 1_000;
/** Drift that moves the offset. */
const DRIFT_MS = 2_000;
/** Messages of one skewed clock agree within this. */
const AGREE_MS = 30_000;
/** Evidence of a slow clock is spaced at least this far in receipt time, so that a flushed backlog is no evidence. */
const SLOW_STEP_MS = 5_000;
/** No backlog comes from the future: evidence of a fast clock only has to be more than one poll. */
const FAST_STEP_MS = 500;
/** Receipts and timestamps of evidence go by at rates within this factor of each other. */
const RATE_FACTOR = 2;
const FIRST_VERDICT_MESSAGES = 3;
const CHANGED_VERDICT_MESSAGES = 5;
const DELAYS_KEPT = 20;

/** State of one gateway's clock: plain JSON, so that it survives a restart. */
export interface ClockState {
  verdict: "unknown" | "good" | "skewed";
  /** Added to every timestamp, ms; 0 unless the verdict is "skewed". */
  offsetMs: number;
  /** Delays that agree with the verdict "skewed", the newest last. */
  delaysMs: number[];
  /** Consecutive messages that agree with each other and not with the verdict: [receivedAt, ts]. */
  run: (readonly [receivedAt: number, ts: number])[];
}

/** What one message says about the clock. */
export interface ClockSample {
  readonly receivedAt: number;
  /** Newest timestamp of the message's live objects, as sent. */
  readonly newestTs: number;
  readonly hist: boolean;
  readonly isArray: boolean;
}

export const newClock = (): ClockState => ({ verdict: "unknown", offsetMs: 0, delaysMs: [], run: [] });

/** Takes a message as evidence, changes `state`, and returns the offset (ms) to add to all of the message's timestamps. */
export function correctClock(state: ClockState, sample: ClockSample): number {
  const delayMs = sample.receivedAt - sample.newestTs;
  const late = delayMs > GOOD_CLOCK_MS;
  // An array that is late may be a backlog; an array from the future can only be a wrong clock.
  if (!sample.hist && !(sample.isArray && late) && Number.isFinite(delayMs)) weigh(state, sample, delayMs);
  return state.offsetMs;
}

function weigh(state: ClockState, sample: ClockSample, delayMs: number): void {
  const near = Math.abs(delayMs) <= GOOD_CLOCK_MS;
  if (state.verdict === "skewed") {
    if (Math.abs(delayMs - state.offsetMs) <= AGREE_MS) {
      state.run.length = 0;
      follow(state, delayMs);
      return;
    }
    // Delay is never negative: a message this early proves that a clock held to be slow is not slow any more.
    if (near && state.offsetMs > 0) {
      settle(state);
      return;
    }
  } else if (near) {
    settle(state);
    return;
  }
  collect(state, sample, delayMs);
}

/** The clock is good. */
function settle(state: ClockState): void {
  state.verdict = "good";
  state.offsetMs = 0;
  state.delaysMs.length = 0;
  state.run.length = 0;
}

/** One more delay of the clock that is known to be off: the offset follows its drift. */
function follow(state: ClockState, delayMs: number): void {
  state.delaysMs.push(delayMs);
  if (state.delaysMs.length > DELAYS_KEPT) state.delaysMs.shift();
  const offsetMs = median(state.delaysMs);
  if (Math.abs(offsetMs) < CORRECT_AGAIN_MS) settle(state);
  else if (Math.abs(offsetMs - state.offsetMs) > DRIFT_MS) state.offsetMs = wholeStep(offsetMs);
}

/** One message that speaks against the verdict: it takes a run of them, spaced like real time, to change it. */
function collect(state: ClockState, sample: ClockSample, delayMs: number): void {
  const { run } = state;
  const last = run.at(-1);
  if (last !== undefined) {
    const stepMs = sample.receivedAt - last[0];
    if (stepMs >= 0 && stepMs < (delayMs < 0 ? FAST_STEP_MS : SLOW_STEP_MS)) return;
    if (!continues(run, sample, delayMs)) run.length = 0;
  }
  run.push([sample.receivedAt, sample.newestTs]);
  const needed = state.verdict === "unknown" ? FIRST_VERDICT_MESSAGES : CHANGED_VERDICT_MESSAGES;
  if (run.length < needed) return;
  const delaysMs = run.map(([receivedAt, ts]) => receivedAt - ts);
  const offsetMs = median(delaysMs);
  run.length = 0;
  if (Math.abs(offsetMs) <= GOOD_CLOCK_MS) {
    settle(state);
    return;
  }
  state.verdict = "skewed";
  state.offsetMs = wholeStep(offsetMs);
  state.delaysMs = delaysMs;
}

const wholeStep = (offsetMs: number): number => Math.round(offsetMs / OFFSET_STEP_MS) * OFFSET_STEP_MS;

function continues(run: readonly (readonly [number, number])[], sample: ClockSample, delayMs: number): boolean {
  const [firstReceivedAt, firstTs] = run[0]!;
  const [lastReceivedAt, lastTs] = run.at(-1)!;
  if (sample.receivedAt <= lastReceivedAt || sample.newestTs <= lastTs) return false;
  for (const [receivedAt, ts] of run) if (Math.abs(receivedAt - ts - delayMs) > AGREE_MS) return false;
  const receiptSpanMs = sample.receivedAt - firstReceivedAt;
  const tsSpanMs = sample.newestTs - firstTs;
  return receiptSpanMs * RATE_FACTOR >= tsSpanMs && tsSpanMs * RATE_FACTOR >= receiptSpanMs;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : Math.round((sorted[middle - 1]! + sorted[middle]!) / 2);
}
