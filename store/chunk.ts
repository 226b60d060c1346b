import { decodePoints, encodePoints } from "./chunk-codec.ts";
import { type Run, createRun } from "./series-run.ts";

/** A chunk: consecutive points of one series, compressed, with what can be said of them without reading them. */

/** Points of a full chunk. */
export const CHUNK_POINTS_MAX = 1024;

export interface ChunkSummary {
  readonly id: number;
  readonly from: number;
  /** Time of the last point (inclusive). */
  readonly to: number;
  readonly count: number;
  /** Points whose sensor had not failed; minimum, maximum and sum are of these (Infinity, -Infinity, 0 without any). */
  readonly good: number;
  readonly min: number;
  readonly max: number;
}

export interface Chunk extends ChunkSummary {
  readonly sum: number;
  /** Value of the first and last point; NaN when the sensor had failed. */
  readonly first: number;
  readonly last: number;
  readonly data: Uint8Array;
}

/** Compresses the points start <= index < end (at least one) of a run. */
export function createChunk(id: number, run: Run, start: number, end: number): Chunk {
  let good = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (let index = start; index < end; index++) {
    const value = run.values[index]!;
    if (Number.isNaN(value)) continue;
    good++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    id,
    from: run.times[start]!,
    to: run.times[end - 1]!,
    count: end - start,
    good,
    min,
    max,
    sum,
    first: run.values[start]!,
    last: run.values[end - 1]!,
    data: encodePoints(run, start, end),
  };
}

/** Chunks that follow each other as one. */
export function joinChunks(id: number, parts: readonly Chunk[]): Chunk {
  const head = parts[0]!;
  if (parts.length === 1 && head.id === id) return head;
  const tail = parts[parts.length - 1]!;
  const data = new Uint8Array(parts.reduce((size, part) => size + part.data.length, 0));
  let offset = 0;
  const joined = {
    id,
    from: head.from,
    to: tail.to,
    count: 0,
    good: 0,
    min: Infinity,
    max: -Infinity,
    sum: 0,
    first: head.first,
    last: tail.last,
    data,
  };
  for (const part of parts) {
    joined.count += part.count;
    joined.good += part.good;
    joined.min = Math.min(joined.min, part.min);
    joined.max = Math.max(joined.max, part.max);
    joined.sum += part.sum;
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return joined;
}

/** A run cut into as few chunks of about the same size as hold it. */
export function createChunks(run: Run, nextId: () => number): Chunk[] {
  const parts = Math.ceil(run.count / CHUNK_POINTS_MAX);
  return Array.from({ length: parts }, (_, part) =>
    createChunk(nextId(), run, Math.floor((run.count * part) / parts), Math.floor((run.count * (part + 1)) / parts)),
  );
}

export function readChunks(chunks: readonly { readonly count: number; readonly data: Uint8Array }[]): Run {
  const run = createRun(chunks.reduce((sum, chunk) => sum + chunk.count, 0));
  for (const chunk of chunks) decodePoints(chunk.data, run);
  return run;
}
