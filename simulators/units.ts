import type { Asset, CircuitFacts, Network } from "../model/network.ts";
import { airOpenness } from "./air-lock.ts";
import {
  GAIN_W_M2,
  LOSS_FACTOR,
  lossKwPerK,
  NEIGHBOUR_SHARE,
  ROOM_DESIGN_C,
  SIZED_FOR_SHARE,
  stairwellC,
  SUN_W_M2,
  TIME_CONSTANT_H,
} from "./building.ts";
import { draws, subSeed } from "./random.ts";
import { emitterCoefficient, EMITTER_EXPONENT } from "./radiator.ts";
import { WATER_KJ_PER_KG_K } from "./water.ts";

/** All units of one circuit as columns, and one minute of their heat: the inner loop of the plant. */

/** Openness of the tight valve of a suspended unit. */
const SUSPENDED_OPENNESS = 0.02;
/** Drop from the main to a unit's supply sensor at nominal flow, as a share of the difference to the stairwell. */
const BRANCH_LOSS = 0.006;
/** Standing water in radiators gives off its heat within this many seconds. */
const STANDING_S = 10_800;
/** Sensors follow the water in this time at nominal flow; without flow they follow the cooling pipe. */
const SENSOR_S = 180;
const SENSOR_FLOW_MIN = 0.03;
/** A balancing valve: equal percentage of this range; fully open it costs this share of the unit's head. */
const BALANCING_RANGE = 10;
const BALANCING_OPEN_SHARE = 0.25;

export interface Units {
  readonly count: number;
  readonly assets: readonly Asset[];
  readonly exponent: number;
  /** Constants: nominal flow, radiator coefficient K, loss, capacity, gains, sun, link to the next unit of the same building, own water. */
  readonly designKgS: Float64Array;
  readonly coefficient: Float64Array;
  readonly lossKwK: Float64Array;
  readonly capacityKjK: Float64Array;
  readonly gainKw: Float64Array;
  readonly sunKw: Float64Array;
  readonly linkKwK: Float64Array;
  readonly waterKg: Float64Array;
  /** Openness as commissioned, position of the balancing valve, height of the riser as pressure. */
  readonly tuning: Float64Array;
  readonly valvePct: Float64Array;
  readonly heightKpa: Float64Array;
  /** State: where the balancing valve is and is told to be, %; `valvePct` as commissioned. */
  readonly positionPct: Float64Array;
  readonly commandPct: Float64Array;
  /** State: openness left by valves and filters (1: as planned), gas, flow relative to nominal, room, water and sensors. */
  readonly manual: Float64Array;
  readonly gasL: Float64Array;
  readonly flow: Float64Array;
  /** What a flow leaves of the difference to the stairwell on the way from the main, and the flow for which that was computed. */
  readonly branchKept: Float64Array;
  readonly branchFlow: Float64Array;
  readonly roomC: Float64Array;
  /** Share of room minus outdoors by which the air lies below `roomC` while windows are open: what a room sensor feels. */
  readonly draughtShare: Float64Array;
  readonly waterC: Float64Array;
  readonly supplySensorC: Float64Array;
  readonly returnSensorC: Float64Array;
}

/** What one step of all units gave and took; filled in by `stepUnits`. */
export interface UnitsBalance {
  /** Σ flow, kg/s, and the temperature of their mixed return, °C. */
  flowKgS: number;
  returnC: number;
  /** Heat into rooms and lost in branches, kW. */
  roomKw: number;
  branchKw: number;
}

const STOREY_KPA = 2.9 * 9.81;
const STOREYS_DEFAULT = 6;

/** Builds the columns. A circuit without units in the network file gets one that stands for all of its buildings. */
export function createUnits(circuit: Asset, facts: CircuitFacts, network: Network, seed: number): Units {
  const found = network.below(circuit.id, "unit");
  const assets = found.length > 0 ? found : [circuit];
  const count = assets.length;
  const column = (): Float64Array => new Float64Array(count);
  const units: Units = {
    count,
    assets,
    exponent: EMITTER_EXPONENT[facts.heating],
    designKgS: column(),
    coefficient: column(),
    lossKwK: column(),
    capacityKjK: column(),
    gainKw: column(),
    sunKw: column(),
    linkKwK: column(),
    waterKg: column(),
    tuning: column(),
    valvePct: column(),
    heightKpa: column(),
    positionPct: column(),
    commandPct: column(),
    manual: column().fill(1),
    gasL: column(),
    flow: column(),
    branchKept: column(),
    branchFlow: column(),
    roomC: column().fill(ROOM_DESIGN_C),
    draughtShare: column(),
    waterC: column(),
    supplySensorC: column(),
    returnSensorC: column(),
  };
  const areas = assets.map((asset) => asset.unitFacts?.heatedAreaM2 ?? facts.heatedAreaM2);
  const sized = assets.map(
    (asset, index) => areas[index]! * (1 + SIZED_FOR_SHARE * (LOSS_FACTOR[asset.unitFacts?.position ?? "middle"] - 1)),
  );
  const sizedSum = sized.reduce((sum, area) => sum + area, 0);
  const areaSum = areas.reduce((sum, area) => sum + area, 0);
  for (const [index, asset] of assets.entries())
    fillUnit(units, index, asset, { facts, network, seed, areaM2: areas[index]!, areaSum, flowShare: sized[index]! / sizedSum });
  units.positionPct.set(units.valvePct);
  units.commandPct.set(units.valvePct);
  return units;
}

