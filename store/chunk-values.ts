import {
  INTEGER_MAX,
  cell,
  cellBytes,
  input,
  output,
  readRepeats,
  readVarint,
  unzigzag,
  writeByte,
  writeVarint,
  zigzag,
} from "./chunk-bytes.ts";

/**
 * The good values of one frame, lossless for every float64 but NaN. Sensors with up to nine decimals: scaled integers, the first
 * one zigzag, then differences: 0 the same, 1 and a run length for a run of the same, else zigzag + 1. Anything else: XOR with
 * the value before, by bytes: (leading zero bytes << 4 | trailing zero bytes), then the bytes between.
 */

const DECIMALS_MAX = 9;
const TENS = Array.from({ length: DECIMALS_MAX + 1 }, (_, index) => 10 ** index);
/** A shorter run of the same value is cheaper written out. */
const RUN_MIN = 3;

/** Least number of decimals with which every value comes back bit for bit (so never for -0); -1 when there is none. */
export function decimalsOf(values: Float64Array, count: number): number {
  let decimals = 0;
  for (let index = 0; index < count; index++) {
    const value = values[index]!;
    while (!isExact(value, decimals)) if (++decimals > DECIMALS_MAX) return -1;
  }
  // What is exact with fewer decimals may have grown out of the exact range with more.
  for (let index = 0; index < count; index++) if (!isExact(values[index]!, decimals)) return -1;
  return decimals;
}

function isExact(value: number, decimals: number): boolean {
  const power = TENS[decimals]!;
  const scaled = Math.round(value * power);
  // The sum turns -0 into 0, which then differs from the value.
  return scaled <= INTEGER_MAX && scaled >= -INTEGER_MAX && Object.is((scaled + 0) / power, value);
}

/** Writes values of which `decimalsOf` found the decimals. */
export function encodeScaled(values: Float64Array, count: number, decimals: number): void {
  if (count === 0) return;
  const power = TENS[decimals]!;
  let previous = Math.round(values[0]! * power);
  let same = 0;
  writeVarint(zigzag(previous));
  for (let index = 1; index < count; index++) {
    const scaled = Math.round(values[index]! * power);
    if (scaled === previous) same++;
    else {
      if (same > 0) writeSame(same);
      same = 0;
      writeVarint(zigzag(scaled - previous) + 1);
      previous = scaled;
    }
  }
  if (same > 0) writeSame(same);
}

function writeSame(count: number): void {
  if (count < RUN_MIN) {
    while (count-- > 0) writeByte(0);
    return;
  }
  writeByte(1);
  writeVarint(count);
}

export function decodeScaled(values: Float64Array, start: number, end: number, decimals: number): void {
  if (start === end) return;
  const power = TENS[decimals]!;
  let scaled = unzigzag(readVarint());
  let value = scaled / power;
  values[start] = value;
  for (let index = start + 1; index < end;) {
    const code = readVarint();
    let repeats = 1;
    if (code === 1) repeats = readRepeats(end - index);
    else if (code !== 0) value = (scaled += unzigzag(code - 1)) / power;
    while (repeats-- > 0) values[index++] = value;
  }
}

const before = new Uint8Array(8);

export function encodeXor(values: Float64Array, count: number): void {
  before.fill(0);
  for (let index = 0; index < count; index++) {
    cell[0] = values[index]!;
    let top = 7;
    while (top >= 0 && cellBytes[top] === before[top]) top--;
    let bottom = 0;
    while (bottom < top && cellBytes[bottom] === before[bottom]) bottom++;
    writeByte(((7 - top) << 4) | bottom);
    for (let byte = bottom; byte <= top; byte++) output.bytes[output.position++] = cellBytes[byte]! ^ before[byte]!;
    before.set(cellBytes);
  }
}

export function decodeXor(values: Float64Array, start: number, end: number): void {
  cell[0] = 0;
  for (let index = start; index < end; index++) {
    const zeros = input.bytes[input.position++]!;
    const top = 7 - (zeros >> 4);
    for (let byte = zeros & 15; byte <= top; byte++) cellBytes[byte]! ^= input.bytes[input.position++]!;
    values[index] = cell[0]!;
  }
}
