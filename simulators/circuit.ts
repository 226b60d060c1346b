import { expectedReturnC, expectedSupplyC } from "../model/heating-curve.ts";
import type { Asset, CircuitFacts, Network } from "../model/network.ts";
import { steadyRoomC } from "./building.ts";
import { type CircuitFaults, compileFaults } from "./circuit-faults.ts";
import { type CircuitSeason, createCircuitSeason, isHeated, startingHeldL } from "./circuit-season.ts";
import { type ControlValve, controlValve, SOUND_VALVE, VALVE_RANGE, type ValveBehaviour } from "./control-valve.ts";
import { logMeanK } from "./exchanger.ts";
import type { Fault } from "./faults.ts";
import { createPipe, heldKgK, type Pipe } from "./pipes.ts";
import { type PressureFacts, pressureOf, type PressureState, startPressure } from "./pressure.ts";
import { emitterReturnC, sizePerFlow } from "./radiator.ts";
import { draws, subSeed } from "./random.ts";
import { seasonDates } from "./season.ts";
import { createUnits, heldInUnits, openness, type Units, type UnitsBalance, WATER_SHARE_UNITS } from "./units.ts";
import { WATER_KJ_PER_KG_K } from "./water.ts";

/** One secondary circuit: its sizes, drawn from the facts of the network file and a seed, and its state. `circuit-step.ts` moves it. */

/** Primary water at design, °C, and the opening and pressure difference for which the control valve is chosen. */
const PRIMARY_DESIGN_C = { supply: 110, return: 50 } as const;
/** The primary return comes so near to a warm secondary return, K: a circuit of 75/50 °C cannot cool the primary water to 50 °C. */
const APPROACH_MIN_K = 6;
const VALVE_DESIGN_PCT = 80;
const PRIMARY_DESIGN_KPA = 150;
/** Water beside that of the units: supply and return mains, exchanger. */
const WATER_SHARE_MAIN = 0.2;
const WATER_SHARE_EXCHANGER = 0.04;
/** Share of the design heat that each main loses to the ground at design. */
const MAIN_LOSS_SHARE = 0.008;
/** Elasticity of a circuit with its expansion vessel, L/kPa per m³ of water (DOMAIN 5.9: 4-9 L/kPa for 105 m³). */
const ELASTICITY_L_KPA_M3 = 0.06;
const MAKEUP_SHARE = 0.031;
const MAKEUP_MIN_M3H = 2;
const BAND_KPA = 30;
const RELIEF_ABOVE_STOP_KPA = 80;
const STATIC_MARGIN_KPA = 40;

export interface Circuit {
  readonly asset: Asset;
  readonly facts: CircuitFacts;
  readonly units: Units;
  readonly seed: number;
  /** Nominal circulation, kg/s. */
  readonly nominalKgS: number;
  /** Heads of this circuit relative to those of `hydraulics.ts`. */
  readonly headScale: number;
  readonly pumpHz: number;
  readonly kvs: number;
  readonly designPrimaryKgS: number;
  readonly exchangerUaKwK: number;
  readonly exchangerKg: number;
  /** Resistance of the strainer relative to a usual clean one: as found clean, and now. */
  readonly strainerCleanFactor: number;
  strainerFactor: number;
  readonly pressureFacts: PressureFacts;
  readonly setbackK: number;
  /** Mean slope of the heating curve, K of supply per K outdoors. */
  readonly curveSlope: number;
  readonly households: number;
  readonly faults: CircuitFaults;
  readonly season: CircuitSeason;
  readonly drawSeed: number;

  readonly supplyPipe: Pipe;
  readonly returnPipe: Pipe;
  readonly valve: ControlValve;
  readonly pressure: PressureState;
  readonly balance: UnitsBalance;
  /** Water leaving the exchanger, water back at the station, set point, °C. */
  supplyC: number;
  /** Supply temperature as the controller's sensor in its pocket feels it, °C. */
  pocketC: number;
  returnC: number;
  setC: number;
  /** Speed of the drive relative to nominal and the share of it that reaches the water, whether a pump is switched on, its fault bit. */
  pumpSpeed: number;
  pumpHealth: number;
  pumpRun: boolean;
  pumpFault: boolean;
  /** For how long no pump has been switched on, s. */
  restS: number;
  /** Flow relative to nominal, conductance of the units relative to planned, openness of the main valves, share of UA lost to dirt. */
  flow: number;
  conductance: number;
  mainOpenness: number;
  fouling: number;
  valveBehaviour: Readonly<ValveBehaviour>;
  /** What the exchanger passes per K between its inlets, kW/K, and what that was computed for. */
  readonly transfer: Transfer;
  /** Primary side now: flow kg/s, heat kW, return °C. */
  primaryKgS: number;
  heatKw: number;
  primaryReturnC: number;
  /** Growth of the water in the running minute, m³/h, and what the minute has seen so far. */
  growthM3h: number;
  /** Mean temperatures of supply main, units, return main and exchanger at the end of the last minute, °C. */
  readonly partC: Float64Array;
  minuteKg: number;
  minuteKgK: number;
  drawM3h: number;
  /** The baseline loss of the running minute relative to its mean. */
  baselineFactor: number;
  /** Through the exchanger from the primary side, and onto the floor of the station, m³/h. */
  inflowM3h: number;
  floorM3h: number;
  readonly heat: HeatTotals;
}