interface UnitSizing {
  readonly facts: CircuitFacts;
  readonly network: Network;
  readonly seed: number;
  readonly areaM2: number;
  readonly areaSum: number;
  readonly flowShare: number;
}

function fillUnit(units: Units, index: number, asset: Asset, sizing: UnitSizing): void {
  const { facts, areaM2, areaSum } = sizing;
  const draw = draws(subSeed(sizing.seed, "unit", asset.id));
  const building = asset.building === undefined ? undefined : sizing.network.asset(asset.building);
  const buildingDraw = draws(subSeed(sizing.seed, "building", building?.id ?? asset.id));
  const flowKgS = (facts.circulationM3h / 3.6) * sizing.flowShare;
  const spreadK = facts.designSupplyC - facts.designReturnC;
  const circuitKw = (facts.circulationM3h / 3.6) * WATER_KJ_PER_KG_K * spreadK;
  const shareKw = (circuitKw * areaM2) / areaSum;
  const gainAreaM2 = (facts.heatedAreaM2 * areaM2) / areaSum;
  const loss = lossKwPerK(shareKw, facts.designOutdoorC) * LOSS_FACTOR[asset.unitFacts?.position ?? "middle"];
  const next = units.assets[index + 1];
  units.designKgS[index] = flowKgS;
  units.coefficient[index] =
    emitterCoefficient(flowKgS, facts.designSupplyC, facts.designReturnC, ROOM_DESIGN_C, units.exponent) * (1 + 0.025 * draw.normal());
  units.lossKwK[index] = loss * (1 + 0.02 * draw.normal());
  units.capacityKjK[index] = loss * 3600 * buildingDraw.between(TIME_CONSTANT_H.light, TIME_CONSTANT_H.heavy);
  units.gainKw[index] = (GAIN_W_M2 * gainAreaM2) / 1000;
  units.sunKw[index] = (SUN_W_M2 * gainAreaM2 * draw.between(0.6, 1.2)) / 1000;
  units.linkKwK[index] = next !== undefined && next.building !== undefined && next.building === asset.building ? NEIGHBOUR_SHARE * loss : 0;
  units.waterKg[index] = facts.waterVolumeM3 * 1000 * WATER_SHARE_UNITS * sizing.flowShare;
  units.tuning[index] = asset.unitFacts?.suspended === true ? SUSPENDED_OPENNESS : Math.exp(0.035 * draw.normal());
  units.valvePct[index] = asset.unitFacts?.suspended === true ? 0 : balancedValvePct(index / Math.max(1, units.count - 1));
  units.heightKpa[index] = (building?.floors ?? STOREYS_DEFAULT) * STOREY_KPA;
}

/** Share of a circuit's water that is in the units (radiators and risers); the rest is in mains and exchanger. */
export const WATER_SHARE_UNITS = 0.56;

/** Position (%) of a balancing valve that uses up what distance (0 next to the station … 1 at the end) leaves over: 60…100 %. */
function balancedValvePct(distance: number): number {
  const excessHead = 1 + 5 * (1 - distance);
  const relativeKv = Math.sqrt(BALANCING_OPEN_SHARE / (BALANCING_OPEN_SHARE * excessHead));
  return Math.round(100 * (1 + Math.log(relativeKv) / Math.log(BALANCING_RANGE)));
}

/** Resistance of a unit with its balancing valve at a position (%), relative to that with the valve fully open. */
const unitResistance = (positionPct: number): number =>
  1 - BALANCING_OPEN_SHARE + BALANCING_OPEN_SHARE * BALANCING_RANGE ** (2 * (1 - positionPct / 100));

