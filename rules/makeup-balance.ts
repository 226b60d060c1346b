import type { Sample } from "./rule.ts";

/**
 * The water balance of one secondary loop by quarters of an hour: what the makeup totaliser added, plus what warming gave back,
 * less what pressure holding stored. What remains was lost: `e = Δmakeup/Δt + V·β·dTm/dt − Cw·dp/dt` (DOMAIN 4, R02).
 */
export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
const QUARTERS_PER_HOUR = 4;

/** Quarters that are kept: six hours, more than a sampling window of 2 h and the longest test over quarters together. */
const QUARTERS_KEPT = 24;
/** A step over a longer silence says how much was added but not when. */
const STEP_MS_MAX = 1_800_000;
const STEP_INTERVALS_MAX = 2.5;
const STEP_MS_LIMIT = 3 * HOUR_MS;
/** Integrated flow and pump state are held between samples no longer than this. */
const HELD_STEP_MS_MAX = 180_000;
/** A counter may read back by this much without having been replaced (rounding, dribble). */
const BACKLASH_M3 = 0.05;
/** Volume that one pulse may add on top of the greatest plausible rate: the coarsest counters pulse every 1 m³. */
const PULSE_ALLOWANCE_M3 = 1.05;
/** A counter rolls over from within this share of a power of ten. */
const ROLLOVER_SHARE = 0.98;
/** A temperature or pressure older than this at the end of a step says nothing of that instant. */
const COMPANION_AGE_MS_MAX = 600_000;

/** Learning of the loop's water capacity: memory in quarters, least number, least pressure movement, range believed. */
const CAPACITY_MEMORY_QUARTERS = 288;
const CAPACITY_QUARTERS_MIN = 96;
const CAPACITY_VARIANCE_KPA2_MIN = 25;
const CAPACITY_RANGE_L_KPA = [1, 20] as const;
const CAPACITY_RISE_KPA_MAX = 100;
const CAPACITY_WARMING_K_MAX = 0.5;

export type MakeupSource = "total" | "flow" | "pump";

interface Anchor {
  at: number;
  value: number;
  supplyC: number;
  returnC: number;
  kpa: number;
}

/** Sums over the steps that end in one quarter. */
interface Quarter {
  index: number;
  makeupM3: number;
  expansionM3: number;
  riseKpa: number;
  warmingK: number;
  coveredMs: number;
}

export interface MakeupBalance {
  source: MakeupSource | undefined;
  anchor: Anchor | undefined;
  readonly quarters: Quarter[];
  /** Exponentially weighted moments of (pressure rise, uncorrected loss) by quarter, for the capacity. */
  readonly capacity: { count: number; meanRise: number; meanLoss: number; varianceRise: number; covariance: number; learnedTo: number };
}

/** The samples of one evaluation, oldest first. */
export interface BalanceInput {
  readonly source: MakeupSource;
  readonly makeup: readonly Sample[];
  readonly supplyC: readonly Sample[];
  readonly returnC: readonly Sample[];
  readonly kpa: readonly Sample[];
  readonly intervalMs: number;
}

export interface BalanceSettings {
  readonly waterVolumeM3: number;
  /** Greatest believable makeup, m³/h: more is a counter that was set or replaced. */
  readonly makeupM3hMax: number;
  /** Flow of the makeup pump when only its state is known, m³/h. */
  readonly pumpRatedM3h: number;
}

/** Loss over a span of quarters. */
export interface Balance {
  /** Corrected loss, m³/h; NaN when too little of the span is covered. */
  readonly lossM3h: number;
  readonly coverage: number;
  /** Warming of the mean water temperature, K/h. */
  readonly warmingKH: number;
}

export function startMakeupBalance(): MakeupBalance {
  const capacity = { count: 0, meanRise: 0, meanLoss: 0, varianceRise: 0, covariance: 0, learnedTo: Number.NaN };
  return { source: undefined, anchor: undefined, quarters: [], capacity };
}

/** Density of water, kg/m³, at °C (DOMAIN 5.8). */
export function waterDensityKgM3(celsius: number): number {
  return 1000 * (1 - ((celsius + 288.9414) * (celsius - 3.9863) ** 2) / (508_929.2 * (celsius + 68.12963)));
}

