import { expectedSupplyC } from "../model/heating-curve.ts";
import { bubbling, stepGas } from "./air-lock.ts";
import { type Circuit, waterVolumesM3 } from "./circuit.ts";
import { applyClosedValves, drainM3h, heldGasL, holesAt, makeupReady, pumpSwitchedOn, ventedAt } from "./circuit-faults.ts";
import { stepControlValve, valveFlowM3h } from "./control-valve.ts";
import { exchangedKw, exchangerUa } from "./exchanger.ts";
import { circulation, EXCHANGER_M, type Heads, MAINS_M, NOMINAL_HEADS, PUMP_SHUTOFF_M, PUMP_SLOPE_M } from "./hydraulics.ts";
import { meanC, outletC, stepPipe } from "./pipes.ts";
import { stepPressure } from "./pressure.ts";
import { smoothNormalAt, subSeed, uniformAt } from "./random.ts";
import { strainerHeadM } from "./strainer.ts";
import { heldInUnits, openness, stepUnits } from "./units.ts";
import { expansionM3, MAKEUP_WATER_C, WATER_KJ_PER_KG_K } from "./water.ts";

/** How a circuit moves: every 10 s its control, exchanger, pumps and pressure, every minute its mains, units and rooms. */

export const TICK_S = 10;
const MINUTE_S = 60;
const MINUTE_MS = MINUTE_S * 1000;
const KPA_PER_M = 9.81;
/** The pump at rest lets the suction rise by this share of its head (and the discharge fall by the rest). */
const SUCTION_SHARE = 0.25;
/** Change of relative pump speed in one tick: 20 s from rest to full. */
const SPEED_PER_TICK = 0.5;
const SETBACK = { from: 22.5, to: 4.5, rampH: 1 } as const;
/** The baseline loss swings slowly, by this share (standard deviation of hours). */
const BASELINE_SWING = 0.3;
const SUPPLY_LIMIT_C = 85;

export interface CircuitWeather {
  readonly outdoorC: number;
  /** Outdoor temperature as the controller sees it, through its slow filter. */
  readonly filteredC: number;
  readonly gainShare: number;
  readonly sunShare: number;
  readonly localHour: number;
  /** Primary supply, °C, and pressure difference across exchanger and valve, kPa. */
  readonly primarySupplyC: number;
  readonly primaryKpa: number;
  /** The tank has water for the makeup pump. */
  readonly tankReady: boolean;
}

/** Share of the night set-back at an hour: 0 by day, 1 by night, an hour in between. */
function setbackShare(localHour: number): number {
  const sinceBegin = (localHour - SETBACK.from + 24) % 24;
  const length = (SETBACK.to - SETBACK.from + 24) % 24;
  if (sinceBegin < length) return Math.min(1, sinceBegin / SETBACK.rampH);
  return Math.max(0, 1 - (sinceBegin - length) / SETBACK.rampH);
}

/** Draw-offs per hour of about 1,000 households; DOMAIN 5.9. */
function drawsPerHour(localHour: number): number {
  if (localHour >= 6 && localHour < 9) return 3;
  if (localHour >= 17 && localHour < 22) return 2.5;
  return localHour >= 23 || localHour < 5 ? 0.15 : 0.6;
}

/** Head of the pumps at the outlet of the station above the suction, kPa. */
export function supplyHeadKpa(circuit: Circuit): number {
  const square = circuit.flow * circuit.flow;
  return Math.max(0, KPA_PER_M * circuit.headScale * (PUMP_SHUTOFF_M * circuit.pumpSpeed ** 2 - (PUMP_SLOPE_M + EXCHANGER_M) * square));
}

/** How far the suction stands above the pressure that the held water would give at nominal flow, kPa. */
function suctionAboveKpa(circuit: Circuit): number {
  const nominalKpa = KPA_PER_M * circuit.headScale * (PUMP_SHUTOFF_M - PUMP_SLOPE_M - EXCHANGER_M);
  return SUCTION_SHARE * (nominalKpa - supplyHeadKpa(circuit));
}

