import type { CircuitDerived, LatestValue, StationLive } from "../model/live.ts";
import type { Asset, Network } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { ApiServices } from "./services.ts";
import { assetsBelow, assetsOf, stationLive } from "./stations.ts";

/**
 * What every browser may be shown of the stations, with the round in which each part last changed. A client then needs to
 * remember one number, the last round it was sent, however many values changed meanwhile: the newest wins.
 */
type Latest = Readonly<Partial<Record<SignalId, LatestValue>>>;

interface Stamped<Value> {
  value: Value;
  round: number;
}

interface StationEntry {
  readonly station: Asset;
  readonly assets: readonly Asset[];
  head: Pick<StationLive, "connection" | "dataAt" | "receivedAt">;
  round: number;
  readonly values: Map<string, Stamped<Latest>>;
  readonly derived: Map<string, Stamped<CircuitDerived>>;
}

export class LiveStations {
  readonly #network: Network;
  readonly #services: Pick<ApiServices, "contacts" | "rules" | "telemetry">;
  readonly #entries = new Map<string, StationEntry>();
  /** Units and rooms of the stations that somebody looks at. */
  readonly #focused = new Map<string, { clients: number; readonly entry: StationEntry }>();
  #round = 0;

  constructor(services: Pick<ApiServices, "contacts" | "rules" | "telemetry" | "network">) {
    this.#network = services.network;
    this.#services = services;
    for (const station of services.network.stations)
      this.#entries.set(station.id, newEntry(station, assetsOf(services.network, station, false)));
  }

  get round(): number {
    return this.#round;
  }

  /** Looks at these stations again. Unknown ids are passed over. */
  refresh(stations: Iterable<string>): void {
    this.#round++;
    for (const id of stations) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) this.#update(entry);
      const focused = this.#focused.get(id);
      if (focused !== undefined) this.#update(focused.entry);
    }
  }

  /** Stations whose devices are heard differently than before: a silence changes that without any reading. */
  contactChanges(): string[] {
    const changed: string[] = [];
    for (const { station, head } of this.#entries.values()) {
      if (this.#services.contacts.contact(station.id).connection !== head.connection) changed.push(station.id);
    }
    return changed;
  }

  all(): StationLive[] {
    return [...this.#entries.values()].map((entry) => since(entry, -1));
  }

  ids(): Iterable<string> {
    return this.#entries.keys();
  }

  changedSince(round: number): StationLive[] {
    const changed: StationLive[] = [];
    for (const entry of this.#entries.values()) if (entry.round > round) changed.push(since(entry, round));
    return changed;
  }

  /** Starts to follow the units and rooms of a station; false for an unknown one. Each call needs its `release`. */
  follow(id: string): boolean {
    const station = this.#entries.get(id)?.station;
    if (station === undefined) return false;
    let focused = this.#focused.get(id);
    if (focused === undefined) {
      focused = { clients: 0, entry: newEntry(station, assetsBelow(this.#network, station)) };
      this.#focused.set(id, focused);
    }
    focused.clients++;
    if (focused.clients === 1) this.#update(focused.entry);
    return true;
  }

  release(id: string): void {
    const focused = this.#focused.get(id);
    if (focused !== undefined && --focused.clients <= 0) this.#focused.delete(id);
  }

  /** Units and rooms of a followed station that changed after `round`; undefined when none did. */
  focusedSince(id: string, round: number): StationLive | undefined {
    const entry = this.#focused.get(id)?.entry;
    if (entry === undefined || entry.round <= round) return undefined;
    return { ...since(entry, round), derived: {} };
  }

  #update(entry: StationEntry): void {
    const { values, derived, connection, dataAt, receivedAt } = stationLive(this.#services, entry.station, entry.assets);
    const head = entry.head;
    if (head.connection !== connection || head.dataAt !== dataAt || head.receivedAt !== receivedAt) {
      entry.head = { connection, dataAt, receivedAt };
      entry.round = this.#round;
    }
    if (stamp(entry.values, values, this.#round, sameLatest)) entry.round = this.#round;
    if (stamp(entry.derived, derived, this.#round, sameDerived)) entry.round = this.#round;
  }
}

function newEntry(station: Asset, assets: readonly Asset[]): StationEntry {
  return {
    station,
    assets,
    head: { connection: "never", dataAt: null, receivedAt: null },
    round: 0,
    values: new Map(),
    derived: new Map(),
  };
}

function since(entry: StationEntry, round: number): StationLive {
  const pick = <Value>(parts: ReadonlyMap<string, Stamped<Value>>): Record<string, Value> => {
    const picked: Record<string, Value> = {};
    for (const [id, part] of parts) if (part.round > round) picked[id] = part.value;
    return picked;
  };
  return { id: entry.station.id, ...entry.head, values: pick(entry.values), derived: pick(entry.derived) };
}

function stamp<Value>(
  known: Map<string, Stamped<Value>>,
  fresh: Readonly<Record<string, Value>>,
  round: number,
  same: (left: Value, right: Value) => boolean,
): boolean {
  let changed = false;
  for (const [id, value] of Object.entries(fresh)) {
    const before = known.get(id);
    if (before !== undefined && same(before.value, value)) continue;
    known.set(id, { value, round });
    changed = true;
  }
  return changed;
}

function sameLatest(left: Latest, right: Latest): boolean {
  const signals = Object.keys(right) as SignalId[];
  return (
    signals.length === Object.keys(left).length &&
    signals.every((signal) => left[signal]?.[0] === right[signal]?.[0] && left[signal]?.[1] === right[signal]?.[1])
  );
}

function sameDerived(left: CircuitDerived, right: CircuitDerived): boolean {
  return (
    left.supplyExpectedC === right.supplyExpectedC &&
    left.makeupM3h === right.makeupM3h &&
    left.makeupExpectedM3h === right.makeupExpectedM3h
  );
}
