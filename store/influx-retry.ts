import type { FailedOutcome } from "./influx-refused.ts";

/** How long to wait after a failure before the next try. */

/** Doubles from the first to the second with every failure in a row; the wait is anything below (full jitter), so that many do not come back at once. */
const BACKOFF_MS_MIN = 250;
const BACKOFF_MS_MAX = 5000;
const WAIT_MS_MIN = 20;
/** However long the server asks for. */
const RETRY_AFTER_MS_MAX = 60_000;
/** Somebody has to mend something first. */
const OWNER_MS = 30_000;

/** `failures`: in a row, this one included; `random`: 0…1. */
export function pauseMs(outcome: FailedOutcome, failures: number, random: number): number {
  if (outcome.type !== "unavailable") return OWNER_MS;
  if (outcome.retryAfterMs !== undefined) return Math.min(outcome.retryAfterMs, RETRY_AFTER_MS_MAX);
  const ceiling = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(failures - 1, 16));
  return Math.max(WAIT_MS_MIN, random * ceiling);
}
