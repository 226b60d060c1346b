import { input, output, readRepeats, readVarint, startOutput, writeVarint } from "./chunk-bytes.ts";
import { decodeFirstTime, decodeTimes, encodeTimes } from "./chunk-times.ts";
import { decimalsOf, decodeScaled, decodeXor, encodeScaled, encodeXor } from "./chunk-values.ts";
import { type Run, reserve } from "./series-run.ts";

/**
 * The bytes of a chunk: frames of at most 128 points one after the other, each readable alone. NaN is a failed sensor.
 *
 * frame = u16 length of the rest, u8 flags, varint count, times, [lengths of alternating runs of good and failed values], good values
 * flags = bits 0-1 mode of the times; 2 there are failed values; 3 values are XORed; 4-7 decimals of the scaled integers
 */

export const FRAME_POINTS_MAX = 128;
/** Raw times (8), XORed values (9), runs of failed ones (2) for every point, and the header. */
const FRAME_BYTES_MAX = FRAME_POINTS_MAX * 19 + 32;
const TIMES_MODE = 3;
const HAS_FAILED = 4;
const XORED = 8;
const good = new Float64Array(FRAME_POINTS_MAX);

/** Bytes of the points start <= index < end of a run. */
export function encodePoints(run: Run, start: number, end: number): Uint8Array<ArrayBuffer> {
  startOutput(Math.ceil((end - start) / FRAME_POINTS_MAX) * FRAME_BYTES_MAX);
  for (let frame = start; frame < end; frame += FRAME_POINTS_MAX) encodeFrame(run, frame, Math.min(end, frame + FRAME_POINTS_MAX));
  return output.bytes.slice(0, output.position);
}

function encodeFrame(run: Run, start: number, end: number): void {
  const header = output.position;
  output.position += 3;
  writeVarint(end - start);
  let flags = encodeTimes(run.times, start, end);
  const count = pickGood(run.values, start, end);
  if (count < end - start) {
    flags |= HAS_FAILED;
    encodeFailed(run.values, start, end);
  }
  const decimals = decimalsOf(good, count);
  if (decimals < 0) {
    flags |= XORED;
    encodeXor(good, count);
  } else {
    flags |= decimals << 4;
    encodeScaled(good, count, decimals);
  }
  const length = output.position - header - 2;
  output.bytes[header] = length & 255;
  output.bytes[header + 1] = length >> 8;
  output.bytes[header + 2] = flags;
}

function pickGood(values: Float64Array, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; index++) {
    const value = values[index]!;
    if (!Number.isNaN(value)) good[count++] = value;
  }
  return count;
}

function encodeFailed(values: Float64Array, start: number, end: number): void {
  let failed = false;
  for (let from = start; from < end; failed = !failed) {
    let to = from;
    while (to < end && Number.isNaN(values[to]) === failed) to++;
    writeVarint(to - from);
    from = to;
  }
}

const frameEnd = (data: Uint8Array, frame: number): number => frame + 2 + data[frame]! + (data[frame + 1]! << 8);

/** Appends the points of all frames to a run. Throws when the bytes are not a chunk. */
export function decodePoints(data: Uint8Array, into: Run): void {
  for (let frame = 0; frame < data.length;) frame = decodeFrame(data, frame, into);
}

/** Appends the points of one frame; returns where the next frame starts. Throws when the bytes are damaged. */
export function decodeFrame(data: Uint8Array, frame: number, into: Run): number {
  const end = frameEnd(data, frame);
  const flags = data[frame + 2]!;
  input.bytes = data;
  input.position = frame + 3;
  const count = readVarint();
  if (count === 0 || count > FRAME_POINTS_MAX || !(end <= data.length))
    throw new Error(`a chunk is damaged at byte ${frame} of ${data.length}`);
  const start = into.count;
  reserve(into, start + count);
  const { values } = into;
  decodeTimes(into.times, start, start + count, flags & TIMES_MODE);
  if ((flags & HAS_FAILED) === 0) decodeValues(values, start, start + count, flags);
  else {
    const goodCount = decodeFailed(values, start, start + count);
    decodeValues(good, 0, goodCount, flags);
    for (let index = start, next = 0; index < start + count; index++) if (!Number.isNaN(values[index])) values[index] = good[next++]!;
  }
  if (input.position !== end) throw new Error(`a chunk is damaged at byte ${input.position} of ${data.length}`);
  into.count = start + count;
  return end;
}

function decodeValues(values: Float64Array, start: number, end: number, flags: number): void {
  if ((flags & XORED) === 0) decodeScaled(values, start, end, flags >> 4);
  else decodeXor(values, start, end);
}

/** Marks the failed ones NaN and the good ones 0; returns how many are good. */
function decodeFailed(values: Float64Array, start: number, end: number): number {
  let count = 0;
  // Only the first run, of good values, may be empty.
  let failed = false;
  for (let index = start; index < end; failed = !failed) {
    const length = index === start && !failed ? Math.min(readVarint(), end - index) : readRepeats(end - index);
    values.fill(failed ? NaN : 0, index, index + length);
    if (!failed) count += length;
    index += length;
  }
  return count;
}

/** The frame that holds `at` if any does: where it starts, and the first time of the frame after it (undefined: it is the last). */
export function findFrame(data: Uint8Array, at: number): { readonly start: number; readonly next: number | undefined } {
  let start = 0;
  for (let frame = frameEnd(data, 0); frame < data.length; frame = frameEnd(data, frame)) {
    input.bytes = data;
    input.position = frame + 3;
    readVarint();
    const first = decodeFirstTime(data[frame + 2]! & TIMES_MODE);
    if (first > at) return { start, next: first };
    start = frame;
  }
  return { start, next: undefined };
}
