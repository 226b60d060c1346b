import type { Sample } from "./rule.ts";

/** How restless a signal is between reports: air that moves with the water makes the return temperature flutter. */

/** A single step (valve, sensor) counts at most this much. */
const STEP_K_MAX = 3;
const STEPS_MIN = 4;

/** Root mean square of the change between neighbouring samples, K; NaN with fewer than four changes. */
export function fluctuationK(samples: readonly Sample[]): number {
  if (samples.length <= STEPS_MIN) return Number.NaN;
  let sum = 0;
  for (let index = 1; index < samples.length; index++)
    sum += Math.min(STEP_K_MAX, Math.abs(samples[index]!.value - samples[index - 1]!.value)) ** 2;
  return Math.sqrt(sum / (samples.length - 1));
}
