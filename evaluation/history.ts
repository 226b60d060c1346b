import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import type { SignalId } from "../model/signals.ts";
import { REWIND_MS_MAX } from "../rules/snapshot.ts";

/** Readings of a played world in memory: each stored once, as long as a rewind may ask for them. */

const DAY_MS = 86_400_000;
/** A rewind goes back at most `REWIND_MS_MAX`, and its rules look a day further. */
const KEPT_MS = REWIND_MS_MAX + 2 * DAY_MS;
/** What is too old goes in pieces of this many samples. */
const TRIM_SAMPLES = 1_024;

interface Column {
  readonly asset: string;
  readonly signal: SignalId;
  readonly times: number[];
  readonly values: (number | null)[];
}

export interface History {
  /** Stores readings; answers those that were not there, or had another value, in the order given. */
  commit(readings: readonly Reading[]): Reading[];
  /** Readings of a station with from <= at < to in the canonical order (at, asset, signal). */
  readings(station: string, from: number, to: number): Reading[];
  /** Samples of one point with from <= at < to, thinned to at most `samplesMax`. */
  piece(asset: string, signal: SignalId, from: number, to: number, samplesMax: number): { times: number[]; values: (number | null)[] };
  /** Whether a point ever delivered anything. */
  has(asset: string, signal: SignalId): boolean;
  /** Event time of the newest reading of any of these assets; -Infinity for none. */
  newestAt(assets: ReadonlySet<string>, station: string): number;
  readonly duplicates: number;
}

export function createHistory(network: Network): History {
  const columns = new Map<number, Column>();
  const byStation = new Map<string, { readonly point: Reading["point"]; readonly column: Column }[]>();
  let duplicates = 0;

  function columnOf(point: Reading["point"]): Column {
    let column = columns.get(point.index);
    if (column !== undefined) return column;
    columns.set(point.index, (column = { asset: point.asset, signal: point.signal, times: [], values: [] }));
    const own = byStation.get(point.station);
    if (own === undefined) byStation.set(point.station, [{ point, column }]);
    else {
      own.push({ point, column });
      own.sort((a, b) => compare(a.column.asset, b.column.asset) || compare(a.column.signal, b.column.signal));
    }
    return column;
  }

  function keep({ point, at, value }: Reading): boolean {
    const { times, values } = columnOf(point);
    const last = times.length - 1;
    if (last < 0 || at > times[last]!) {
      times.push(at);
      values.push(value);
      if (times.length % TRIM_SAMPLES === 0) trim(times, values, at - KEPT_MS);
      return true;
    }
    const place = lowerBound(times, at);
    if (times[place] === at) {
      if (values[place] === value) return false;
      values[place] = value;
      return true;
    }
    times.splice(place, 0, at);
    values.splice(place, 0, value);
    return true;
  }

  return {
    commit(readings) {
      const fresh = readings.filter(keep);
      duplicates += readings.length - fresh.length;
      return fresh;
    },
    readings(station, from, to) {
      const found: Reading[] = [];
      for (const { point, column } of byStation.get(station) ?? []) {
        const { times, values } = column;
        for (let place = lowerBound(times, from); place < times.length && times[place]! < to; place++)
          found.push({ point, at: times[place]!, value: values[place]! });
      }
      // The columns stand in the order of asset and signal, and the sort is stable.
      return found.sort((a, b) => a.at - b.at);
    },
    piece(asset, signal, from, to, samplesMax) {
      const point = network.point(asset, signal);
      const column = point === undefined ? undefined : columns.get(point.index);
      if (column === undefined) return { times: [], values: [] };
      const first = lowerBound(column.times, from);
      const end = lowerBound(column.times, to);
      const step = Math.max(1, Math.ceil((end - first) / samplesMax));
      const times: number[] = [];
      const values: (number | null)[] = [];
      for (let place = first; place < end; place += step) {
        times.push(column.times[place]!);
        values.push(column.values[place]!);
      }
      return { times, values };
    },
    has(asset, signal) {
      const point = network.point(asset, signal);
      return point !== undefined && columns.has(point.index);
    },
    newestAt(assets, station) {
      let newest = -Infinity;
      for (const { column } of byStation.get(station) ?? [])
        if (assets.has(column.asset)) newest = Math.max(newest, column.times.at(-1) ?? -Infinity);
      return newest;
    },
    get duplicates() {
      return duplicates;
    },
  };
}

function trim(times: number[], values: (number | null)[], before: number): void {
  const gone = lowerBound(times, before);
  if (gone < TRIM_SAMPLES) return;
  times.splice(0, gone);
  values.splice(0, gone);
}

/** First place whose time is not before `at`. */
function lowerBound(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
