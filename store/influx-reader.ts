import type { Asset } from "../model/network.ts";
import { LEVELS, SIGNALS, SIGNAL_IDS, type Level, type SignalId } from "../model/signals.ts";
import type { Summary } from "./curve-tally.ts";
import { InfluxError, type InfluxQuery, type InfluxTable, type InfluxTarget } from "./influx.ts";
import { FAILED_MEASUREMENT } from "./influx-lines.ts";
import { influxTime } from "./influx-query.ts";
import { ROLLUP_FIELDS, type RollupName, rollupMeasurement } from "./influx-rollup-lines.ts";
import { createReadGate } from "./read-gate.ts";
import { type Run, append, createRun, mergeRuns } from "./series-run.ts";

/**
 * Asks InfluxDB for what the local store no longer has: raw samples and rollups of the signals of one asset, each in one statement.
 * Its text holds fixed names only; ids and times are bound. Every promise may reject with InfluxError, or with the reason of the signal.
 */

/** Questions in flight at once. */
export const READS_AT_ONCE_MAX = 4;
/** Rows (times) per answer; a longer range is asked for in parts. */
const ROWS_PER_ANSWER = 50_000;

/** What InfluxDB keeps of one bucket of a series: `count` is of all samples, `from` and `to` the times of the first and last. */
export interface RollupSummary extends Summary {
  /** Start of the bucket. */
  readonly start: number;
}

/** Raw samples by asset, then signal. */
export type StationRuns = ReadonlyMap<string, ReadonlyMap<SignalId, Run>>;

