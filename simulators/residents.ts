import type { Network } from "../model/network.ts";
import { zoneOffsetMs } from "../model/zone.ts";
import { ROOM_DESIGN_C } from "./building.ts";
import { causeFinder } from "./call-cause.ts";
import { type Matter, type Symptom, symptomOf, wordsFor } from "./call-words.ts";
import type { Fault } from "./faults.ts";
import { coldBelowC, createFlats, type Flats, flatC } from "./flats.ts";
import type { Habits } from "./habits.ts";
import type { Plant } from "./plant.ts";
import { subSeed, uniformAt } from "./random.ts";
import { type SeasonDates, seasonDates } from "./season.ts";
import type { Station } from "./station.ts";
import { unseenCalls } from "./unseen-calls.ts";
import { waterCalls } from "./water-calls.ts";

/**
 * The people in the flats: they feel cold, hear air, see water, and call, by day more than by night, most of them never. What they
 * feel is looked at every half hour of the plant, and a call is made an hour to an hour and a half after the look that decided it:
 * so the residents never move the plant further than its devices have, and calls are the same whoever moves it.
 */

export interface Call {
  /** Epoch ms. */
  readonly at: number;
  readonly asset: string;
  readonly symptom: Symptom;
  readonly text: string;
  /** Id of the planted fault, for the score only; undefined: what no telemetry sees. */
  readonly cause: string | undefined;
}

export interface ResidentsOptions {
  readonly plant: Plant;
  readonly network: Network;
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly habits: Habits;
}

export interface Residents {
  /** Calls in [from, to), epoch ms, by time. Moves the plant to at most an hour before `to`. */
  calls(from: number, to: number): Generator<Call>;
}

const HOUR_MS = 3_600_000;
const LOOK_MS = 1_800_000;
const LOOK_AHEAD_MS = HOUR_MS;
/** Chance per half hour that somebody who is out of patience takes up the telephone, at the busiest hour. */
const CALL_CHANCE = 0.35;
/** Below this a flat is no longer a matter of comfort: calls also come at night. */
const ICY_C = 13;
/** Not helped: calls again after a day, at most so often in one cold spell. */
const AGAIN_MS = 24 * HOUR_MS;
const CALLS_PER_SPELL_MAX = 4;
/** People get used to the temperature of their unit in this time, but never to less than so much, °C. [our belief] */
const USUAL_MS = 7 * 86_400_000;
const USUAL_LEAST_C = 18.5;
const HEATING_UP_C = 17.5;
/** Cold radiators are noticed by hand, before the air is: with water less than this above the air, people bear less, K. */
const COLD_RADIATOR_K = 2.5;
const COLD_RADIATOR_BEARS_K = -1.5;
/** Before the first day of heating people bear more, K, and in the first days of the trial run nobody expects heat. */
const COMMISSIONING_BEARS_K = 2;
const TRIAL_MS = 4 * 86_400_000;
/** Gas that gurgles, L, and the chance per half hour that a household calls for it. */
const NOISY_GAS_L = { least: 0.3, most: 4 } as const;
const NOISE_CHANCE = 0.002;
const HOT_C = 26.5;
const HOT_CHANCE = 0.004;
/** On a warm day cold radiators are as they should be. */
const HEATED_BELOW_C = 8;
/** Noise and heat are mentioned once in so long. */
const MENTION_MS = 5 * 86_400_000;

/** How willing people are to call at an hour of the local day, 0…1: from 7 to 22, most at 8-10 and 18-21. */
export function willingness(localHour: number): number {
  if (localHour < 7 || localHour >= 22) return 0;
  const morning = Math.exp(-(((localHour - 9) / 1.5) ** 2));
  const evening = Math.exp(-(((localHour - 19.5) / 2) ** 2));
  return 0.35 + 0.65 * Math.max(morning, evening);
}

/** How much colder than usual people accept at an instant, K; Infinity when nobody expects heat. */
function bearsK(dates: SeasonDates, at: number): number {
  if (at >= dates.end || at < dates.commissioning + TRIAL_MS) return Infinity;
  return at < dates.heating ? COMMISSIONING_BEARS_K : 0;
}

interface UnitHome {
  readonly asset: string;
  readonly row: number;
  readonly seed: number;
  readonly flats: Flats;
  /** Mean temperature that the unit is used to, °C. */
  usualC: number;
  anyCold: boolean;
  mentionedAt: number;
}

/** What was long enough becomes usual, within limits; a house that is only now heated up has no custom yet. */
function getUsedTo(home: UnitHome, unitC: number): void {
  const boundedC = Math.min(ROOM_DESIGN_C, Math.max(USUAL_LEAST_C, unitC));
  if (Number.isNaN(home.usualC)) home.usualC = unitC < HEATING_UP_C ? ROOM_DESIGN_C : boundedC;
  home.usualC += (boundedC - home.usualC) * (LOOK_MS / USUAL_MS);
}

