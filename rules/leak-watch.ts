import type { Severity } from "../model/finding.ts";
import { type Baseline, expectation, flagSince, forget, recordHour, startBaseline, taughtHours, valueAt } from "./baseline.ts";
import { type Cusum, resetCusum, startCusum, stepCusum } from "./cusum.ts";
import { balanceOfHour, balanceOver, capacityLKpa, learnCapacity, type MakeupBalance, startMakeupBalance } from "./makeup-balance.ts";
import { median, medianSlope } from "./statistics.ts";

/** The leak detector's state and its fold over finished quarters and hours; knows nothing of views and words. DOMAIN 3.5 and 4, R02. */

/** Hours of expectation and CUSUM kept for the picture in the ticket. */
export const CURVE_HOURS = 168;
/** Quarters averaged for the fast tier, and unknown quarters in a row after which its run is broken. */
const FAST_WINDOW = 2;
const FAST_UNKNOWN_MAX = 4;
/** Before a day is known the fast tier compares with the median of these many hours, at a limit so much wider. */
const EARLY_HOURS_MIN = 6;
const EARLY_WIDENING = 1.5;
/** Share of the expansion correction that may be wrong because the water volume is a guess: widens sigma while it warms. */
const VOLUME_ERROR_SHARE = 0.3;
const EXPANSION_M3_PER_M3K = 4.2e-4;
const RECOVERY_STEP_MAX = 2;
/** An excess that is back so soon may be a habit of people: its days and nights are compared together. */
const RELAPSE_MS = 86_400_000;
const ESTIMATE_HOURS = 24;
const GROWTH_BLOCK_HOURS = 6;
const GROWTH_BLOCKS = 8;
const GROWTH_BLOCKS_MIN = 5;

export type LeakTier = "cusum" | "fast" | "absolute";

export interface LeakAlarm {
  readonly tier: LeakTier;
  /** Estimated onset, epoch ms. */
  readonly onsetAt: number;
  /** Since when day and night are compared: the onset, or that of an alarm that ended less than a day before it. */
  readonly patternSinceAt: number;
  /** Median excess of the last 24 h since the onset, m³/h. */
  estimateM3h: number;
  /** Mean of the same hours: larger than the median when the loss comes and goes. */
  meanM3h: number;
  growthM3hDay: number;
  pumpDuty: number;
  severity: Severity;
  /** The excess is there when people are awake and hardly at night. */
  drawn: boolean;
  /** Evidence that the excess is gone, in sigma. */
  recovery: number;
}

export interface LeakMemory {
  readonly balance: MakeupBalance;
  readonly baseline: Baseline;
  readonly cusum: Cusum;
  /** Next quarter (of an hour since 1970) to finish; NaN before the first evaluation. */
  quarter: number;
  readonly expected: Float32Array;
  readonly sums: Float32Array;
  fast: { run: number; startQuarter: number; unknown: number; excessM3h: number; limitM3h: number };
  alarm: LeakAlarm | undefined;
  /** The alarm before: from when its pattern counts, and when it ended. */
  past: { patternSinceAt: number; endedAt: number } | undefined;
  /** Event time of the newest totaliser reading; the fallbacks take over when it is long past. */
  totalSeenAt: number;
  lastHour: { hour: number; lossM3h: number; expectedM3h: number; sigmaM3h: number };
  cusumLimit: number;
  /** What one pulse of the totaliser stands for, m³; 0 for one that counts finer. */
  pulseM3: number;
}

export interface LeakSettings {
  readonly waterVolumeM3: number;
  readonly circulationM3h: number;
  readonly capacityLKpa: number;
  readonly coverageMin: number;
  readonly sigmaFloorM3h: number;
  readonly learningWarmingKH: number;
  readonly clip: number;
  readonly slack: number;
  readonly cusumLimit: number;
  /** Fast tier's excess and the quarters it must last. */
  readonly fastM3h: number;
  readonly fastQuarters: number;
  /** Mean loss of a day that is a leak whatever was learned, and what a tight loop of this size loses. */
  readonly absoluteM3h: number;
  readonly tightM3h: number;
  readonly clearSum: number;
  readonly clearSumDrawOff: number;
  readonly urgentM3h: number;
  readonly urgentDuty: number;
  readonly urgentGrowthM3hDay: number;
  /** False while commissioning: then only the fast tier speaks. */
  readonly trusting: boolean;
  /** Work is planned on the loop: what it loses now is neither a leak nor its habit. */
  readonly underWork: boolean;
  /** Another rule over makeup suspects something: what is lost now is no habit. */
  readonly disturbed: boolean;
  /** Offset of local hours from UTC hours. */
  readonly localHours: number;
  /** Share of the time that the makeup pump ran lately; NaN when unknown. */
  readonly pumpDuty: () => number;
}

