import type { ChartBar } from "../charts/chart-types.ts";
import type { LineData } from "../charts/chart-data.ts";
import type { Severity } from "../../model/finding.ts";

/** Makeup per hour from its totaliser, so that a pump that runs a minute in ten reads as what it is, and what is usual at that hour. Pure. */

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
/** So many earlier days have to know an hour of the day before anything is called usual. */
const USUAL_DAYS_MIN = 3;
/** The range of what is usual is at least this wide to either side, m³/h: the pump's single runs make hours uneven. */
const USUAL_M3H_MIN = 0.15;
/** Robust standard deviations to either side. */
const USUAL_SIGMAS = 3;
/** Standard deviation of a normal distribution over its median absolute deviation. */
const SIGMA_PER_MAD = 1.4826;

export interface HourlyMakeup {
  /** Start of the clock hour, epoch ms. */
  readonly at: number;
  /** Mean of the hour, m³/h. */
  readonly m3h: number;
}

/**
 * Mean makeup of each clock hour, m³/h, ascending. A totaliser that fell (reset, replaced) counts nothing for that step; an hour in
 * which the totaliser was heard for less than half its time is left out. `now` ends the last bucket, epoch ms.
 */
export function hourlyMakeup(total: LineData, now: number): HourlyMakeup[] {
  const hours = new Map<number, { volume: number; knownMs: number }>();
  let before: { at: number; value: number } | undefined;
  for (const [index, start] of total.times.entries()) {
    const value = total.high[index];
    if (value === null || value === undefined) continue;
    // The greatest value of a bucket is the one at its end.
    const at = Math.min(start + total.bucketMs, Math.max(start, now));
    if (before !== undefined && at > before.at) spread(hours, before.at, at, Math.max(0, value - before.value));
    before = { at, value };
  }
  return [...hours]
    .filter(([, { knownMs }]) => knownMs >= HOUR_MS / 2)
    .map(([at, { volume, knownMs }]) => ({ at, m3h: (volume / knownMs) * HOUR_MS }))
    .sort((a, b) => a.at - b.at);
}

/** Shares a volume out over the hours that the step touches. */
function spread(hours: Map<number, { volume: number; knownMs: number }>, from: number, to: number, volume: number): void {
  // A step over a long gap says nothing about its single hours.
  if (to - from > HOUR_MS) return;
  for (let start = Math.floor(from / HOUR_MS) * HOUR_MS; start < to; start += HOUR_MS) {
    const partMs = Math.min(to, start + HOUR_MS) - Math.max(from, start);
    const hour = hours.get(start) ?? { volume: 0, knownMs: 0 };
    hour.volume += (volume * partMs) / (to - from);
    hour.knownMs += partMs;
    hours.set(start, hour);
  }
}

/** What is usual in each hour of the day, m³/h: median ± 3 robust standard deviations over the hours given; hours of the day with fewer than three days are left out. */
export function usualMakeup(hours: readonly HourlyMakeup[]): ReadonlyMap<number, readonly [low: number, high: number]> {
  const found = new Map<number, number[]>();
  for (const { at, m3h } of hours) {
    const known = found.get(hourOfDay(at));
    if (known === undefined) found.set(hourOfDay(at), [m3h]);
    else known.push(m3h);
  }
  return new Map(
    [...found]
      .filter(([, values]) => values.length >= USUAL_DAYS_MIN)
      .map(([hour, values]) => {
        const middle = median(values);
        const width = Math.max(USUAL_M3H_MIN, USUAL_SIGMAS * SIGMA_PER_MAD * median(values.map((value) => Math.abs(value - middle))));
        return [hour, [Math.max(0, middle - width), middle + width]] as const;
      }),
  );
}

export interface LossSpan {
  readonly since: number;
  /** Epoch ms; Infinity while it lasts. */
  readonly until: number;
  readonly severity: Severity;
}

/**
 * The hours of [from, to] as bars: what is usual is learned from the hours before `from` that no ticket about lost water covers; an hour above
 * it is marked, with the severity of such a ticket where there is one.
 */
export function makeupBars(hours: readonly HourlyMakeup[], losses: readonly LossSpan[], from: number, to: number): ChartBar[] {
  const lossIn = (at: number): LossSpan | undefined => losses.find((loss) => loss.since < at + HOUR_MS && loss.until > at);
  const usual = usualMakeup(hours.filter(({ at }) => at + HOUR_MS <= from && lossIn(at) === undefined));
  return hours
    .filter(({ at }) => at + HOUR_MS > from && at < to)
    .map(({ at, m3h }) => {
      const range = usual.get(hourOfDay(at));
      const above = range !== undefined && m3h > range[1];
      return { from: at, to: at + HOUR_MS, value: m3h, usual: range, concern: above ? (lossIn(at)?.severity ?? "watch") : undefined };
    });
}

/** Hours of the day by UTC: only their being the same counts. */
const hourOfDay = (at: number): number => Math.floor(at / HOUR_MS) % DAY_HOURS;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
