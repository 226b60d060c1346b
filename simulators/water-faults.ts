import { faultShare, faultSize, isActive } from "./faults.ts";
import { areaOfLeakM2, orificeM3h } from "./leak.ts";
import { ofKind, type PlacedFault } from "./placed-fault.ts";
import { subSeed, uniformAt } from "./random.ts";

/** What takes water from a circuit or brings it in, and what keeps the makeup pump from its work, at an instant. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** How far above the suction a hole sits, as a share of the supply head: in a riser half of it is used up. */
const HEAD_SHARE = { mains_supply: 0.9, mains_return: 0.1, station: 0.05, riser: 0.5 } as const;
/** A makeup controller that lost its set point holds this share of it. */
const LOST_SET_POINT_SHARE = 0.45;
/** One draw-off of a household that taps for use, m³, and the share of it that falls outside of 6-9 h and 17-22 h. */
const TAP_M3 = { least: 0.02, most: 0.05 } as const;
const TAP_HOURS = 8;
const TAP_OTHER_SHARE = 0.1;
const TAP_OTHER_HOURS = 11;
/** An emptied part is filled with this share of what the makeup pump gives, so that the rest keeps its pressure. */
const FILLING_SHARE = 0.8;

export interface WaterFaults {
  readonly holes: readonly PlacedFault[];
  readonly exchangerHoles: readonly PlacedFault[];
  readonly pressureLosses: readonly PlacedFault[];
  readonly pressureGains: readonly PlacedFault[];
  readonly weakMakeups: readonly PlacedFault[];
  readonly drains: readonly PlacedFault[];
  readonly fillings: readonly PlacedFault[];
  readonly taps: readonly PlacedFault[];
  readonly storms: readonly PlacedFault[];
  /** Any of those that act in every tick. */
  readonly isAny: boolean;
}

export function waterFaults(placed: readonly PlacedFault[]): WaterFaults {
  const lists = {
    holes: ofKind(placed, "burst", "leak"),
    exchangerHoles: ofKind(placed, "exchanger_leak"),
    pressureLosses: ofKind(placed, "low_pressure"),
    pressureGains: ofKind(placed, "over_pressure"),
    weakMakeups: ofKind(placed, "makeup_fault").filter(({ variant }) => variant === "no_flow"),
    drains: ofKind(placed, "maintenance_drain"),
    fillings: ofKind(placed, "planned_filling"),
  };
  return {
    ...lists,
    taps: ofKind(placed, "draw_off"),
    storms: ofKind(placed, "draw_off_storm"),
    isAny: Object.values(lists).some((list) => list.length > 0),
  };
}

export interface WaterActions {
  /** Open area to the outside, m², how far above the suction it sits (share of the supply head), and its share inside the station. */
  leakAreaM2: number;
  headShare: number;
  floorShare: number;
  /** Open area between primary side and circuit, m². */
  exchangerAreaM2: number;
  drainM3h: number;
  makeupReady: boolean;
  /** Share of the makeup pump's flow that arrives, and by how much its set points are shifted, kPa. */
  makeupShare: number;
  setShiftKpa: number;
}

const SOUND_WATER: Readonly<WaterActions> = {
  leakAreaM2: 0,
  headShare: 0,
  floorShare: 0,
  exchangerAreaM2: 0,
  drainM3h: 0,
  makeupReady: true,
  makeupShare: 1,
  setShiftKpa: 0,
};

/** What acts on the water at an instant; `startKpa` and `pumpM3h` are those of the circuit's makeup. */
export function waterActions(faults: WaterFaults, at: number, startKpa: number, pumpM3h: number): Readonly<WaterActions> {
  if (!faults.isAny) return SOUND_WATER;
  const actions = { ...SOUND_WATER };
  addHoles(actions, faults, at);
  for (const { fault, variant } of faults.pressureLosses) {
    if (!isActive(fault, at)) continue;
    actions.drainM3h += faultSize(fault, at);
    if (variant === "closed_valve") actions.makeupShare = 0;
    else if (variant === "set_point_lost") actions.setShiftKpa -= (1 - LOST_SET_POINT_SHARE) * startKpa;
    else actions.makeupReady = false;
  }
  for (const { fault } of faults.pressureGains) actions.setShiftKpa += faultSize(fault, at);
  for (const { fault } of faults.weakMakeups) actions.makeupShare *= 1 - faultSize(fault, at);
  for (const { fault } of faults.drains)
    if (isActive(fault, at)) actions.drainM3h += (fault.magnitude * HOUR_MS) / (fault.repairAt! - fault.onset);
  for (const filling of faults.fillings) if (isFilling(filling, at, pumpM3h)) actions.drainM3h += fillingM3h(filling, pumpM3h);
  return actions;
}

