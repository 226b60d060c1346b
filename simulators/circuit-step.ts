import { expectedSupplyC } from "../model/heating-curve.ts";
import { bubbling, stepGas } from "./air-lock.ts";
import { type Circuit, waterVolumesM3 } from "./circuit.ts";
import { seasonAirL, seasonMayHoldGas, seasonSetC, seasonVents, stepCircuitSeason } from "./circuit-season.ts";
import { stepControlValve, valveFlowM3h } from "./control-valve.ts";
import { exchangedKw, exchangerUa } from "./exchanger.ts";
import { applyUnitValves, heldGasL, isVented, mainOpenness, mayHoldGas, pumpState, strainerDirtM } from "./flow-faults.ts";
import { applyFlats, curveShift, foulingShare, valveBehaviour } from "./heat-faults.ts";
import { circulation, EXCHANGER_M, type Heads, MAINS_M, NOMINAL_HEADS, PUMP_SHUTOFF_M, PUMP_SLOPE_M, STRAINER_M } from "./hydraulics.ts";
import { meanC, outletC, stepPipe } from "./pipes.ts";
import { stepPressure } from "./pressure.ts";
import { smoothNormalAt, subSeed, uniformAt } from "./random.ts";
import { strainerHeadM } from "./strainer.ts";
import { heldInUnits, openness, stepUnits } from "./units.ts";
import { expansionM3, MAKEUP_WATER_C, WATER_KJ_PER_KG_K } from "./water.ts";
import { crossLeakM3h, tappedM3h, waterActions } from "./water-faults.ts";

/** How a circuit moves: every 10 s its control, exchanger, pumps and pressure, every minute its mains, units and rooms. */

export const TICK_S = 10;
const MINUTE_S = 60;
const MINUTE_MS = MINUTE_S * 1000;
const KPA_PER_M = 9.81;
/** The pump at rest lets the suction rise by this share of its head (and the discharge fall by the rest). */
const SUCTION_SHARE = 0.25;
/** Up to this pressure the risers are so empty that the pump's head no longer shifts it, kPa. */
const FULL_KPA = 40;
/** Nobody taps cold heating water: this share of the draw-offs is left while the heat is off. */
const COLD_DRAW_SHARE = 0.2;
/** Cold seals and vents hold better: a sound circuit that stands or circulates cold loses this share (pressure test of DOMAIN 6). */
const COLD_LOSS_SHARE = 0.25;
/** Change of relative pump speed in one tick: 20 s from rest to full. */
const SPEED_PER_TICK = 0.5;
const SETBACK = { from: 22.5, to: 4.5, rampH: 1 } as const;
/** The baseline loss swings slowly, by this share (standard deviation of hours). */
const BASELINE_SWING = 0.3;
const SUPPLY_LIMIT_C = 85;
/** The controller shuts the primary valve when no pump has run for so long. */
const INTERLOCK_S = 60;
/** Water that stands in the exchanger takes on the temperature of the station's room with this time constant. */
const STATION_ROOM_C = 15;
const STANDING_EXCHANGER_S = 4 * 3600;

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
  /** Temperature of the ground around the mains, °C. */
  readonly groundC: number;
  /** Pressure of the primary supply, kPa: what stands on the other side of the exchanger's plates. */
  readonly primarySupplyKpa: number;
  /** The tank has water for the makeup pump; pumps and valve have power. */
  readonly tankReady: boolean;
  readonly powerOk: boolean;
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
  const speed = circuit.pumpSpeed * circuit.pumpHealth;
  return Math.max(0, KPA_PER_M * circuit.headScale * (PUMP_SHUTOFF_M * speed ** 2 - (PUMP_SLOPE_M + EXCHANGER_M) * square));
}

/** How far the suction stands above the pressure that the held water would give at nominal flow, kPa. */
function suctionAboveKpa(circuit: Circuit): number {
  const nominalKpa = KPA_PER_M * circuit.headScale * (PUMP_SHUTOFF_M - PUMP_SLOPE_M - EXCHANGER_M);
  // Without water there is nothing to stand above.
  return SUCTION_SHARE * (nominalKpa - supplyHeadKpa(circuit)) * Math.min(1, circuit.pressure.kpa / FULL_KPA);
}

/** Pressure at the suction of the circulation pumps, kPa: what `p2_return` measures. */
export const suctionKpa = (circuit: Circuit): number => Math.max(0, circuit.pressure.kpa + suctionAboveKpa(circuit));

