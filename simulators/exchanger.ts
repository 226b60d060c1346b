import { WATER_KJ_PER_KG_K } from "./water.ts";

/** The plate heat exchanger between the primary net and a circuit; DOMAIN 5.4. */

/** Counter-flow effectiveness 0…1 for NTU = UA/Cmin and Cr = Cmin/Cmax. */
export function effectiveness(ntu: number, ratio: number): number {
  if (Math.abs(1 - ratio) < 1e-6) return ntu / (1 + ntu);
  const decay = Math.exp(-ntu * (1 - ratio));
  return (1 - decay) / (1 - ratio * decay);
}

/** Logarithmic mean of the temperature differences at both ends, K. */
export function logMeanK(primaryInC: number, primaryOutC: number, secondaryInC: number, secondaryOutC: number): number {
  const hot = primaryInC - secondaryOutC;
  const cold = primaryOutC - secondaryInC;
  return Math.abs(hot - cold) < 1e-6 ? hot : (hot - cold) / Math.log(hot / cold);
}

/** UA (kW/K) at flows relative to design (1 = design); `fouling` 0…1 is the share of UA lost. */
export function exchangerUa(designUaKwK: number, primaryShare: number, secondaryShare: number, fouling: number): number {
  return designUaKwK * (primaryShare * secondaryShare) ** 0.4 * (1 - fouling);
}

/** Heat passed from primary to secondary, kW. Flows in kg/s; nothing passes without both. */
export function exchangedKw(uaKwK: number, primaryKgS: number, primaryInC: number, secondaryKgS: number, secondaryInC: number): number {
  if (primaryKgS <= 0 || secondaryKgS <= 0) return 0;
  const primary = primaryKgS * WATER_KJ_PER_KG_K;
  const secondary = secondaryKgS * WATER_KJ_PER_KG_K;
  const least = Math.min(primary, secondary);
  return effectiveness(uaKwK / least, least / Math.max(primary, secondary)) * least * (primaryInC - secondaryInC);
}
