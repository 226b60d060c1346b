import type { Asset, Network } from "../model/network.ts";
import { zoneOffsetMs, localDay, startOfLocalDay } from "../model/zone.ts";
import { type Matter, symptomOf, wordsFor } from "./call-words.ts";
import type { Habits } from "./habits.ts";
import { draws, subSeed, uniformAt } from "./random.ts";
import type { Call } from "./residents.ts";
import { type SeasonDates, seasonDates } from "./season.ts";

/** Calls for what no telemetry sees: the own tap and filter, the neighbours' empty flat, the bill. */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SEASON_DAYS = 120;
const SURGE_MS = 14 * DAY_MS;
const CALLS_PER_DAY_MAX = 20;
/** From filling to commissioning, when only water brings somebody to the telephone. */
const FILLING_SHARE = 0.15;

/**
 * Shares of the matters. DOMAIN, service clocks (Liaoning, 30,198 complaints): 39.7 % on the residents' own side, 28.7 % unheated neighbours
 * or new buildings; the company's 31.6 % come from faults. How the own side divides is our belief.
 */
const MATTERS: readonly (readonly [Matter, number])[] = [
  ["neighbour", 28.7 / 68.4],
  ["cold", 17.7 / 68.4],
  ["expectation", 8 / 68.4],
  ["own_water", 6 / 68.4],
  ["question", 5 / 68.4],
  ["noise", 3 / 68.4],
];

/** Calls in [from, to), epoch ms, in no order; any span may be asked for at any time. */
export function unseenCalls(options: {
  readonly network: Network;
  readonly habits: Habits;
  readonly seed: number;
}): (from: number, to: number) => Generator<Call> {
  const { network, habits, seed } = options;
  const places = [...network.assets()].filter(
    (asset) =>
      (asset.level === "unit" && asset.unitFacts?.suspended !== true) ||
      (asset.level === "circuit" && network.below(asset.id, "unit").length === 0),
  );
  const { timezone } = network;
  const dates = seasonDates(network.season);
  return function* calls(from, to) {
    if (habits.unseenPer1000Season <= 0) return;
    for (let day = localDay(timezone, from); day <= localDay(timezone, to - 1); day++) {
      const start = startOfLocalDay(timezone, day);
      const factor = busyness(dates, start, habits.surge);
      if (factor === 0) continue;
      for (const place of places) {
        const own = subSeed(seed, place.id);
        const expected = ((households(place) * habits.unseenPer1000Season) / 1000 / SEASON_DAYS) * factor;
        const count = poisson(expected, uniformAt(own, day));
        for (let nth = 0; nth < count; nth++) {
          const call = callOf(place, start, subSeed(own, day, nth), timezone);
          if (call.at >= from && call.at < to) yield call;
        }
      }
    }
  };
}

const households = (place: Asset): number => place.unitFacts?.households ?? place.circuitFacts?.households ?? 0;

/** How busy the telephones are on a day, relative to mid-winter; 0 outside the season. */
function busyness(dates: SeasonDates, at: number, surge: number): number {
  if (at < dates.filling || at >= dates.end) return 0;
  if (at < dates.commissioning) return FILLING_SHARE;
  return at < dates.commissioning + SURGE_MS ? surge : 1;
}

function poisson(expected: number, uniform: number): number {
  let term = Math.exp(-expected);
  let sum = term;
  let count = 0;
  while (uniform >= sum && count < CALLS_PER_DAY_MAX) {
    count++;
    term *= expected / count;
    sum += term;
  }
  return count;
}

function callOf(place: Asset, dayStart: number, seed: number, timezone: string): Call {
  const draw = draws(seed);
  let rest = draw.between(0, 1);
  let matter: Matter = "question";
  for (const [candidate, share] of MATTERS) {
    matter = candidate;
    rest -= share;
    if (rest < 0) break;
  }
  // Morning or evening, around 9:00 or 19:30; the draw is bell-shaped and never beyond ±3.5 deviations.
  const hour = draw.between(0, 1) < 0.45 ? 9.5 + 0.7 * draw.normal() : 18 + 1.1 * draw.normal();
  const noon = dayStart + 12 * HOUR_MS;
  const shift = zoneOffsetMs(timezone, dayStart) - zoneOffsetMs(timezone, noon);
  return {
    at: Math.floor(dayStart + shift + hour * HOUR_MS),
    asset: place.id,
    symptom: symptomOf(matter),
    text: wordsFor(matter, seed, 0),
    cause: undefined,
  };
}
