import type { CircuitFacts } from "../model/network.ts";

/**
 * How a heated unit answers to its flow: the exact radiator law of DOMAIN 5.3, `Tr = Ti + [(Ts−Ti)^(1−n) + (n−1)K/(m·c)]^(1/(1−n))`,
 * with K from the design temperatures, n = 1.3 (radiator) or 1.1 (floor). Flows are shares of the design flow.
 */
export interface RadiatorLaw {
  readonly exponent: number;
  /** (n−1)·K/(m·c) at design flow, K^(1−n). */
  readonly strength: number;
  /** Heat loss per kelvin over heat flow per kelvin of the design flow: UA/(m·c). */
  readonly lossShare: number;
}

const INDOOR_C = 20;
const SEARCH_STEPS = 40;

export function radiatorLaw(facts: Pick<CircuitFacts, "heating" | "designSupplyC" | "designReturnC" | "designOutdoorC">): RadiatorLaw {
  const exponent = facts.heating === "floor" ? 1.1 : 1.3;
  const power = 1 - exponent;
  return {
    exponent,
    strength: (facts.designReturnC - INDOOR_C) ** power - (facts.designSupplyC - INDOOR_C) ** power,
    lossShare: (facts.designSupplyC - facts.designReturnC) / (INDOOR_C - facts.designOutdoorC),
  };
}

/** Return temperature, °C, of a unit with this supply, room temperature and share of its design flow. */
export function radiatorReturnC(law: RadiatorLaw, supplyC: number, roomC: number, flowShare: number): number {
  if (supplyC <= roomC || flowShare <= 0) return Math.min(supplyC, roomC);
  const power = 1 - law.exponent;
  return roomC + ((supplyC - roomC) ** power + law.strength / flowShare) ** (1 / power);
}

/** Room temperature, °C, at which the unit's heat balances its loss; DOMAIN 3.1. */
export function steadyRoomC(law: RadiatorLaw, supplyC: number, outdoorC: number, flowShare: number): number {
  let low = outdoorC;
  let high = Math.max(outdoorC, supplyC);
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const room = (low + high) / 2;
    const heat = flowShare * (supplyC - radiatorReturnC(law, supplyC, room, flowShare));
    if (heat > law.lossShare * (room - outdoorC)) low = room;
    else high = room;
  }
  return (low + high) / 2;
}

/** Share of the design flow, 0…1.5, at which the cooling index would be `index` (room temperatures alike). */
export function flowShareAtIndex(law: RadiatorLaw, index: number, supplyC: number, roomC: number): number {
  const usualDropC = supplyC - radiatorReturnC(law, supplyC, roomC, 1);
  let low = 0.02;
  let high = 1.5;
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const share = (low + high) / 2;
    // Less flow, more cooling.
    if ((supplyC - radiatorReturnC(law, supplyC, roomC, share)) / usualDropC > index) low = share;
    else high = share;
  }
  return (low + high) / 2;
}

/** Hours until a room falls to `limitC` on its way to `steadyC` with time constant `tauHours`; 0 if it is there, Infinity if it never gets there. */
export function hoursUntil(limitC: number, roomC: number, steadyC: number, tauHours: number): number {
  if (roomC <= limitC) return 0;
  return steadyC >= limitC ? Infinity : tauHours * Math.log((roomC - steadyC) / (limitC - steadyC));
}
