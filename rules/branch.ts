import type { Episode } from "../model/finding.ts";

/**
 * R11, the branch: a shortage that several stations feel at once is one fault of the source or of their primary branch. The first
 * station that told of it speaks for all; where a station's own numbers do not suffice (`tentative`), it counts only in such company.
 */

/** Stations that have to feel it: this share of those that report, at least three, or all where there are fewer … */
const SHARE = 0.3;
const STATIONS_MIN = 3;
/** … or this many that were all right half an hour before: in a large network a third of it would be a storm already. */
const SUDDEN_STATIONS = 5;
const SUDDEN_MS = 1_800_000;

/** One station as the branch sees it. */
export interface BranchStation {
  readonly station: string;
  readonly isReporting: boolean;
  /** Its findings of a shortage, active and cleared. */
  readonly shortages: readonly Episode[];
}

/**
 * The finding that speaks for each finding of a shortage that is part of a common one; those of single stations are not in it. Pure and
 * independent of the order of `stations`. `branches`: stations of each primary branch; the whole network is looked at as well.
 */
export function commonShortages(branches: readonly (readonly BranchStation[])[]): ReadonlyMap<Episode, Episode> {
  const leaders = new Map<Episode, Episode>();
  for (const stations of [branches.flat(), ...branches])
    for (const run of runsOf(stations)) for (const member of run.members) if (!leaders.has(member)) leaders.set(member, run.leader);
  return leaders;
}

interface Run {
  readonly leader: Episode;
  readonly members: readonly Episode[];
}

/** Sweeps through time: a run starts when enough stations are short at once and ends when fewer than half of that are left. */
function runsOf(stations: readonly BranchStation[]): Run[] {
  const reporting = stations.filter(
    ({ isReporting, shortages }) => isReporting || shortages.some(({ clearedAt }) => clearedAt === undefined),
  ).length;
  const needed = Math.min(Math.max(STATIONS_MIN, Math.ceil(SHARE * reporting)), Math.max(2, reporting));
  const episodes = stations.flatMap(({ shortages }) => shortages).sort(byTime);
  if (new Set(episodes.map(({ station }) => station)).size < Math.min(needed, SUDDEN_STATIONS)) return [];
  const changes = episodes
    .flatMap((episode) => [
      { at: episode.detectedAt, episode, by: 1 },
      ...(episode.clearedAt === undefined ? [] : [{ at: episode.clearedAt, episode, by: -1 }]),
    ])
    .sort((a, b) => a.at - b.at || b.by - a.by || byTime(a.episode, b.episode));
  const runs: Run[] = [];
  const active = new Set<Episode>();
  let members: Set<Episode> | undefined;
  let leader: Episode | undefined;
  let least = needed;
  for (const { at, episode, by } of changes) {
    if (by > 0) active.add(episode);
    else active.delete(episode);
    if (members === undefined) {
      const sudden = [...active].filter(({ detectedAt }) => detectedAt > at - SUDDEN_MS);
      if (active.size < needed && sudden.length < SUDDEN_STATIONS) continue;
      least = Math.min(needed, active.size);
      members = new Set(active);
      // Whatever becomes of its own numbers later: who speaks must not change while it lasts.
      leader = [...active].sort(byTime)[0];
    } else if (by > 0) members.add(episode);
    else if (active.size * 2 < least) {
      runs.push({ leader: leader!, members: [...members] });
      members = undefined;
    }
  }
  if (members !== undefined) runs.push({ leader: leader!, members: [...members] });
  return runs;
}

const byTime = (a: Episode, b: Episode): number =>
  a.detectedAt - b.detectedAt || (a.station < b.station ? -1 : a.station > b.station ? 1 : 0);
