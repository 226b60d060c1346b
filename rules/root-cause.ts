import type { Episode, FaultKind, RootedEpisode } from "../model/finding.ts";
import type { Asset, Network } from "../model/network.ts";
import type { Level } from "../model/signals.ts";
import { liftEpisodes } from "./lifting.ts";
import { STATION_STORM, stormLeaders } from "./storm.ts";

/** One fault, one ticket: which findings of a station are explained by another one above them or beside them. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** How long an explained finding waits after its root has cleared before it speaks for itself; DOMAIN 4, root-cause grouping. */
const SLOW_RETEST_MS = 2 * HOUR_MS;
/** The water balance of a loop that is full again needs some hours to tell whether a hole remains. */
const LOSS_RETEST_MS = 6 * HOUR_MS;
const RETEST_MS = 10 * MINUTE_MS;
const UNIT_HEAT_KINDS: ReadonlySet<FaultKind> = new Set(["air_lock", "under_heated", "closed_valve", "over_heated"]);

interface Explains {
  readonly root: FaultKind;
  readonly levels: readonly Level[];
  readonly children: readonly FaultKind[];
  /** Where the child sits: on the same asset, below it, either, or on the station that the root's circuit belongs to. */
  readonly reach: "same" | "below" | "same or below" | "station";
  /** The child may have begun so long before the root; undefined: whenever. */
  readonly leadMs?: number;
}

/**
 * Who explains whom, strongest first (DOMAIN 4: primary > power > connection > pump > burst and pressure > station > unit).
 * A leak is not here: it leaves flats warm, a cold unit beside a leak is a fault of its own.
 */
const EXPLANATIONS: readonly Explains[] = [
  {
    root: "primary_shortage",
    levels: ["station"],
    // Makeup has filled what the cold water left; when the heat is back the water wants more room than there is.
    children: ["curve_drift", "under_heated", "valve_stuck", "valve_hunting", "exchanger_fouling", "sensor_fault", "over_pressure"],
    reach: "same or below",
    leadMs: HOUR_MS,
  },
  {
    root: "power_failure",
    levels: ["station"],
    children: [
      "offline",
      "pump_failure",
      "makeup_fault",
      "low_pressure",
      "over_pressure",
      "curve_drift",
      "valve_stuck",
      "freeze_risk",
      "closed_valve",
      "air_lock",
      "under_heated",
      "sensor_fault",
    ],
    reach: "same or below",
    leadMs: 10 * MINUTE_MS,
  },
  // A gateway without a battery goes with the mains, and tells of it when both are back.
  { root: "power_failure", levels: ["station"], children: ["offline"], reach: "same or below" },
  { root: "offline", levels: ["station"], children: ["offline"], reach: "below" },
  { root: "offline", levels: ["building"], children: ["offline"], reach: "below" },
  {
    root: "pump_failure",
    levels: ["circuit"],
    children: [
      "freeze_risk",
      "over_pressure",
      "makeup_fault",
      "curve_drift",
      "clogged_strainer",
      "air_lock",
      "under_heated",
      "closed_valve",
      "imbalance",
      "sensor_fault",
    ],
    reach: "same or below",
    leadMs: 30 * MINUTE_MS,
  },
  {
    root: "closed_valve",
    levels: ["circuit"],
    children: ["freeze_risk", "curve_drift", "clogged_strainer", "air_lock", "under_heated", "closed_valve", "imbalance", "sensor_fault"],
    reach: "same or below",
    leadMs: 30 * MINUTE_MS,
  },
  // A leak may have grown for weeks before the pipe gives way: it is the same hole.
  { root: "burst", levels: ["circuit"], children: ["leak", "draw_off"], reach: "same" },
  {
    root: "burst",
    levels: ["circuit"],
    children: ["low_pressure", "makeup_fault", "pump_failure", "freeze_risk", "exchanger_leak", "sensor_fault"],
    reach: "same",
    leadMs: 30 * MINUTE_MS,
  },
  { root: "burst", levels: ["circuit"], children: ["air_lock", "under_heated", "closed_valve"], reach: "below", leadMs: 30 * MINUTE_MS },
  // What a hole lets out has emptied the station's tank.
  { root: "burst", levels: ["circuit"], children: ["makeup_fault"], reach: "station", leadMs: 0 },
  { root: "leak", levels: ["circuit"], children: ["makeup_fault"], reach: "station", leadMs: 0 },
  { root: "makeup_fault", levels: ["station"], children: ["makeup_fault", "low_pressure", "air_lock"], reach: "below", leadMs: HOUR_MS },
  { root: "makeup_fault", levels: ["circuit"], children: ["low_pressure", "pump_failure"], reach: "same", leadMs: HOUR_MS },
  { root: "makeup_fault", levels: ["circuit"], children: ["air_lock", "under_heated"], reach: "below", leadMs: 0 },
  { root: "low_pressure", levels: ["circuit"], children: ["pump_failure"], reach: "same", leadMs: 0 },
  { root: "low_pressure", levels: ["circuit"], children: ["air_lock", "under_heated", "closed_valve"], reach: "below", leadMs: 0 },
  { root: "exchanger_leak", levels: ["circuit"], children: ["over_pressure", "makeup_fault", "leak", "sensor_fault"], reach: "same" },
  // What the relief valve lets go has to be made up.
  { root: "over_pressure", levels: ["circuit"], children: ["leak", "draw_off", "burst"], reach: "same", leadMs: HOUR_MS },
  {
    root: "valve_stuck",
    levels: ["station", "circuit"],
    children: ["curve_drift", "valve_hunting", "primary_shortage", "under_heated", "over_heated"],
    reach: "same or below",
    leadMs: 2 * HOUR_MS,
  },
  { root: "valve_hunting", levels: ["station", "circuit"], children: ["curve_drift"], reach: "same or below", leadMs: 3 * HOUR_MS },
  { root: "exchanger_fouling", levels: ["circuit"], children: ["curve_drift"], reach: "same" },
  { root: "clogged_strainer", levels: ["circuit"], children: ["pump_failure", "curve_drift"], reach: "same", leadMs: 24 * HOUR_MS },
  { root: "clogged_strainer", levels: ["circuit"], children: ["under_heated", "imbalance"], reach: "same or below", leadMs: 24 * HOUR_MS },
  {
    root: "curve_drift",
    levels: ["station", "circuit"],
    children: ["under_heated", "over_heated"],
    reach: "same or below",
    leadMs: 30 * MINUTE_MS,
  },
  {
    root: "imbalance",
    levels: ["circuit"],
    children: ["under_heated", "over_heated", "closed_valve", "air_lock"],
    reach: "below",
    leadMs: 48 * HOUR_MS,
  },
  { root: "air_lock", levels: ["circuit", "building", "unit"], children: ["under_heated"], reach: "same or below" },
  { root: "closed_valve", levels: ["building", "unit"], children: ["under_heated", "air_lock"], reach: "same or below" },
];

