import type { Network } from "../model/network.ts";
import type { Circuit } from "./circuit.ts";
import { trappedAirOf } from "./circuit-season.ts";
import { checkFaults, type Fault } from "./faults.ts";
import { createPrimaryNetwork } from "./primary-network.ts";
import { beginOf, seasonDates } from "./season.ts";
import { advanceStation, createStation, type Station } from "./station.ts";
import { createReporter, sampleStation, type StationReporter, type StationSample } from "./station-sample.ts";
import { type Climate, createWeather, type Weather } from "./weather.ts";

/** The whole simulated network: physics with a seed and faults, and no clock. Same options, same numbers, whatever is asked when. */

/** How often a unit or room reports, ms. */
const UNIT_INTERVAL_MS = 30 * 60_000;
/** Runs before `startAt`, unseen, in which controllers and pipes settle. */
const SETTLE_MS = 24 * 3_600_000;
/** 15 November as [month, day]: where the climate's heating season begins (DOMAIN 2). */
const CLIMATE_HEATING = [10, 15] as const;

export interface PlantOptions {
  readonly network: Network;
  readonly seed: number;
  readonly climate: Climate;
  /** First instant that can be sampled, epoch ms. */
  readonly startAt: number;
  readonly faults?: readonly Fault[];
  readonly unitIntervalMs?: number;
  /** In place of the climate's weather, e.g. a constant one in a test. */
  readonly weather?: Weather;
}

export interface StationPlant {
  readonly id: string;
  readonly state: Station;
  /** Moves on to `to` (epoch ms), on a grid of 10 s. Going back does nothing. */
  advance(to: number): void;
  /** Moves on to `at` and polls. Throws when `at` lies behind what was reached. */
  sample(at: number): StationSample;
}

export interface Plant {
  readonly stations: readonly StationPlant[];
  readonly weather: Weather;
  station(id: string): StationPlant;
  advance(to: number): void;
  /** Polls every station at one instant. */
  sample(at: number): StationSample[];
  /**
   * Shows every station at each multiple of `everyMs` (epoch ms; a multiple of 10 s) that it passes from now on, whoever moves it:
   * what is seen is the same whatever else is asked of the plant.
   */
  watch(everyMs: number, see: (station: Station) => void): void;
  /** Air that commissioning sets free in units of this season, whether or not it was already there: true air locks that nobody planted. */
  trappedAir(): PlacedAir[];
}

export interface PlacedAir {
  readonly asset: string;
  /** When it begins to gather, and when a crew vents it, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** Share of the unit's flow that it takes at most. */
  readonly lostShare: number;
}

interface Watch {
  readonly everyMs: number;
  nextAt: number;
  readonly see: (station: Station) => void;
}

/** Builds the plant in balance with the weather of its first day. Throws on a fault that does not fit the network. */
export function createPlant(options: PlantOptions): Plant {
  const { network, seed, startAt } = options;
  const faults = options.faults ?? [];
  checkFaults(faults, network);
  const weather = options.weather ?? plantWeather(options);
  const beginAt = beginOf(seasonDates(network.season), startAt, SETTLE_MS);
  const primary = createPrimaryNetwork({ network, seed, weather, faults });
  const watches = new Map<string, Watch[]>();
  const stations = network.stations.map((asset) => {
    const state = createStation(asset, { network, seed, weather, primary, startAt: beginAt, faults });
    const own: Watch[] = [];
    watches.set(asset.id, own);
    return stationPlant(
      state,
      createReporter(state, network, { unitIntervalMs: options.unitIntervalMs ?? UNIT_INTERVAL_MS }),
      startAt,
      own,
    );
  });
  const byId = new Map(stations.map((station) => [station.id, station]));
  return {
    stations,
    weather,
    station(id) {
      const station = byId.get(id);
      if (station === undefined) throw new Error(`expected a station of the network, found "${id}"`);
      return station;
    },
    advance: (to) => {
      for (const station of stations) station.advance(to);
    },
    sample: (at) => stations.map((station) => station.sample(at)),
    trappedAir: () => stations.flatMap(({ state }) => state.circuits.flatMap(airOf)),
    watch(everyMs, see) {
      for (const { id, state } of stations) {
        const nextAt = Math.ceil(Math.max(startAt, state.at) / everyMs) * everyMs;
        watches.get(id)!.push({ everyMs, nextAt, see });
      }
    },
  };
}

const airOf = ({ season, units }: Circuit): PlacedAir[] =>
  trappedAirOf(season).map(({ row, from, to, lostShare }) => ({ asset: units.assets[row]!.id, from, to, lostShare }));

function stationPlant(state: Station, reporter: StationReporter, startAt: number, watches: readonly Watch[]): StationPlant {
  const advance = (to: number): void => {
    const until = Math.max(to, startAt);
    for (let due = soonest(watches); due !== undefined && due.nextAt <= until; due = soonest(watches)) {
      advanceStation(state, due.nextAt);
      due.nextAt += due.everyMs;
      due.see(state);
    }
    advanceStation(state, until);
  };
  return {
    id: state.asset.id,
    state,
    advance,
    sample(at) {
      if (at < startAt || at < reporter.polledAt || state.at > at)
        throw new Error(`station ${state.asset.id}: expected an instant from ${Math.max(startAt, state.at)} on, found ${at}`);
      advance(at);
      return sampleStation(reporter, at);
    },
  };
}

function soonest(watches: readonly Watch[]): Watch | undefined {
  let best: Watch | undefined;
  for (const watch of watches) if (best === undefined || watch.nextAt < best.nextAt) best = watch;
  return best;
}

function plantWeather(options: PlantOptions): Weather {
  const { network, seed, climate, faults } = options;
  const heating = network.season.heating;
  const coldSnaps = (faults ?? []).flatMap((fault) => (fault.kind === "cold_snap" ? [{ at: fault.onset, dropK: fault.magnitude }] : []));
  return createWeather({
    seed,
    climate,
    timezone: network.timezone,
    coldSnaps,
    seasonShiftMs: heating === undefined ? 0 : heating - nearestClimateSeason(heating),
  });
}

/** The 15 November nearest to an instant, so that a network heated at another time of the year still has a winter. */
function nearestClimateSeason(at: number): number {
  const year = new Date(at).getUTCFullYear();
  const seasons = [year - 1, year, year + 1].map((candidate) => Date.UTC(candidate, ...CLIMATE_HEATING));
  return seasons.reduce((best, season) => (Math.abs(season - at) < Math.abs(best - at) ? season : best));
}
