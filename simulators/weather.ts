import { zoneOffsetMs } from "../model/zone.ts";
import { GROUND_C } from "./pipes.ts";
import { normalAt, subSeed, uniformAt } from "./random.ts";

/** Outdoor temperature and sun as a pure function of seed and instant; DOMAIN 5.1. */

export const CLIMATES = ["jinan", "hohhot"] as const;
export type Climate = (typeof CLIMATES)[number];

interface ClimateFacts {
  /** Mean of each month, January first, °C. */
  readonly monthC: readonly number[];
  /** Standard deviation of the weather of several days, K, and the half swing of the day, K. */
  readonly synopticK: number;
  readonly dailyK: number;
}

const CLIMATE: Readonly<Record<Climate, ClimateFacts>> = {
  jinan: { monthC: [-1, 2, 8, 15, 21, 26, 27, 26, 21, 15, 8, 1], synopticK: 3.2, dailyK: 4.5 },
  hohhot: { monthC: [-11, -6, 2, 10, 17, 21, 23, 21, 15, 7, -2, -9], synopticK: 4, dailyK: 4.7 },
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BLOCK_HOURS = 512;
const BLOCKS_KEPT_MAX = 8;
/** Memory of the weather, h: one step of the AR(1) keeps exp(-1/48). */
const AR1_HOURS = 48;
/** A cold wave in most windows of this length: two or three in a season of 120 days. */
const WAVE_WINDOW_HOURS = 960;
const WAVE_SHARE = 0.85;
const WAVE_K = { least: 8, most: 12 } as const;
/** What the waves take from the mean of a month: their share x their mean depth x 60 h of a full wave each. It is given back. */
const WAVE_MEAN_K = (WAVE_SHARE * ((WAVE_K.least + WAVE_K.most) / 2) * 60) / WAVE_WINDOW_HOURS;
/** The ground follows the means of the months so much later. */
const GROUND_LAG_MS = 30 * DAY_MS;

interface ColdSnap {
  readonly at: number;
  readonly dropK: number;
}

export interface Weather {
  /** Outdoor temperature, °C. */
  outdoorC(at: number): number;
  /** Sun on the southern glass: 0 (night) … 1 (clear noon). */
  sunShare(at: number): number;
  /** Temperature of the ground around buried mains, °C; 5 °C where nothing is said. */
  groundC?(at: number): number;
  /** Hour of the local day as a real number in [0, 24). */
  localHour(at: number): number;
}

export interface WeatherOptions {
  readonly seed: number;
  readonly climate: Climate;
  readonly timezone: string;
  /** How long after 15 November the heating season of the network begins, ms: the year of the climate is moved with it. */
  readonly seasonShiftMs?: number;
  /** Extra cold snaps of a scenario. */
  readonly coldSnaps?: readonly ColdSnap[];
}

/** Share of a cold wave `hours` after its begin: falls in 24 h, stays a day, is gone after two more. */
function waveShare(hours: number): number {
  if (hours <= 0 || hours >= 96) return 0;
  if (hours < 24) return hours / 24;
  return hours < 48 ? 1 : (96 - hours) / 48;
}

export function createWeather(options: WeatherOptions): Weather {
  const facts = CLIMATE[options.climate];
  const knotC = knotsOf(facts.monthC);
  const shiftMs = options.seasonShiftMs ?? 0;
  const snaps = options.coldSnaps ?? [];
  const seeds = { ar1: subSeed(options.seed, "ar1"), wave: subSeed(options.seed, "wave"), sky: subSeed(options.seed, "sky") };
  const blocks = new Map<number, Float64Array>();
  let offsetHour = NaN;
  let offsetMs = 0;
  let groundHour = NaN;
  let groundC = GROUND_C;
  // The zone's offset is asked for once an hour: a change at a half hour would come late by that half hour, once a year.
  const localHour = (at: number): number => {
    const hour = Math.floor(at / HOUR_MS);
    if (hour !== offsetHour) {
      offsetHour = hour;
      offsetMs = zoneOffsetMs(options.timezone, hour * HOUR_MS);
    }
    // Not with %: on numbers of this size it costs more than the rest of a minute of weather.
    const local = at + offsetMs;
    return (local - Math.floor(local / DAY_MS) * DAY_MS) / HOUR_MS;
  };
  const clearSky = (at: number): number => clearSkyAt(seeds.sky, at);

  function hourly(hour: number, ar1: number): number {
    const at = hour * HOUR_MS;
    // A clear day swings more than a grey one; on the mean the sky is 0.675 clear.
    const dailyK = facts.dailyK * (0.66 + 0.5 * clearSky(at));
    let celsius = monthlyMean(knotC, at - shiftMs) + WAVE_MEAN_K + ar1 + dailyK * Math.sin((2 * Math.PI * (localHour(at) - 9)) / 24);
    // Where two waves meet, the deeper one counts.
    let waveK = 0;
    for (const window of [Math.floor(hour / WAVE_WINDOW_HOURS) - 1, Math.floor(hour / WAVE_WINDOW_HOURS)]) {
      if (uniformAt(seeds.wave, window * 3) >= WAVE_SHARE) continue;
      const begin = window * WAVE_WINDOW_HOURS + uniformAt(seeds.wave, window * 3 + 1) * WAVE_WINDOW_HOURS;
      const dropK = WAVE_K.least + (WAVE_K.most - WAVE_K.least) * uniformAt(seeds.wave, window * 3 + 2);
      waveK = Math.max(waveK, dropK * waveShare(hour - begin));
    }
    celsius -= waveK;
    for (const snap of snaps) celsius -= snap.dropK * waveShare((at - snap.at) / HOUR_MS);
    return celsius;
  }

  /** Hours of one block; the AR(1) always starts a block earlier from 0, so a block is the same whoever asks first. */
  function block(index: number): Float64Array {
    let hours = blocks.get(index);
    if (hours !== undefined) return hours;
    hours = new Float64Array(BLOCK_HOURS + 1);
    const keep = Math.exp(-1 / AR1_HOURS);
    const innovationK = facts.synopticK * Math.sqrt(1 - keep * keep);
    const first = index * BLOCK_HOURS;
    let ar1 = 0;
    for (let hour = first - BLOCK_HOURS; hour <= first + BLOCK_HOURS; hour++) {
      ar1 = keep * ar1 + innovationK * normalAt(seeds.ar1, hour);
      if (hour >= first) hours[hour - first] = hourly(hour, ar1);
    }
    if (blocks.size >= BLOCKS_KEPT_MAX) blocks.delete(blocks.keys().next().value!);
    blocks.set(index, hours);
    return hours;
  }

  return {
    outdoorC(at) {
      const position = at / HOUR_MS;
      const hour = Math.floor(position);
      const index = Math.floor(hour / BLOCK_HOURS);
      const hours = block(index);
      const left = hours[hour - index * BLOCK_HOURS]!;
      return left + (hours[hour - index * BLOCK_HOURS + 1]! - left) * (position - hour);
    },
    sunShare: (at) => sunHeight(localHour(at)) * clearSky(at),
    groundC(at) {
      const hour = Math.floor(at / HOUR_MS);
      if (hour !== groundHour) {
        groundHour = hour;
        groundC = Math.max(GROUND_C, monthlyMean(knotC, hour * HOUR_MS - shiftMs - GROUND_LAG_MS));
      }
      return groundC;
    },
    localHour,
  };
}

/** How clear the sky of a day is, 0.35…1. */
export const clearSkyAt = (seed: number, at: number): number => 0.35 + 0.65 * uniformAt(seed, Math.floor((at + 8 * HOUR_MS) / DAY_MS));

/** The sun over southern glass, 0 (night) … 1 (noon), in a winter's day from 7:30 to 17:00. */
export const sunHeight = (localHour: number): number => Math.max(0, Math.sin((Math.PI * (localHour - 7.5)) / 9.5));

/** Values at the middles of the months whose straight lines have the means of the months: (k₋ + 6k + k₊)/8 = mean. */
function knotsOf(monthC: readonly number[]): readonly number[] {
  const knots = [...monthC];
  for (let round = 0; round < 30; round++)
    for (const [month, mean] of monthC.entries()) knots[month] = (8 * mean - knots[(month + 11) % 12]! - knots[(month + 1) % 12]!) / 6;
  return knots;
}

/** Mean of the day: values at the middles of the months, joined by straight lines. */
function monthlyMean(monthC: readonly number[], at: number): number {
  const date = new Date(at);
  const position = date.getUTCMonth() + (date.getUTCDate() - 0.5 + date.getUTCHours() / 24) / 30.5 - 0.5;
  const month = Math.floor(position);
  const left = monthC[(month + 12) % 12]!;
  return left + (monthC[(month + 13) % 12]! - left) * (position - month);
}
