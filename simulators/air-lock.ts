import { smoothNormalAt } from "./random.ts";

/** Gas trapped in a unit's riser; DOMAIN 5.11. */

/** Volume that begins to matter, and how strongly it chokes: openness = 1/√(1 + 8·(V/V₀)²). */
const VOLUME_L = 2;
const CHOKE = 8;
/** An automatic vent lets this much out while the pressure at the top is sound. */
const VENT_L_PER_H = 0.05;
/** A person at the valve needs this long for a riser that is full of gas. */
const MANUAL_VENT_L_PER_MIN = 0.2;
/** Below this pressure at the top of the riser (kPa) gas comes out of the warm water, and nothing is vented any more. */
const DEGASSING_KPA = 20;
const DEGASSING_L_PER_H_PER_KPA = 0.003;
/** Below this one air is sucked in as well. */
const TOP_PRESSURE_MIN_KPA = 5;
const INGRESS_L_PER_H_PER_KPA = 0.02;
const INGRESS_L_PER_H_MAX = 1;
/** Full of gas: no more fits. */
const GAS_L_MAX = 8;
const BUBBLING_PERIOD_MS = 480_000;

/** Share of the flow that passes a riser with this much gas, 0…1. */
export function airOpenness(gasL: number): number {
  return gasL <= 0 ? 1 : 1 / Math.sqrt(1 + CHOKE * (gasL / VOLUME_L) ** 2);
}

/** Gas (L) that leaves the share 1-`lost` of the flow. */
export function gasForLoss(lost: number): number {
  const open = Math.min(1, Math.max(0.02, 1 - lost));
  return Math.min(GAS_L_MAX, VOLUME_L * Math.sqrt((1 / (open * open) - 1) / CHOKE));
}

/** The flow swings while bubbles move: a factor around 1, only in between little and full. */
export function bubbling(seed: number, at: number, gasL: number): number {
  const filled = gasL / VOLUME_L;
  return filled > 0.5 && filled < 3 ? Math.max(0.2, 1 + 0.15 * smoothNormalAt(seed, at / BUBBLING_PERIOD_MS)) : 1;
}

/**
 * Gas after a step. `heldL` is what a fault keeps there; `topKpa` the pressure at the top of the riser; `venting` a person
 * at work.
 */
export function stepGas(gasL: number, heldL: number, topKpa: number, venting: boolean, stepS: number): number {
  let next = gasL + (gainLPerH(topKpa) * stepS) / 3600;
  if (venting) next -= (MANUAL_VENT_L_PER_MIN * stepS) / 60;
  return Math.min(GAS_L_MAX, Math.max(0, heldL, next));
}

/** Gas gained by the pressure at the top of the riser, L/h; negative: vented. */
function gainLPerH(topKpa: number): number {
  if (topKpa >= DEGASSING_KPA) return -VENT_L_PER_H;
  const degassed = DEGASSING_L_PER_H_PER_KPA * (DEGASSING_KPA - Math.max(topKpa, TOP_PRESSURE_MIN_KPA));
  return degassed + Math.min(INGRESS_L_PER_H_MAX, INGRESS_L_PER_H_PER_KPA * Math.max(0, TOP_PRESSURE_MIN_KPA - topKpa));
}
