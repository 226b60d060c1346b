import type { Curve, CurveQuery } from "../model/curve.ts";
import type { Network } from "../model/network.ts";
import type { Text } from "../model/text.ts";
import { type CurvePlan, bucketedCurve, drawCurve, planCurve, rawCurve } from "./curve.ts";
import { addRun, bucketsOf, createTally } from "./curve-tally.ts";
import { markIncomplete, reasonOf } from "./incomplete-curve.ts";
import type { InfluxReader } from "./influx-reader.ts";
import { ROLLUP_WIDTHS } from "./influx-rollup-lines.ts";
import { addLongSeries } from "./long-pieces.ts";
import { type Fail, type LongSeries, createLongReads } from "./long-reads.ts";
import { readSeries } from "./series-read.ts";
import { type Run, createRun, mergeRuns } from "./series-run.ts";
import type { LocalTelemetryStore } from "./telemetry-store.ts";

/**
 * Curves over all that is kept: what the local store holds whole comes from there, at once; what is older from InfluxDB, together
 * with what the local store still has of it. The answer is the one that a local store holding everything would give.
 */

export interface LongCurveOptions {
  readonly network: Network;
  readonly local: Pick<LocalTelemetryStore, "curveSources" | "incompleteBefore">;
  readonly reader: InfluxReader;
  readonly now: () => number;
  /** How long a curve waits for InfluxDB; then it has what is here, and says so. */
  readonly timeoutMs?: number;
}

/** `abort`: nobody waits for the answer any more; the promise then rejects with its reason. */
export type LongCurve = (query: CurveQuery, abort?: AbortSignal) => Curve | Promise<Curve>;

const TIMEOUT_MS = 3000;
/** Narrower buckets are gathered from raw samples … */
const ROLLUP_MS_MIN = ROLLUP_WIDTHS["5m"];
/** … of so much time at most; a longer range has buckets of this width. */
const RAW_MS_MAX = 7 * 86_400_000;

export function createLongCurve({ network, local, reader, now, timeoutMs = TIMEOUT_MS }: LongCurveOptions): LongCurve {
  const { find, reader: chunks } = local.curveSources;
  const reads = createLongReads({ network, reader, chunks, incompleteBefore: local.incompleteBefore, now });

  async function drawLong(plan: CurvePlan, series: readonly LongSeries[], abort: AbortSignal | undefined): Promise<Curve> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = abort === undefined ? deadline : AbortSignal.any([abort, deadline]);
    const failed = new Set<LongSeries>();
    let reason: Text | undefined;
    const fail: Fail = (those, error) => {
      abort?.throwIfAborted();
      reason = reasonOf(error, deadline.aborted);
      for (const one of those) failed.add(one);
    };
    const kept = plan.from >= reader.rawFrom();
    const olderTo = Math.max(...series.map((one) => one.olderTo));
    let curve: Curve | undefined;
    if (plan.bucketMs >= ROLLUP_MS_MIN || !kept || olderTo - plan.from > RAW_MS_MAX) {
      const { bucketed, samplesMost } = await drawRollups(plan, series, signal, fail);
      curve = bucketed;
      if (kept && failed.size === 0 && samplesMost <= plan.rawLimit) curve = (await drawRaw(plan, series, signal)) ?? curve;
    } else {
      const runs = await readRuns(plan, series, signal, fail);
      curve = fits(plan, runs) ? rawCurve(plan, runs) : bucketRuns(plan, runs);
    }
    if (reason === undefined) return curve;
    const lackingTo = series.map((one) => (failed.has(one) ? one.olderTo : undefined));
    return markIncomplete(curve, lackingTo, reason);
  }

  /** Undefined when there are too many samples after all, or InfluxDB has ceased to answer. */
  async function drawRaw(plan: CurvePlan, series: readonly LongSeries[], signal: AbortSignal): Promise<Curve | undefined> {
    let whole = true;
    const runs = await readRuns(plan, series, signal, () => (whole = false));
    return whole && fits(plan, runs) ? rawCurve(plan, runs) : undefined;
  }

  /** Every sample of each series in the range. */
  async function readRuns(plan: CurvePlan, series: readonly LongSeries[], signal: AbortSignal, fail: Fail): Promise<Run[]> {
    const found = await reads.samples(plan, series, signal, fail);
    return series.map((one) => {
      const own = one.stored === undefined ? createRun(0) : readSeries(one.stored, plan.from, plan.to, chunks);
      const older = found.get(one);
      return older === undefined ? own : mergeRuns(older, own);
    });
  }

  async function drawRollups(
    plan: CurvePlan,
    series: readonly LongSeries[],
    signal: AbortSignal,
    fail: Fail,
  ): Promise<{ bucketed: Curve; samplesMost: number }> {
    const buckets = bucketsOf(plan.from, plan.to, Math.max(ROLLUP_MS_MIN, plan.bucketMs));
    const rollup = buckets.widthMs < ROLLUP_WIDTHS["1h"] ? "5m" : "1h";
    const found = await reads.rollups(plan, series, rollup, signal, fail);
    const tallies = series.map((one) => {
      const tally = createTally(buckets.count);
      const { older, exact, newerFrom } = found.get(one) ?? { older: NOTHING, exact: [], newerFrom: plan.from };
      const newer = { stored: one.stored, from: newerFrom, to: plan.to, reader: chunks };
      addLongSeries(tally, buckets, older, exact, ROLLUP_WIDTHS[rollup], newer);
      return tally;
    });
    const samples = tallies.map(({ all }) => all.reduce((sum, count) => sum + count, 0));
    return { bucketed: bucketedCurve(plan, buckets, tallies), samplesMost: Math.max(...samples) };
  }

  return (query, abort) => {
    const sources = { find, reader: chunks, now: now() };
    const plan = planCurve(query, sources);
    const series = reads.split(plan);
    return series.every(({ olderTo }) => olderTo <= plan.from) ? drawCurve(query, sources) : drawLong(plan, series, abort);
  };
}

const NOTHING = { rows: [], local: createRun(0) };

const fits = ({ rawLimit }: CurvePlan, runs: readonly Run[]): boolean => runs.every(({ count }) => count <= rawLimit);

function bucketRuns(plan: CurvePlan, runs: readonly Run[]): Curve {
  const buckets = bucketsOf(plan.from, plan.to, plan.bucketMs);
  const tallies = runs.map((run) => {
    const tally = createTally(buckets.count);
    addRun(tally, buckets, run);
    return tally;
  });
  return bucketedCurve(plan, buckets, tallies);
}