/** Volume, m³, that `volumeM3` of water gains when it goes from one temperature to another; negative when it cools. */
export function expansionM3(volumeM3: number, fromC: number, toC: number): number {
  return volumeM3 * (waterDensityKgM3(fromC) / waterDensityKgM3(toC) - 1);
}

/**
 * Volume, m³, between two readings of a counter; undefined when it was reset, replaced or set: it went back (a rollover at a
 * power of ten excepted) or forward faster than `rateM3hMax`.
 */
export function counterStepM3(before: number, after: number, elapsedMs: number, rateM3hMax: number): number | undefined {
  const most = (rateM3hMax * elapsedMs) / HOUR_MS + PULSE_ALLOWANCE_M3;
  const step = after - before;
  if (step >= -BACKLASH_M3) return step <= most ? step : undefined;
  const capacity = 10 ** Math.ceil(Math.log10(Math.max(1, before)));
  const rolled = capacity - before + after;
  return before >= ROLLOVER_SHARE * capacity && capacity >= 1000 && rolled <= most ? rolled : undefined;
}

/** Takes in all steps that ended since the last call. Samples that were taken in before are skipped. */
export function takeIn(balance: MakeupBalance, input: BalanceInput, settings: BalanceSettings): void {
  if (balance.source !== input.source) {
    balance.source = input.source;
    balance.anchor = undefined;
  }
  let start = balance.anchor;
  let volumeM3 = 0;
  let before = start === undefined ? undefined : { at: start.at, value: start.value };
  const stepMsMax =
    input.source === "total" ? Math.min(STEP_MS_LIMIT, Math.max(STEP_MS_MAX, STEP_INTERVALS_MAX * input.intervalMs)) : HELD_STEP_MS_MAX;
  for (const sample of input.makeup) {
    if (before !== undefined && sample.at <= before.at) continue;
    if (before === undefined || start === undefined) {
      start = anchorAt(sample, input);
      before = sample;
      continue;
    }
    const step = sample.at - before.at > stepMsMax ? undefined : stepVolumeM3(input.source, before, sample, settings);
    const newQuarter = quarterOf(sample.at) !== quarterOf(before.at);
    if (step === undefined || newQuarter) {
      if (before.at > start.at) start = closeSegment(balance, start, anchorAt(before, input), volumeM3, settings);
      volumeM3 = 0;
      if (step === undefined) start = anchorAt(sample, input);
    }
    volumeM3 += step ?? 0;
    before = sample;
  }
  if (start !== undefined && before !== undefined && before.at > start.at)
    start = closeSegment(balance, start, anchorAt(before, input), volumeM3, settings);
  balance.anchor = start;
}

const quarterOf = (at: number): number => Math.floor(at / QUARTER_MS);

function stepVolumeM3(source: MakeupSource, before: Sample, after: Sample, settings: BalanceSettings): number | undefined {
  const elapsedMs = after.at - before.at;
  if (source === "total") return counterStepM3(before.value, after.value, elapsedMs, settings.makeupM3hMax);
  const rateM3h = source === "flow" ? before.value : before.value >= 0.5 ? settings.pumpRatedM3h : 0;
  return rateM3h > settings.makeupM3hMax ? undefined : (rateM3h * elapsedMs) / HOUR_MS;
}

function anchorAt(sample: Sample, input: BalanceInput): Anchor {
  return {
    at: sample.at,
    value: sample.value,
    supplyC: companion(input.supplyC, sample.at),
    returnC: companion(input.returnC, sample.at),
    kpa: companion(input.kpa, sample.at),
  };
}

/** Last value at or before `at`, NaN when there is none or it is old. */
function companion(samples: readonly Sample[], at: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  const found = samples[low - 1];
  return found === undefined || at - found.at > COMPANION_AGE_MS_MAX ? Number.NaN : found.value;
}

function closeSegment(balance: MakeupBalance, start: Anchor, end: Anchor, volumeM3: number, settings: BalanceSettings): Anchor {
  const quarter = quarterEntry(balance, quarterOf(end.at));
  const supplyK = end.supplyC - start.supplyC;
  const returnK = end.returnC - start.returnC;
  const warmingK = Number.isNaN(supplyK) ? returnK : Number.isNaN(returnK) ? supplyK : (supplyK + returnK) / 2;
  const meanC = Number.isNaN(end.supplyC) ? end.returnC : Number.isNaN(end.returnC) ? end.supplyC : (end.supplyC + end.returnC) / 2;
  if (!Number.isNaN(warmingK)) {
    quarter.expansionM3 += expansionM3(settings.waterVolumeM3, meanC - warmingK, meanC);
    quarter.warmingK += warmingK;
  }
  const riseKpa = end.kpa - start.kpa;
  if (!Number.isNaN(riseKpa)) quarter.riseKpa += riseKpa;
  quarter.makeupM3 += volumeM3;
  quarter.coveredMs += end.at - start.at;
  return end;
}