export interface RootCauseInput {
  readonly network: Network;
  readonly station: string;
  /** Event time of the question. */
  readonly at: number;
  /** Findings of the station, active and cleared, in any order. */
  readonly episodes: readonly Episode[];
  readonly isReporting: (unit: string) => boolean;
  /** The finding, of this or another station, that speaks for something larger of which this one is a part; undefined: it is none. */
  readonly largerCause?: (episode: Episode) => Episode | undefined;
}

export interface RootCauses {
  /** Every active finding with its root, lifted ones included, in a fixed order: roots first. */
  readonly rooted: readonly RootedEpisode[];
  /** Lifted findings, active and cleared. */
  readonly lifted: readonly Episode[];
  /** When the next held finding will speak for itself if nothing else happens; undefined: none waits. */
  readonly nextReleaseAt: number | undefined;
}

const NOTHING: RootCauses = { rooted: [], lifted: [], nextReleaseAt: undefined };

/** Pure and independent of the order of `episodes`. */
export function findRoots(input: RootCauseInput): RootCauses {
  const { network, station, at } = input;
  const leaderOf = input.largerCause ?? ((): undefined => undefined);
  // What needs its neighbours and has none is no finding.
  const episodes = input.episodes.filter((episode) => episode.tentative !== true || leaderOf(episode) !== undefined);
  if (episodes.length === 0) return NOTHING;
  const lifted = liftEpisodes(network, station, episodes, input.isReporting);
  const all = [...episodes, ...lifted.map(({ episode }) => episode)].sort(byPlaceAndTime(network));
  const active = all.filter((episode) => episode.clearedAt === undefined);
  const roots = all.filter((episode) => episode.clearedAt === undefined || at < episode.clearedAt + LOSS_RETEST_MS);
  const rootsAt = Map.groupBy(roots, (episode) => episode.asset);
  const isLifted = new Set(lifted.map(({ episode }) => episode));

  const parents = new Map<Episode, Episode>();
  let nextReleaseAt: number | undefined;
  for (const child of [...active, ...roots.filter((episode) => episode.clearedAt !== undefined)]) {
    const leader = leaderOf(child);
    const larger = leader === child ? undefined : leader;
    // A shortage that others feel too is the source's, whatever the station's own valve does; a storm explains only what nothing else does.
    const own = larger?.kind === "primary_shortage" ? undefined : findParent(network, child, rootsAt, isLifted, at);
    const parent = own ?? larger;
    // Nothing explains itself, over however many others.
    if (parent === undefined || leadsTo(child, parent, parents)) continue;
    parents.set(child, parent);
    // Something larger holds its parts for as long as it has a ticket.
    if (parent.clearedAt === undefined || child.clearedAt !== undefined || own === undefined) continue;
    const releaseAt = parent.clearedAt + retestMs(child);
    if (nextReleaseAt === undefined || releaseAt < nextReleaseAt) nextReleaseAt = releaseAt;
  }
  const unexplained = roots.filter((episode) => !parents.has(episode));
  for (const [member, leader] of stormLeaders(unexplained, STATION_STORM, byPlaceAndTime(network)))
    if (member !== leader) parents.set(member, leader);
  const rooted = active.map((episode): RootedEpisode => ({ episode, root: rootOf(episode, parents) }));
  rooted.sort((a, b) => Number(a.root !== undefined) - Number(b.root !== undefined));
  return { rooted, lifted: lifted.map(({ episode }) => episode), nextReleaseAt };
}

