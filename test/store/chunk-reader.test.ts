import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Chunk, createChunk } from "../../store/chunk.ts";
import { type ChunkReader, createChunkReader } from "../../store/chunk-reader.ts";
import { append, createRun } from "../../store/series-run.ts";
import { type Series, createSeries } from "../../store/series.ts";
import { CHUNKS } from "../../store/telemetry-files.ts";

let file: DatabaseSync;
let reader: ChunkReader;
let series: Series;
beforeEach(() => {
  file = new DatabaseSync(":memory:");
  for (const { sql } of CHUNKS.migrations) file.exec(sql);
  reader = createChunkReader(file);
  series = createSeries(1, "S1-H", "t2_supply", undefined);
});
afterEach(() => file.close());

/** Times from, from + 1 … to; every value is `value`. */
function chunkOf(id: number, from: number, to: number, value: number): Chunk {
  const run = createRun();
  for (let at = from; at <= to; at++) append(run, at, value);
  return createChunk(id, run, 0, run.count);
}

function store(chunk: Chunk): void {
  const { id, from, to, count, good, min, max, sum, first, last, data } = chunk;
  const row = file.prepare(
    "INSERT INTO chunk (id, series, from_at, to_at, count, good, min, max, sum, first, last, data) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  row.run(id, from, to, count, good, min, max, sum, first, last, data);
  series.chunkTo = series.frontier = Math.max(series.chunkTo, to);
}

const idsIn = (from: number, to: number): number[] => reader.range(series, from, to).map(({ id }) => id);

describe("the chunks of a series", () => {
  test("are found by range wherever they are, once each, in order", () => {
    for (const [id, from] of [
      [1, 0],
      [2, 100],
      [4, 300],
    ] as const) {
      store(chunkOf(id, from, from + 49, id));
    }
    // On the disk already, but its writer has not answered yet.
    series.pending = [chunkOf(2, 100, 149, 2), chunkOf(3, 200, 249, 3)];
    series.open = [chunkOf(0, 400, 420, 5)];
    series.frontier = 420;
    expect(idsIn(-Infinity, Infinity)).toEqual([1, 2, 3, 4, 0]);
    expect([idsIn(49, 100), idsIn(50, 100), idsIn(120, 121), idsIn(149, 201), idsIn(349, 400), idsIn(421, 500)]).toEqual([
      [1],
      [],
      [2],
      [2, 3],
      [4],
      [],
    ]);
    expect([reader.first(series, 50)?.id, reader.first(series, 249)?.id, reader.first(series, 350)?.id]).toEqual([2, 3, undefined]);
    expect([reader.before(series, 49)?.id, reader.before(series, 200)?.id, reader.before(series, 1000)?.id]).toEqual([undefined, 2, 4]);
  });

  test("that were replaced are not read, though they are on the disk until the next checkpoint", () => {
    store(chunkOf(1, 0, 49, 1));
    store(chunkOf(2, 100, 149, 2));
    series.removed = new Set([1]);
    series.pending = [chunkOf(3, 0, 60, 3)];
    expect(idsIn(-Infinity, Infinity)).toEqual([3, 2]);
    expect(reader.find(series, 10)).toBe(3);
  });

  test("answer for one time: a value, nothing between points, nothing in an empty stretch", () => {
    store(chunkOf(1, 0, 299, 1));
    store(chunkOf(2, 400, 499, NaN));
    expect([0, 127, 128, 299, 400].map((at) => reader.find(series, at))).toEqual([1, 1, 1, 1, NaN]);
    expect([-1, 0.5, 127.5, 300, 399].map((at) => reader.find(series, at))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    reader.forget();
    expect(reader.find(series, 299)).toBe(1);
  });
});
