import type { Episode } from "../model/finding.ts";

/**
 * R11, the branch: a shortage that several stations feel at once is one fault of the source or of their primary branch. The first
 * station that told of it speaks for all; where a station's own numbers do not suffice (`tentative`), it counts only in such company.
 */

/** Stations that have to feel it: this share of those that report, at least three, or all where there are fewer. */
const SHARE = 0.3;
const STATIONS_MIN = 3;

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
  if (new Set(episodes.map(({ station }) => station)).size < needed) return [];
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
  for (const { episode, by } of changes) {
    if (by > 0) active.add(episode);
    else active.delete(episode);
    if (members === undefined) {
      if (active.size < needed) continue;
      members = new Set(active);
      leader = [...active].sort((a, b) => Number(a.tentative === true) - Number(b.tentative === true) || byTime(a, b))[0];
    } else if (by > 0) members.add(episode);
    else if (active.size * 2 < needed) {
      runs.push({ leader: leader!, members: [...members] });
      members = undefined;
    }
  }
  if (members !== undefined) runs.push({ leader: leader!, members: [...members] });
  return runs;
}

const byTime = (a: Episode, b: Episode): number =>
  a.detectedAt - b.detectedAt || (a.station < b.station ? -1 : a.station > b.station ? 1 : 0);
