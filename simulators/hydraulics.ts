/** Flow of a circuit and how its parallel units take it from each other; DOMAIN 5.6. All heads in m at the nominal flow (= 1). */

/** Head of the circulation pump against no flow, and what it loses at nominal flow. */
export const PUMP_SHUTOFF_M = 36;
export const PUMP_SLOPE_M = 8;
/** Losses at nominal flow: exchanger, clean strainer, mains, and what is left for each unit with its riser and valve. */
export const EXCHANGER_M = 6;
export const STRAINER_M = 1;
export const MAINS_M = 13;
const UNITS_M = 8;

export interface Heads {
  readonly shutoffM: number;
  readonly slopeM: number;
  /** Exchanger, strainer and mains together. */
  readonly commonM: number;
  readonly unitsM: number;
}

export const NOMINAL_HEADS: Heads = {
  shutoffM: PUMP_SHUTOFF_M,
  slopeM: PUMP_SLOPE_M,
  commonM: EXCHANGER_M + STRAINER_M + MAINS_M,
  unitsM: UNITS_M,
};

/**
 * Circulating flow relative to nominal. `conductance` is Σ wᵢ·rᵢ over the units: wᵢ the unit's share of the nominal flow,
 * rᵢ = √(S₀/Sᵢ) its openness (1 as commissioned). `speed` is the pump's speed relative to nominal. Closed form of
 * `speed²·H₀ = (a + S_common + S_units/G²)·Q²`.
 */
export function circulation(heads: Heads, speed: number, conductance: number): number {
  if (conductance <= 0 || speed <= 0) return 0;
  return Math.sqrt((speed * speed * heads.shutoffM) / (heads.slopeM + heads.commonM + heads.unitsM / (conductance * conductance)));
}

/** Flow of one unit relative to its nominal flow. */
export function unitFlow(flow: number, conductance: number, openness: number): number {
  return conductance <= 0 ? 0 : (flow / conductance) * openness;
}

/** Openness of a branch whose resistance grew by a factor. */
export const opennessOf = (resistanceFactor: number): number => 1 / Math.sqrt(resistanceFactor);
