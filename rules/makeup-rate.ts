import type { Sample, View } from "./rule.ts";

/** Makeup water over the last minutes, from whatever the circuit reports: for rules that cannot wait for a full hour. */

/** Less than this share of the window is not a rate. */
const COVERAGE_MIN = 0.7;

/** Over so long the resolution of a totaliser is judged, and the pulses (m³) that are told apart, coarsest first. */
const RESOLUTION_WINDOW_MS = 7_200_000;
const PULSES_M3 = [1, 0.1, 0.01] as const;

/**
 * Mean makeup (m³/h) over the last `windowMs`, at least: from the totaliser if there is one, less the pulse that may have been
 * almost full before, else from the flow. Undefined: not known.
 */
export function makeupRateM3h(circuit: string, view: View, windowMs: number): number | undefined {
  const totals = view.since(circuit, "mk_total", view.at - windowMs);
  if (totals.length > 1) {
    const first = totals[0]!;
    const last = totals.at(-1)!;
    const added = last.value - first.value;
    // A smaller total is a replaced or reset meter.
    return last.at - first.at < COVERAGE_MIN * windowMs || added < 0
      ? undefined
      : (Math.max(0, added - pulseM3(circuit, view)) * 3_600_000) / (last.at - first.at);
  }
  const flows = view.since(circuit, "mk_flow", view.at - windowMs);
  return isCovered(flows, windowMs) ? flows.reduce((sum, { value }) => sum + value, 0) / flows.length : undefined;
}

/** The pulse of a totaliser: the coarsest that all its steps are multiples of; 0 for one that counts finer. */
function pulseM3(circuit: string, view: View): number {
  const totals = view.since(circuit, "mk_total", view.at - RESOLUTION_WINDOW_MS);
  const isMultiple = (step: number, pulse: number): boolean => Math.abs(step / pulse - Math.round(step / pulse)) < 1e-3;
  const fits = (pulse: number): boolean =>
    totals.every(({ value }, index) => index === 0 || isMultiple(value - totals[index - 1]!.value, pulse));
  return PULSES_M3.find(fits) ?? 0;
}

/** Share of the last `windowMs` in which the makeup pump ran, 0…1. Undefined: not known. */
export function pumpShare(circuit: string, view: View, windowMs: number): number | undefined {
  const runs = view.since(circuit, "mk_pump", view.at - windowMs);
  const samples = runs.length > 0 ? runs : view.since(circuit, "mk_flow", view.at - windowMs);
  if (samples.length === 0) return undefined;
  // A pump that is reported on change only has been in its state ever since.
  if (!isCovered(samples, windowMs) && view.last(circuit, "mk_pump") === undefined) return undefined;
  let onMs = 0;
  let knownMs = 0;
  samples.forEach(({ at, value }, index) => {
    const untilMs = (samples[index + 1]?.at ?? view.at) - at;
    knownMs += untilMs;
    if (value > 0) onMs += untilMs;
  });
  return knownMs === 0 ? (samples[0]!.value > 0 ? 1 : 0) : onMs / knownMs;
}

function isCovered(samples: readonly Sample[], windowMs: number): boolean {
  return samples.length > 1 && samples.at(-1)!.at - samples[0]!.at >= COVERAGE_MIN * windowMs;
}