function addHoles(actions: WaterActions, faults: WaterFaults, at: number): void {
  let head = 0;
  let floor = 0;
  for (const { fault, variant, rows } of faults.holes) {
    const area = areaOfLeakM2(faultSize(fault, at));
    const place = rows.length > 0 ? "riser" : (variant as keyof typeof HEAD_SHARE);
    actions.leakAreaM2 += area;
    head += area * HEAD_SHARE[place];
    if (place === "station") floor += area;
  }
  if (actions.leakAreaM2 > 0) {
    actions.headShare = head / actions.leakAreaM2;
    actions.floorShare = floor / actions.leakAreaM2;
  }
  for (const { fault } of faults.exchangerHoles) actions.exchangerAreaM2 += areaOfLeakM2(faultSize(fault, at));
}

/** Flow of an emptied part that is being filled, m³/h: what the pump gives, or what has to be to be full in time. */
function fillingM3h({ fault }: PlacedFault, pumpM3h: number): number {
  return Math.max(FILLING_SHARE * pumpM3h, (fault.magnitude * HOUR_MS) / (fault.repairAt! - fault.onset));
}

/** Share (0…1) to which an emptied part is full; 0 before. */
export function filledShare(filling: PlacedFault, at: number, pumpM3h: number): number {
  const { fault } = filling;
  if (at < fault.onset || fault.magnitude <= 0) return 0;
  return Math.min(1, (((at - fault.onset) / HOUR_MS) * fillingM3h(filling, pumpM3h)) / fault.magnitude);
}

const isFilling = (filling: PlacedFault, at: number, pumpM3h: number): boolean =>
  isActive(filling.fault, at) && filledShare(filling, at, pumpM3h) < 1;

/** Flow (m³/h) from primary to circuit through a hole between them; negative when the circuit has the higher pressure. */
export function crossLeakM3h(areaM2: number, primaryKpa: number, circuitKpa: number): number {
  if (areaM2 <= 0) return 0;
  return primaryKpa >= circuitKpa ? orificeM3h(areaM2, primaryKpa - circuitKpa) : -orificeM3h(areaM2, circuitKpa - primaryKpa);
}

/** Drawn off beyond the usual in the minute that begins at `at`, m³/h: tapped by the hour of day, and flushed in a storm. */
export function tappedM3h(faults: WaterFaults, localHour: number, at: number): number {
  let m3h = 0;
  for (const { fault, seed } of faults.taps) m3h += tapEventsM3h(seed, at, faultSize(fault, at) * tapShareOfDay(localHour));
  for (const { fault, seed } of faults.storms)
    if (faultShare(fault, at) > 0) m3h += tapEventsM3h(seed, at, (fault.magnitude * HOUR_MS) / (fault.repairAt! - fault.onset));
  return m3h;
}

/** Share of a day's tapped water that falls in an hour of this kind; nobody taps from 23 to 4 h. */
function tapShareOfDay(localHour: number): number {
  if ((localHour >= 6 && localHour < 9) || (localHour >= 17 && localHour < 22)) return (1 - TAP_OTHER_SHARE) / TAP_HOURS;
  return localHour >= 4 && localHour < 23 ? TAP_OTHER_SHARE / TAP_OTHER_HOURS : 0;
}

/** Whole draw-offs in a minute that give `meanM3h` on the mean. */
function tapEventsM3h(seed: number, at: number, meanM3h: number): number {
  const minute = at / MINUTE_MS;
  const expected = meanM3h / 60 / ((TAP_M3.least + TAP_M3.most) / 2);
  const events = Math.floor(expected) + (uniformAt(seed, minute * 2) < expected % 1 ? 1 : 0);
  return events === 0 ? 0 : events * (TAP_M3.least + (TAP_M3.most - TAP_M3.least) * uniformAt(subSeed(seed, "size"), minute)) * 60;
}
