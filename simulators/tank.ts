/** The makeup tank of a station: what the pumps take, what its float valve lets in; DOMAIN 1 and 2. */

const AREA_M2 = 3;
/** The float valve opens below one level and closes above the other; empty for the pumps; the overflow. */
const LOW_M = 1.15;
const HIGH_M = 1.6;
const EMPTY_M = 0.1;
const OVER_M = 2;
const INFLOW_M3H = 5;
/** While a circuit is filled the tank gets raw water past the softener. */
const BYPASS_M3H = 40;

export interface Tank {
  /** Level, and whether the float valve is open. */
  tankM: number;
  tankFilling: boolean;
}

/** The makeup pumps find water. */
export const tankReady = (tank: Tank): boolean => tank.tankM > EMPTY_M;

/** One step: `takenM3h` by the pumps; `inflowShare` of the float valve's inflow arrives; with `isBypassed` raw water comes as well. */
export function stepTank(tank: Tank, takenM3h: number, inflowShare: number, isBypassed: boolean, stepS: number): void {
  if (tank.tankM < LOW_M) tank.tankFilling = true;
  if (tank.tankM > HIGH_M) tank.tankFilling = false;
  const inflowM3h = tank.tankFilling ? inflowShare * (INFLOW_M3H + (isBypassed ? BYPASS_M3H : 0)) : 0;
  tank.tankM = Math.min(OVER_M, Math.max(0, tank.tankM + ((inflowM3h - takenM3h) * stepS) / 3600 / AREA_M2));
}
