import type { FaultKind } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import { WARM_PHASES } from "../model/season.ts";
import { coolingLimits, heatedUnits, type Peers, peersOf, type UnitCooling, unitCooling } from "./cooling-index.ts";
import { type CoolingTrack, startCoolingTrack, track } from "./cooling-track.ts";
import { limitReader } from "./limit-reader.ts";
import type { Observer } from "./observer.ts";
import type { View } from "./rule.ts";

/** The cooling index of all units of a circuit, followed once for every rule that asks for it. */

const STEP_MS = 900_000;
/** While one of these is suspected, a unit's day does not teach its base. */
const COLD_KINDS: readonly FaultKind[] = ["air_lock", "under_heated", "closed_valve", "over_heated"];

const valuesOf = limitReader(coolingLimits);

export interface UnitWatch {
  cooling: UnitCooling;
  readonly track: CoolingTrack;
}

export interface CoolingWatch {
  peers: Peers | undefined;
  /** Along `heatedUnits`. */
  readonly units: UnitWatch[];
}

const UNKNOWN: UnitCooling = {
  supplyC: Number.NaN,
  returnC: Number.NaN,
  index: Number.NaN,
  amongPeers: false,
  offeredC: Number.NaN,
};

export const coolingObserver: Observer<CoolingWatch> = {
  name: "cooling",
  level: "circuit",
  everyMs: STEP_MS,
  phases: WARM_PHASES,

  start: (circuit, network) => ({
    peers: undefined,
    units: heatedUnits(network, circuit.id).map(() => ({ cooling: UNKNOWN, track: startCoolingTrack(STEP_MS) })),
  }),

  observe(memory, circuit, view) {
    const peers = peersOf(view, circuit.id);
    memory.peers = peers;
    heatedUnits(view.network, circuit.id).forEach((unit, row) => {
      const watch = memory.units[row]!;
      watch.cooling = unitCooling(view, unit, peers);
      const isSuspect = view.isSuspected(unit.id, COLD_KINDS) || view.underWork(unit.id);
      track(watch.track, view.at, watch.cooling.index, isSuspect, valuesOf(view.limits, unit.id).cooling_base_rise);
    });
  },
};

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
