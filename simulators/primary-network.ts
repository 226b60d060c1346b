import type { Network } from "../model/network.ts";
import type { Fault } from "./faults.ts";
import { smoothNormalAt, subSeed, uniformAt } from "./random.ts";
import { type SeasonDates, seasonDates } from "./season.ts";
import { primaryLeft, primaryShortages } from "./station-faults.ts";
import type { Weather } from "./weather.ts";

/**
 * Heat source and primary branches: what reaches the connection of each station. A pure function of the instant, so that stations
 * can be moved one by one; what stations take from each other is therefore that of the mean station, not of each controller.
 */

const HOUR_MS = 3_600_000;
/** Primary supply at design and at +8 °C outdoors, and what the source can give at most and gives at least, °C; DOMAIN 1 and 2. */
const CURVE = { designC: 110, mildC: 76, mildOutdoorC: 8, mostC: 115, leastC: 72 } as const;
/** The source follows the outdoor temperature with this time constant, and forgets what is six of them old (DOMAIN 2: 4-12 h). */
const SOURCE_FILTER_H = 6;
const SOURCE_MEMORY_H = 36;
/** Heat that the source can give, relative to the design load. */
const CAPACITY = { least: 1.06, most: 1.2 } as const;
/** Indoor temperature of the load, and what comes back from the stations, °C. */
const INDOOR_C = 20;
const RETURN_C = 45;
/** A shortage of heat costs this share of the supply's excess over this temperature, °C; see `primary_shortage`. */
const COLD_BASE_C = 40;
/** Colder supply makes the stations open: the flow grows up to this, and the branch loses this share of its difference per (flow² - 1). */
const PULL_MAX = 1.3;
const FRICTION_SHARE = 0.9;
const DIFFERENCE_SHARE_MIN = 0.2;
/** Heat is due to the end of the last day: the source stops so much later. It begins this long before commissioning, needs so long to heat the mains, and cools with this time constant. */
const SOURCE_AFTER_MS = 10 * HOUR_MS;
const SOURCE_AHEAD_MS = 36 * HOUR_MS;
const HEAT_UP_MS = 24 * HOUR_MS;
const PUMP_RAMP_MS = HOUR_MS;
const COOL_DOWN_MS = 30 * HOUR_MS;
const STANDING_C = 18;
const HOURS_KEPT_MAX = 4096;

/** What a station finds at its primary connection. */
export interface PrimaryConnection {
  /** Supply temperature, °C. */
  readonly supplyC: number;
  /** Pressure difference between supply and return relative to the station's usual one: 0 without pumps. */
  readonly differenceShare: number;
}

export interface PrimaryNetwork {
  /** The connection of a station (id) at an instant (epoch ms). */
  connection(station: string, at: number): PrimaryConnection;
  /** Outdoor temperature that the source follows, °C: the mean of the last hours, newer ones counting more. */
  sourceOutdoorC(at: number): number;
}

export interface PrimaryNetworkOptions {
  readonly network: Network;
  readonly seed: number;
  readonly weather: Weather;
  readonly faults: readonly Fault[];
}

/** The primary branch of a station; a station that names none hangs on one of its own. */
export function branchOf(network: Network, station: string): string {
  const named = network.asset(station)?.primaryBranch;
  return named === undefined ? `station ${station}` : `branch ${named}`;
}

