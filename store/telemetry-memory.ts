import type { DatabaseSync } from "node:sqlite";
import type { LatestValue } from "../model/live.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { STATUS_SIGNAL, type SignalId } from "../model/signals.ts";
import { type ChunkReader, createChunkReader } from "./chunk-reader.ts";
import { type StoredHeadRow, restoreHead } from "./head-row.ts";
import type { BatchColumns } from "./journal-batch.ts";
import type { Run } from "./series-run.ts";
import { settleLate } from "./series-settle.ts";
import { type SeriesTable, createSeriesTable } from "./series-table.ts";
import { KNOWN, type Series, type SeriesKeeper, WRITTEN, writePoint } from "./series.ts";
import { numberOf } from "./telemetry-files.ts";
import type { CommitOutcome } from "./telemetry.ts";

/** The part of the telemetry that is in memory: the newest points of every series, and which series the next checkpoint has to write. */

export interface TelemetryMemory {
  readonly table: SeriesTable;
  readonly reader: ChunkReader;
  readonly points: number;
  readonly duplicates: number;
  /** Writes readings that the journal holds; says which of them changed anything. */
  apply(readings: readonly Reading[]): CommitOutcome;
  /** The same for a batch that the journal held at the start. */
  readonly replay: (columns: BatchColumns) => void;
  /** Event time of the oldest point of a station that `replay` brought. */
  readonly replayedFrom: (station: string) => number | undefined;
  readonly latest: (asset: string, signal: SignalId) => LatestValue | undefined;
  readonly latestOf: (asset: string) => Readonly<Partial<Record<SignalId, LatestValue>>>;
  /** Event time of the oldest and newest point of a station. */
  readonly extent: (station: string) => { readonly from: number; readonly to: number } | undefined;
  readonly settle: (series: Series) => void;
  readonly mark: (series: Series) => void;
  /** The series that changed since the last call. */
  takeDirty(): Series[];
  /** Event time of the oldest point of all; undefined without any. */
  oldest(): number | undefined;
  /** The retention changed a series that had so many points before; counts again what is left where that is not sure. */
  readonly discount: (series: Series, before: number) => void;
}

/** Memory as the two files hold it, but for what `replay` still brings. */
export function loadMemory(network: Network, journal: DatabaseSync, chunks: DatabaseSync): TelemetryMemory {
  const table = createSeriesTable(network);
  const reader = createChunkReader(chunks);
  let chunkId = numberOf(chunks, "SELECT max(id) AS number FROM chunk");
  let dirty: Series[] = [];
  const replayedFrom = new Map<string, number>();
  let points = 0;
  let duplicates = 0;
  const keeper: SeriesKeeper = {
    nextChunkId: () => ++chunkId,
    find: (series, at) => reader.find(series, at),
    settle: (series) => settleLate(series, reader, keeper),
    mark(series) {
      if (series.dirty) return;
      series.dirty = true;
      dirty.push(series);
    },
  };
  for (const row of journal.prepare("SELECT id, asset, signal FROM series").iterate())
    table.restore(Number(row["id"]), String(row["asset"]), String(row["signal"]));
  for (const row of chunks.prepare("SELECT series, points, from_at, chunk_to, dropped_to, open, tail FROM head").iterate()) {
    const series = table.byId(Number(row["series"]));
    if (series === undefined)
      throw new Error(
        `the chunks hold series ${String(row["series"])}, which the journal does not know: the two files do not belong together`,
      );
    restoreHead(series, row as unknown as StoredHeadRow);
    points += series.points;
  }

  function apply(readings: readonly Reading[]): CommitOutcome {
    let fresh: Reading[] | undefined;
    const { length } = readings;
    for (let index = 0; index < length; index++) {
      const reading = readings[index]!;
      const outcome = writePoint(table.of(reading.point), reading.at, reading.value ?? NaN, keeper);
      if (outcome === KNOWN) fresh ??= readings.slice(0, index);
      else fresh?.push(reading);
      if (outcome === WRITTEN) points++;
    }
    if (fresh === undefined) return { fresh: readings, duplicates: 0 };
    duplicates += length - fresh.length;
    return { fresh, duplicates: length - fresh.length };
  }

  function replay({ times, values, series }: BatchColumns): void {
    for (let index = 0; index < series.length; index++) {
      const known = table.byId(series[index]!);
      if (known === undefined)
        throw new Error(`the journal has readings of series ${series[index]}, which it does not know: it is damaged`);
      if (writePoint(known, times[index]!, values[index]!, keeper) === WRITTEN) points++;
      if (known.point !== undefined && times[index]! < (replayedFrom.get(known.point.station) ?? Infinity))
        replayedFrom.set(known.point.station, times[index]!);
    }
  }

  return {
    table,
    reader,
    get points() {
      return points;
    },
    get duplicates() {
      return duplicates;
    },
    apply,
    replay,
    replayedFrom: (station) => replayedFrom.get(station),
    latest(asset, signal) {
      const series = table.find(asset, signal);
      return series === undefined ? undefined : latestOf(series);
    },
    latestOf(asset) {
      const values: Partial<Record<SignalId, LatestValue>> = {};
      for (const series of table.ofAsset(asset)) {
        const value = latestOf(series);
        if (value !== undefined) values[series.point!.signal] = value;
      }
      return values;
    },
    extent(station) {
      let from = Infinity;
      let to = -Infinity;
      for (const series of table.ofStation(station)) {
        // What a gateway says of itself carries the time of its receipt and is no telemetry.
        if (series.point!.signal === STATUS_SIGNAL) continue;
        from = Math.min(from, series.from);
        to = Math.max(to, latestOf(series)?.[0] ?? -Infinity);
      }
      return from > to ? undefined : { from, to };
    },
    settle: keeper.settle,
    mark: keeper.mark,
    takeDirty() {
      const taken = dirty;
      dirty = [];
      return taken;
    },
    oldest() {
      let from = Infinity;
      for (const series of table.all) from = Math.min(from, series.from);
      return from === Infinity ? undefined : from;
    },
    discount(series, before) {
      // A late point that waits may have been a new one, or one instead of a point that is gone now.
      if (series.late !== undefined && series.late.count > 0) series.points = countPoints(series, series.late, reader);
      points += series.points - before;
      keeper.mark(series);
    },
  };
}

function countPoints(series: Series, late: Run, reader: ChunkReader): number {
  let count = series.head.count;
  for (const entry of reader.range(series, -Infinity, Infinity)) count += entry.count;
  for (let index = 0; index < late.count; index++) if (reader.find(series, late.times[index]!) === undefined) count++;
  return count;
}

/** The head always holds the newest point. */
function latestOf({ head }: Series): LatestValue | undefined {
  if (head.count === 0) return undefined;
  const value = head.values[head.count - 1]!;
  return [head.times[head.count - 1]!, Number.isNaN(value) ? null : value];
}