export function startLeakMemory(): LeakMemory {
  return {
    balance: startMakeupBalance(),
    baseline: startBaseline(),
    cusum: startCusum(),
    quarter: Number.NaN,
    expected: new Float32Array(CURVE_HOURS).fill(Number.NaN),
    sums: new Float32Array(CURVE_HOURS).fill(Number.NaN),
    fast: { run: 0, startQuarter: Number.NaN, unknown: 0, excessM3h: Number.NaN, limitM3h: Number.NaN },
    alarm: undefined,
    past: undefined,
    totalSeenAt: Number.NaN,
    lastHour: { hour: Number.NaN, lossM3h: Number.NaN, expectedM3h: Number.NaN, sigmaM3h: Number.NaN },
    cusumLimit: Number.NaN,
    pulseM3: 0,
  };
}

/** Finishes every quarter and hour before `quarter`, whose steps are all in the balance. */
export function finishQuarters(memory: LeakMemory, quarter: number, settings: LeakSettings): void {
  memory.cusumLimit = settings.cusumLimit;
  if (Number.isNaN(memory.quarter)) memory.quarter = quarter;
  memory.quarter = Math.max(memory.quarter, quarter - 4 * CURVE_HOURS);
  for (; memory.quarter < quarter; memory.quarter++) {
    learnCapacity(memory.balance, memory.quarter);
    stepFast(memory, memory.quarter, settings);
    if (memory.quarter % 4 === 3) closeHour(memory, (memory.quarter - 3) / 4, settings);
  }
}

/** Excess over the expectation at an hour of the last week; NaN when unknown. */
function excessAt(memory: LeakMemory, hour: number): number {
  return valueAt(memory.baseline, hour) - expectedAt(memory, hour);
}

export function expectedAt(memory: LeakMemory, hour: number): number {
  const age = memory.lastHour.hour - hour;
  return age >= 0 && age < CURVE_HOURS ? memory.expected[hour % CURVE_HOURS]! : Number.NaN;
}

export function sumAt(memory: LeakMemory, hour: number): number {
  const age = memory.lastHour.hour - hour;
  return age >= 0 && age < CURVE_HOURS ? memory.sums[hour % CURVE_HOURS]! : Number.NaN;
}

/** Mean excess by day (6-9 and 17-22 h local) and by night (1-5 h) since a time, at most five days back. */
export function excessByDayAndNight(
  memory: LeakMemory,
  sinceAt: number,
  localHours: number,
): { day: number; night: number; dayHours: number; nightHours: number } {
  const sums = { day: 0, night: 0, dayHours: 0, nightHours: 0 };
  const newest = memory.lastHour.hour;
  for (let hour = Math.max(Math.floor(sinceAt / 3_600_000), newest - 119); hour <= newest; hour++) {
    const excess = excessAt(memory, hour);
    if (Number.isNaN(excess)) continue;
    const local = (((hour + localHours) % 24) + 24) % 24;
    if (local >= 1 && local < 5) {
      sums.night += excess;
      sums.nightHours += 1;
    } else if ((local >= 6 && local < 9) || (local >= 17 && local < 22)) {
      sums.day += excess;
      sums.dayHours += 1;
    }
  }
  return { ...sums, day: sums.day / sums.dayHours, night: sums.night / sums.nightHours };
}

/** Excess at the hours when people are at home and awake, hardly any at night: water is drawn, not leaking (DOMAIN 4, R03). */
export function looksDrawn(memory: LeakMemory, sinceAt: number, localHours: number): boolean {
  const { day, night, dayHours, nightHours } = excessByDayAndNight(memory, sinceAt, localHours);
  return dayHours >= 4 && nightHours >= 3 && day > 0 && night < 0.3 * day;
}

/** Local hour less UTC hour at an instant; half-hour zones round down. */
export function localHours(hourOfDay: number, at: number): number {
  return hourOfDay - (Math.floor(at / 3_600_000) % 24);
}

