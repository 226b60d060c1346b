import type { Asset, Network } from "../model/network.ts";
import { gainShare } from "./building.ts";
import { type Circuit, createCircuit, type PastWeather } from "./circuit.ts";
import { beginMinute, type CircuitWeather, endMinute, tickCircuit, TICK_S } from "./circuit-step.ts";
import type { Fault } from "./faults.ts";
import { GROUND_C } from "./pipes.ts";
import type { PrimaryNetwork } from "./primary-network.ts";
import { draws, subSeed } from "./random.ts";
import { hasPower, type StationFaults, stationFaults, sunOnSensorK, tankInflowShare } from "./station-faults.ts";
import { stepTank, type Tank, tankReady } from "./tank.ts";
import { WATER_KJ_PER_KG_K } from "./water.ts";
import type { Weather } from "./weather.ts";

/** One station: its primary connection, its makeup tank and its circuits, moved on a grid of 10 s of event time. */

const TICK_MS = TICK_S * 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The controller filters the outdoor temperature with this time constant (DOMAIN 2: 4-12 h). */
const OUTDOOR_FILTER_MS = 4 * HOUR_MS;
/** At the start heated rooms have the temperature that the weather of the last days gives, unheated ones that of a longer time. */
const START_MEAN_HOURS = 60;
const COLD_MEMORY_H = 90;
/** The primary return keeps this share of its pressure when the pumps of the source stand. */
const STANDING_SHARE = 0.75;
/** Water on the floor of the station: what its drain takes, from how much on the flood switch closes, and the most that stays. */
const FLOOR = { drainM3h: 0.3, floodL: 60, fullL: 5000 } as const;

export interface Station extends Tank {
  readonly asset: Asset;
  readonly seed: number;
  readonly circuits: readonly Circuit[];
  readonly weather: Weather;
  readonly primary: PrimaryNetwork;
  /** How much warmer it is at this station than in the climate, K, and its usual primary pressures, kPa. */
  readonly outdoorOffsetK: number;
  readonly usualReturnKpa: number;
  readonly usualDifferenceKpa: number;
  readonly faults: StationFaults;
  /** Event time reached, epoch ms. */
  at: number;
  /** Outdoor temperature at the station, as its sensor sees it (the sun may heat that), and as the controllers filter it, °C. */
  outdoorC: number;
  sensedOutdoorC: number;
  filteredC: number;
  powerOk: boolean;
  /** Water on the floor, L, and whether the flood switch is closed. */
  floorL: number;
  isFlooded: boolean;
  /** Primary supply temperature, °C, pressure difference and return pressure now, kPa. */
  primarySupplyC: number;
  primaryKpa: number;
  primaryReturnKpa: number;
  /** Meter readings since the meter was built in: m³ and GJ. */
  primaryM3: number;
  primaryGj: number;
  minute: CircuitWeather;
}

export interface StationOptions {
  readonly network: Network;
  readonly seed: number;
  readonly weather: Weather;
  readonly primary: PrimaryNetwork;
  readonly startAt: number;
  readonly faults: readonly Fault[];
}

export function createStation(asset: Asset, options: StationOptions): Station {
  const { weather, primary, network, faults } = options;
  const seed = subSeed(options.seed, asset.id);
  const draw = draws(subSeed(seed, "station"));
  const at = Math.floor(options.startAt / MINUTE_MS) * MINUTE_MS;
  const outdoorOffsetK = 0.35 * draw.normal();
  const past = pastWeather(weather, at);
  const { meanC } = past;
  const groundC = weather.groundC?.(at) ?? GROUND_C;
  const circuits = network.below(asset.id, "circuit").map((circuit) =>
    createCircuit(circuit, {
      network,
      seed,
      faults,
      past: { ...past, meanC: meanC + outdoorOffsetK, slowC: past.slowC + outdoorOffsetK },
      groundC,
      at,
    }),
  );
  const station: Station = {
    asset,
    seed,
    circuits,
    weather,
    primary,
    outdoorOffsetK,
    usualReturnKpa: draw.between(380, 560),
    usualDifferenceKpa: draw.between(120, 210),
    at,
    faults: stationFaults(faults, asset, network),
    outdoorC: meanC,
    sensedOutdoorC: meanC,
    filteredC: meanC + outdoorOffsetK,
    powerOk: true,
    floorL: 0,
    isFlooded: false,
    primarySupplyC: 90,
    primaryKpa: 150,
    primaryReturnKpa: 450,
    tankM: draw.between(1.2, 1.5),
    tankFilling: false,
    primaryM3: Math.round(draw.between(40_000, 400_000)),
    primaryGj: Math.round(draw.between(8000, 80_000)),
    minute: {
      outdoorC: meanC,
      filteredC: meanC,
      gainShare: 1,
      sunShare: 0,
      groundC,
      localHour: 0,
      primarySupplyC: 90,
      primaryKpa: 150,
      primarySupplyKpa: 600,
      tankReady: true,
      powerOk: true,
    },
  };
  return station;
}

