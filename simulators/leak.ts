/** Water that leaves through a hole; DOMAIN 5.10. */

const DISCHARGE = 0.62;
const DENSITY_KG_M3 = 1000;
/** Pressure at which the size of a leak is named. */
const LEAK_REFERENCE_KPA = 300;

/** Area of a round hole, m². */
export const holeAreaM2 = (diameterMm: number): number => (Math.PI * (diameterMm / 1000) ** 2) / 4;

/** Flow through a hole against the open air, m³/h: `3600·0.62·A·√(2p/ρ)`; none without pressure. */
export function orificeM3h(areaM2: number, pressureKpa: number): number {
  return pressureKpa <= 0 ? 0 : 3600 * DISCHARGE * areaM2 * Math.sqrt((2000 * pressureKpa) / DENSITY_KG_M3);
}

/** Area (m²) of the hole that loses this many m³/h at the reference pressure of 300 kPa. */
export function areaOfLeakM2(flowM3h: number): number {
  return flowM3h / orificeM3h(1, LEAK_REFERENCE_KPA);
}
