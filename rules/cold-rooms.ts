import type { Asset, Network } from "../model/network.ts";
import type { View } from "./rule.ts";
import { median } from "./statistics.ts";

/** What the room sensors of one unit say: biased samples, near windows, in corners, few. DOMAIN 4, R06. */

const HOUR_MS = 3_600_000;
const WINDOW_PAST_MS = 12 * HOUR_MS;
/** A lone cold sensor may be one flat's own affair: it is believed only if the water agrees: φ at least this. */
const LONE_INDEX_MIN = 1.15;

/** With fewer sensors elsewhere on the circuit nothing can be compared. */
const OTHER_ROOMS_MIN = 4;

/** Limits of the under-heated rule that concern rooms. */
export interface RoomLimits {
  readonly under_heated_room_c: number;
  readonly under_heated_room_count: number;
  readonly under_heated_room_share: number;
  readonly under_heated_edge_weight: number;
  readonly under_heated_window_k_h: number;
  readonly under_heated_room_gap_k: number;
  readonly under_heated_edge_k: number;
}

export interface Rooms {
  readonly count: number;
  readonly coldCount: number;
  readonly lowestC: number;
  readonly medianC: number;
  /** Enough of them are below the limit, while the rest of the circuit is not. */
  readonly cold: boolean;
  readonly windows: number;
}

const roomLists = new WeakMap<Network, Map<string, readonly Asset[]>>();

function roomsBelow(network: Network, id: string): readonly Asset[] {
  let lists = roomLists.get(network);
  if (lists === undefined) roomLists.set(network, (lists = new Map()));
  let rooms = lists.get(id);
  if (rooms === undefined) lists.set(id, (rooms = network.below(id, "room")));
  return rooms;
}

/** Undefined when no sensor of the unit reports. `index` is the unit's φ now (NaN: unknown). */
export function roomsOf(view: View, unit: Asset, index: number, limits: RoomLimits): Rooms | undefined {
  const rooms = roomsBelow(view.network, unit.id);
  if (rooms.length === 0) return undefined;
  const limitC = limits.under_heated_room_c;
  const values: number[] = [];
  let coldCount = 0;
  let coldWeight = 0;
  let windows = 0;
  for (const room of rooms) {
    const sample = view.last(room.id, "t_room");
    if (sample === undefined) continue;
    if (sample.value < limitC && windowOpened(view, room.id, limits.under_heated_window_k_h)) {
      windows += 1;
      continue;
    }
    values.push(sample.value);
    if (sample.value >= limitC) continue;
    coldCount += 1;
    coldWeight += (room.roomPosition ?? "middle") === "middle" ? 1 : limits.under_heated_edge_weight;
  }
  if (values.length + windows === 0) return undefined;
  values.sort((a, b) => a - b);
  const count = values.length;
  const many = coldWeight >= limits.under_heated_room_count || (count > 0 && coldWeight / count >= limits.under_heated_room_share);
  const believed = coldCount > 1 || index >= LONE_INDEX_MIN;
  const cold = coldCount > 0 && many && believed && !circuitIsCold(view, unit, limits);
  return { count, coldCount, lowestC: values[0] ?? Infinity, medianC: values[count >> 1] ?? Number.NaN, cold, windows };
}

/** Air fell faster than walls can: a window was opened within the last 12 h. */
function windowOpened(view: View, room: string, dropKH: number): boolean {
  const samples = view.since(room, "t_room", view.at - WINDOW_PAST_MS);
  for (let later = 1; later < samples.length; later++) {
    const end = samples[later]!;
    for (let earlier = later - 1; earlier >= 0; earlier--) {
      const start = samples[earlier]!;
      const hours = (end.at - start.at) / HOUR_MS;
      if (start.value - end.value >= dropKH * Math.max(hours, 0.5)) return true;
      if (hours >= 1) break;
    }
  }
  return false;
}

/**
 * Half of the other units' sensors are cold as well, or this unit's are hardly colder than theirs: then it is not the unit. Rooms
 * at edges are compared by what they would be in the middle of the house.
 */
function circuitIsCold(view: View, unit: Asset, limits: RoomLimits): boolean {
  const own: number[] = [];
  const others: number[] = [];
  let cold = 0;
  for (const room of roomsBelow(view.network, unit.circuit!)) {
    const sample = view.last(room.id, "t_room");
    if (sample === undefined) continue;
    const middleC = sample.value + ((room.roomPosition ?? "middle") === "middle" ? 0 : limits.under_heated_edge_k);
    (room.unit === unit.id ? own : others).push(middleC);
    if (room.unit !== unit.id && sample.value < limits.under_heated_room_c) cold += 1;
  }
  if (others.length < OTHER_ROOMS_MIN) return false;
  return cold >= others.length / 2 || median(own) > median(others) - limits.under_heated_room_gap_k;
}