function stepFast(memory: LeakMemory, quarter: number, settings: LeakSettings): void {
  const { fast } = memory;
  const capacity = capacityLKpa(memory.balance, settings.capacityLKpa);
  const { lossM3h } = balanceOver(memory.balance, quarter, FAST_WINDOW, capacity, settings.coverageMin);
  const usual = expectation(memory.baseline, Math.floor(quarter / 4), settings.sigmaFloorM3h)?.centre;
  const centre = usual ?? earlyCentre(memory.baseline);
  fast.excessM3h = settings.underWork ? Number.NaN : lossM3h - centre;
  fast.limitM3h = settings.fastM3h * (usual === undefined ? EARLY_WIDENING : 1);
  if (Number.isNaN(fast.excessM3h)) {
    fast.unknown += 1;
    if (fast.unknown > FAST_UNKNOWN_MAX) fast.run = 0;
    return;
  }
  fast.unknown = 0;
  if (fast.excessM3h <= fast.limitM3h) {
    fast.run = 0;
    return;
  }
  fast.run += 1;
  if (fast.run === 1) fast.startQuarter = quarter;
  if (fast.run < settings.fastQuarters || memory.alarm !== undefined) return;
  openAlarm(memory, "fast", fast.startQuarter * 900_000, fast.excessM3h, settings);
}

function earlyCentre(baseline: Baseline): number {
  if (taughtHours(baseline) < EARLY_HOURS_MIN) return Number.NaN;
  return median(baseline.values);
}

function closeHour(memory: LeakMemory, hour: number, settings: LeakSettings): void {
  const capacity = capacityLKpa(memory.balance, settings.capacityLKpa);
  const { lossM3h, warmingKH } = balanceOfHour(memory.balance, hour, capacity, settings.coverageMin);
  const learned = expectation(memory.baseline, hour, settings.sigmaFloorM3h);
  const usual =
    learned ?? (memory.alarm === undefined ? undefined : { centre: settings.tightM3h, sigma: Math.max(0.1, settings.tightM3h) });
  const centre = usual?.centre ?? Number.NaN;
  const rampM3h = VOLUME_ERROR_SHARE * settings.waterVolumeM3 * EXPANSION_M3_PER_M3K * warmingKH;
  const sigma = Math.hypot(usual?.sigma ?? Number.NaN, rampM3h);
  memory.lastHour = { hour, lossM3h, expectedM3h: centre, sigmaM3h: sigma };
  memory.expected[hour % CURVE_HOURS] = centre;
  const cusumSettings = { clip: settings.clip, slack: settings.slack, limit: settings.cusumLimit };
  const z = settings.underWork ? Number.NaN : (lossM3h - centre) / sigma;
  const crossed = settings.trusting && stepCusum(memory.cusum, z, hour, cusumSettings);
  memory.sums[hour % CURVE_HOURS] = memory.cusum.value;
  const ramping = !(Math.abs(warmingKH) <= settings.learningWarmingKH);
  recordHour(memory.baseline, hour, lossM3h, memory.alarm !== undefined || ramping || settings.underWork || settings.disturbed);
  if (memory.alarm !== undefined) followAlarm(memory, memory.alarm, settings);
  else if (crossed) openAlarm(memory, "cusum", memory.cusum.zeroAt * 3_600_000, lossM3h - centre, settings);
  else if (settings.trusting && dayMean(memory, hour) > settings.absoluteM3h) openAbsolute(memory, hour, settings);
}

