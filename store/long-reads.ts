import type { Asset, Network } from "../model/network.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { CurvePlan, WantedSeries } from "./curve.ts";
import type { InfluxReader, Span } from "./influx-reader.ts";
import { ROLLUP_WIDTHS, type RollupName } from "./influx-rollup-lines.ts";
import { type ExactPart, type OlderPart, spansToRecheck } from "./long-pieces.ts";
import { readSeries } from "./series-read.ts";
import { type Run, createRun, slice } from "./series-run.ts";

/** What a long curve asks of InfluxDB: which part of which series, in how many questions, rollups or raw samples. */

export interface LongSeries extends WantedSeries {
  /** The local store may lack samples before this time, and has every later one; at most the end of the range, -Infinity when it has all. */
  readonly olderTo: number;
}

/** The part of a series before `newerFrom`; from there on the local store has it all. */
export interface OlderAnswer {
  readonly older: OlderPart;
  readonly exact: readonly ExactPart[];
  readonly newerFrom: number;
}

export interface LongReads {
  split(plan: CurvePlan): LongSeries[];
  /** Raw samples of the older part of each series. `fail` is told which series could not be read; those are missing. */
  samples(plan: CurvePlan, series: readonly LongSeries[], signal: AbortSignal, fail: Fail): Promise<Map<LongSeries, Run>>;
  rollups(
    plan: CurvePlan,
    series: readonly LongSeries[],
    rollup: RollupName,
    signal: AbortSignal,
    fail: Fail,
  ): Promise<Map<LongSeries, OlderAnswer>>;
}

export type Fail = (failed: readonly LongSeries[], error: unknown) => void;

export interface LongReadsOptions {
  readonly network: Network;
  readonly reader: InfluxReader;
  readonly chunks: ChunkReader;
  readonly incompleteBefore: number | undefined;
  readonly now: () => number;
}

/** Series of one asset whose older parts end within this are read together. */
const SEAMS_MS_MAX = 6 * 3_600_000;
/** A rollup may be written so long after its newest sample. */
const ROLLUP_LAG_MS = 2 * 3_600_000;

/** Series of one asset that are asked for together. */
interface Group {
  readonly asset: Asset;
  readonly series: LongSeries[];
  /** Least and greatest `olderTo`. */
  readonly least: number;
  to: number;
}

export function createLongReads({ network, reader, chunks, incompleteBefore, now }: LongReadsOptions): LongReads {
  function groupsOf(from: number, series: readonly LongSeries[]): Group[] {
    const groups: Group[] = [];
    for (const one of series.filter(({ olderTo }) => olderTo > from).sort((a, b) => a.olderTo - b.olderTo)) {
      const asset = network.asset(one.asset);
      if (asset === undefined) continue;
      const group = groups.find((other) => other.asset === asset && one.olderTo - other.least <= SEAMS_MS_MAX);
      if (group === undefined) groups.push({ asset, series: [one], least: one.olderTo, to: one.olderTo });
      else {
        group.series.push(one);
        group.to = one.olderTo;
      }
    }
    return groups;
  }

  const localOf = ({ stored }: LongSeries, from: number, to: number): Run =>
    stored === undefined || from >= to ? createRun(0) : readSeries(stored, from, to, chunks);

  /** The rollups from `rowsFrom` up to `rowsTo`, and the ends of the older part that rollups do not tell exactly. */
  function rollupSpan(from: number, { least, to }: Group, widthMs: number): { rows: Span; ends: Span[]; newerFrom: number } {
    const rawFrom = reader.rawFrom();
    const floor = (at: number): number => Math.floor(at / widthMs) * widthMs;
    const ceil = (at: number): number => Math.ceil(at / widthMs) * widthMs;
    // Where raw samples are kept no more, a bucket that the range cuts counts whole.
    const rowsFrom = from < rawFrom ? floor(from) : ceil(from);
    let rowsTo = floor(Math.min(least, now() - ROLLUP_LAG_MS));
    if (rowsTo < rawFrom) rowsTo = ceil(Math.min(rawFrom, to));
    if (rowsTo <= rowsFrom) return { rows: { from: rowsFrom, to: rowsFrom }, ends: [{ from, to }], newerFrom: to };
    const ends = [
      { from, to: rowsFrom },
      { from: rowsTo, to },
    ].filter((span) => span.from < span.to);
    return { rows: { from: rowsFrom, to: rowsTo }, ends, newerFrom: Math.max(to, rowsTo) };
  }

  async function readGroup(plan: CurvePlan, group: Group, rollup: RollupName, signal: AbortSignal): Promise<OlderAnswer[]> {
    const { asset, series } = group;
    const widthMs = ROLLUP_WIDTHS[rollup];
    const signals = series.map((one) => one.signal);
    const { rows, ends, newerFrom } = rollupSpan(plan.from, group, widthMs);
    const readExact = async (span: Span): Promise<ExactPart[]> => {
      const runs = await reader.samples(asset, signals, span, signal);
      return runs.map((run) => ({ ...span, run }));
    };
    const [found, atEnds] = await Promise.all([
      rows.from < rows.to ? reader.rollups(asset, signals, rollup, rows, signal) : series.map(() => []),
      Promise.all(ends.map(readExact)),
    ]);
    const older = series.map((one, index) => ({
      rows: found[index]!,
      local: localOf(one, plan.from, Math.min(plan.to, newerFrom)),
    }));
    const kept = Math.ceil(reader.rawFrom() / widthMs) * widthMs;
    const spans = spansToRecheck(older, widthMs, { from: Math.max(rows.from, kept), to: rows.to }, aroundRestore(widthMs));
    const rechecked = await Promise.all(spans.map(readExact));
    const exact = [...atEnds, ...rechecked].sort((a, b) => a[0]!.from - b[0]!.from);
    return older.map((part, index) => ({ older: part, exact: exact.map((parts) => parts[index]!), newerFrom }));
  }

  /** Starts of buckets whose rollup may never have been written, as the platform was restored to an older state. */
  function aroundRestore(widthMs: number): number[] {
    if (incompleteBefore === undefined) return [];
    const first = Math.floor((incompleteBefore - ROLLUP_LAG_MS) / widthMs);
    const last = Math.floor(incompleteBefore / widthMs);
    return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * widthMs);
  }

  return {
    split: ({ to, wanted }) =>
      wanted.map((one) => {
        const seam = Math.max(one.stored?.droppedTo ?? -Infinity, incompleteBefore ?? -Infinity);
        return { ...one, olderTo: Math.min(to, seam + 1) };
      }),
    async samples({ from }, series, signal, fail) {
      const found = new Map<LongSeries, Run>();
      const read = async (group: Group): Promise<void> => {
        const signals = group.series.map((one) => one.signal);
        const runs = await reader.samples(group.asset, signals, { from, to: group.to }, signal);
        for (const [index, one] of group.series.entries()) found.set(one, slice(runs[index]!, from, one.olderTo));
      };
      await Promise.all(groupsOf(from, series).map((group) => read(group).catch((error: unknown) => fail(group.series, error))));
      return found;
    },
    async rollups(plan, series, rollup, signal, fail) {
      const found = new Map<LongSeries, OlderAnswer>();
      const read = async (group: Group): Promise<void> => {
        const answers = await readGroup(plan, group, rollup, signal);
        for (const [index, one] of group.series.entries()) found.set(one, answers[index]!);
      };
      await Promise.all(groupsOf(plan.from, series).map((group) => read(group).catch((error: unknown) => fail(group.series, error))));
      return found;
    },
  };
}
