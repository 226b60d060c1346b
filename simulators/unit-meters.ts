import type { Circuit } from "./circuit.ts";
import { suctionKpa, supplyHeadKpa } from "./circuit-step.ts";
import { draws, subSeed } from "./random.ts";
import { strainerDropKpa } from "./strainer.ts";
import { WATER_KJ_PER_KG_K } from "./water.ts";

/** Meters and pressure gauges at the unit entrances of one circuit; they look once a minute, like the meters that they stand for. */

const MINUTE_S = 60;
const KPA_PER_M = 9.81;
/** Head of a unit with its riser and valve at nominal flow, m (DOMAIN 3.2: 8 m available). */
const UNIT_HEAD_M = 8;

export interface UnitMeters {
  readonly circuit: Circuit;
  /** Flow now, m³/h, and heat since the meter was built in, GJ, by row. */
  readonly flowM3h: Float64Array;
  readonly heatGj: Float64Array;
  /** Pressures at the entrances, kPa: all units sit on the same mains. */
  supplyKpa: number;
  returnKpa: number;
}

export function createMeters(circuit: Circuit): UnitMeters {
  const draw = draws(subSeed(circuit.seed, "heat meters"));
  return {
    circuit,
    flowM3h: new Float64Array(circuit.units.count),
    heatGj: Float64Array.from({ length: circuit.units.count }, () => Math.round(draw.between(50, 4000) * 100) / 100),
    supplyKpa: suctionKpa(circuit),
    returnKpa: suctionKpa(circuit),
  };
}

/** At the end of a minute of the plant: only there the units' flows are those that went through them. */
export function stepMeters(meters: UnitMeters): void {
  const { circuit, flowM3h, heatGj } = meters;
  const { units } = circuit;
  for (let row = 0; row < units.count; row++) {
    const kgS = units.flow[row]! * units.designKgS[row]!;
    flowM3h[row] = kgS * 3.6;
    const spreadK = units.supplySensorC[row]! - units.returnSensorC[row]!;
    if (kgS > 0 && spreadK > 0) heatGj[row] = heatGj[row]! + (kgS * WATER_KJ_PER_KG_K * spreadK * MINUTE_S) / 1e6;
  }
  const square = circuit.conductance > 0 ? (circuit.flow / circuit.conductance) ** 2 : 0;
  const headKpa = supplyHeadKpa(circuit);
  const filterKpa = strainerDropKpa(circuit.strainerFactor, circuit.flow, circuit.headScale);
  const acrossKpa = Math.min(headKpa, KPA_PER_M * circuit.headScale * UNIT_HEAD_M * square);
  // What neither strainer nor units take, the two mains share.
  meters.returnKpa = suctionKpa(circuit) + filterKpa + Math.max(0, headKpa - filterKpa - acrossKpa) / 2;
  meters.supplyKpa = meters.returnKpa + acrossKpa;
}