/** At the begin of a minute (`at`): set point, valves, gas and draw-off for the minute to come. */
export function beginMinute(circuit: Circuit, weather: CircuitWeather, at: number): void {
  const { units, faults, season } = circuit;
  stepCircuitSeason(season, circuit.pressure, suctionKpa(circuit), circuit.pressureFacts, at);
  const night = setbackShare(weather.localHour);
  const shift = curveShift(faults.heat, at, weather.localHour, night, circuit.curveSlope);
  const curveC = expectedSupplyC(circuit.facts, weather.filteredC + shift.sensorK) - circuit.setbackK * night + shift.setK;
  circuit.setC = Math.min(SUPPLY_LIMIT_C, seasonSetC(season, curveC, at));
  const behaviour = valveBehaviour(faults.heat, at);
  circuit.valveBehaviour = weather.powerOk ? behaviour : { ...behaviour, hasPower: false };
  circuit.fouling = foulingShare(faults.heat, at);
  circuit.strainerFactor = circuit.strainerCleanFactor + strainerDirtM(faults.flow, at) / STRAINER_M;
  circuit.mainOpenness = mainOpenness(faults.flow, at);
  applyUnitValves(faults.flow, units, at);
  applyFlats(faults.heat, units, at);
  stepGases(circuit, at);
  let sum = 0;
  for (let row = 0; row < units.count; row++) {
    const open = openness(units, row) * (units.gasL[row]! > 0 ? bubbling(subSeed(circuit.seed, row), at, units.gasL[row]!) : 1);
    units.flow[row] = at >= season.openAt[row]! ? open : 0;
    sum += units.designKgS[row]! * units.flow[row]!;
  }
  circuit.conductance = sum / circuit.nominalKgS;
  const tightness = season.heats ? 1 : COLD_LOSS_SHARE;
  circuit.baselineFactor = tightness * Math.max(0.3, 1 + BASELINE_SWING * smoothNormalAt(circuit.seed, at / 3_600_000));
  const habit = season.isDry ? 0 : season.heats ? 1 : COLD_DRAW_SHARE;
  circuit.drawM3h = habit * drawnM3h(circuit, weather.localHour, at) + tappedM3h(faults.water, weather.localHour, at);
}

function stepGases(circuit: Circuit, at: number): void {
  const { units, faults, season } = circuit;
  if (season.isDry) {
    // Emptied risers are full of air that their own filling pushes out again.
    units.gasL.fill(0);
    return;
  }
  const topKpa = suctionKpa(circuit);
  const gasFree = !mayHoldGas(faults.flow) && !seasonMayHoldGas(season, at) && topKpa > circuit.pressureFacts.drainKpa + 40;
  for (let row = 0; row < units.count; row++) {
    if (gasFree && units.gasL[row] === 0) continue;
    units.gasL[row] = stepGas(
      units.gasL[row]!,
      Math.max(heldGasL(faults.flow, row, at, circuit.pressureFacts.pumpM3h), seasonAirL(season, row, at)),
      topKpa - units.heightKpa[row]!,
      isVented(faults.flow, row, at) || seasonVents(season, row, at),
      MINUTE_S,
    );
  }
}

/** Household draw-off in this minute, m³/h: now and then some 20 L. */
function drawnM3h(circuit: Circuit, localHour: number, at: number): number {
  const expected = (drawsPerHour(localHour) * circuit.households) / 1000 / 60;
  const seed = circuit.drawSeed;
  const minute = at / MINUTE_MS;
  const events = Math.floor(expected) + (uniformAt(seed, minute * 2) < expected % 1 ? 1 : 0);
  return events === 0 ? 0 : events * (0.01 + 0.02 * uniformAt(seed, minute * 2 + 1)) * 60;
}

/** Ten seconds that end at `at`. */
export function tickCircuit(circuit: Circuit, weather: CircuitWeather, at: number): void {
  const pump = pumpState(circuit.faults.flow, at);
  circuit.pumpRun = pump.run && weather.powerOk && circuit.season.circulates;
  circuit.pumpFault = pump.isFaulty;
  circuit.pumpHealth = pump.health;
  const target = circuit.pumpRun ? 1 : 0;
  circuit.pumpSpeed += Math.min(SPEED_PER_TICK, Math.max(-SPEED_PER_TICK, target - circuit.pumpSpeed));
  circuit.flow = circuit.mainOpenness > 0 ? circulation(headsOf(circuit), circuit.pumpSpeed * circuit.pumpHealth, circuit.conductance) : 0;
  tickHeat(circuit, weather);
  tickPressure(circuit, weather, at);
}

function headsOf(circuit: Circuit): Heads {
  // A main valve that is shut by a share lets that share less through at the same head of the mains.
  const mainsM = MAINS_M / circuit.mainOpenness ** 2;
  const { shutoffM, slopeM, unitsM } = NOMINAL_HEADS;
  return { shutoffM, slopeM, commonM: EXCHANGER_M + mainsM + strainerHeadM(circuit.strainerFactor), unitsM };
}