/** Mean loss of the last 24 h; NaN with fewer than 18 known. */
function dayMean(memory: LeakMemory, hour: number): number {
  let sum = 0;
  let count = 0;
  for (let back = 0; back < 24; back++) {
    const value = valueAt(memory.baseline, hour - back);
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count < 18 ? Number.NaN : sum / count;
}

function openAlarm(memory: LeakMemory, tier: LeakTier, onsetAt: number, excessM3h: number, settings: LeakSettings): void {
  flagSince(memory.baseline, Math.floor(onsetAt / 3_600_000));
  const { past } = memory;
  const patternSinceAt = past !== undefined && onsetAt - past.endedAt < RELAPSE_MS ? past.patternSinceAt : onsetAt;
  memory.alarm = {
    tier,
    onsetAt,
    patternSinceAt,
    estimateM3h: excessM3h,
    meanM3h: excessM3h,
    growthM3hDay: Number.NaN,
    pumpDuty: Number.NaN,
    severity: "general",
    drawn: false,
    recovery: 0,
  };
  measure(memory, memory.alarm, settings);
}

/** The loss was there before anything could be learned: what was learned is withdrawn, and a tight loop is what is expected. */
function openAbsolute(memory: LeakMemory, hour: number, settings: LeakSettings): void {
  forget(memory.baseline);
  for (let back = 0; back < 24; back++) memory.expected[(hour - back) % CURVE_HOURS] = settings.tightM3h;
  memory.lastHour.expectedM3h = settings.tightM3h;
  openAlarm(memory, "absolute", (hour - 23) * 3_600_000, memory.lastHour.lossM3h - settings.tightM3h, settings);
}

function followAlarm(memory: LeakMemory, alarm: LeakAlarm, settings: LeakSettings): void {
  const { hour, sigmaM3h } = memory.lastHour;
  const excess = excessAt(memory, hour);
  if (Number.isNaN(excess)) return;
  const half = 0.5 * Math.max(alarm.estimateM3h, alarm.meanM3h, settings.sigmaFloorM3h);
  const step = (half - excess) / sigmaM3h;
  // Where water is drawn by day, a quiet night is nothing new: an hour counts less, and most of a day is asked for.
  alarm.drawn = looksDrawn(memory, alarm.patternSinceAt, settings.localHours);
  const { drawn } = alarm;
  const most = drawn ? RECOVERY_STEP_MAX / 2 : RECOVERY_STEP_MAX;
  alarm.recovery = Math.max(0, alarm.recovery + Math.max(-RECOVERY_STEP_MAX, Math.min(most, step)));
  const enough = drawn ? settings.clearSumDrawOff : settings.clearSum;
  if (alarm.recovery >= enough) {
    memory.alarm = undefined;
    memory.past = { patternSinceAt: alarm.patternSinceAt, endedAt: (hour + 1) * 3_600_000 };
    memory.fast.run = 0;
    resetCusum(memory.cusum, hour + 1);
    return;
  }
  measure(memory, alarm, settings);
}

/** Size, growth and severity. The size is not measured anew while the excess is vanishing, or the vanishing would hide itself. */
function measure(memory: LeakMemory, alarm: LeakAlarm, settings: LeakSettings): void {
  const newest = memory.lastHour.hour;
  const first = Math.max(Math.ceil(alarm.onsetAt / 3_600_000), newest - ESTIMATE_HOURS + 1);
  const known: number[] = [];
  for (let hour = first; hour <= newest; hour++) {
    const excess = excessAt(memory, hour);
    if (!Number.isNaN(excess)) known.push(excess);
  }
  if (known.length > 0 && alarm.recovery === 0) {
    alarm.estimateM3h = median(known);
    alarm.meanM3h = known.reduce((sum, excess) => sum + excess, 0) / known.length;
  }
  alarm.growthM3hDay = growth(memory, alarm.onsetAt);
  alarm.pumpDuty = settings.pumpDuty();
  const lately = known.slice(-3).reduce((sum, excess) => sum + excess, 0) / Math.min(3, known.length);
  const large = Math.max(alarm.estimateM3h, Number.isNaN(lately) ? 0 : lately) > settings.urgentM3h;
  const urgent = large || alarm.pumpDuty > settings.urgentDuty || alarm.growthM3hDay > settings.urgentGrowthM3hDay;
  alarm.severity = urgent ? "urgent" : "general";
}

/** Growth of the excess, m³/h per day, over the last two days in blocks of 6 h; NaN with less than 30 h since the onset. */
function growth(memory: LeakMemory, onsetAt: number): number {
  const blocks: number[] = [];
  const newest = memory.lastHour.hour;
  for (let block = GROWTH_BLOCKS - 1; block >= 0; block--) {
    const known: number[] = [];
    for (let back = 0; back < GROWTH_BLOCK_HOURS; back++) {
      const hour = newest - block * GROWTH_BLOCK_HOURS - back;
      if (hour * 3_600_000 >= onsetAt) known.push(excessAt(memory, hour));
    }
    if (known.length === GROWTH_BLOCK_HOURS) blocks.push(median(known));
  }
  return blocks.length < GROWTH_BLOCKS_MIN ? Number.NaN : medianSlope(blocks) * (24 / GROWTH_BLOCK_HOURS);
}
