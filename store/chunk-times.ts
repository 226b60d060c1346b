import { INTEGER_MAX, readRaw, readRepeats, readVarint, unzigzag, writeRaw, writeVarint, zigzag } from "./chunk-bytes.ts";

/**
 * The times of one frame. Whole ms or whole seconds: zigzag of the first, then the change of the step: 0 and a run length for
 * "as before", else its zigzag. A clock that ticks evenly costs next to nothing. Any other times: raw float64.
 */

const TIMES_MS = 0;
const TIMES_SECONDS = 1;
const TIMES_RAW = 2;

/** Writes ascending times and returns how. */
export function encodeTimes(times: Float64Array, start: number, end: number): number {
  const mode = modeOf(times, start, end);
  if (mode === TIMES_RAW) {
    for (let index = start; index < end; index++) writeRaw(times[index]!);
    return mode;
  }
  const unit = mode === TIMES_SECONDS ? 1000 : 1;
  let previous = times[start]! / unit;
  let step = 0;
  let same = 0;
  writeVarint(zigzag(previous));
  for (let index = start + 1; index < end; index++) {
    const at = times[index]! / unit;
    const change = at - previous - step;
    if (change === 0) same++;
    else {
      if (same > 0) writeSame(same);
      same = 0;
      writeVarint(zigzag(change));
    }
    step = at - previous;
    previous = at;
  }
  if (same > 0) writeSame(same);
  return mode;
}

function writeSame(count: number): void {
  writeVarint(0);
  writeVarint(count);
}

function modeOf(times: Float64Array, start: number, end: number): number {
  let mode = TIMES_SECONDS;
  for (let index = start; index < end; index++) {
    const at = times[index]!;
    if (!Number.isInteger(at) || at > INTEGER_MAX || at < -INTEGER_MAX) return TIMES_RAW;
    if (at % 1000 !== 0) mode = TIMES_MS;
  }
  return mode;
}

export function decodeTimes(times: Float64Array, start: number, end: number, mode: number): void {
  if (mode === TIMES_RAW) {
    for (let index = start; index < end; index++) times[index] = readRaw();
    return;
  }
  const unit = mode === TIMES_SECONDS ? 1000 : 1;
  let at = unzigzag(readVarint());
  let step = 0;
  times[start] = at * unit;
  for (let index = start + 1; index < end;) {
    const code = readVarint();
    let repeats = 1;
    if (code === 0) repeats = readRepeats(end - index);
    else step += unzigzag(code);
    while (repeats-- > 0) times[index++] = (at += step) * unit;
  }
}

export function decodeFirstTime(mode: number): number {
  return mode === TIMES_RAW ? readRaw() : unzigzag(readVarint()) * (mode === TIMES_SECONDS ? 1000 : 1);
}
