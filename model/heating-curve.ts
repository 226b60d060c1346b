import type { CircuitFacts } from "./network.ts";

/** Room temperature for which a heating curve is designed, °C. */
const INDOOR_DESIGN_C = 20;
/** Radiator exponent n of the quality-control law; DOMAIN 2. */
const EXPONENT = { radiator: 1.3, floor: 1.1 } as const;

/**
 * Supply temperature (°C) that a circuit should have at an outdoor temperature (°C): by its own curve, linear between its
 * points and flat outside them, else by the constant-flow quality-control law of DOMAIN 2,
 * `ts = ti + ½(ts'+tr'-2ti)·φ^(1/n) + ½(ts'-tr')·φ`, `φ = (ti-to)/(ti-to')`.
 */
export function expectedSupplyC(facts: CircuitFacts, outdoorC: number): number {
  if (facts.curve !== undefined && facts.curve.length > 0) return interpolate(facts.curve, outdoorC);
  return designLaw(facts, outdoorC, 1);
}

/** Return temperature (°C) of the same law; the circuit's own curve says nothing about it. */
export function expectedReturnC(facts: CircuitFacts, outdoorC: number): number {
  return designLaw(facts, outdoorC, -1);
}

function designLaw(facts: CircuitFacts, outdoorC: number, side: 1 | -1): number {
  const load = Math.max(0, (INDOOR_DESIGN_C - outdoorC) / (INDOOR_DESIGN_C - facts.designOutdoorC));
  const mean = 0.5 * (facts.designSupplyC + facts.designReturnC - 2 * INDOOR_DESIGN_C);
  const half = 0.5 * (facts.designSupplyC - facts.designReturnC);
  return INDOOR_DESIGN_C + mean * load ** (1 / EXPONENT[facts.heating]) + side * half * load;
}

function interpolate(curve: readonly (readonly [number, number])[], x: number): number {
  const first = curve[0]!;
  if (x <= first[0]) return first[1];
  for (let index = 1; index < curve.length; index++) {
    const [x1, y1] = curve[index]!;
    const [x0, y0] = curve[index - 1]!;
    if (x <= x1) return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return curve.at(-1)![1];
}
