import { DatabaseSync } from "node:sqlite";
import type { Network } from "../model/network.ts";
import { type SignalId, isSignalId } from "../model/signals.ts";
import { type LineWriter, createLineWriter, escapeTag, floatText } from "./influx-lines.ts";
import { type BatchColumns, readBatch } from "./journal-batch.ts";
import { EVENT_TIME_MAX } from "./rollup-buckets.ts";

/** From the journal to lines: batches behind a cursor, gathered to a chunk and split into lanes by asset. */

/** Values of one chunk (a single batch may hold more). */
const CHUNK_VALUES_MAX = 80_000;
/** Batches of one chunk: the read of the journal stays short. */
const CHUNK_BATCHES_MAX = 4096;
/** Requests in flight at once; more make InfluxDB no faster on a few cores. */
export const LANES = 2;

/** Where the batches come from. */
export interface BatchSource {
  /** Batches behind `sequence`, in order, of at most about `CHUNK_VALUES_MAX` values together. */
  read(sequence: number): readonly { readonly sequence: number; readonly columns: BatchColumns }[];
  series(id: number): { readonly asset: string; readonly signal: string } | undefined;
  close(): void;
}

export interface Chunk {
  /** Of its last batch. */
  readonly sequence: number;
  /** More waits behind it. */
  readonly more: boolean;
  readonly lanes: readonly (readonly string[])[];
  readonly values: number;
  /** Older than InfluxDB keeps them, or without a time that it knows: not in the lines. */
  readonly tooOld: number;
  /** Lowest event time of the points that go; Infinity without any. */
  readonly from: number;
  /** Values of assets that the network does not know any more, as lines for the dead letters. */
  readonly unknown: readonly string[];
  /** Every point once, for the rollups. */
  readonly points: readonly BatchColumns[];
}

export const UNKNOWN_MEASUREMENT = "unknown";

/** Reads the journal through a connection of its own; a read is over when it returns, so it never keeps the log from being cut. */
export function openBatchSource(path: string): BatchSource {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  const batches = database.prepare("SELECT sequence, data FROM batch WHERE sequence > ? ORDER BY sequence LIMIT ?");
  const series = database.prepare("SELECT asset, signal FROM series WHERE id = ?");
  return {
    read(sequence) {
      const found: { sequence: number; columns: BatchColumns }[] = [];
      let values = 0;
      for (const row of batches.iterate(sequence, CHUNK_BATCHES_MAX)) {
        const columns = readBatch(row["data"] as Uint8Array);
        found.push({ sequence: Number(row["sequence"]), columns });
        values += columns.series.length;
        if (values >= CHUNK_VALUES_MAX) break;
      }
      return found;
    },
    series(id) {
      const row = series.get(id);
      return row === undefined ? undefined : { asset: String(row["asset"]), signal: String(row["signal"]) };
    },
    close: () => database.close(),
  };
}

interface SeriesPlace {
  readonly asset: string;
  readonly signal: SignalId;
  readonly lane: number;
}

export interface ChunkReader {
  /** The next chunk behind `sequence`; points before `oldest` are left out. Undefined when nothing waits. */
  read(sequence: number, oldest: number): Chunk | undefined;
  readonly place: (series: number) => Pick<SeriesPlace, "asset" | "signal"> | undefined;
}

export function createChunkReader(source: BatchSource, network: Network): ChunkReader {
  const places: (SeriesPlace | undefined)[] = [];
  const laneOf = new Map<string, number>();
  const writers: readonly LineWriter[] = Array.from({ length: LANES }, () => createLineWriter(network));

  function place(id: number): SeriesPlace | undefined {
    const known = places[id];
    if (known !== undefined) return known;
    const found = source.series(id);
    if (found === undefined || !isSignalId(found.signal)) return undefined;
    let lane = laneOf.get(found.asset);
    if (lane === undefined) laneOf.set(found.asset, (lane = laneOf.size % LANES));
    return (places[id] = { asset: found.asset, signal: found.signal, lane });
  }

  return {
    place,
    read(sequence, oldest) {
      const batches = source.read(sequence);
      if (batches.length === 0) return undefined;
      const lowest = Math.max(oldest, 0);
      let count = 0;
      let tooOld = 0;
      let from = Infinity;
      for (const { columns } of batches) {
        const { times, values, series } = columns;
        count += series.length;
        for (let index = 0; index < series.length; index++) {
          const at = times[index]!;
          const target = place(series[index]!);
          if (target === undefined || at < lowest || at >= EVENT_TIME_MAX) {
            tooOld++;
            continue;
          }
          if (at < from) from = at;
          writers[target.lane]!.add(target.asset, target.signal, wholeMs(at), values[index]!);
        }
      }
      const taken = writers.map((writer) => writer.take());
      return {
        sequence: batches.at(-1)!.sequence,
        more: count >= CHUNK_VALUES_MAX || batches.length === CHUNK_BATCHES_MAX,
        lanes: taken.map(({ lines }) => lines),
        values: taken.reduce((sum, lane) => sum + lane.values, 0),
        tooOld,
        from,
        unknown: taken.flatMap((lane) =>
          lane.unknown.map(
            ({ asset, signal, at, value }) =>
              `${UNKNOWN_MEASUREMENT},id=${escapeTag(asset)} ${signal}=${Number.isNaN(value) ? "nan" : floatText(value)} ${at}`,
          ),
        ),
        points: batches.map(({ columns }) => columns),
      };
    },
  };
}

/** InfluxDB's times are whole. */
function wholeMs(at: number): number {
  return Number.isInteger(at) ? at : Math.round(at);
}