export function createResidents(options: ResidentsOptions): Residents {
  const { plant, network, seed, faults, habits } = options;
  const dates = seasonDates(network.season);
  const causes = causeFinder(faults, network);
  const homes = new Map<string, UnitHome[]>();
  /** Calls decided and not yet handed out, in no order. */
  let waiting: Call[] = [...waterCalls({ faults, network, seed: subSeed(seed, "water"), callShare: habits.callShare })];
  const unseen = unseenCalls({ network, habits, seed: subSeed(seed, "unseen") });

  const homesOf = (station: Station): UnitHome[] => {
    const id = station.asset.id;
    let found = homes.get(id);
    if (found === undefined) {
      found = station.circuits.flatMap((circuit) =>
        circuit.units.assets.map((asset, row) => {
          const own = subSeed(seed, asset.id);
          return {
            asset: asset.id,
            row,
            seed: own,
            flats: createFlats(asset, network, habits, own),
            usualC: NaN,
            anyCold: false,
            mentionedAt: -Infinity,
          };
        }),
      );
      homes.set(id, found);
    }
    return found;
  };

  function say(home: UnitHome, flat: number, at: number, matter: Matter): void {
    const { seed: own, flats } = home;
    const callAt = at + LOOK_AHEAD_MS + Math.floor(uniformAt(subSeed(own, "when", flat), at / LOOK_MS) * LOOK_MS);
    const about = matter === "noise" || matter === "hot" ? matter : "cold";
    waiting.push({
      at: callAt,
      asset: flats.assets[flat]!,
      symptom: symptomOf(matter),
      text: `${flats.floors[flat]!}楼，${wordsFor(matter, subSeed(own, "words", flat), at / LOOK_MS)}`,
      cause: causes.find(home.asset, about, at),
    });
  }

  function look(station: Station): void {
    const { at } = station;
    const bears = bearsK(dates, at);
    const hour = (((at + LOOK_AHEAD_MS + zoneOffsetMs(network.timezone, at)) / HOUR_MS) % 24) + 0.25;
    const willing = willingness(hour % 24);
    const all = homesOf(station);
    let index = 0;
    for (const circuit of station.circuits)
      for (let row = 0; row < circuit.units.count; row++) {
        const home = all[index++]!;
        const unitC = circuit.units.roomC[row]!;
        const hasColdRadiators = circuit.units.waterC[row]! < unitC + COLD_RADIATOR_K && station.outdoorC < HEATED_BELOW_C;
        lookForCold(home, unitC, station.outdoorC, at, hasColdRadiators ? bears + COLD_RADIATOR_BEARS_K : bears, willing);
        lookForMentions(home, unitC, circuit.units.gasL[row]!, at, willing);
      }
  }

  function lookForCold(home: UnitHome, unitC: number, outdoorC: number, at: number, bears: number, willing: number): void {
    const { flats } = home;
    if (bears !== Infinity) getUsedTo(home, unitC);
    const coldestPlaceK = 0.05 * Math.max(0, unitC - outdoorC);
    if (bears === Infinity || unitC - coldestPlaceK > flats.warmEnoughC - bears) {
      if (home.anyCold) {
        flats.coldSince.fill(NaN);
        flats.calls.fill(0);
        home.anyCold = false;
      }
      return;
    }
    home.anyCold = true;
    for (let flat = 0; flat < flats.count; flat++) {
      const roomC = flatC(flats, flat, unitC, outdoorC);
      if (roomC >= coldBelowC(flats, flat, home.usualC) - bears) {
        flats.coldSince[flat] = NaN;
        flats.calls[flat] = 0;
        continue;
      }
      if (Number.isNaN(flats.coldSince[flat])) flats.coldSince[flat] = at;
      const again = flats.calls[flat]! > 0;
      if (flats.calls[flat]! >= CALLS_PER_SPELL_MAX || at - flats.coldSince[flat]! < flats.patienceMs[flat]!) continue;
      if (again && at - flats.calledAt[flat]! < AGAIN_MS) continue;
      const icy = roomC < ICY_C;
      const chance = CALL_CHANCE * (icy ? Math.max(0.3, willing) : willing);
      if (uniformAt(subSeed(home.seed, "cold", flat), at / LOOK_MS) >= chance) continue;
      flats.calledAt[flat] = at;
      flats.calls[flat]!++;
      say(home, flat, at, again ? "cold_again" : icy ? "icy" : "cold");
    }
  }

  function lookForMentions(home: UnitHome, unitC: number, gasL: number, at: number, willing: number): void {
    const noisy = gasL > NOISY_GAS_L.least && gasL < NOISY_GAS_L.most;
    const hot = unitC > HOT_C;
    if ((!noisy && !hot) || at - home.mentionedAt < MENTION_MS) return;
    const chance = habits.callShare * home.flats.count * (noisy ? NOISE_CHANCE * Math.max(0.3, willing) : HOT_CHANCE * willing);
    const place = uniformAt(subSeed(home.seed, "mention"), at / LOOK_MS);
    if (place >= chance || home.flats.count === 0) return;
    home.mentionedAt = at;
    say(home, Math.floor((place / chance) * home.flats.count), at, noisy ? "noise" : "hot");
  }

  if (habits.callShare > 0) plant.watch(LOOK_MS, look);
  return {
    *calls(from, to) {
      if (habits.callShare > 0) plant.advance(to - LOOK_AHEAD_MS - 1);
      const due = [...unseen(from, to)];
      const later: Call[] = [];
      for (const call of waiting)
        if (call.at < to) due.push(call);
        else later.push(call);
      waiting = later;
      due.sort((a, b) => a.at - b.at || (a.asset < b.asset ? -1 : 1));
      for (const call of due) if (call.at >= from) yield call;
    },
  };
}
