import type { FaultKind } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import type { SignalId } from "../model/signals.ts";
import { coolingLimits, heatedUnits, type Peers, peersOf, type UnitCooling, unitCooling } from "./cooling-index.ts";
import { habitsObserver } from "./circuit-habits.ts";
import { circulationOf } from "./circulation.ts";
import { type CoolingTrack, relearnBase, startCoolingTrack, track } from "./cooling-track.ts";
import { limitReader } from "./limit-reader.ts";
import type { Observer } from "./observer.ts";
import type { View } from "./rule.ts";
import { numberOrNull } from "./statistics.ts";

/** The cooling index of all units of a circuit, followed once for every rule that asks for it. */

const STEP_MS = 900_000;
/** While one of these is suspected, a unit's day does not teach its base. */
const COLD_KINDS: readonly FaultKind[] = ["air_lock", "under_heated", "closed_valve", "over_heated"];

const valuesOf = limitReader(coolingLimits);

/** Water that heats is at least this warm, °C, and a unit that gets it is at most so much colder than the others, K. */
const WARM_SUPPLY_C = 28;
const WARM_RETURN_C = 24;
const WARM_GAP_K = 8;
/** While a network is commissioned its buildings are opened one after the other: each has so long to become warm (DOMAIN 6). */
const OPENING_MS = 24 * 3_600_000;

/** Head or flow over their usual from which on the water moves. */
const MOVING_SHARE = 0.5;
/** After a stop hot and cold plugs pass by for so long before temperatures can be compared again. */
const SETTLING_MS = 3 * 3_600_000;
const CIRCUIT_SIGNALS: readonly SignalId[] = ["t2_supply", "t2_return", "p2_supply", "p2_return", "q2_flow"];

export interface UnitWatch {
  cooling: UnitCooling;
  readonly track: CoolingTrack;
  /** When it was first warm in this season; NaN: not yet. */
  warmAt: number;
  /** Where its valve is told to be, %; NaN while unknown. */
  toldPct: number;
}

export interface CoolingWatch {
  peers: Peers | undefined;
  /** When the water last did not move; NaN: never. */
  stoodAt: number;
  /** When half of the units were first warm; NaN: not yet. */
  warmAt: number;
  /** Along `heatedUnits`. */
  readonly units: UnitWatch[];
}

const UNKNOWN: UnitCooling = {
  supplyC: Number.NaN,
  returnC: Number.NaN,
  index: Number.NaN,
  amongPeers: false,
  indexError: 0,
  offeredC: Number.NaN,
};

export const coolingObserver: Observer<CoolingWatch> = {
  name: "cooling",
  level: "circuit",
  everyMs: STEP_MS,
  phases: WARM_PHASES,
  observers: [habitsObserver],

  start: (circuit, network) => ({
    peers: undefined,
    stoodAt: NaN,
    warmAt: NaN,
    units: heatedUnits(network, circuit.id).map(() => ({ cooling: UNKNOWN, track: startCoolingTrack(STEP_MS), warmAt: NaN, toldPct: NaN })),
  }),

  observe(memory, circuit, view) {
    if (!circulates(circuit, view)) memory.stoodAt = view.at;
    const isSettled = !(view.at - memory.stoodAt < SETTLING_MS);
    const known = peersOf(view, circuit.id);
    const peers = isSettled ? known : { ...known, count: 0, returnCount: 0, dropK: NaN, starved: 0 };
    memory.peers = peers;
    if (Number.isNaN(memory.warmAt) && (peers.supplyC >= WARM_SUPPLY_C || peers.returnC >= WARM_RETURN_C)) memory.warmAt = view.at;
    heatedUnits(view.network, circuit.id).forEach((unit, row) => {
      const watch = memory.units[row]!;
      watch.cooling = unitCooling(view, unit, peers);
      if (Number.isNaN(watch.warmAt) && isWarm(watch.cooling)) watch.warmAt = view.at;
      // Until there is a base, days teach it whatever is suspected: what was ever so is no change. Its upper bound stays.
      const isSuspect = (!Number.isNaN(watch.track.base) && view.isSuspected(unit.id, COLD_KINDS)) || view.underWork(unit.id);
      const limits = valuesOf(view.limits, unit.id);
      if (!isSuspect) followCommand(watch, unit, view, limits);
      track(watch.track, view.at, watch.cooling.index, isSuspect, {
        firstMax: limits.cooling_first_base_max,
        riseMax: limits.cooling_base_rise,
        creptMax: limits.cooling_base_max,
      });
    });
  },

  learned: (memory, circuit, view) =>
    heatedUnits(view.network, circuit.id).map((unit, row) => ({
      asset: unit.id,
      name: { zh: "降温指数基准", en: "Usual cooling index" },
      unit: "1",
      value: numberOrNull(memory.units[row]!.track.base),
      taught: { count: memory.units[row]!.track.days.filter((day) => !Number.isNaN(day)).length, of: "d" },
    })),
};