function tickHeat(circuit: Circuit, weather: CircuitWeather): void {
  const kgS = circuit.flow * circuit.nominalKgS;
  circuit.pocketC += (TICK_S / (circuit.valveBehaviour.pocketS + TICK_S)) * (circuit.supplyC - circuit.pocketC);
  circuit.restS = circuit.pumpRun ? 0 : circuit.restS + TICK_S;
  const behaviour = circuit.restS > INTERLOCK_S ? { ...circuit.valveBehaviour, isInterlocked: true } : circuit.valveBehaviour;
  stepControlValve(circuit.valve, circuit.setC - circuit.pocketC, TICK_S, behaviour);
  updateTransfer(circuit, weather.primaryKpa);
  const { primaryKgS } = circuit;
  const makeupKgS = Math.min(kgS, circuit.pressure.makeupM3h / 3.6);
  const inflowKgS = Math.min(kgS, Math.max(0, circuit.inflowM3h) / 3.6);
  const mixedK = makeupKgS * (circuit.returnC - MAKEUP_WATER_C) + inflowKgS * (circuit.returnC - weather.primarySupplyC);
  const inletC = kgS <= 0 ? circuit.returnC : circuit.returnC - mixedK / kgS;
  const heatKw = Math.max(0, circuit.transfer.kwK * (weather.primarySupplyC - inletC));
  circuit.heatKw = heatKw;
  circuit.primaryReturnC = primaryKgS <= 0 ? circuit.returnC : weather.primarySupplyC - heatKw / (primaryKgS * WATER_KJ_PER_KG_K);
  if (kgS <= 0) {
    const lostK = ((circuit.supplyC - STATION_ROOM_C) * TICK_S) / STANDING_EXCHANGER_S;
    circuit.supplyC -= lostK;
    circuit.heat.groundKj += lostK * circuit.exchangerKg * WATER_KJ_PER_KG_K;
    return;
  }
  const leavingC = inletC + heatKw / (kgS * WATER_KJ_PER_KG_K);
  const moved = kgS * TICK_S;
  circuit.supplyC += (moved / (circuit.exchangerKg + moved)) * (leavingC - circuit.supplyC);
  circuit.minuteKg += moved;
  circuit.minuteKgK += moved * circuit.supplyC;
  circuit.heat.exchangerKj += heatKw * TICK_S;
  circuit.heat.makeupKj += mixedK * TICK_S * WATER_KJ_PER_KG_K;
}

/** Valve and exchanger anew when one of their flows has changed: between the steps of the valve nothing does. */
function updateTransfer(circuit: Circuit, primaryKpa: number): void {
  const { transfer, flow, fouling } = circuit;
  const { plugPct } = circuit.valve;
  if (transfer.plugPct === plugPct && transfer.primaryKpa === primaryKpa && transfer.flow === flow && transfer.fouling === fouling) return;
  transfer.plugPct = plugPct;
  transfer.primaryKpa = primaryKpa;
  transfer.flow = flow;
  transfer.fouling = fouling;
  circuit.primaryKgS = valveFlowM3h(circuit.kvs, plugPct, primaryKpa) / 3.6;
  const ua = exchangerUa(circuit.exchangerUaKwK, circuit.primaryKgS / circuit.designPrimaryKgS, flow, fouling);
  transfer.kwK = exchangedKw(ua, circuit.primaryKgS, 1, flow * circuit.nominalKgS, 0);
}

function tickPressure(circuit: Circuit, weather: CircuitWeather, at: number): void {
  const { pressureFacts, season } = circuit;
  const headKpa = supplyHeadKpa(circuit);
  const water = waterActions(circuit.faults.water, at, pressureFacts.startKpa, pressureFacts.pumpM3h);
  circuit.inflowM3h = crossLeakM3h(water.exchangerAreaM2, weather.primarySupplyKpa, suctionKpa(circuit) + headKpa);
  stepPressure(
    circuit.pressure,
    pressureFacts,
    {
      leakAreaM2: water.leakAreaM2,
      leakAboveKpa: water.headShare * headKpa,
      baselineFactor: circuit.baselineFactor,
      drainM3h: water.drainM3h + season.drainM3h,
      drawM3h: circuit.drawM3h,
      growthM3h: season.isDry ? 0 : circuit.growthM3h,
      inflowM3h: circuit.inflowM3h,
      makeupReady: weather.tankReady && weather.powerOk && water.makeupReady && season.holdsPressure,
      makeupShare: water.makeupShare,
      setShiftKpa: water.setShiftKpa + season.setShiftKpa,
      suctionAboveKpa: suctionAboveKpa(circuit),
      isReliefShut: season.isReliefShut,
      emptiesToL: season.isDry ? -season.waterL : undefined,
    },
    TICK_S,
  );
  circuit.floorM3h = circuit.pressure.leakM3h * water.floorShare;
}

/** At the end of a minute: its water goes through mains and units. */
export function endMinute(circuit: Circuit, weather: CircuitWeather): void {
  const { units, supplyPipe, returnPipe, heat } = circuit;
  const kgS = circuit.minuteKg / MINUTE_S;
  const inletC = circuit.minuteKg > 0 ? circuit.minuteKgK / circuit.minuteKg : circuit.supplyC;
  circuit.minuteKg = 0;
  circuit.minuteKgK = 0;
  heat.groundKj += stepPipe(supplyPipe, inletC, kgS, MINUTE_S, weather.groundC) * WATER_KJ_PER_KG_K;
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
  heat.groundKj += stepPipe(returnPipe, circuit.balance.returnC, kgS, MINUTE_S, weather.groundC) * WATER_KJ_PER_KG_K;
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