function quarterEntry(balance: MakeupBalance, index: number): Quarter {
  const { quarters } = balance;
  for (let position = quarters.length - 1; position >= 0; position--) if (quarters[position]!.index === index) return quarters[position]!;
  const quarter: Quarter = { index, makeupM3: 0, expansionM3: 0, riseKpa: 0, warmingK: 0, coveredMs: 0 };
  quarters.push(quarter);
  if (quarters.length > QUARTERS_KEPT) quarters.shift();
  return quarter;
}

/** Loss over `count` quarters that end with quarter `last`; unknown when less than `coverageMin` of the span is covered. */
export function balanceOver(balance: MakeupBalance, last: number, count: number, capacityLKpa: number, coverageMin: number): Balance {
  let lossM3 = 0;
  let coveredMs = 0;
  let warmingK = 0;
  for (const quarter of balance.quarters) {
    if (quarter.index > last || quarter.index <= last - count) continue;
    lossM3 += quarter.makeupM3 + quarter.expansionM3 - (capacityLKpa * quarter.riseKpa) / 1000;
    coveredMs += quarter.coveredMs;
    warmingK += quarter.warmingK;
  }
  const coverage = coveredMs / (count * QUARTER_MS);
  if (coverage < coverageMin) return { lossM3h: Number.NaN, coverage, warmingKH: Number.NaN };
  const hours = coveredMs / HOUR_MS;
  return { lossM3h: lossM3 / hours, coverage, warmingKH: warmingK / hours };
}

/** The full hour `hour` (hours since 1970). */
export function balanceOfHour(balance: MakeupBalance, hour: number, capacityLKpa: number, coverageMin: number): Balance {
  return balanceOver(balance, hour * QUARTERS_PER_HOUR + QUARTERS_PER_HOUR - 1, QUARTERS_PER_HOUR, capacityLKpa, coverageMin);
}

/**
 * Learns the loop's water capacity Cw from a finished quarter: with band control the pressure saws up and down whatever the loss,
 * so the slope of (makeup + expansion) over pressure rise is Cw. Quarters that warm fast or jump in pressure are left out.
 */
export function learnCapacity(balance: MakeupBalance, last: number): void {
  const quarter = balance.quarters.find(({ index }) => index === last);
  const sums = balance.capacity;
  if (quarter === undefined || sums.learnedTo >= last) return;
  sums.learnedTo = last;
  if (quarter.coveredMs < 0.7 * QUARTER_MS || Math.abs(quarter.warmingK) > CAPACITY_WARMING_K_MAX) return;
  if (Math.abs(quarter.riseKpa) > CAPACITY_RISE_KPA_MAX) return;
  const lossM3 = quarter.makeupM3 + quarter.expansionM3;
  sums.count = Math.min(sums.count + 1, CAPACITY_MEMORY_QUARTERS);
  const weight = 1 / sums.count;
  const rise = quarter.riseKpa - sums.meanRise;
  const loss = lossM3 - sums.meanLoss;
  sums.meanRise += weight * rise;
  sums.meanLoss += weight * loss;
  sums.varianceRise = (1 - weight) * (sums.varianceRise + weight * rise * rise);
  sums.covariance = (1 - weight) * (sums.covariance + weight * rise * loss);
}

/** The learned water capacity, L/kPa; `usual` until a day of moving pressure has been seen (never with a steady VFD pressure, where it does not matter). */
export function capacityLKpa(balance: MakeupBalance, usual: number): number {
  const { count, varianceRise, covariance } = balance.capacity;
  if (count < CAPACITY_QUARTERS_MIN || varianceRise < CAPACITY_VARIANCE_KPA2_MIN) return usual;
  return Math.max(CAPACITY_RANGE_L_KPA[0], Math.min(CAPACITY_RANGE_L_KPA[1], (1000 * covariance) / varianceRise));
}
