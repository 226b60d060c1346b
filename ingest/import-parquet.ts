import { type FileHandle, open } from "node:fs/promises";
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type FileMetaData } from "hyparquet";
import { InputError } from "../model/input-error.ts";
import type { Reading } from "../model/reading.ts";
import { createAssetWords } from "./import-assets.ts";
import { planTable, type TablePlan } from "./import-columns.ts";
import type { ImportPiece, ImportSource, SourceParts } from "./import-source.ts";
import { createTableReader } from "./import-table.ts";
import { createTimeReader } from "./import-time.ts";

/** Parquet files, with the columns of a CSV file: read in steps of rows, uncompressed or Snappy. */

/** Rows in memory at once. */
const ROWS_PER_PIECE = 20_000;

export function readParquet(path: string, parts: SourceParts): ImportSource {
  let plan: TablePlan | undefined;
  return {
    pieces: pieces(path, parts, (made) => (plan = made)),
    leftOut: () => plan?.leftOut ?? [],
    recognised: () => plan?.recognised,
  };
}

async function* pieces(path: string, parts: SourceParts, onPlan: (plan: TablePlan) => void): AsyncGenerator<ImportPiece> {
  const { network, mapping, place } = parts;
  const handle = await open(path);
  try {
    const file = await bufferOf(handle);
    const metadata = await metadataOf(file, place);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const rows = Number(metadata.num_rows);
    const words = createAssetWords(network);
    const plan = planTable(names, [], { mapping, words, network, place });
    onPlan(plan);
    const format = typeof mapping.time === "object" ? mapping.time.format : "auto";
    const readTime = createTimeReader(format, mapping.timezone ?? network.timezone);
    const reader = createTableReader({ plan, mapping, words, network, readTime, place, receivedAt: parts.receivedAt });
    const used = names.filter((_, index) => isUsed(plan, index));
    const cells: unknown[] = Array.from({ length: names.length });
    for (const { start, end } of steps(metadata, parts.skip, rows)) {
      const objects = await read({ file, metadata, columns: used, rowStart: start, rowEnd: end, useOffsetIndex: true }, place);
      const readings: Reading[] = [];
      for (const [index, object] of objects.entries()) {
        for (let column = 0; column < names.length; column++) cells[column] = object[names[column]!];
        reader.read(cells, names.length, start + index + 1, readings);
      }
      yield { readings, rejects: reader.takeRejects(), records: end };
    }
  } finally {
    await handle.close();
  }
}

/** Never across a row group: a group is decoded for every step that touches it. */
function* steps(metadata: FileMetaData, skip: number, rows: number): Generator<{ start: number; end: number }> {
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = Math.min(rows, groupStart + Number(group.num_rows));
    for (let start = Math.max(groupStart, skip); start < groupEnd; start += ROWS_PER_PIECE)
      yield { start, end: Math.min(groupEnd, start + ROWS_PER_PIECE) };
    groupStart = groupEnd;
  }
}

function isUsed(plan: TablePlan, index: number): boolean {
  const { timeIndex, clockIndex, assetIndex, signalIndex, valueIndex, unitIndex, columns } = plan;
  return (
    [timeIndex, clockIndex, assetIndex, signalIndex, valueIndex, unitIndex].includes(index) ||
    columns.some((column) => column.index === index)
  );
}

async function bufferOf(handle: FileHandle): Promise<{ byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> }> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const from = start < 0 ? Math.max(0, size + start) : start;
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - from));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
        if (bytesRead === 0) throw new Error("the file became shorter while it was read");
        filled += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

type Source = Parameters<typeof parquetReadObjects>[0];

async function metadataOf(file: Source["file"], place: string): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(file);
  } catch (error) {
    throw new InputError(place, "a Parquet file", (error as Error).message);
  }
}

async function read(source: Source, place: string): Promise<Record<string, unknown>[]> {
  try {
    return (await parquetReadObjects(source)) as Record<string, unknown>[];
  } catch (error) {
    throw new InputError(place, "Parquet, uncompressed or compressed with Snappy", (error as Error).message);
  }
}