/** What the last days were like, for a start in balance. */
function pastWeather(weather: Weather, at: number): PastWeather {
  let meanC = 0;
  let meanSun = 0;
  for (let hour = 0; hour < START_MEAN_HOURS; hour++) {
    meanC += weather.outdoorC(at - hour * HOUR_MS) / START_MEAN_HOURS;
    meanSun += weather.sunShare(at - hour * HOUR_MS) / START_MEAN_HOURS;
  }
  let slowC = 0;
  let weights = 0;
  for (let hour = 0; hour < 4 * COLD_MEMORY_H; hour++) {
    const weight = Math.exp(-hour / COLD_MEMORY_H);
    slowC += weight * weather.outdoorC(at - hour * HOUR_MS);
    weights += weight;
  }
  return { meanC, slowC: slowC / weights, meanSun };
}

/** Moves a station to the last full 10 s before or at `to` (epoch ms). */
export function advanceStation(station: Station, to: number): void {
  while (station.at + TICK_MS <= to) {
    if (Number.isInteger(station.at / MINUTE_MS)) beginStationMinute(station);
    station.at += TICK_MS;
    let makeupM3h = 0;
    let floorM3h = 0;
    let isFilled = false;
    for (const circuit of station.circuits) {
      tickCircuit(circuit, station.minute, station.at);
      makeupM3h += circuit.pressure.makeupM3h;
      floorM3h += circuit.floorM3h;
      isFilled ||= circuit.season.isDry;
      station.primaryM3 += (circuit.primaryKgS * TICK_S) / 1000;
      station.primaryGj += (circuit.heatKw * TICK_S) / 1e6;
    }
    stepTank(station, makeupM3h, tankInflowShare(station.faults, station.at), isFilled, TICK_S);
    if (floorM3h > 0 || station.floorL > 0) stepFloor(station, floorM3h);
    if (Number.isInteger(station.at / MINUTE_MS)) for (const circuit of station.circuits) endMinute(circuit, station.minute);
  }
}

function beginStationMinute(station: Station): void {
  const { at, weather, faults } = station;
  station.powerOk = hasPower(faults, at);
  station.outdoorC = weather.outdoorC(at) + station.outdoorOffsetK;
  station.sensedOutdoorC = station.outdoorC + sunOnSensorK(faults, at, weather.sunShare(at));
  station.filteredC += (station.sensedOutdoorC - station.filteredC) * (MINUTE_MS / OUTDOOR_FILTER_MS);
  const connection = station.primary.connection(station.asset.id, at);
  station.primarySupplyC = connection.supplyC;
  station.primaryKpa = station.usualDifferenceKpa * connection.differenceShare;
  station.primaryReturnKpa = station.usualReturnKpa * (STANDING_SHARE + (1 - STANDING_SHARE) * Math.min(1, connection.differenceShare));
  const localHour = weather.localHour(at);
  station.minute = {
    outdoorC: station.outdoorC,
    filteredC: station.filteredC,
    gainShare: gainShare(localHour),
    sunShare: weather.sunShare(at),
    groundC: weather.groundC?.(at) ?? GROUND_C,
    localHour,
    primarySupplyC: station.primarySupplyC,
    primaryKpa: station.primaryKpa,
    primarySupplyKpa: station.primaryReturnKpa + station.primaryKpa,
    tankReady: tankReady(station),
    powerOk: station.powerOk,
  };
  for (const circuit of station.circuits) beginMinute(circuit, station.minute, at);
}

/** Water of a leak inside the station stands on its floor until the drain has taken it. */
function stepFloor(station: Station, floorM3h: number): void {
  const grownL = ((floorM3h - FLOOR.drainM3h) * 1000 * TICK_S) / 3600;
  station.floorL = Math.min(FLOOR.fullL, Math.max(0, station.floorL + grownL));
  station.isFlooded = station.floorL > FLOOR.floodL;
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
