import { STRAINER_M } from "./hydraulics.ts";

/** The strainer in front of the circulation pump: what it costs in head; DOMAIN 5.12. It stays as clean as it was left. */

const KPA_PER_M = 9.81;

/** Head lost at nominal flow, m, of a strainer whose resistance is `resistanceFactor` times that of a clean one. */
export const strainerHeadM = (resistanceFactor: number): number => STRAINER_M * resistanceFactor;

/** Pressure difference across it, kPa, at a flow relative to nominal; `scale` is the circuit's head relative to the reference. */
export function strainerDropKpa(resistanceFactor: number, flow: number, scale: number): number {
  return KPA_PER_M * strainerHeadM(resistanceFactor) * scale * flow * flow;
}
