import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import type { Network, Point } from "../../model/network.ts";
import type { CurveSources } from "../../store/curve.ts";
import { createChunkReader } from "../../store/chunk-reader.ts";
import type { InfluxReader } from "../../store/influx-reader.ts";
import { ROLLUP_WIDTHS } from "../../store/influx-rollup-lines.ts";
import { rollupRun } from "../../store/rollup.ts";
import { settleLate } from "../../store/series-settle.ts";
import { type Run, append, createRun, slice } from "../../store/series-run.ts";
import { type Series, type SeriesKeeper, createSeries, writePoint } from "../../store/series.ts";
import { CHUNKS } from "../../store/telemetry-files.ts";
import type { Sample } from "./telemetry-model.ts";
import { START } from "./telemetry-support.ts";

/** Series as the store keeps them, without its files, and an InfluxDB that is a map: for tests of curves that need both. */

export interface LooseSeries {
  readonly sources: Omit<CurveSources, "now">;
  /** The series of a point, made with these samples in the order given. */
  write(point: Point, samples: readonly Sample[]): Series;
  close(): void;
}

export function looseSeries(): LooseSeries {
  const file = new DatabaseSync(":memory:");
  for (const { sql } of CHUNKS.migrations) file.exec(sql);
  const reader = createChunkReader(file);
  const known = new Map<string, Series>();
  let chunks = 0;
  const keeper: SeriesKeeper = {
    nextChunkId: () => ++chunks,
    find: (series, at) => reader.find(series, at),
    settle: (series) => settleLate(series, reader, keeper),
    mark: () => {},
  };
  return {
    sources: { find: (asset, signal) => known.get(`${asset} ${signal}`), reader },
    write(point, samples) {
      const key = `${point.asset} ${point.signal}`;
      const series = known.get(key) ?? createSeries(known.size + 1, point.asset, point.signal, point);
      known.set(key, series);
      for (const [at, value] of samples) writePoint(series, at, value ?? NaN, keeper);
      return series;
    },
    close: () => file.close(),
  };
}

export function runOf(samples: readonly Sample[]): Run {
  const run = createRun();
  for (const [at, value] of samples) append(run, at, value ?? NaN);
  return run;
}

/** What InfluxDB has of one point: its samples, and the samples that its rollups were computed from, both ascending. */
export interface Kept {
  readonly raw: readonly Sample[];
  readonly rolledUp: readonly Sample[];
}

/** Reads from memory as the real one reads from InfluxDB. */
export function memoryReader(network: Network, kept: ReadonlyMap<Point, Kept>, rawFrom = -Infinity): InfluxReader {
  const runs = new Map([...kept].map(([point, { raw }]) => [point, runOf(raw.filter(([at]) => at >= rawFrom))]));
  return {
    rawFrom: () => rawFrom,
    samples: (asset, signals, { from, to }) =>
      Promise.resolve(signals.map((signal) => slice(runs.get(network.point(asset.id, signal)!) ?? createRun(0), from, to))),
    rollups: (asset, signals, rollup, { from, to }) =>
      Promise.resolve(
        signals.map((signal) =>
          rollupRun(runOf(kept.get(network.point(asset.id, signal)!)?.rolledUp ?? []), ROLLUP_WIDTHS[rollup])
            .filter(({ at }) => at >= from && at < to)
            .map(({ at, row }) => ({
              start: at,
              from: row.firstAt,
              to: row.lastAt,
              count: row.samples,
              good: row.count,
              min: row.min,
              max: row.max,
            })),
        ),
      ),
    station: (station, { from, to }) => {
      const found = new Map<string, Map<Point["signal"], Run>>();
      for (const [point, run] of runs) {
        const own = slice(run, from, to);
        if (point.station !== station || own.count === 0) continue;
        found.set(point.asset, (found.get(point.asset) ?? new Map<Point["signal"], Run>()).set(point.signal, own));
      }
      return Promise.resolve(found);
    },
    first: (station, { from, to }) => {
      const times = [...runs].flatMap(([point, run]) => (point.station === station ? [...slice(run, from, to).times.subarray(0, 1)] : []));
      return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
    },
  };
}

const DAY = 86_400_000;

