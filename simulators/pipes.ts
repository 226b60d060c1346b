/** Buried secondary mains as well-mixed cells in a row (implicit upwind), with the heat capacity of the wall; DOMAIN 5.7. */

export const PIPE_CELLS = 10;
/** Wall and insulation carry heat too: the front of warm water is slower than the water (DOMAIN 3.10). */
export const WALL_FACTOR = 1.2;
/** Temperature of the ground, °C. */
export const GROUND_C = 5;

export interface Pipe {
  /** Temperature of the cells from inlet to outlet, °C. */
  readonly cellC: Float64Array;
  /** Water of one cell, kg. */
  readonly cellKg: number;
  /** Loss of one cell to the ground divided by the specific heat of water, kg/s. */
  readonly cellLossKgS: number;
}

/** A pipe with `waterKg` of water that loses `lossKgS`·c kW per K to the ground, everywhere at `celsius`. */
export function createPipe(waterKg: number, lossKgS: number, celsius: number): Pipe {
  return { cellC: new Float64Array(PIPE_CELLS).fill(celsius), cellKg: waterKg / PIPE_CELLS, cellLossKgS: lossKgS / PIPE_CELLS };
}

/**
 * Moves water of `inletC` at `flowKgS` through for `stepS`; any step is stable. Returns the heat lost to the ground divided
 * by c, kg·K. What leaves is the last cell's new temperature: heat is conserved exactly.
 */
export function stepPipe(pipe: Pipe, inletC: number, flowKgS: number, stepS: number): number {
  const { cellC, cellKg, cellLossKgS } = pipe;
  const store = cellKg * WALL_FACTOR;
  const moved = flowKgS * stepS;
  const leaked = cellLossKgS * stepS;
  let before = inletC;
  let lost = 0;
  for (let index = 0; index < PIPE_CELLS; index++) {
    before = (store * cellC[index]! + moved * before + leaked * GROUND_C) / (store + moved + leaked);
    cellC[index] = before;
    lost += leaked * (before - GROUND_C);
  }
  return lost;
}

export const outletC = (pipe: Pipe): number => pipe.cellC[PIPE_CELLS - 1]!;

export function meanC(pipe: Pipe): number {
  let sum = 0;
  for (const celsius of pipe.cellC) sum += celsius;
  return sum / PIPE_CELLS;
}

/** Heat held in water and wall divided by c, kg·K above 0 °C. */
export const heldKgK = (pipe: Pipe): number => meanC(pipe) * PIPE_CELLS * pipe.cellKg * WALL_FACTOR;