interface Transfer {
  plugPct: number;
  primaryKpa: number;
  flow: number;
  fouling: number;
  kwK: number;
}

/** Heat since the start, kJ: what came in, and where it went. */
interface HeatTotals {
  exchangerKj: number;
  roomKj: number;
  groundKj: number;
  branchKj: number;
  makeupKj: number;
}

/** The weather before the start: mean outdoor temperature of the last days and a slow mean of the last weeks, °C, mean sun 0…1. */
export interface PastWeather {
  readonly meanC: number;
  readonly slowC: number;
  readonly meanSun: number;
}

export interface CircuitOptions {
  readonly network: Network;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly past: PastWeather;
  /** Temperature of the ground, °C, which cold water has. */
  readonly groundC: number;
  /** First instant, epoch ms. */
  readonly at: number;
}

export function createCircuit(asset: Asset, options: CircuitOptions): Circuit {
  const facts = asset.circuitFacts;
  if (facts === undefined) throw new Error(`expected a circuit with its facts, found ${asset.level} ${asset.id}`);
  const seed = subSeed(options.seed, asset.id);
  const draw = draws(subSeed(seed, "sizes"));
  const units = createUnits(asset, facts, options.network, seed);
  const nominalKgS = facts.circulationM3h / 3.6;
  const designKw = nominalKgS * WATER_KJ_PER_KG_K * (facts.designSupplyC - facts.designReturnC);
  const primaryReturnC = Math.max(PRIMARY_DESIGN_C.return, facts.designReturnC + APPROACH_MIN_K);
  const designPrimaryKgS = designKw / (WATER_KJ_PER_KG_K * (PRIMARY_DESIGN_C.supply - primaryReturnC));
  const mainKg = facts.waterVolumeM3 * 1000 * WATER_SHARE_MAIN;
  const mainLossKgS = (MAIN_LOSS_SHARE * designKw) / WATER_KJ_PER_KG_K / (facts.designSupplyC - 5);
  const pressureFacts = pressureFactsOf(facts, units, draw.between(0.25, 0.45));
  const season = createCircuitSeason({
    dates: seasonDates(options.network.season),
    seed,
    places: units.assets.map((unit) => unit.building ?? unit.id),
    pressureFacts,
    waterM3: facts.waterVolumeM3,
    at: options.at,
  });
  const heated = isHeated(season, options.at);
  const supplyC = heated ? expectedSupplyC(facts, options.past.meanC) : options.groundC;
  const returnC = heated ? Math.min(supplyC - 1, expectedReturnC(facts, options.past.meanC)) : options.groundC;
  const circuit: Circuit = {
    asset,
    facts,
    units,
    seed,
    nominalKgS,
    headScale: draw.between(0.72, 1),
    pumpHz: Math.round(draw.between(38, 44) * 10) / 10,
    kvs: (designPrimaryKgS * 3.6) / Math.sqrt(PRIMARY_DESIGN_KPA / 100) / VALVE_RANGE ** (VALVE_DESIGN_PCT / 100 - 1),
    designPrimaryKgS,
    exchangerUaKwK: (1.05 * designKw) / logMeanK(PRIMARY_DESIGN_C.supply, primaryReturnC, facts.designReturnC, facts.designSupplyC),
    exchangerKg: facts.waterVolumeM3 * 1000 * WATER_SHARE_EXCHANGER,
    strainerCleanFactor: draw.between(0.6, 1.3),
    strainerFactor: 1,
    pressureFacts,
    setbackK: draw.pick([0, 2, 2, 3]),
    curveSlope: (expectedSupplyC(facts, 6) - expectedSupplyC(facts, -6)) / 12,
    households: facts.households,
    faults: compileFaults(options.faults, asset, units, options.network, seed),
    season,
    drawSeed: subSeed(seed, "draw-off"),
    supplyPipe: createPipe(mainKg, mainLossKgS, supplyC),
    returnPipe: createPipe(mainKg, mainLossKgS, returnC),
    valve: controlValve(50),
    pressure: startPressure(pressureFacts, pressureFacts.startKpa + BAND_KPA * draw.between(0.1, 0.9)),
    balance: { flowKgS: 0, returnC, roomKw: 0, branchKw: 0 },
    supplyC,
    returnC,
    pocketC: supplyC,
    setC: supplyC,
    pumpSpeed: 1,
    pumpHealth: 1,
    pumpRun: true,
    pumpFault: false,
    restS: 0,
    flow: 1,
    conductance: 1,
    mainOpenness: 1,
    fouling: 0,
    valveBehaviour: SOUND_VALVE,
    transfer: { plugPct: NaN, primaryKpa: NaN, flow: NaN, fouling: NaN, kwK: 0 },
    primaryKgS: 0,
    heatKw: 0,
    primaryReturnC: returnC + 5,
    growthM3h: 0,
    partC: Float64Array.of(supplyC, (supplyC + returnC) / 2, returnC, supplyC),
    minuteKg: 0,
    minuteKgK: 0,
    drawM3h: 0,
    baselineFactor: 1,
    inflowM3h: 0,
    floorM3h: 0,
    heat: { exchangerKj: 0, roomKj: 0, groundKj: 0, branchKj: 0, makeupKj: 0 },
  };
  circuit.strainerFactor = circuit.strainerCleanFactor;
  startPressureInSeason(circuit, options.at);
  settleUnits(circuit, options.past, heated);
  return circuit;
}