/** Balancing closes valves by design: what is usual has to be learned anew then. While a fault is suspected, a command is a try to mend it. */
function followCommand(watch: UnitWatch, unit: Asset, view: View, limits: ReturnType<typeof valuesOf>): void {
  const told = view.last(unit.id, "valve_set")?.value ?? NaN;
  if (Number.isNaN(told)) return;
  const closedBy = watch.toldPct - told;
  if (closedBy >= limits.cooling_moved_pct && closedBy <= limits.cooling_moved_max_pct) relearnBase(watch.track, view.at);
  // Steps that are too small one by one count together.
  if (!(Math.abs(closedBy) < limits.cooling_moved_pct)) watch.toldPct = told;
}

/** By everything that tells; where the circuit has gone silent nothing does. */
function circulates(circuit: Asset, view: View): boolean {
  const { standing, headShare, flowShare } = circulationOf(circuit, view);
  if (standing === true || headShare < MOVING_SHARE || flowShare < MOVING_SHARE) return false;
  if ((view.last(circuit.id, "power_ok")?.value ?? 1) < 0.5) return false;
  const analogs = CIRCUIT_SIGNALS.filter((signal) => view.lastReport(circuit.id, signal) !== undefined);
  return analogs.length === 0 || analogs.some((signal) => view.last(circuit.id, signal) !== undefined);
}

const isWarm = ({ supplyC, returnC, offeredC }: UnitCooling): boolean =>
  Number.isNaN(supplyC) ? returnC >= WARM_RETURN_C : supplyC >= WARM_SUPPLY_C && !(supplyC < offeredC - WARM_GAP_K);

/** Whether a unit that was not warm yet need not be: its building is still to be opened. */
export function awaitsOpening(view: View, unit: Asset): boolean {
  const watch = coolingOf(view, unit);
  if (view.phase !== "commissioning" || watch === undefined || !Number.isNaN(watch.warmAt)) return false;
  const circuitWarmAt = view.observed(coolingObserver, unit.circuit!)!.warmAt;
  return !(view.at - circuitWarmAt > OPENING_MS);
}

const rows = new WeakMap<Network, Map<string, number>>();

/** Place of a unit among the heated ones of its circuit; undefined for a suspended one. */
function rowOf(network: Network, unit: Asset): number | undefined {
  let known = rows.get(network);
  if (known === undefined) rows.set(network, (known = new Map()));
  if (!known.has(unit.id) && unit.circuit !== undefined) heatedUnits(network, unit.circuit).forEach(({ id }, row) => known.set(id, row));
  return known.get(unit.id);
}

/** What is known of a unit's cooling; undefined for a unit that is not to be heated, or before the first look. */
export function coolingOf(view: View, unit: Asset): (UnitWatch & { readonly peers: Peers }) | undefined {
  const row = unit.circuit === undefined ? undefined : rowOf(view.network, unit);
  const watch = row === undefined ? undefined : view.observed(coolingObserver, unit.circuit!);
  return watch?.peers === undefined ? undefined : { ...watch.units[row!]!, peers: watch.peers };
}