export function createPrimaryNetwork(options: PrimaryNetworkOptions): PrimaryNetwork {
  const { network, weather } = options;
  const seed = subSeed(options.seed, "primary");
  const dates = seasonDates(network.season);
  const designOutdoorC = designOutdoor(network);
  const capacity = CAPACITY.least + (CAPACITY.most - CAPACITY.least) * uniformAt(seed, 1);
  const stations = new Map(
    network.stations.map((station) => [
      station.id,
      {
        seed: subSeed(seed, station.id),
        branchSeed: subSeed(seed, branchOf(network, station.id)),
        shortages: primaryShortages(options.faults, station, network),
      },
    ]),
  );
  const sourceC = filteredOutdoor(weather);

  const curveC = (outdoorC: number): number => {
    const slope = (CURVE.designC - CURVE.mildC) / (designOutdoorC - CURVE.mildOutdoorC);
    // Beyond its capacity the source cannot raise the temperature further.
    const coldestC = INDOOR_C - capacity * (INDOOR_C - designOutdoorC);
    const wanted = CURVE.mildC + slope * (Math.max(outdoorC, coldestC) - CURVE.mildOutdoorC);
    return Math.min(CURVE.mostC, Math.max(CURVE.leastC, wanted));
  };

  return {
    sourceOutdoorC: sourceC,
    connection(id, at) {
      const own = stations.get(id);
      if (own === undefined) throw new Error(`expected a station of the network, found "${id}"`);
      const running = sourceShare(dates, at);
      const fullC = curveC(sourceC(at)) + 0.8 * smoothNormalAt(own.seed, at / (2 * HOUR_MS));
      const left = primaryLeft(own.shortages, at);
      const supplyC = COLD_BASE_C + (fullC - COLD_BASE_C) * left.excessShare;
      // The same heat from colder water needs more of it.
      const pull = Math.min(PULL_MAX, Math.max(1, (fullC - RETURN_C) / Math.max(1, supplyC - RETURN_C)));
      const branch = 1 + 0.03 * smoothNormalAt(own.branchSeed, at / HOUR_MS);
      const wanted = Math.max(DIFFERENCE_SHARE_MIN, branch * (1 - FRICTION_SHARE * (pull * pull - 1)));
      return {
        supplyC: STANDING_C + (supplyC - STANDING_C) * running.heat,
        // Flow at a given opening goes with the root of the difference.
        differenceShare: wanted * left.flowShare ** 2 * running.pumps,
      };
    },
  };
}

/** Outdoor temperature of the design: the median of all circuits. */
function designOutdoor(network: Network): number {
  const all = [...network.assets()].flatMap((asset) => (asset.circuitFacts === undefined ? [] : [asset.circuitFacts.designOutdoorC]));
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? -5.3;
}

/** How much of its heat and of its pumps the source gives in its season, 0…1. */
function sourceShare(dates: SeasonDates, at: number): { readonly heat: number; readonly pumps: number } {
  const since = at - (dates.commissioning - SOURCE_AHEAD_MS);
  if (since < 0) return { heat: 0, pumps: 0 };
  const after = at - dates.end - SOURCE_AFTER_MS;
  if (after >= 0) return { heat: Math.exp(-after / COOL_DOWN_MS), pumps: Math.max(0, 1 - after / PUMP_RAMP_MS) };
  return { heat: Math.min(1, since / HEAT_UP_MS), pumps: Math.min(1, since / PUMP_RAMP_MS) };
}

/** The outdoor temperature through the filter of the source, as a function of the instant alone. */
function filteredOutdoor(weather: Weather): (at: number) => number {
  const hours = new Map<number, number>();
  const keep = Math.exp(-1 / SOURCE_FILTER_H);
  const atHour = (hour: number): number => {
    const known = hours.get(hour);
    if (known !== undefined) return known;
    let sum = 0;
    let weights = 0;
    for (let back = 0, weight = 1; back < SOURCE_MEMORY_H; back++, weight *= keep) {
      sum += weight * weather.outdoorC((hour - back) * HOUR_MS);
      weights += weight;
    }
    if (hours.size >= HOURS_KEPT_MAX) hours.clear();
    hours.set(hour, sum / weights);
    return sum / weights;
  };
  return (at) => {
    const position = at / HOUR_MS;
    const hour = Math.floor(position);
    const left = atHour(hour);
    return left + (atHour(hour + 1) - left) * (position - hour);
  };
}
