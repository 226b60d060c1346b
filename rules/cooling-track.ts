import { median } from "./statistics.ts";

/** A unit's own history of φ: the last evaluations, a week in blocks of 2 h, and the base that its healthy days taught. */

export const BLOCK_MS = 7_200_000;
const BLOCKS = 84;
const RECENT = 48;
const DAY_MS = 86_400_000;
const BLOCKS_PER_DAY = 12;
const DAY_BLOCKS_MIN = 6;
const BASE_DAYS = 7;
const BASE_DAYS_MIN = 3;

export interface CoolingTrack {
  readonly stepMs: number;
  /** Number of the newest evaluation (time over `stepMs`); NaN before the first. */
  step: number;
  /** Rings by evaluation and by block; NaN: unknown. */
  readonly recent: Float32Array;
  readonly blocks: Float32Array;
  /** Medians of the days that taught, oldest first; NaN at the end while there are fewer than seven. */
  readonly days: Float32Array;
  /** Median of those days; NaN until there are enough of them. */
  base: number;
  /** Days that make a base: one is enough after a move of the valve that was meant. */
  daysMin: number;
  /** The first base: what was high from the beginning may stay so, what rose later not by creeping. */
  firstBase: number;
  /** Blocks before this one do not teach. */
  fromBlock: number;
  /** Set while a fault is suspected at some time of the day: such a day does not teach. */
  tainted: boolean;
}

export function startCoolingTrack(stepMs: number): CoolingTrack {
  const unknown = (length: number): Float32Array => new Float32Array(length).fill(Number.NaN);
  return {
    stepMs,
    step: Number.NaN,
    recent: unknown(RECENT),
    blocks: unknown(BLOCKS),
    days: unknown(BASE_DAYS),
    base: Number.NaN,
    daysMin: BASE_DAYS_MIN,
    firstBase: Number.NaN,
    fromBlock: -Infinity,
    tainted: false,
  };
}

/** Forgets what was usual: from `at` on the unit is meant to get less water than before, and learns within a day what that makes of φ. */
export function relearnBase(history: CoolingTrack, at: number): void {
  history.days.fill(Number.NaN);
  history.base = Number.NaN;
  history.firstBase = Number.NaN;
  history.daysMin = 1;
  history.fromBlock = blockOf(at) + 1;
}

const blockOf = (at: number): number => Math.floor(at / BLOCK_MS);

/** How far φ may be above 1 or its base on a day that still teaches. */
export interface TeachingLimits {
  /** Of the first base. */
  readonly firstMax: number;
  /** Over the base. */
  readonly riseMax: number;
  /** Of a base that was lower at first. */
  readonly creptMax: number;
}

/** Takes in φ at an evaluation time (NaN: unknown). A suspect value is kept for the picture and the timers but taints the day. */
export function track(history: CoolingTrack, at: number, index: number, suspect: boolean, limits: TeachingLimits): void {
  const step = Math.floor(at / history.stepMs);
  const before = history.step;
  if (step <= before) return;
  if (Number.isNaN(before)) history.step = step - 1;
  else {
    const beforeAt = before * history.stepMs;
    closeBlocks(history, beforeAt, at);
    if (Math.floor(beforeAt / DAY_MS) !== Math.floor(at / DAY_MS)) closeDay(history, Math.floor(beforeAt / DAY_MS), limits);
  }
  for (let skipped = Math.max(history.step + 1, step - RECENT + 1); skipped < step; skipped++)
    history.recent[skipped % RECENT] = Number.NaN;
  history.recent[step % RECENT] = index;
  history.step = step;
  if (suspect) history.tainted = true;
}

function closeBlocks(history: CoolingTrack, beforeAt: number, at: number): void {
  const open = blockOf(beforeAt);
  if (open === blockOf(at)) return;
  const inBlock: number[] = [];
  for (let step = history.step; step > history.step - RECENT && blockOf(step * history.stepMs) === open; step--)
    inBlock.push(history.recent[((step % RECENT) + RECENT) % RECENT]!);
  history.blocks[open % BLOCKS] = median(inBlock);
  for (let skipped = open + 1; skipped < Math.min(blockOf(at), open + 1 + BLOCKS); skipped++) history.blocks[skipped % BLOCKS] = Number.NaN;
}

