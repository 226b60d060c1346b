/** What is left of the backfill of InfluxDB from the local store, as a note in the journal. */

export interface BackfillJob {
  /** Lowest event time; -Infinity: everything that the local store has. */
  readonly from: number;
  /** False: only the rollups. */
  readonly raw: boolean;
  /** The station that is being read, and the event time up to which it is done; undefined: not begun. */
  readonly station?: string;
  readonly at?: number;
}

/** The first is being done; the second takes in whatever comes meanwhile. */
const JOBS_MAX = 2;

export function addJob(jobs: readonly BackfillJob[], job: BackfillJob): readonly BackfillJob[] {
  const first = jobs[0];
  if (first === undefined) return [job];
  const isBegun = first.station !== undefined;
  const kept = isBegun ? [first] : [];
  const waiting = [...(isBegun ? jobs.slice(1) : jobs), job];
  const merged: BackfillJob = { from: Math.min(...waiting.map(({ from }) => from)), raw: waiting.some(({ raw }) => raw) };
  return [...kept, merged].slice(0, JOBS_MAX);
}

/** Lowest event time of all jobs; Infinity without any. */
export function jobsFrom(jobs: readonly BackfillJob[]): number {
  return Math.min(Infinity, ...jobs.map(({ from }) => from));
}

export function readJobs(text: string | undefined): readonly BackfillJob[] {
  if (text === undefined) return [];
  const jobs = JSON.parse(text) as readonly (Omit<BackfillJob, "from"> & { readonly from: number | null })[];
  return jobs.map((job) => ({ ...job, from: job.from ?? -Infinity }));
}

export function writeJobs(jobs: readonly BackfillJob[]): string {
  return JSON.stringify(jobs.map((job) => ({ ...job, from: Number.isFinite(job.from) ? job.from : null })));
}