/** Position (%) to which a balancing valve at `fromPct` has closed when it leaves this openness; 0 when it cannot be had otherwise. */
export function positionForOpenness(fromPct: number, openness: number): number {
  if (openness >= 1) return fromPct;
  if (openness <= 0) return 0;
  const valve = (unitResistance(fromPct) / openness ** 2 - 1 + BALANCING_OPEN_SHARE) / BALANCING_OPEN_SHARE;
  return Math.max(0, 100 * (1 - Math.log(valve) / Math.log(BALANCING_RANGE) / 2));
}

/** Openness of a unit relative to how it was planned: as commissioned, less closed valves and gas. */
export function openness(units: Units, index: number): number {
  return units.tuning[index]! * units.manual[index]! * airOpenness(units.gasL[index]!);
}

export interface UnitsWeather {
  readonly supplyC: number;
  readonly outdoorC: number;
  readonly gainShare: number;
  readonly sunShare: number;
}

/** One step of every unit at the flows in `units.flow`; heat is conserved exactly between water, rooms and balance. */
export function stepUnits(units: Units, weather: UnitsWeather, stepS: number, balance: UnitsBalance): void {
  const { supplyC, outdoorC } = weather;
  const { count, exponent, designKgS, coefficient, lossKwK, capacityKjK, gainKw, sunKw, linkKwK, waterKg } = units;
  const { flow, branchKept, branchFlow, roomC, waterC, supplySensorC, returnSensorC } = units;
  const there = 1 - exponent;
  const back = 1 / there;
  let flowKgS = 0;
  let returnSum = 0;
  let roomSum = 0;
  let branchSum = 0;
  let linkKw = 0;
  for (let index = 0; index < count; index++) {
    const share = flow[index]!;
    const kgS = designKgS[index]! * share;
    const room = roomC[index]!;
    const stairC = stairwellC(room, outdoorC);
    if (branchFlow[index] !== share) {
      branchFlow[index] = share;
      branchKept[index] = share > 1e-6 ? Math.exp(-BRANCH_LOSS / share) : 0;
    }
    const kept = branchKept[index]!;
    const inC = stairC + (supplyC - stairC) * kept;
    const excessK = inC - room;
    // The closed form of radiator.ts, written out: this line is half of the plant's time.
    const steadyC =
      excessK <= 0.01
        ? kgS > 0
          ? inC
          : room
        : room + (excessK ** there + (-there * coefficient[index]!) / (kgS * WATER_KJ_PER_KG_K)) ** back;
    const before = waterC[index]!;
    const rate = (kgS / waterKg[index]! + 1 / STANDING_S) * stepS;
    const water = before + (rate / (1 + rate)) * (steadyC - before);
    waterC[index] = water;
    const roomKw = WATER_KJ_PER_KG_K * (kgS * (inC - steadyC) + (waterKg[index]! / STANDING_S) * (water - steadyC));
    // Heat to and from the neighbours: `linkKw` is what the unit before gave to this one.
    const nextLinkKw = linkKwK[index]! > 0 ? linkKwK[index]! * (room - roomC[index + 1]!) : 0;
    const netKw =
      roomKw +
      gainKw[index]! * weather.gainShare +
      sunKw[index]! * weather.sunShare -
      lossKwK[index]! * (room - outdoorC) +
      linkKw -
      nextLinkKw;
    linkKw = nextLinkKw;
    roomC[index] = room + (netKw * stepS) / capacityKjK[index]!;
    const lag = Math.min(1, (stepS / SENSOR_S) * Math.max(SENSOR_FLOW_MIN, share));
    const coolC = stairC + (water - stairC) * kept;
    supplySensorC[index] = supplySensorC[index]! + lag * (inC - supplySensorC[index]!);
    returnSensorC[index] = returnSensorC[index]! + lag * (coolC - returnSensorC[index]!);
    flowKgS += kgS;
    returnSum += kgS * water;
    roomSum += roomKw;
    branchSum += kgS * (supplyC - inC);
  }
  balance.flowKgS = flowKgS;
  if (flowKgS > 0) balance.returnC = returnSum / flowKgS;
  balance.roomKw = roomSum;
  balance.branchKw = branchSum * WATER_KJ_PER_KG_K;
}

/** Heat in the units' water divided by c, kg·K above 0 °C, and its mean temperature. */
export function heldInUnits(units: Units): { readonly kgK: number; readonly meanC: number } {
  let kgK = 0;
  let kg = 0;
  for (let index = 0; index < units.count; index++) {
    kgK += units.waterKg[index]! * units.waterC[index]!;
    kg += units.waterKg[index]!;
  }
  return { kgK, meanC: kgK / kg };
}
