/** Heat balance of the flats behind one unit entrance: what they lose, what they gain, and how slowly they change; DOMAIN 5.2. */

/** Room temperature for which everything is sized, °C. */
export const ROOM_DESIGN_C = 20;
/** People, light and cooking, W/m² of heated area as a mean of the day, and how much more when everybody is at home. */
export const GAIN_W_M2 = 3.5;
const GAIN_SWING = 0.35;
/** Sun through southern glass on a clear noon, W/m² of heated area. */
export const SUN_W_M2 = 5;
/** Time constant of a building, h: between light and heavy construction. */
export const TIME_CONSTANT_H = { light: 70, heavy: 115 } as const;
/** Exchange with the unit next door as a share of a unit's own loss per K. */
export const NEIGHBOUR_SHARE = 0.12;
/** A unit at the end of the building, or at its corner, loses more; its radiators were sized for only a part of that. */
export const LOSS_FACTOR = { middle: 1, end: 1.06, corner: 1.12 } as const;
export const SIZED_FOR_SHARE = 0.85;
/** The stairwell lies between room and outdoors. */
const STAIRWELL_ROOM_SHARE = 0.65;

/** Gains relative to their mean at an hour of day: more in the morning and evening, fewer at noon. */
export function gainShare(localHour: number): number {
  const evening = Math.exp(-(((localHour - 20) / 2.5) ** 2));
  const morning = Math.exp(-(((localHour - 7.5) / 1.5) ** 2));
  return 1 - GAIN_SWING * 0.45 + GAIN_SWING * (1.35 * evening + 0.9 * morning);
}

/** Loss per K (kW/K) of flats that need `designKw` at `designOutdoorC`. Gains are not counted on: they make rooms about 1 K warmer. */
export function lossKwPerK(designKw: number, designOutdoorC: number): number {
  return designKw / (ROOM_DESIGN_C - designOutdoorC);
}

export const stairwellC = (roomC: number, outdoorC: number): number => STAIRWELL_ROOM_SHARE * roomC + (1 - STAIRWELL_ROOM_SHARE) * outdoorC;

/** Room temperature at which heat in and out are equal, °C, by halving the interval; `heatKw` is the radiators' at a room temperature. */
export function steadyRoomC(lossKwK: number, outdoorC: number, gainsKw: number, heatKw: (roomC: number) => number): number {
  let low = outdoorC - 5;
  let high = 60;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (heatKw(middle) + gainsKw > lossKwK * (middle - outdoorC)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How much a flat's place in the house takes from its room temperature, as a share of room minus outdoor. */
export const PLACE_SHARE = { top: 0.02, bottom: 0.014, corner: 0.028, middle: 0 } as const;
