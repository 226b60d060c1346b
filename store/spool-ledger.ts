/**
 * What waits in the journal for its slowest reader: how much, since when, and from which event time. Commits lie in it as groups;
 * a group goes when its last commit is forwarded, so that the sums are never too small.
 */

export interface SpoolWaiting {
  readonly bytes: number;
  readonly points: number;
  /** When the oldest of it was committed, epoch ms; undefined when nothing waits. */
  readonly since: number | undefined;
  /** Lowest event time in it; Infinity when nothing waits. */
  readonly from: number;
}

interface Group {
  last: number;
  commits: number;
  bytes: number;
  points: number;
  from: number;
  readonly since: number;
}

export interface SpoolLedger {
  /** A commit: its sequence is above all before it. */
  add(commit: { sequence: number; bytes: number; points: number; from: number; since: number }): void;
  /** Everything up to here is forwarded. */
  forwarded(sequence: number): void;
  readonly waiting: () => SpoolWaiting;
}

/** Groups kept; beyond it neighbours become one. */
const GROUPS_MAX = 2048;

export function createSpoolLedger(): SpoolLedger {
  let groups: Group[] = [];
  /** Commits of a full group: all groups are about the same size. */
  let commitsMax = 1;
  let bytes = 0;
  let points = 0;

  /** Twice as many commits to a group, half as many groups. */
  function join(): void {
    commitsMax *= 2;
    const joined: Group[] = [];
    for (const group of groups) {
      const last = joined.at(-1);
      if (last !== undefined && last.commits + group.commits <= commitsMax) take(last, group);
      else joined.push(group);
    }
    groups = joined;
  }

  return {
    add({ sequence, since, ...commit }) {
      const group: Group = { last: sequence, commits: 1, since, ...commit };
      const last = groups.at(-1);
      if (last !== undefined && last.commits < commitsMax) take(last, group);
      else groups.push(group);
      bytes += commit.bytes;
      points += commit.points;
      if (groups.length > GROUPS_MAX) join();
    },
    forwarded(sequence) {
      let count = 0;
      for (; count < groups.length && groups[count]!.last <= sequence; count++) {
        bytes -= groups[count]!.bytes;
        points -= groups[count]!.points;
      }
      if (count > 0) groups = groups.slice(count);
      if (groups.length === 0) commitsMax = 1;
    },
    waiting: () => ({ bytes, points, since: groups[0]?.since, from: groups.reduce((low, group) => Math.min(low, group.from), Infinity) }),
  };
}

function take(group: Group, next: Group): void {
  group.last = next.last;
  group.commits += next.commits;
  group.bytes += next.bytes;
  group.points += next.points;
  group.from = Math.min(group.from, next.from);
}
