import { medianDeviation, SIGMA_PER_MAD } from "./statistics.ts";

/**
 * How a daily mean goes with what the weather asks for: `y = a + b·x`, learned from the days of the last four weeks (DOMAIN 3.6). Few
 * or alike days say little of the slope: it is held to a prior as strongly as a week of usual weather would.
 */
const DAYS_MAX = 28;
const DAYS_MIN = 3;
/** Weight of the prior slope, K²: five days that differ by 3 K. */
const PRIOR_K2 = 45;
/** A day further from the line than this many median deviations counts less (Huber). */
const HUBER = 2.5;
const HUBER_FLOOR = 0.5;
/** Least scatter that is believed, and the days that the prior stands for. */
const SIGMA_MIN = 0.5;
const PRIOR_DAYS = 5;

/** Plain data: what the weather asked for and the mean of each day that taught, oldest first. */
export interface WeatherLine {
  readonly x: number[];
  readonly y: number[];
  a: number;
  b: number;
  /** Standard deviation of the days about the line, mean of their x and how far they spread (with the prior). */
  sigma: number;
  meanX: number;
  spreadX: number;
}

export const startWeatherLine = (): WeatherLine => ({ x: [], y: [], a: NaN, b: NaN, sigma: NaN, meanX: NaN, spreadX: NaN });

/** Takes in a day; `priorSlope` in y's unit per K. Unknown (NaN) days teach nothing. */
export function learnDay(line: WeatherLine, x: number, y: number, priorSlope: number): void {
  if (Number.isNaN(x) || Number.isNaN(y)) return;
  line.x.push(x);
  line.y.push(y);
  if (line.x.length > DAYS_MAX) {
    line.x.shift();
    line.y.shift();
  }
  if (line.x.length < DAYS_MIN) return;
  let weights = line.x.map(() => 1);
  for (let round = 0; round < 3; round++) {
    fit(line, weights, priorSlope);
    weights = line.y.map((value, day) => Math.min(1, HUBER / Math.max(HUBER, Math.abs(value - lineAt(line, line.x[day]!)) / HUBER_FLOOR)));
  }
}

function fit(line: WeatherLine, weights: readonly number[], priorSlope: number): void {
  const { x, y } = line;
  let sum = 0;
  let meanX = 0;
  let meanY = 0;
  for (let day = 0; day < x.length; day++) {
    sum += weights[day]!;
    meanX += weights[day]! * x[day]!;
    meanY += weights[day]! * y[day]!;
  }
  meanX /= sum;
  meanY /= sum;
  let xx = PRIOR_K2;
  let xy = PRIOR_K2 * priorSlope;
  for (let day = 0; day < x.length; day++) {
    xx += weights[day]! * (x[day]! - meanX) ** 2;
    xy += weights[day]! * (x[day]! - meanX) * (y[day]! - meanY);
  }
  line.b = xy / xx;
  line.a = meanY - line.b * meanX;
  line.meanX = meanX;
  line.spreadX = xx;
  line.sigma =
    SIGMA_PER_MAD *
    medianDeviation(
      y.map((value, day) => value - lineAt(line, x[day]!)),
      0,
    );
}

/** What the line says where the weather asks for `x`; NaN until three days are known. */
export const lineAt = ({ a, b }: WeatherLine, x: number): number => a + b * x;

/** Outside of what it has seen nobody knows the slope: controllers cap their curve, sources reach their limit. */
const BEYOND_SHARE = 0.35;

/** How wrong the line may be there: its own scatter, few days, and weather that it has not seen; in y's unit. */
export function lineSigma({ sigma, meanX, spreadX, b, x: days }: WeatherLine, x: number): number {
  const within = Math.max(SIGMA_MIN, sigma) * Math.sqrt(1 + 1 / days.length + (x - meanX) ** 2 / (spreadX / PRIOR_DAYS));
  const beyond = Math.max(0, x - Math.max(...days), Math.min(...days) - x);
  return within + BEYOND_SHARE * Math.abs(b) * beyond;
}
