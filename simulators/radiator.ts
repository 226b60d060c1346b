import { WATER_KJ_PER_KG_K } from "./water.ts";

/** What a radiator or a heated floor gives off, exactly and without iterating; DOMAIN 5.3. */

/** Exponent n of q = K·(T-room)^n. */
export const EMITTER_EXPONENT = { radiator: 1.3, floor: 1.1 } as const;

/**
 * Return temperature (°C) of an emitter: the solution of `m·c·dT/dx = -K·(T-room)^n` along its length,
 * `room + [(supply-room)^(1-n) + (n-1)·K/(m·c)]^(1/(1-n))`. `sizePerFlow` is (n-1)·K/(m·c); infinite without flow, then the
 * water has the room's temperature. A supply not warmer than the room passes unchanged.
 */
export function emitterReturnC(supplyC: number, roomC: number, sizePerFlow: number, exponent: number): number {
  const excessK = supplyC - roomC;
  if (excessK <= 0.01) return supplyC;
  return roomC + (excessK ** (1 - exponent) + sizePerFlow) ** (1 / (1 - exponent));
}

/** K of an emitter, kW/K^n, that cools `flowKgS` from `supplyC` to `returnC` in a room of `roomC` (all at design). */
export function emitterCoefficient(flowKgS: number, supplyC: number, returnC: number, roomC: number, exponent: number): number {
  return (flowKgS * WATER_KJ_PER_KG_K * ((returnC - roomC) ** (1 - exponent) - (supplyC - roomC) ** (1 - exponent))) / (exponent - 1);
}

/** (n-1)·K/(m·c) for `emitterReturnC`; infinite without flow. */
export function sizePerFlow(coefficient: number, flowKgS: number, exponent: number): number {
  return ((exponent - 1) * coefficient) / (flowKgS * WATER_KJ_PER_KG_K);
}