function closeDay(history: CoolingTrack, day: number, limits: TeachingLimits): void {
  const { tainted } = history;
  history.tainted = false;
  const known: number[] = [];
  for (let block = day * BLOCKS_PER_DAY; block < (day + 1) * BLOCKS_PER_DAY; block++) {
    const value = history.blocks[block % BLOCKS]!;
    if (!Number.isNaN(value) && block >= history.fromBlock) known.push(value);
  }
  if (tainted || known.length < DAY_BLOCKS_MIN) return;
  const centre = median(known);
  if (centre > (Number.isNaN(history.base) ? limits.firstMax : history.base * limits.riseMax)) return;
  const { days } = history;
  const free = days.findIndex((value) => Number.isNaN(value));
  if (free < 0) {
    days.copyWithin(0, 1);
    days[BASE_DAYS - 1] = centre;
  } else days[free] = centre;
  if (free >= 0 && free + 1 < history.daysMin) return;
  const base = median(days);
  if (Number.isNaN(history.firstBase)) history.firstBase = base;
  history.base = Math.min(base, Math.max(limits.creptMax, history.firstBase));
}

/** Median of φ over the last `hours`; NaN when fewer than `least` evaluations know it. */
export function indexOver(history: CoolingTrack, hours: number, least: number): number {
  const count = Math.min(RECENT, Math.max(1, Math.round((hours * 3_600_000) / history.stepMs)));
  const known: number[] = [];
  for (let back = 0; back < count; back++) {
    const value = history.recent[(((history.step - back) % RECENT) + RECENT) % RECENT]!;
    if (!Number.isNaN(value)) known.push(value);
  }
  return known.length < least ? Number.NaN : median(known);
}

/** The week in blocks of 2 h, oldest first: starts (epoch ms) and medians (NaN unknown); the running block is not in it. */
export function weekOf(history: CoolingTrack): { readonly times: number[]; readonly values: number[] } {
  const newest = blockOf(history.step * history.stepMs) - 1;
  const times: number[] = [];
  const values: number[] = [];
  for (let block = newest - BLOCKS + 2; block <= newest; block++) {
    times.push(block * BLOCK_MS);
    values.push(history.blocks[block % BLOCKS]!);
  }
  return { times, values };
}

/**
 * When φ last left `level` upwards, to the evaluation where that is recent, else to 2 h; undefined when it was never below
 * within the week. One low evaluation among high ones is noise.
 */
export function roseAbove(history: CoolingTrack, level: number): number | undefined {
  let above = Number.NaN;
  let low = 0;
  for (let step = history.step; step > history.step - RECENT; step--) {
    const value = history.recent[((step % RECENT) + RECENT) % RECENT]!;
    if (Number.isNaN(value)) continue;
    low = value < level ? low + 1 : 0;
    if (low === 0) above = step * history.stepMs;
    else if (low === 2 && !Number.isNaN(above)) return above;
  }
  const { times, values } = weekOf(history);
  for (let index = values.length - 1; index >= 0; index--) if (values[index]! < level) return times[index]! + BLOCK_MS;
  return undefined;
}

/** The unit's own base, 1 while that is not known. */
export const usualIndex = ({ base }: CoolingTrack): number => (Number.isNaN(base) ? 1 : base);

/**
 * What a unit's φ is compared with: its base. A unit whose base is not known yet may always have been as far off as `unknownBase`, among
 * peers, unless the hours before were better; without peers only its own past has a meaning: NaN while unknown.
 */
export function judgedBase(history: CoolingTrack, amongPeers: boolean, unknownBase: number): number {
  const { base, blocks, fromBlock } = history;
  if (!Number.isNaN(base) || !amongPeers) return base;
  const newest = blockOf(history.step * history.stepMs) - 1;
  let lowest = Infinity;
  let second = Infinity;
  for (let block = Math.max(newest - BLOCKS + 2, fromBlock); block <= newest; block++) {
    const value = blocks[block % BLOCKS]!;
    if (value < lowest) [lowest, second] = [value, lowest];
    else if (value < second) second = value;
  }
  // One good block among others may be noise.
  return Math.min(unknownBase, Math.max(1, Number.isFinite(second) ? second : lowest));
}

/** Hours that the rise from the base to `now` took, between a quarter and three quarters of the way; NaN without a rise. */
export function riseHours(history: CoolingTrack, now: number): number {
  const from = usualIndex(history);
  if (!(now > from * 1.1)) return Number.NaN;
  const left = roseAbove(history, from + 0.25 * (now - from));
  const arrived = roseAbove(history, from + 0.75 * (now - from));
  return left === undefined || arrived === undefined ? Number.NaN : Math.max(0, arrived - left) / 3_600_000;
}

/** φ by half days of the last five days, oldest first, for trends. */
export function halfDays(history: CoolingTrack): number[] {
  const { values } = weekOf(history);
  const halves: number[] = [];
  for (let start = values.length - 60; start + 6 <= values.length; start += 6)
    halves.push(median(values.slice(Math.max(0, start), start + 6)));
  return halves;
}