function pressureFactsOf(facts: CircuitFacts, units: Units, baselinePer100000M2: number): PressureFacts {
  const highestKpa = units.heightKpa.reduce((most, height) => Math.max(most, height), 0);
  const startKpa = facts.staticPressureKpa ?? Math.round(highestKpa + STATIC_MARGIN_KPA);
  return {
    startKpa,
    stopKpa: startKpa + BAND_KPA,
    control: facts.makeupControl,
    pumpM3h: Math.max(MAKEUP_MIN_M3H, facts.circulationM3h * MAKEUP_SHARE),
    elasticityLKpa: facts.waterVolumeM3 * ELASTICITY_L_KPA_M3,
    drainKpa: Math.max(10, Math.min(highestKpa, startKpa - STATIC_MARGIN_KPA)),
    baselineM3h: (facts.heatedAreaM2 / 100_000) * baselinePer100000M2,
    reliefKpa: startKpa + BAND_KPA + RELIEF_ABOVE_STOP_KPA,
  };
}

/** An emptied or half filled circuit begins as such. */
function startPressureInSeason({ season, pressure, pressureFacts }: Circuit, at: number): void {
  const heldL = startingHeldL(season, pressureFacts, at);
  if (heldL === undefined) return;
  pressure.heldL = heldL;
  pressure.kpa = pressureOf(pressureFacts, heldL);
}

/** Puts rooms and water where they would stay in this weather, so that a start needs no long spin-up. */
function settleUnits(circuit: Circuit, past: PastWeather, heated: boolean): void {
  const { units, supplyC } = circuit;
  for (let index = 0; index < units.count; index++) {
    const kgS = units.designKgS[index]! * openness(units, index);
    const size = sizePerFlow(units.coefficient[index]!, kgS, units.exponent);
    const heatKw = (roomC: number): number => kgS * WATER_KJ_PER_KG_K * (supplyC - emitterReturnC(supplyC, roomC, size, units.exponent));
    const gainsKw = units.gainKw[index]! + units.sunKw[index]! * past.meanSun;
    const roomC = heated
      ? steadyRoomC(units.lossKwK[index]!, past.meanC, gainsKw, heatKw)
      : steadyRoomC(units.lossKwK[index]!, past.slowC, gainsKw, () => 0);
    const returnC = heated ? emitterReturnC(supplyC, roomC, size, units.exponent) : roomC;
    units.roomC[index] = roomC;
    units.waterC[index] = returnC;
    units.supplySensorC[index] = supplyC;
    units.returnSensorC[index] = returnC;
  }
}

/** Heat held by the water of the circuit and the walls of its mains, kJ above 0 °C. */
export function heldKj(circuit: Circuit): number {
  const kgK =
    heldKgK(circuit.supplyPipe) + heldKgK(circuit.returnPipe) + heldInUnits(circuit.units).kgK + circuit.exchangerKg * circuit.supplyC;
  return kgK * WATER_KJ_PER_KG_K;
}

/** Volumes of the circuit's water, m³, in the order supply main, units, return main, exchanger. */
export function waterVolumesM3(circuit: Circuit): readonly [number, number, number, number] {
  const volume = circuit.facts.waterVolumeM3;
  return [volume * WATER_SHARE_MAIN, volume * WATER_SHARE_UNITS, volume * WATER_SHARE_MAIN, volume * WATER_SHARE_EXCHANGER];
}
