/** The primary control valve with its actuator and the PI controller of the supply temperature; DOMAIN 5.5. */

export const VALVE_RANGE = 50;
/** Controller: % per K, reset time, and the actuator's full stroke and deadband. */
const GAIN_PCT_PER_K = 2;
const RESET_S = 300;
const STROKE_S = 90;
const DEADBAND_PCT = 1;

export interface ControlValve {
  /** Where the valve is, and where the controller wants it, %. */
  positionPct: number;
  commandPct: number;
  integralPct: number;
}

export const controlValve = (positionPct: number): ControlValve => ({ positionPct, commandPct: positionPct, integralPct: positionPct });

/** Flow through the valve, m³/h: equal percentage, `Kvs·R^(x-1)·√(Δp/100 kPa)`, tight below 1 %. */
export function valveFlowM3h(kvs: number, positionPct: number, differenceKpa: number): number {
  if (positionPct < 1 || differenceKpa <= 0) return 0;
  return kvs * VALVE_RANGE ** (positionPct / 100 - 1) * Math.sqrt(differenceKpa / 100);
}

/** One step of controller and actuator; the integral stops where the valve is at its end. */
export function stepControlValve(valve: ControlValve, errorK: number, stepS: number): void {
  const reset = valve.integralPct + (GAIN_PCT_PER_K / RESET_S) * errorK * stepS;
  const wanted = reset + GAIN_PCT_PER_K * errorK;
  if ((wanted < 100 || errorK < 0) && (wanted > 0 || errorK > 0)) valve.integralPct = Math.min(100, Math.max(0, reset));
  valve.commandPct = Math.min(100, Math.max(0, wanted));
  const distance = valve.commandPct - valve.positionPct;
  if (Math.abs(distance) < DEADBAND_PCT) return;
  const reach = (100 * stepS) / STROKE_S;
  valve.positionPct += Math.min(reach, Math.max(-reach, distance));
}
