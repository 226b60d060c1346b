/** Reads and writes the numbers of a chunk: varints, zigzag, raw float64. One output and one input at a time, reused to spare memory. Little-endian. */

/** Below this, every sum, difference and zigzag of two whole numbers is an exact float64. */
export const INTEGER_MAX = 2 ** 50;

export const output = { bytes: new Uint8Array(4096), position: 0 };
export const input: { bytes: Uint8Array; position: number } = { bytes: new Uint8Array(0), position: 0 };

/** One float64 and its bytes, least significant first. */
export const cell = new Float64Array(1);
export const cellBytes = new Uint8Array(cell.buffer);

/** Starts an output of at most `size` bytes. */
export function startOutput(size: number): void {
  if (output.bytes.length < size) output.bytes = new Uint8Array(size);
  output.position = 0;
}

export function writeByte(value: number): void {
  output.bytes[output.position++] = value;
}

/** A whole number 0 <= value <= 2^53: seven bits a byte, least significant first. */
export function writeVarint(value: number): void {
  const { bytes } = output;
  let position = output.position;
  while (value >= 0x8000_0000) {
    bytes[position++] = (value % 128) | 128;
    value = Math.floor(value / 128);
  }
  while (value >= 128) {
    bytes[position++] = (value & 127) | 128;
    value >>>= 7;
  }
  bytes[position++] = value;
  output.position = position;
}

export function readVarint(): number {
  const { bytes } = input;
  let position = input.position;
  let byte = bytes[position++]!;
  let value = byte & 127;
  for (let shift = 7; byte >= 128 && shift < 28; shift += 7) {
    byte = bytes[position++]!;
    value |= (byte & 127) << shift;
  }
  for (let factor = 2 ** 28; byte >= 128; factor *= 128) {
    byte = bytes[position++]!;
    value += (byte & 127) * factor;
  }
  input.position = position;
  return value;
}

export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
export const unzigzag = (code: number): number => (code % 2 === 0 ? code / 2 : -(code + 1) / 2);

export function writeRaw(value: number): void {
  cell[0] = value;
  output.bytes.set(cellBytes, output.position);
  output.position += 8;
}

export function readRaw(): number {
  for (let index = 0; index < 8; index++) cellBytes[index] = input.bytes[input.position++]!;
  return cell[0]!;
}

/** How often a repeated entry stands, never beyond what is left: damaged bytes cannot loop for ever. */
export function readRepeats(left: number): number {
  return Math.max(1, Math.min(readVarint(), left));
}
