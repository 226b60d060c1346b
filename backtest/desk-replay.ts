import type { Episode } from "../model/finding.ts";
import type { Network } from "../model/network.ts";
import { networkLeaders, speaksForStation } from "../rules/network-leaders.ts";
import { nameOf } from "../rules/network-watch.ts";
import { findRoots } from "../rules/root-cause.ts";
import { openDatabase } from "../store/database.ts";
import type { TicketView } from "../store/ticket-rows.ts";
import { createTicketDesk, type TicketDesk } from "../ticket-desk.ts";
import type { FoundChange, StationOutcome } from "./station-fold.ts";
import { createSteward, type Steward } from "./steward.ts";

/**
 * What the ticket desk makes of the stations' findings, played in event time on a desk of its own: the real decisions, a database in
 * memory, and a steward who closes what has been cured for an hour.
 */

const KEPT_MS = 14 * 86_400_000;
const PAGE = 500;

interface Station {
  readonly id: string;
  readonly branch: string;
  readonly open: Map<string, Episode>;
  cleared: Episode[];
  silent: ReadonlySet<string>;
  heard: boolean;
  releaseAt: number;
}

export interface DeskReplay {
  /** Tickets of the whole span, oldest first. */
  readonly tickets: readonly TicketView[];
  /** Findings that were not roots, and such as needed neighbours that they did not have. */
  readonly held: number;
}

/** Plays all changes in the order of their times. `from`: when the desk opens its doors; `to`: when it closes them, epoch ms. */
export function replayDesk(network: Network, outcomes: readonly StationOutcome[], from: number, to: number): DeskReplay {
  const database = openDatabase(":memory:");
  try {
    let now = from;
    const desk = createTicketDesk({ database, network, now: () => now });
    const steward = createSteward(desk, from);
    const stations = new Map(network.stations.map(({ id, primaryBranch }) => [id, newStation(id, primaryBranch)]));
    const held = new Set<string>();
    let leaders: ReadonlyMap<Episode, Episode> = new Map();
    let isOpen = false;

    const reconcile = (station: Station): void => {
      const episodes = [...station.cleared, ...station.open.values()];
      const roots = findRoots({
        network,
        station: station.id,
        at: now,
        episodes,
        isReporting: (unit) => station.heard && !station.silent.has(unit),
        largerCause: (episode) => leaders.get(episode),
      });
      station.releaseAt = roots.nextReleaseAt ?? Infinity;
      for (const { episode, root } of roots.rooted)
        if (root !== undefined) held.add(`${episode.kind} ${episode.asset} ${episode.detectedAt}`);
      const cleared = [...station.cleared, ...roots.lifted.filter(({ clearedAt }) => clearedAt !== undefined)];
      desk.reconcile(station.id, roots.rooted, cleared);
    };

    // What ran before the doors opened is there when they open.
    const openDoors = (): void => {
      isOpen = true;
      leaders = leadersOf(network, stations);
      for (const station of stations.values()) if (station.open.size > 0) reconcile(station);
    };

    for (const { at, station: id, changes } of inOrder(outcomes)) {
      if (at > to) break;
      if (at < from) {
        for (const change of changes) applyChange(stations.get(id)!, change);
        continue;
      }
      if (!isOpen) openDoors();
      passTime(desk, steward, stations, reconcile, (time) => (now = time), Math.max(now, at));
      const station = stations.get(id)!;
      const isLarger = changes.some(({ episode }) => speaksForStation(network, episode));
      for (const change of changes) applyChange(station, change);
      const before = leaders;
      if (isLarger) leaders = leadersOf(network, stations);
      reconcile(station);
      if (!isLarger) continue;
      for (const other of stations.values())
        if (other !== station && [...other.open.values()].some((episode) => nameOf(before.get(episode)) !== nameOf(leaders.get(episode))))
          reconcile(other);
    }
    if (!isOpen) openDoors();
    passTime(desk, steward, stations, reconcile, (time) => (now = time), to);
    return { tickets: allTickets(desk), held: held.size };
  } finally {
    database.close();
  }
}

const newStation = (id: string, branch: string | undefined): Station => ({
  id,
  branch: branch ?? "",
  open: new Map(),
  cleared: [],
  silent: new Set(),
  heard: false,
  releaseAt: Infinity,
});

const keyOf = ({ kind, asset }: Episode): string => `${kind} ${asset}`;

function applyChange(station: Station, { type, episode, silent, at }: FoundChange): void {
  station.heard = true;
  station.silent = new Set(silent);
  station.cleared = station.cleared.filter(({ clearedAt }) => clearedAt! >= at - KEPT_MS);
  if (type === "cleared") {
    station.open.delete(keyOf(episode));
    station.cleared.push(episode);
  } else station.open.set(keyOf(episode), episode);
}

/** Releases of held findings and the steward's rounds up to a time, in order. */
function passTime(
  desk: TicketDesk,
  steward: Steward,
  stations: ReadonlyMap<string, Station>,
  reconcile: (station: Station) => void,
  setNow: (at: number) => void,
  to: number,
): void {
  for (;;) {
    let next = to;
    let due: Station | undefined;
    for (const station of stations.values())
      if (station.releaseAt < next) {
        next = station.releaseAt;
        due = station;
      }
    // Without an open ticket there is nothing to go round for.
    if (desk.open().length === 0) steward.rest(next);
    else if (steward.nextAt() <= next) {
      setNow(steward.nextAt());
      steward.work(steward.nextAt());
      continue;
    }
    setNow(next);
    if (due === undefined) return;
    due.releaseAt = Infinity;
    reconcile(due);
  }
}

/** Changes of one station and time together, all stations in the order of time. */
function inOrder(
  outcomes: readonly StationOutcome[],
): { readonly at: number; readonly station: string; readonly changes: FoundChange[] }[] {
  const moments: { at: number; station: string; changes: FoundChange[] }[] = [];
  for (const { station, changes } of outcomes) {
    let moment: (typeof moments)[number] | undefined;
    for (const change of changes) {
      if (moment === undefined || moment.at !== change.at) moments.push((moment = { at: change.at, station, changes: [] }));
      moment.changes.push(change);
    }
  }
  return moments.sort((a, b) => a.at - b.at || (a.station < b.station ? -1 : a.station > b.station ? 1 : 0));
}

function leadersOf(network: Network, stations: ReadonlyMap<string, Station>): ReadonlyMap<Episode, Episode> {
  const heard = [...stations.values()].filter((station) => station.heard);
  return networkLeaders(
    network,
    heard.map(({ id, branch, open, cleared }) => ({ station: id, branch, isReporting: true, episodes: [...cleared, ...open.values()] })),
  );
}

function allTickets(desk: TicketDesk): TicketView[] {
  const found: TicketView[] = [];
  let cursor: string | undefined;
  do {
    const page = desk.list({ limit: PAGE, cursor });
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found.reverse();
}