/** What became of one point: where each of its samples is kept. */
export interface Story {
  readonly samples: readonly Sample[];
  /** The local store dropped what was here up to this time. */
  readonly droppedTo: number;
  /** Kept locally though older: came late. */
  readonly late: readonly number[];
  /** Of the late ones: InfluxDB has none yet, or another value. */
  readonly unsent: readonly number[];
  readonly corrected: readonly number[];
  /** Of the late ones that InfluxDB has: the sensor failed, as the late message says, which changes nothing. */
  readonly failedLate: readonly number[];
  /** Of the late ones that InfluxDB has: its rollups do not know them yet. */
  readonly notRolledUp: readonly number[];
}

/** As many as the head of a series always has. */
const NEWEST = 32;

/** A part of a thousand: floats of fast-check would nearly all be next to nothing. */
export const permille = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max }).map((part) => part / 1000);
const spans = (most: number): fc.Arbitrary<{ at: number; samples: number }[]> =>
  fc.array(fc.record({ at: fc.nat(1499), samples: fc.integer({ min: 1, max: most }) }), { maxLength: 3 });

export const outline = fc.record({
  cadenceMs: fc.constantFrom(10_000, 30_000, 60_000, 300_000, 1_800_000, 3_600_000),
  count: fc.oneof({ weight: 1, arbitrary: fc.nat(40) }, { weight: 9, arbitrary: fc.integer({ min: 200, max: 1500 }) }),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  jitter: fc.boolean(),
  gaps: spans(300),
  failures: spans(200),
  seam: permille(-100, 1000),
  seamOffMs: fc.integer({ min: 0, max: 20_000 }),
  late: fc.array(
    fc.record({ at: fc.nat(1499), was: fc.constantFrom("known", "unsent", "corrected", "failed"), notRolledUp: fc.boolean() }),
    {
      maxLength: 6,
    },
  ),
});
export type Outline = typeof outline extends fc.Arbitrary<infer Value> ? Value : never;

export function storyOf({ cadenceMs, count, seed, jitter, gaps, failures, seam, seamOffMs, late }: Outline): Story {
  const within = (index: number, those: readonly { at: number; samples: number }[]): boolean =>
    those.some(({ at, samples }) => index >= at && index < at + samples);
  const samples = Array.from({ length: count }, (_, index): Sample => {
    const noise = Math.imul(seed + index, 0x9e3779b1) >>> 0;
    const at = START - 3 * DAY + index * cadenceMs + (jitter ? noise % (cadenceMs / 2) : 0);
    return [at, within(index, failures) ? null : Math.round(480 + 40 * Math.sin(index / 40) + (noise % 7)) / 10];
  }).filter((_, index) => !within(index, gaps));
  // The newest ones never go.
  const dropped = Math.min(Math.floor(seam * samples.length), samples.length - NEWEST - 1);
  const droppedTo = dropped < 0 ? -Infinity : Math.min(samples[dropped]![0] + seamOffMs, samples[dropped + 1]![0] - 1);
  const known = late.filter(({ at }, index) => at <= dropped && late.findIndex((other) => other.at === at) === index);
  const pick = (wanted: (one: Outline["late"][number]) => boolean): number[] => known.filter(wanted).map(({ at }) => at);
  return {
    samples,
    droppedTo,
    late: pick(() => true),
    unsent: pick((one) => one.was === "unsent"),
    corrected: pick((one) => one.was === "corrected"),
    failedLate: pick((one) => one.was === "failed"),
    notRolledUp: pick((one) => one.notRolledUp),
  };
}

/** InfluxDB has all up to `lagFrom`, which the local store still holds whole, but for what came late. */
export function keptOf({ samples, droppedTo, unsent, corrected, notRolledUp }: Story, lagFrom: number): Kept {
  const raw = samples
    .map(([at, value], index): Sample => [at, corrected.includes(index) ? (value === null ? null : value + 7) : value])
    .filter(([at], index) => !unsent.includes(index) && (at <= droppedTo || at < lagFrom));
  const missing = new Set(notRolledUp.map((index) => samples[index]![0]));
  return { raw, rolledUp: raw.filter(([at]) => !missing.has(at)) };
}

/** What the local store was sent, in order. */
export const localOf = ({ samples, droppedTo, late, failedLate }: Story): Sample[] => [
  ...samples.filter(([at]) => at > droppedTo),
  ...samples.flatMap(([at, value], index): Sample[] => (late.includes(index) ? [[at, failedLate.includes(index) ? null : value]] : [])),
];
