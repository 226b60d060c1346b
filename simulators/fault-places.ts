import { InputError } from "../model/input-error.ts";
import type { Asset, Network } from "../model/network.ts";
import { type Level, LEVELS } from "../model/signals.ts";
import { draws, subSeed } from "./random.ts";
import { nearestHint } from "./scenario-schema.ts";

/** Where a fault of a scenario strikes: an asset by its id, or some that are drawn. */

const PLACE_WORDS = "an asset of the network, or: any, any LEVEL, every LEVEL, N LEVELs, N% of LEVELs; with `in ID` or `on branch NAME`";

export interface PlaceOptions {
  readonly network: Network;
  readonly seed: number;
  /** Levels on which the kind can happen, the usual one first. */
  readonly levels: readonly Level[];
  /** Faults that a station already has: drawn places avoid it while there are others. */
  readonly load: ReadonlyMap<string, number>;
  /** Where the words stand, for an error. */
  readonly place: string;
}

/**
 * The ids that the words mean. Draws by seed among assets of the level: suspended units only when there is nothing else, stations without
 * other faults first. Throws an InputError for an unknown asset, a level on which the kind cannot happen, or when nothing fits.
 */
export function faultPlaces(words: string, options: PlaceOptions): string[] {
  const { network, levels, place } = options;
  const asset = network.asset(words);
  if (asset !== undefined) {
    if (!levels.includes(asset.level))
      throw new InputError(place, `an asset of level ${levels.join(" or ")}`, `${asset.level} ${asset.id}`);
    return [asset.id];
  }
  const match = /^(any|every|\d+|\d+(?:\.\d+)?% of)(?: ([a-z]+?)s?)?(?: in (\S+)| on branch (.+))?$/.exec(words.trim());
  if (match === null)
    throw new InputError(
      place,
      PLACE_WORDS,
      `"${words}"`,
      nearestHint(
        words,
        [...network.assets()].map(({ id }) => id),
      ),
    );
  const [, amount, levelWord, inside, branch] = match;
  const level = levelWord === undefined ? levels[0]! : LEVELS.find((known) => known === levelWord);
  if (level === undefined || !levels.includes(level))
    throw new InputError(place, `one of the levels ${levels.join(", ")}`, `"${levelWord}"`);
  const candidates = candidatesOf(options, level, inside, branch);
  if (candidates.length === 0) throw new InputError(place, `a network with a ${level} there`, `"${words}", which is none`);
  const count = countOf(amount!, candidates.length);
  if (count > candidates.length) throw new InputError(place, `at most ${candidates.length}: so many ${level}s are there`, `"${words}"`);
  return drawn(candidates, count, options);
}

function candidatesOf(options: PlaceOptions, level: Level, inside: string | undefined, branch: string | undefined): Asset[] {
  const { network, place } = options;
  const roots = inside === undefined ? network.stations : [network.asset(inside)];
  const root = roots[0];
  if (root === undefined && inside !== undefined)
    throw new InputError(
      place,
      "an asset of the network after `in`",
      `"${inside}"`,
      nearestHint(
        inside,
        [...network.assets()].map(({ id }) => id),
      ),
    );
  const branches = new Set(network.stations.map((station) => station.primaryBranch ?? ""));
  if (branch !== undefined && !branches.has(branch))
    throw new InputError(place, `one of the branches ${[...branches].join(", ")}`, `"${branch}"`, nearestHint(branch, branches));
  const found = roots
    .filter((station) => station !== undefined)
    .filter((station) => branch === undefined || station.primaryBranch === branch)
    .flatMap((station) => network.below(station.id, level));
  const heated = found.filter((asset) => asset.unitFacts?.suspended !== true);
  return heated.length > 0 ? heated : found;
}

function countOf(amount: string, all: number): number {
  if (amount === "any") return 1;
  if (amount === "every") return all;
  return amount.endsWith("% of") ? Math.max(1, Math.round((Number.parseFloat(amount) / 100) * all)) : Number(amount);
}

/** One after the other from the least loaded station, among equals by chance; in the order of the network. */
function drawn(candidates: readonly Asset[], count: number, { seed, load }: PlaceOptions): string[] {
  if (count === candidates.length) return candidates.map(({ id }) => id);
  const draw = draws(subSeed(seed, "place"));
  const own = new Map(load);
  const left = candidates.map((asset, order) => ({ asset, order, chance: draw.between(0, 1) })).sort((a, b) => a.chance - b.chance);
  const chosen: typeof left = [];
  while (chosen.length < count) {
    let best = 0;
    for (let index = 1; index < left.length; index++)
      if ((own.get(left[index]!.asset.station) ?? 0) < (own.get(left[best]!.asset.station) ?? 0)) best = index;
    const [next] = left.splice(best, 1);
    own.set(next!.asset.station, (own.get(next!.asset.station) ?? 0) + 1);
    chosen.push(next!);
  }
  return chosen.sort((a, b) => a.order - b.order).map(({ asset }) => asset.id);
}
