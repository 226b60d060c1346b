/** Properties of water; DOMAIN 5.8. */

/** Specific heat, kJ/(kg K). */
export const WATER_KJ_PER_KG_K = 4.186;
/** Temperature of makeup water from the tank, °C. */
export const MAKEUP_WATER_C = 12;

/** Density of water in kg/m³ at a temperature of 0…100 °C (DOMAIN 5.8; the largest density is at 3.99 °C). */
export function waterDensityKgM3(celsius: number): number {
  return 1000 * (1 - ((celsius + 288.9414) * (celsius - 3.9863) ** 2) / (508_929.2 * (celsius + 68.129_63)));
}

/** How much a volume of water (m³ at `fromC`) grows when it goes to `toC`, m³; negative when it cools. */
export function expansionM3(volumeM3: number, fromC: number, toC: number): number {
  return volumeM3 * (waterDensityKgM3(fromC) / waterDensityKgM3(toC) - 1);
}