/** Pressure at the suction of the circulation pumps, kPa: what `p2_return` measures. */
export const suctionKpa = (circuit: Circuit): number => Math.max(0, circuit.pressure.kpa + suctionAboveKpa(circuit));

/** At the begin of a minute (`at`): set point, valves, gas and draw-off for the minute to come. */
export function beginMinute(circuit: Circuit, weather: CircuitWeather, at: number): void {
  const { units, faults } = circuit;
  circuit.setC = Math.min(
    SUPPLY_LIMIT_C,
    expectedSupplyC(circuit.facts, weather.filteredC) - circuit.setbackK * setbackShare(weather.localHour),
  );
  applyClosedValves(faults, units, at);
  stepGases(circuit, at);
  let sum = 0;
  for (let row = 0; row < units.count; row++) {
    const open = openness(units, row) * (units.gasL[row]! > 0 ? bubbling(subSeed(circuit.seed, row), at, units.gasL[row]!) : 1);
    units.flow[row] = open;
    sum += units.designKgS[row]! * open;
  }
  circuit.conductance = sum / circuit.nominalKgS;
  circuit.drawM3h = drawnM3h(circuit, weather.localHour, at);
}

function stepGases(circuit: Circuit, at: number): void {
  const { units, faults } = circuit;
  const topKpa = suctionKpa(circuit);
  const gasFree = faults.airLocks.length === 0 && topKpa > circuit.pressureFacts.drainKpa + 40;
  for (let row = 0; row < units.count; row++) {
    if (gasFree && units.gasL[row] === 0) continue;
    units.gasL[row] = stepGas(
      units.gasL[row]!,
      heldGasL(faults, row, at),
      topKpa - units.heightKpa[row]!,
      ventedAt(faults, row, at),
      MINUTE_S,
    );
  }
}

/** Household draw-off in this minute, m³/h: now and then some 20 L. */
function drawnM3h(circuit: Circuit, localHour: number, at: number): number {
  const expected = (drawsPerHour(localHour) * circuit.households) / 1000 / 60;
  const seed = subSeed(circuit.seed, "draw-off");
  const minute = at / MINUTE_MS;
  const events = Math.floor(expected) + (uniformAt(seed, minute * 2) < expected % 1 ? 1 : 0);
  return events === 0 ? 0 : events * (0.01 + 0.02 * uniformAt(seed, minute * 2 + 1)) * 60;
}

/** Ten seconds that end at `at`. */
export function tickCircuit(circuit: Circuit, weather: CircuitWeather, at: number): void {
  circuit.pumpRun = pumpSwitchedOn(circuit.faults, at);
  const target = circuit.pumpRun ? 1 : 0;
  circuit.pumpSpeed += Math.min(SPEED_PER_TICK, Math.max(-SPEED_PER_TICK, target - circuit.pumpSpeed));
  circuit.flow = circulation(headsOf(circuit), circuit.pumpSpeed, circuit.conductance);
  tickHeat(circuit, weather);
  tickPressure(circuit, weather, at);
}

function headsOf(circuit: Circuit): Heads {
  return circuit.strainerFactor === 1
    ? NOMINAL_HEADS
    : { ...NOMINAL_HEADS, commonM: EXCHANGER_M + MAINS_M + strainerHeadM(circuit.strainerFactor) };
}

