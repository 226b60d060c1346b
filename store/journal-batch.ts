/**
 * A batch of the journal as bytes: u32 version, u32 count, then columns: f64 event times, f64 values (NaN: the sensor failed),
 * u32 series. Little-endian. Any reader with a cursor of its own can follow the journal with this file alone.
 */

export interface BatchColumns {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly series: Uint32Array;
}

const VERSION = 1;
const HEADER_BYTES = 8;
const BATCH_BYTES_PER_POINT = 20;

/** Columns for `count` points, to be filled in place. */
export function createBatch(count: number): BatchColumns {
  const bytes = new Uint8Array(HEADER_BYTES + count * BATCH_BYTES_PER_POINT);
  new Uint32Array(bytes.buffer, 0, 2).set([VERSION, count]);
  return columns(bytes, count);
}

/** Points in so many batches of so many bytes together. */
export function pointsOf(bytes: number, batches: number): number {
  return (bytes - batches * HEADER_BYTES) / BATCH_BYTES_PER_POINT;
}

/** Throws when the bytes are not a batch. */
export function readBatch(data: Uint8Array): BatchColumns {
  // Columns need aligned memory of their own.
  const bytes = new Uint8Array(data);
  const [version, count = 0] = new Uint32Array(bytes.buffer, 0, 2);
  if (version !== VERSION || bytes.length !== HEADER_BYTES + count * BATCH_BYTES_PER_POINT) {
    throw new Error(`a batch of the journal is damaged: version ${version}, ${count} points, ${bytes.length} bytes`);
  }
  return columns(bytes, count);
}

function columns(bytes: Uint8Array<ArrayBuffer>, count: number): BatchColumns {
  return {
    bytes,
    times: new Float64Array(bytes.buffer, HEADER_BYTES, count),
    values: new Float64Array(bytes.buffer, HEADER_BYTES + count * 8, count),
    series: new Uint32Array(bytes.buffer, HEADER_BYTES + count * 16, count),
  };
}
