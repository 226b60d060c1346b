import type { Asset, Network } from "../model/network.ts";
import { gainShare } from "./building.ts";
import { type Circuit, createCircuit } from "./circuit.ts";
import { beginMinute, type CircuitWeather, endMinute, tickCircuit, TICK_S } from "./circuit-step.ts";
import type { Fault } from "./faults.ts";
import { draws, smoothNormalAt, subSeed } from "./random.ts";
import { WATER_KJ_PER_KG_K } from "./water.ts";
import type { Weather } from "./weather.ts";

/** One station: its primary connection, its makeup tank and its circuits, moved on a grid of 10 s of event time. */

const TICK_MS = TICK_S * 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The controller filters the outdoor temperature with this time constant (DOMAIN 2: 4-12 h). */
const OUTDOOR_FILTER_MS = 4 * HOUR_MS;
/** Rooms and the start of the plant follow the weather of the last days. */
const START_MEAN_HOURS = 60;
/** Primary supply at design and at +8 °C outdoors, °C. */
const PRIMARY_CURVE = { designC: 110, mildC: 76, mildOutdoorC: 8 } as const;
const TANK = { areaM2: 3, lowM: 1.15, highM: 1.6, inflowM3h: 5, emptyM: 0.1, overM: 2 } as const;

export interface Station {
  readonly asset: Asset;
  readonly seed: number;
  readonly circuits: readonly Circuit[];
  readonly weather: Weather;
  /** How much warmer it is at this station than in the climate, K, and its usual primary pressures, kPa. */
  readonly outdoorOffsetK: number;
  readonly primaryReturnKpa: number;
  readonly primaryDifferenceKpa: number;
  readonly designOutdoorC: number;
  /** Event time reached, epoch ms. */
  at: number;
  outdoorC: number;
  filteredC: number;
  primarySupplyC: number;
  primaryKpa: number;
  tankM: number;
  tankFilling: boolean;
  /** Meter readings since the meter was built in: m³ and GJ. */
  primaryM3: number;
  primaryGj: number;
  minute: CircuitWeather;
}

export interface StationOptions {
  readonly network: Network;
  readonly seed: number;
  readonly weather: Weather;
  readonly startAt: number;
  readonly faults: readonly Fault[];
}

export function createStation(asset: Asset, options: StationOptions): Station {
  const { weather, network, faults } = options;
  const seed = subSeed(options.seed, asset.id);
  const draw = draws(subSeed(seed, "station"));
  const at = Math.floor(options.startAt / MINUTE_MS) * MINUTE_MS;
  const outdoorOffsetK = 0.35 * draw.normal();
  let meanC = 0;
  for (let hour = 0; hour < START_MEAN_HOURS; hour++) meanC += weather.outdoorC(at - hour * HOUR_MS) / START_MEAN_HOURS;
  const circuits = network
    .below(asset.id, "circuit")
    .map((circuit) => createCircuit(circuit, { network, seed, faults, outdoorC: meanC + outdoorOffsetK }));
  const station: Station = {
    asset,
    seed,
    circuits,
    weather,
    outdoorOffsetK,
    primaryReturnKpa: draw.between(380, 560),
    primaryDifferenceKpa: draw.between(120, 210),
    designOutdoorC: circuits[0]?.facts.designOutdoorC ?? -5.3,
    at,
    outdoorC: meanC,
    filteredC: meanC + outdoorOffsetK,
    primarySupplyC: 90,
    primaryKpa: 150,
    tankM: draw.between(1.2, 1.5),
    tankFilling: false,
    primaryM3: Math.round(draw.between(40_000, 400_000)),
    primaryGj: Math.round(draw.between(8000, 80_000)),
    minute: {
      outdoorC: meanC,
      filteredC: meanC,
      gainShare: 1,
      sunShare: 0,
      localHour: 0,
      primarySupplyC: 90,
      primaryKpa: 150,
      tankReady: true,
    },
  };
  return station;
}

/** Moves a station to the last full 10 s before or at `to` (epoch ms). */
export function advanceStation(station: Station, to: number): void {
  while (station.at + TICK_MS <= to) {
    if (station.at % MINUTE_MS === 0) beginStationMinute(station);
    station.at += TICK_MS;
    let makeupM3h = 0;
    for (const circuit of station.circuits) {
      tickCircuit(circuit, station.minute, station.at);
      makeupM3h += circuit.pressure.makeupM3h;
      station.primaryM3 += (circuit.primaryKgS * TICK_S) / 1000;
      station.primaryGj += (circuit.heatKw * TICK_S) / 1e6;
    }
    stepTank(station, makeupM3h);
    if (station.at % MINUTE_MS === 0) for (const circuit of station.circuits) endMinute(circuit, station.minute);
  }
}

function beginStationMinute(station: Station): void {
  const { at, weather, seed } = station;
  station.outdoorC = weather.outdoorC(at) + station.outdoorOffsetK;
  station.filteredC += (station.outdoorC - station.filteredC) * (MINUTE_MS / OUTDOOR_FILTER_MS);
  const slope = (PRIMARY_CURVE.designC - PRIMARY_CURVE.mildC) / (station.designOutdoorC - PRIMARY_CURVE.mildOutdoorC);
  const curveC = PRIMARY_CURVE.mildC + slope * (station.filteredC - PRIMARY_CURVE.mildOutdoorC);
  station.primarySupplyC = Math.min(115, Math.max(72, curveC)) + 0.8 * smoothNormalAt(seed, at / (2 * HOUR_MS));
  station.primaryKpa = Math.max(60, station.primaryDifferenceKpa + 6 * smoothNormalAt(seed + 1, at / HOUR_MS));
  const localHour = weather.localHour(at);
  station.minute = {
    outdoorC: station.outdoorC,
    filteredC: station.filteredC,
    gainShare: gainShare(localHour),
    sunShare: weather.sunShare(at),
    localHour,
    primarySupplyC: station.primarySupplyC,
    primaryKpa: station.primaryKpa,
    tankReady: station.tankM > TANK.emptyM,
  };
  for (const circuit of station.circuits) beginMinute(circuit, station.minute, at);
}

/** The tank gives what the makeup pumps take; its float valve opens low and closes high. */
function stepTank(station: Station, makeupM3h: number): void {
  if (station.tankM < TANK.lowM) station.tankFilling = true;
  if (station.tankM > TANK.highM) station.tankFilling = false;
  const netM3h = (station.tankFilling ? TANK.inflowM3h : 0) - makeupM3h;
  station.tankM = Math.min(TANK.overM, Math.max(0, station.tankM + (netM3h * TICK_S) / 3600 / TANK.areaM2));
}

export interface PrimarySide {
  readonly flowM3h: number;
  readonly heatKw: number;
  readonly returnC: number;
}

/** Flow, heat and mixed return of the primary side of all circuits together. */
export function primarySide(station: Station): PrimarySide {
  let kgS = 0;
  let heatKw = 0;
  for (const circuit of station.circuits) {
    kgS += circuit.primaryKgS;
    heatKw += circuit.heatKw;
  }
  const returnC = kgS > 0.01 ? station.primarySupplyC - heatKw / (kgS * WATER_KJ_PER_KG_K) : (station.circuits[0]?.returnC ?? 40);
  return { flowM3h: kgS * 3.6, heatKw, returnC };
}
