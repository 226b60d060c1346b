import type { Asset } from "../model/network.ts";
import type { Limit } from "./limits.ts";
import { counterStepM3 } from "./makeup-balance.ts";
import type { Sample, View } from "./rule.ts";

/** Makeup water over the last minutes, from whatever the circuit reports: for rules that cannot wait for a full hour. */

/** Shared by the rules over makeup: what no pump can feed was not fed, the counter was replaced or set. */
export const makeupLimits = {
  leak_makeup_m3h_max: {
    value: 12,
    unit: "m³/h",
    reason: {
      zh: "补水泵可能的最大流量；更快即换表或置数",
      en: "Greatest flow of a makeup pump; faster means a replaced counter",
    },
  },
  leak_makeup_share_max: {
    value: 0.08,
    unit: "1",
    reason: { zh: "同上，按循环流量的份额，取大者", en: "The same as a share of circulation; the larger counts" },
  },
} satisfies Record<string, Limit>;

/** The greatest makeup that is believed of a circuit, m³/h. */
export function makeupM3hMax(circuit: Asset, view: View): number {
  const circulationM3h = circuit.circuitFacts?.circulationM3h ?? 0;
  return Math.max(
    view.limits.get("leak_makeup_m3h_max", circuit.id),
    view.limits.get("leak_makeup_share_max", circuit.id) * circulationM3h,
  );
}

/** What a totaliser counted over its samples, m³; undefined with fewer than two, or when it was replaced, set or reset meanwhile. */
export function countedM3(totals: readonly Sample[], rateM3hMax: number): number | undefined {
  if (totals.length < 2) return undefined;
  let sum = 0;
  for (let index = 1; index < totals.length; index++) {
    const { at, value } = totals[index]!;
    const before = totals[index - 1]!;
    if (value === before.value) continue;
    const step = counterStepM3(before.value, value, at - before.at, rateM3hMax);
    if (step === undefined) return undefined;
    sum += step;
  }
  return Math.max(0, sum);
}

/** Less than this share of the window is not a rate. */
const COVERAGE_MIN = 0.7;

/** Over so long the resolution of a totaliser is judged, and the pulses (m³) that are told apart, coarsest first. */
const RESOLUTION_WINDOW_MS = 7_200_000;
const PULSES_M3 = [1, 0.1, 0.01] as const;

/**
 * Mean makeup (m³/h) over the last `windowMs`, at least: from the totaliser if there is one, less the pulse (m³) that may have been
 * almost full before, else from the flow. Undefined: not known.
 */
export function makeupRateM3h(circuit: Asset, view: View, windowMs: number, pulseM3: number): number | undefined {
  const totals = view.since(circuit.id, "mk_total", view.at - windowMs);
  if (totals.length > 1) {
    if (!isCovered(totals, windowMs)) return undefined;
    const counted = countedM3(totals, makeupM3hMax(circuit, view));
    return counted === undefined ? undefined : (Math.max(0, counted - pulseM3) * 3_600_000) / (totals.at(-1)!.at - totals[0]!.at);
  }
  // More than any makeup pump feeds is a jump of the meter.
  const possibleM3h = makeupM3hMax(circuit, view);
  const flows = view.since(circuit.id, "mk_flow", view.at - windowMs).filter(({ value }) => value <= possibleM3h);
  return isCovered(flows, windowMs) ? flows.reduce((sum, { value }) => sum + value, 0) / flows.length : undefined;
}

/** The pulse of a totaliser: the coarsest that all its steps of the last hours are multiples of; 0 for one that counts finer. */
export function pulseOf(circuit: Asset, view: View): number {
  const totals = view.since(circuit.id, "mk_total", view.at - RESOLUTION_WINDOW_MS);
  const rateM3hMax = makeupM3hMax(circuit, view);
  let coarsest = 0;
  for (let index = 1; index < totals.length; index++) {
    const { at, value } = totals[index]!;
    const before = totals[index - 1]!;
    if (value === before.value) continue;
    const step = counterStepM3(before.value, value, at - before.at, rateM3hMax);
    if (step === undefined) continue;
    while (coarsest < PULSES_M3.length && Math.abs(step / PULSES_M3[coarsest]! - Math.round(step / PULSES_M3[coarsest]!)) >= 1e-3)
      coarsest++;
    if (coarsest === PULSES_M3.length) return 0;
  }
  return PULSES_M3[coarsest]!;
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
