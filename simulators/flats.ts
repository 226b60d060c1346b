import type { Asset, Network } from "../model/network.ts";
import { PLACE_SHARE, ROOM_DESIGN_C } from "./building.ts";
import type { Habits } from "./habits.ts";
import { draws, subSeed } from "./random.ts";

/** The households behind one unit entrance as columns: where each lives, how much colder that is, and how much it bears. */

/** Flats of one entrance differ by this much for reasons of their own (doors, furniture, pipes), K, one standard deviation. */
const OWN_SPREAD_K = 0.45;
const STOREYS_DEFAULT = 6;
const DESIGN_OUTDOOR_C = -5.3;

export interface Flats {
  readonly count: number;
  /** What a caller gives as address: the room of the network file, or the unit. */
  readonly assets: readonly string[];
  readonly floors: readonly number[];
  /** Colder by this share of room minus outdoor, and warmer by so many K, than the mean of the unit. */
  readonly placeShare: Float64Array;
  readonly ownK: Float64Array;
  /** Below which it feels cold, °C; -Infinity for a household that never calls. */
  readonly limitC: Float64Array;
  /** Who is used to less feels cold only so much (K, mostly negative) from the usual mean of the unit. */
  readonly noticedFromUsualK: Float64Array;
  readonly patienceMs: Float64Array;
  /** The most demanding limit: a unit so much warmer has nobody who is cold. */
  readonly warmEnoughC: number;
  /** State: cold since, last call, calls of this cold spell; NaN: not cold, never called. */
  readonly coldSince: Float64Array;
  readonly calledAt: Float64Array;
  readonly calls: Uint8Array;
}

/** Draws the households of a unit, or of a whole circuit when its units are not known. */
export function createFlats(asset: Asset, network: Network, habits: Habits, seed: number): Flats {
  const count = asset.unitFacts?.households ?? asset.circuitFacts?.households ?? 0;
  const building = asset.building === undefined ? undefined : network.asset(asset.building);
  const storeys = building?.floors ?? STOREYS_DEFAULT;
  const circuit = asset.circuit === undefined ? asset : network.asset(asset.circuit);
  const designOutdoorC = circuit?.circuitFacts?.designOutdoorC ?? DESIGN_OUTDOOR_C;
  const rooms = new Map(network.below(asset.id, "room").map((room) => [room.floor, room]));
  const column = (): Float64Array => new Float64Array(count);
  const assets: string[] = [];
  const floors: number[] = [];
  const flats = { placeShare: column(), ownK: column(), limitC: column(), noticedFromUsualK: column(), patienceMs: column() };
  let warmEnoughC = -Infinity;
  for (let row = 0; row < count; row++) {
    const draw = draws(subSeed(seed, "flat", row));
    const floor = 1 + Math.floor((row * storeys) / count);
    // A room sensor hangs in one flat of its storey.
    const room = rooms.get(floor);
    rooms.delete(floor);
    assets.push(room?.id ?? asset.id);
    floors.push(floor);
    const outer = asset.unitFacts?.position !== undefined && asset.unitFacts.position !== "middle" && row % 2 === 0;
    flats.placeShare[row] =
      room?.roomPosition === undefined
        ? (floor === storeys ? PLACE_SHARE.top : floor === 1 ? PLACE_SHARE.bottom : 0) + (outer ? PLACE_SHARE.corner / 2 : 0)
        : PLACE_SHARE[room.roomPosition];
    flats.ownK[row] = OWN_SPREAD_K * draw.normal();
    const everCalls = draw.between(0, 1) < habits.callShare && asset.unitFacts?.suspended !== true;
    const limitC = habits.coldBelowC + habits.coldSpreadC * draw.normal();
    flats.limitC[row] = everCalls ? limitC : -Infinity;
    flats.noticedFromUsualK[row] = flats.ownK[row]! - flats.placeShare[row]! * (ROOM_DESIGN_C - designOutdoorC) - habits.noticesK;
    flats.patienceMs[row] = habits.patienceHours * Math.exp(habits.patienceSpread * draw.normal()) * 3_600_000;
    warmEnoughC = Math.max(warmEnoughC, flats.limitC[row]! - flats.ownK[row]!);
  }
  return {
    count,
    assets,
    floors,
    ...flats,
    warmEnoughC,
    coldSince: column().fill(NaN),
    calledAt: column().fill(NaN),
    calls: new Uint8Array(count),
  };
}

/** Temperature of a flat, °C, in a unit whose mean is `unitC`. */
export function flatC(flats: Flats, row: number, unitC: number, outdoorC: number): number {
  return unitC + flats.ownK[row]! - flats.placeShare[row]! * (unitC - outdoorC);
}

/** Below which a flat feels cold, °C, where the mean of the unit usually is `usualC`. */
export const coldBelowC = (flats: Flats, row: number, usualC: number): number =>
  Math.min(flats.limitC[row]!, usualC + flats.noticedFromUsualK[row]!);
