/** Buried secondary mains as well-mixed cells in a row (upwind), with the heat capacity of the wall; DOMAIN 5.7. */

export const PIPE_CELLS = 10;
/** Wall and insulation carry heat too: the front of warm water is slower than the water (DOMAIN 3.10). A mean of DN65…DN200. */
export const WALL_FACTOR = 1.2;
/** Temperature of the ground in the heating season, °C. */
export const GROUND_C = 5;
/** Heat capacity of steel and of water per volume, kJ/(m³ K). */
const STEEL_KJ_M3_K = 7850 * 0.46;
const WATER_KJ_M3_K = 990 * 4.186;
/** What insulation, fittings and service pipes add to the heat held by a bare steel wall (DOMAIN 3.10: x 1.3 for DN50). */
const FITTINGS_FACTOR = 1.5;

export interface Pipe {
  /** Temperature of the cells from inlet to outlet, °C. */
  readonly cellC: Float64Array;
  /** Water of one cell, kg, and the water that would hold as much heat as the cell with its wall, kg. */
  readonly cellKg: number;
  readonly storeKg: number;
  /** Loss of one cell to the ground divided by the specific heat of water, kg/s. */
  readonly cellLossKgS: number;
  /** Mean temperature of what left in the last step, °C; of the last cell while the water stands. */
  leavingC: number;
}

/** Heat held by water and wall relative to that of the water, for a steel pipe of an inner diameter and a wall, mm. */
export function wallFactor(innerMm: number, wallMm: number): number {
  const outerMm = innerMm + 2 * wallMm;
  const steelShare = (outerMm ** 2 - innerMm ** 2) / innerMm ** 2;
  return 1 + FITTINGS_FACTOR * steelShare * (STEEL_KJ_M3_K / WATER_KJ_M3_K);
}

/** A pipe with `waterKg` of water that loses `lossKgS`·c kW per K to the ground, everywhere at `celsius`. */
export function createPipe(waterKg: number, lossKgS: number, celsius: number, wall = WALL_FACTOR): Pipe {
  const cellKg = waterKg / PIPE_CELLS;
  return {
    cellC: new Float64Array(PIPE_CELLS).fill(celsius),
    cellKg,
    storeKg: cellKg * wall,
    cellLossKgS: lossKgS / PIPE_CELLS,
    leavingC: celsius,
  };
}

/**
 * Moves water of `inletC` at `flowKgS` through for `stepS`, in parts in which no cell is filled more than once: the fuller, the
 * sharper the front. Returns the heat lost to the ground divided by c, kg·K. Heat is conserved exactly with `outletC`.
 */
export function stepPipe(pipe: Pipe, inletC: number, flowKgS: number, stepS: number, groundC = GROUND_C): number {
  const { cellC, storeKg, cellLossKgS } = pipe;
  const parts = Math.max(1, Math.ceil((flowKgS * stepS) / storeKg));
  const moved = (flowKgS * stepS) / parts;
  const leaked = (cellLossKgS * stepS) / parts;
  let lost = 0;
  let left = 0;
  for (let part = 0; part < parts; part++) {
    let before = inletC;
    for (let index = 0; index < PIPE_CELLS; index++) {
      const own = cellC[index]!;
      const mixed = own + (moved / storeKg) * (before - own);
      const cooled = (storeKg * mixed + leaked * groundC) / (storeKg + leaked);
      lost += leaked * (cooled - groundC);
      cellC[index] = cooled;
      before = own;
    }
    left += before;
  }
  pipe.leavingC = flowKgS > 0 ? left / parts : cellC[PIPE_CELLS - 1]!;
  return lost;
}

export const outletC = (pipe: Pipe): number => pipe.leavingC;

export function meanC(pipe: Pipe): number {
  let sum = 0;
  for (const celsius of pipe.cellC) sum += celsius;
  return sum / PIPE_CELLS;
}

/** Heat held in water and wall divided by c, kg·K above 0 °C. */
export const heldKgK = (pipe: Pipe): number => meanC(pipe) * PIPE_CELLS * pipe.storeKg;