/** Whether one of a station's findings explains another of them at some time (epoch ms). */
export function isExplained(network: Network, child: Episode, others: readonly Episode[], at: number): boolean {
  const rootsAt = Map.groupBy(others, (episode) => episode.asset);
  return findParent(network, child, rootsAt, new Set(), at) !== undefined;
}

function rootOf(episode: Episode, parents: ReadonlyMap<Episode, Episode>): Episode | undefined {
  let root: Episode | undefined;
  for (let parent = parents.get(episode); parent !== undefined; parent = parents.get(parent)) root = parent;
  return root;
}

/** Whether the way up from `from` comes to `episode`. */
function leadsTo(episode: Episode, from: Episode, parents: ReadonlyMap<Episode, Episode>): boolean {
  for (let above: Episode | undefined = from; above !== undefined; above = parents.get(above)) if (above === episode) return true;
  return false;
}

function retestMs({ kind, asset, station }: Episode): number {
  if (kind === "leak" || kind === "draw_off") return LOSS_RETEST_MS;
  // Rooms take hours to be warm again, water to have shrunk and grown, and the station's tank to be full.
  return UNIT_HEAT_KINDS.has(kind) || kind === "over_pressure" || kind === "curve_drift" || (kind === "makeup_fault" && asset === station)
    ? SLOW_RETEST_MS
    : RETEST_MS;
}

/** The strongest finding that explains `child` at this moment: by the table's order, then the highest place, then the earliest. */
function findParent(
  network: Network,
  child: Episode,
  rootsAt: ReadonlyMap<string, readonly Episode[]>,
  lifted: ReadonlySet<Episode>,
  at: number,
): Episode | undefined {
  let best: Episode | undefined;
  let bestRank = Infinity;
  // What sits on the child's place or above it can explain it; of a station also its circuits.
  const own = network.lineage(child.asset).toReversed();
  const below = own.length === 1 ? network.below(child.asset, "circuit") : [];
  for (const place of [...own, ...below]) {
    for (const root of rootsAt.get(place.id) ?? []) {
      if (root === child || !overlaps(root, child, at)) continue;
      const rank = explanationRank(place, root, child, lifted);
      // Where each would explain the other, the one that began first does.
      if (root.asset === child.asset && child.since < root.since && explanationRank(place, child, root, lifted) < Infinity) continue;
      if (rank < bestRank) {
        best = root;
        bestRank = rank;
      }
    }
  }
  return best;
}

/** A root holds what it explains while it is active and for the retest time after, and what was over by then for good; later faults are not its doing. */
function overlaps(root: Episode, child: Episode, at: number): boolean {
  if (root.clearedAt === undefined) return child.clearedAt === undefined || child.clearedAt > root.since;
  return child.since < root.clearedAt && (child.clearedAt ?? at) < root.clearedAt + retestMs(child);
}

/** The row by which a root at `place`, on the child's own asset, above it or a circuit of it, explains the child; Infinity: it does not. */
function explanationRank({ level, station }: Asset, root: Episode, child: Episode, lifted: ReadonlySet<Episode>): number {
  const isSame = root.asset === child.asset;
  const reach = isSame ? "same" : child.asset === station ? "station" : "below";
  for (let rank = 0; rank < EXPLANATIONS.length; rank++) {
    const row = EXPLANATIONS[rank]!;
    if (row.root !== root.kind || !row.levels.includes(level) || !row.children.includes(child.kind)) continue;
    if (row.reach !== reach && (row.reach !== "same or below" || reach === "station")) continue;
    if (row.leadMs !== undefined && child.since < root.since - row.leadMs) continue;
    return rank;
  }
  return root.kind === child.kind && !isSame && lifted.has(root) ? EXPLANATIONS.length : Infinity;
}

const LEVEL_ORDER: Record<Level, number> = { station: 0, circuit: 1, building: 2, unit: 3, room: 4 };

/** Highest place first, then earliest; a total order, so that the same findings always come out the same way. */
function byPlaceAndTime(network: Network): (a: Episode, b: Episode) => number {
  const order = (episode: Episode): number => LEVEL_ORDER[network.asset(episode.asset)?.level ?? "room"];
  return (a, b) =>
    order(a) - order(b) || a.since - b.since || a.detectedAt - b.detectedAt || compare(a.asset, b.asset) || compare(a.kind, b.kind);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