export interface InfluxReader {
  /** Event time before which no raw samples are kept any more; -Infinity when they are kept for ever. */
  rawFrom(): number;
  /** Samples with from <= time < to of each signal, NaN where the sensor failed. */
  samples(asset: Asset, signals: readonly SignalId[], span: Span, abort?: AbortSignal): Promise<Run[]>;
  /** Buckets with from <= start < to of each signal, ascending. */
  rollups(asset: Asset, signals: readonly SignalId[], rollup: RollupName, span: Span, abort?: AbortSignal): Promise<RollupSummary[][]>;
  /** Samples with from <= time < to of everything in a station; undefined when a series has more than `limit` there. */
  station(station: string, span: Span, limit: number, abort?: AbortSignal): Promise<StationRuns | undefined>;
  /** Time of the oldest sample with from <= time < to of anything in a station; undefined without any. */
  first(station: string, span: Span, abort?: AbortSignal): Promise<number | undefined>;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface InfluxReaderOptions {
  readonly query: InfluxQuery;
  /** How long InfluxDB keeps raw points; undefined: for ever. */
  readonly retentionMs: number | undefined;
  readonly now: () => number;
  readonly rowsPerAnswer?: number;
}

export function createInfluxReader({ query, retentionMs, now, rowsPerAnswer = ROWS_PER_ANSWER }: InfluxReaderOptions): InfluxReader {
  const gate = createReadGate(READS_AT_ONCE_MAX);

  async function ask(
    target: InfluxTarget,
    statement: string,
    parameters: Record<string, string>,
    abort?: AbortSignal,
  ): Promise<InfluxTable[]> {
    try {
      return await gate.run(() => query.query(target, statement, parameters, abort), abort);
    } catch (error) {
      // 3 Core takes a measurement that nothing was written to yet for an error; the others answer that nothing is there.
      if (error instanceof InfluxError && error.type === "missing" && /table|measurement/i.test(error.message)) return [];
      throw error;
    }
  }

  /** All rows of one asset in parts, each part beginning with the last time of the one before. */
  async function pages(
    target: InfluxTarget,
    measurement: string,
    fields: readonly string[],
    id: string,
    { from, to }: Span,
    abort: AbortSignal | undefined,
    take: (table: InfluxTable) => void,
  ): Promise<void> {
    const statement = `SELECT ${names(fields)} FROM "${measurement}" WHERE "id" = $id AND time >= $from AND time < $to LIMIT ${rowsPerAnswer}`;
    for (let start = from; start < to;) {
      const [table] = await ask(target, statement, { id, from: influxTime(start), to: influxTime(to) }, abort);
      if (table === undefined) return;
      take(table);
      if (table.rows.length < rowsPerAnswer) return;
      // Two rows may share a time (an asset that was moved has two sets of tags), so the last one is asked for again.
      const last = Number(table.rows[table.rows.length - 1]![table.columns.indexOf("time")]);
      start = last === start ? last + 1 : last;
    }
  }

  async function runsOf(measurement: string, asset: Asset, signals: readonly SignalId[], span: Span, abort?: AbortSignal) {
    const runs = signals.map(() => createRun());
    const isFailed = measurement === FAILED_MEASUREMENT;
    await pages("raw", measurement, signals, asset.id, span, abort, (table) => addSamples(table, signals, runs, isFailed));
    return runs;
  }

  /** One answer for each measurement. A station itself is not tagged with its own level. */
  function askStation(station: string, { from, to }: Span, end: string, abort: AbortSignal | undefined): Promise<InfluxTable[][]> {
    const parameters = { station, from: influxTime(from), to: influxTime(to) };
    const where = `WHERE ("station" = $station OR "id" = $station) AND time >= $from AND time < $to ${end}`;
    return Promise.all(
      SOURCES.map((source) => ask("raw", `SELECT ${names(signalsOf(source))} FROM "${source}" ${where}`, parameters, abort)),
    );
  }

  return {
    rawFrom: () => (retentionMs === undefined ? -Infinity : now() - retentionMs),
    async samples(asset, signals, span, abort) {
      const [failed, good] = await Promise.all([
        runsOf(FAILED_MEASUREMENT, asset, signals, span, abort),
        runsOf(asset.level, asset, signals, span, abort),
      ]);
      return good.map((run, index) => mergeRuns(failed[index]!, run));
    },
    async rollups(asset, signals, rollup, span, abort) {
      const found = signals.map((): RollupSummary[] => []);
      const fields = signals.flatMap((signal) => WANTED.map((part) => signal + ROLLUP_FIELDS[part]));
      await pages("rollup", rollupMeasurement(asset.level, rollup), fields, asset.id, span, abort, (table) => {
        for (const [index, signal] of signals.entries()) addRows(table, signal, found[index]!);
      });
      return found;
    },
    async station(station, span, limit, abort) {
      const found = new Map<string, Map<SignalId, Run>>();
      const answers = await askStation(station, span, `GROUP BY "id" LIMIT ${limit + 1}`, abort);
      for (const [index, source] of SOURCES.entries()) {
        for (const table of answers[index]!) {
          if (table.rows.length > limit) return undefined;
          addAsset(found, table, source);
        }
      }
      return found;
    },
    async first(station, span, abort) {
      const answers = await askStation(station, span, "LIMIT 1", abort);
      const times = answers.flat().flatMap(({ columns, rows }) => rows.map((row) => Number(row[columns.indexOf("time")])));
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

/** Measurements that hold raw samples, failures first: a value of the same time replaces them. */
const SOURCES = [FAILED_MEASUREMENT, ...LEVELS] as const;
type Source = (typeof SOURCES)[number];

const WANTED = ["count", "samples", "min", "max", "firstAt", "lastAt"] as const;

const names = (fields: readonly string[]): string => fields.map((field) => `"${field}"`).join(",");

function signalsOf(source: Source): SignalId[] {
  if (source === FAILED_MEASUREMENT) return SIGNAL_IDS;
  return SIGNAL_IDS.filter((id) => (SIGNALS[id].levels as readonly Level[]).includes(source));
}

/** Adds the values of each signal to its run. Of two rows with one time the first counts: they are the same point under old and new tags. */
function addSamples(table: InfluxTable, signals: readonly SignalId[], runs: readonly Run[], isFailed: boolean): void {
  const time = table.columns.indexOf("time");
  for (const [index, signal] of signals.entries()) {
    const column = table.columns.indexOf(signal);
    const run = runs[index]!;
    let last = run.count === 0 ? -Infinity : run.times[run.count - 1]!;
    for (const row of table.rows) {
      const value = row[column];
      if (typeof value !== "number") continue;
      const at = Number(row[time]);
      if (at > last) append(run, at, isFailed ? NaN : value);
      last = at;
    }
  }
}

function addRows({ columns, rows }: InfluxTable, signal: SignalId, found: RollupSummary[]): void {
  const [good, samples, min, max, firstAt, lastAt] = WANTED.map((part) => columns.indexOf(signal + ROLLUP_FIELDS[part]));
  const time = columns.indexOf("time");
  for (const row of rows) {
    const count = row[samples!];
    if (typeof count !== "number" || count === 0) continue;
    const summary: RollupSummary = {
      start: Number(row[time]),
      count,
      good: Number(row[good!]),
      min: Number(row[min!] ?? Infinity),
      max: Number(row[max!] ?? -Infinity),
      from: Number(row[firstAt!]),
      to: Number(row[lastAt!]),
    };
    const last = found[found.length - 1];
    if (last?.start !== summary.start) found.push(summary);
    // Of an asset that was moved in the middle of a bucket the newer row holds all of it.
    else if (count > last.count) found[found.length - 1] = summary;
  }
}

function addAsset(found: Map<string, Map<SignalId, Run>>, table: InfluxTable, source: Source): void {
  const id = table.tags["id"];
  if (id === undefined) return;
  const signals = signalsOf(source).filter((signal) => table.columns.includes(signal));
  const runs = signals.map(() => createRun());
  addSamples(table, signals, runs, source === FAILED_MEASUREMENT);
  const bySignal = found.get(id) ?? new Map<SignalId, Run>();
  found.set(id, bySignal);
  for (const [index, signal] of signals.entries()) {
    const known = bySignal.get(signal);
    if (runs[index]!.count > 0) bySignal.set(signal, known === undefined ? runs[index]! : mergeRuns(known, runs[index]!));
  }
}
