/** The primary control valve with its actuator and the PI controller of the supply temperature; DOMAIN 5.5. */

export const VALVE_RANGE = 50;
/** Controller: % per K, reset time, and the actuator's full stroke and deadband. */
const GAIN_PCT_PER_K = 2;
const RESET_S = 300;
const STROKE_S = 90;
const DEADBAND_PCT = 1;

export interface ControlValve {
  /** Where the valve says it is, and where the controller wants it, %. */
  positionPct: number;
  commandPct: number;
  integralPct: number;
  /** Where its plug is, %: elsewhere only when the linkage came loose. */
  plugPct: number;
  /** Where it was when somebody took it by hand, %; undefined in automatic operation. */
  handFromPct: number | undefined;
}

/** How actuator and controller behave: sound, or with a fault. */
export interface ValveBehaviour {
  /** Gain of the controller relative to the usual one. */
  gainFactor: number;
  /** Time constant of its temperature sensor, s (DOMAIN 5.13: 30-120 s). */
  pocketS: number;
  /** Difference between command and position below which the actuator does not move, %; 100: never. */
  stictionPct: number;
  /** The feedback moves, the plug does not. */
  isPlugLoose: boolean;
  /** By how much a hand moved the valve from where it was, %; undefined in automatic operation. */
  handPct: number | undefined;
  hasPower: boolean;
  /** No circulation pump runs: the controller keeps the valve shut. */
  isInterlocked: boolean;
}

export const SOUND_VALVE: Readonly<ValveBehaviour> = {
  gainFactor: 1,
  pocketS: 40,
  stictionPct: DEADBAND_PCT,
  isPlugLoose: false,
  handPct: undefined,
  hasPower: true,
  isInterlocked: false,
};

export const controlValve = (positionPct: number): ControlValve => ({
  positionPct,
  commandPct: positionPct,
  integralPct: positionPct,
  plugPct: positionPct,
  handFromPct: undefined,
});

/** Flow through the valve, m³/h: equal percentage, `Kvs·R^(x-1)·√(Δp/100 kPa)`, tight below 1 %. */
export function valveFlowM3h(kvs: number, positionPct: number, differenceKpa: number): number {
  if (positionPct < 1 || differenceKpa <= 0) return 0;
  return kvs * VALVE_RANGE ** (positionPct / 100 - 1) * Math.sqrt(differenceKpa / 100);
}

/** One step of controller and actuator; the integral stops where the valve is at its end. Without power nothing moves. */
export function stepControlValve(
  valve: ControlValve,
  errorK: number,
  stepS: number,
  behaviour: Readonly<ValveBehaviour> = SOUND_VALVE,
): void {
  if (!behaviour.hasPower) return;
  if (behaviour.handPct === undefined && behaviour.isInterlocked) {
    valve.commandPct = 0;
    valve.integralPct = 0;
  } else if (behaviour.handPct === undefined) controlByError(valve, errorK, stepS, behaviour.gainFactor);
  else {
    valve.handFromPct ??= valve.positionPct;
    valve.commandPct = Math.min(100, Math.max(0, valve.handFromPct + behaviour.handPct));
    // The integral follows, so that the controller takes over without a jump.
    valve.integralPct = valve.commandPct;
  }
  const distance = valve.commandPct - valve.positionPct;
  if (Math.abs(distance) < Math.max(DEADBAND_PCT, behaviour.stictionPct) || behaviour.stictionPct >= 100) return;
  const reach = (100 * stepS) / STROKE_S;
  valve.positionPct += Math.min(reach, Math.max(-reach, distance));
  if (!behaviour.isPlugLoose) valve.plugPct = valve.positionPct;
}

/** A controller that was tuned too sharp has both a high gain and a short reset time. */
function controlByError(valve: ControlValve, errorK: number, stepS: number, gainFactor: number): void {
  valve.handFromPct = undefined;
  const gainPctPerK = GAIN_PCT_PER_K * gainFactor;
  const reset = valve.integralPct + ((gainPctPerK * gainFactor) / RESET_S) * errorK * stepS;
  const wanted = reset + gainPctPerK * errorK;
  if ((wanted < 100 || errorK < 0) && (wanted > 0 || errorK > 0)) valve.integralPct = Math.min(100, Math.max(0, reset));
  valve.commandPct = Math.min(100, Math.max(0, wanted));
}
