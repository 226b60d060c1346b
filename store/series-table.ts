import type { Network, Point } from "../model/network.ts";
import { isSignalId } from "../model/signals.ts";
import { type Series, createSeries } from "./series.ts";

/** All series of the store: by number, by point of the network (one array access), by asset and by station. */

export interface SeriesTable {
  readonly all: readonly Series[];
  byId(id: number): Series | undefined;
  /** The series of a point, created if it is new. */
  of(point: Point): Series;
  /** The series of a point of the network that was ever written. */
  readonly find: (asset: string, signal: string) => Series | undefined;
  ofAsset(asset: string): readonly Series[];
  /** In canonical order: by asset, then signal. */
  ofStation(station: string): readonly Series[];
  /** A series that the journal knows. */
  restore(id: number, asset: string, signal: string): Series;
}

const NONE: readonly Series[] = [];

export function createSeriesTable(network: Network): SeriesTable {
  const all: Series[] = [];
  const ids = new Map<number, Series>();
  const byAsset = new Map<string, Map<string, Series>>();
  const listOfAsset = new Map<string, Series[]>();
  const listOfStation = new Map<string, Series[]>();
  const slots: (Series | undefined)[] = [];
  let idMax = 0;

  function add(id: number, asset: string, signal: string): Series {
    const point = isSignalId(signal) ? network.point(asset, signal) : undefined;
    const series = createSeries(id, asset, signal, point);
    all.push(series);
    ids.set(id, series);
    idMax = Math.max(idMax, id);
    const bySignal = byAsset.get(asset) ?? new Map<string, Series>();
    byAsset.set(asset, bySignal.set(signal, series));
    if (point !== undefined) {
      slots[point.index] = series;
      push(listOfAsset, asset, series);
      push(listOfStation, point.station, series);
    }
    return series;
  }

  return {
    all,
    byId: (id) => ids.get(id),
    of(point) {
      const series = slots[point.index];
      // A point of another network object may have the index of a different one of ours.
      if (series !== undefined && series.point === point) return series;
      return byAsset.get(point.asset)?.get(point.signal) ?? add(idMax + 1, point.asset, point.signal);
    },
    find(asset, signal) {
      const series = byAsset.get(asset)?.get(signal);
      return series?.point === undefined ? undefined : series;
    },
    ofAsset: (asset) => listOfAsset.get(asset) ?? NONE,
    ofStation: (station) => listOfStation.get(station) ?? NONE,
    restore(id, asset, signal) {
      const series = add(id, asset, signal);
      series.registered = true;
      return series;
    },
  };
}

function push(lists: Map<string, Series[]>, key: string, series: Series): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [series]);
  else {
    // Series come rarely; kept in order so that nobody has to sort them for each question.
    const after = list.findIndex((other) => isBefore(series, other));
    list.splice(after === -1 ? list.length : after, 0, series);
  }
}

function isBefore(a: Series, b: Series): boolean {
  return a.asset < b.asset || (a.asset === b.asset && a.signal < b.signal);
}