function tickHeat(circuit: Circuit, weather: CircuitWeather): void {
  const kgS = circuit.flow * circuit.nominalKgS;
  stepControlValve(circuit.valve, circuit.setC - circuit.supplyC, TICK_S);
  const primaryKgS = valveFlowM3h(circuit.kvs, circuit.valve.positionPct, weather.primaryKpa) / 3.6;
  const makeupKgS = Math.min(kgS, circuit.pressure.makeupM3h / 3.6);
  const inletC = kgS <= 0 ? circuit.returnC : circuit.returnC - (makeupKgS / kgS) * (circuit.returnC - MAKEUP_WATER_C);
  const ua = exchangerUa(circuit.exchangerUaKwK, primaryKgS / circuit.designPrimaryKgS, circuit.flow, 0);
  const heatKw = Math.max(0, exchangedKw(ua, primaryKgS, weather.primarySupplyC, kgS, inletC));
  circuit.primaryKgS = primaryKgS;
  circuit.heatKw = heatKw;
  circuit.primaryReturnC = primaryKgS <= 0 ? circuit.returnC : weather.primarySupplyC - heatKw / (primaryKgS * WATER_KJ_PER_KG_K);
  if (kgS <= 0) return;
  const leavingC = inletC + heatKw / (kgS * WATER_KJ_PER_KG_K);
  const moved = kgS * TICK_S;
  circuit.supplyC += (moved / (circuit.exchangerKg + moved)) * (leavingC - circuit.supplyC);
  circuit.minuteKg += moved;
  circuit.minuteKgK += moved * circuit.supplyC;
  circuit.heat.exchangerKj += heatKw * TICK_S;
  circuit.heat.makeupKj += makeupKgS * TICK_S * WATER_KJ_PER_KG_K * (circuit.returnC - MAKEUP_WATER_C);
}

function tickPressure(circuit: Circuit, weather: CircuitWeather, at: number): void {
  const holes = circuit.faults.holes.length === 0 ? undefined : holesAt(circuit.faults, at);
  const swing = Math.max(0.3, 1 + BASELINE_SWING * smoothNormalAt(circuit.seed, at / 3_600_000));
  stepPressure(
    circuit.pressure,
    circuit.pressureFacts,
    {
      leakAreaM2: holes === undefined ? 0 : holes.areaM2,
      leakAboveKpa: holes === undefined ? 0 : holes.headShare * supplyHeadKpa(circuit),
      baselineFactor: swing,
      drainM3h: drainM3h(circuit.faults, at),
      drawM3h: circuit.drawM3h,
      growthM3h: circuit.growthM3h,
      makeupReady: weather.tankReady && makeupReady(circuit.faults, at),
      suctionAboveKpa: suctionAboveKpa(circuit),
    },
    TICK_S,
  );
}

/** At the end of a minute: its water goes through mains and units. */
export function endMinute(circuit: Circuit, weather: CircuitWeather): void {
  const { units, supplyPipe, returnPipe, heat } = circuit;
  const kgS = circuit.minuteKg / MINUTE_S;
  const inletC = circuit.minuteKg > 0 ? circuit.minuteKgK / circuit.minuteKg : circuit.supplyC;
  circuit.minuteKg = 0;
  circuit.minuteKgK = 0;
  heat.groundKj += stepPipe(supplyPipe, inletC, kgS, MINUTE_S) * WATER_KJ_PER_KG_K;
  const scale = circuit.conductance > 0 ? kgS / circuit.nominalKgS / circuit.conductance : 0;
  for (let row = 0; row < units.count; row++) units.flow[row] = units.flow[row]! * scale;
  stepUnits(
    units,
    { supplyC: outletC(supplyPipe), outdoorC: weather.outdoorC, gainShare: weather.gainShare, sunShare: weather.sunShare },
    MINUTE_S,
    circuit.balance,
  );
  heat.roomKj += circuit.balance.roomKw * MINUTE_S;
  heat.branchKj += circuit.balance.branchKw * MINUTE_S;
  heat.groundKj += stepPipe(returnPipe, circuit.balance.returnC, kgS, MINUTE_S) * WATER_KJ_PER_KG_K;
  circuit.returnC = outletC(returnPipe);
  circuit.growthM3h = grownM3(circuit) * 60;
}

/** Growth of the water since the last minute, m³, by the mean temperatures of its parts. */
function grownM3(circuit: Circuit): number {
  const { partC } = circuit;
  const supplyMainC = meanC(circuit.supplyPipe);
  const now = [
    supplyMainC,
    (outletC(circuit.supplyPipe) + heldInUnits(circuit.units).meanC) / 2,
    meanC(circuit.returnPipe),
    circuit.supplyC,
  ];
  let grown = 0;
  for (const [part, volumeM3] of waterVolumesM3(circuit).entries()) {
    grown += expansionM3(volumeM3, partC[part]!, now[part]!);
    partC[part] = now[part]!;
  }
  return grown;
}
