/** Robust statistics that several rules share. All ignore NaN; none changes its input. */

/** Scale of a normal distribution per unit of median absolute deviation. */
export const SIGMA_PER_MAD = 1.4826;

/** Up to here insertion beats the general sort; almost all calls are this short. */
const INSERTION_LENGTH_MAX = 40;

function sorted(values: Iterable<number>): readonly number[] | Float64Array {
  const kept: number[] = [];
  for (const value of values) if (!Number.isNaN(value)) kept.push(value);
  if (kept.length > INSERTION_LENGTH_MAX) return Float64Array.from(kept).sort();
  for (let end = 1; end < kept.length; end++) {
    const value = kept[end]!;
    let place = end;
    for (; place > 0 && kept[place - 1]! > value; place--) kept[place] = kept[place - 1]!;
    kept[place] = value;
  }
  return kept;
}

function quantileOfSorted(values: readonly number[] | Float64Array, share: number): number {
  if (values.length === 0) return Number.NaN;
  const place = (values.length - 1) * share;
  const low = Math.floor(place);
  const below = values[low]!;
  return low + 1 < values.length ? below + (values[low + 1]! - below) * (place - low) : below;
}

/** Median; NaN of nothing. */
export function median(values: Iterable<number>): number {
  return quantileOfSorted(sorted(values), 0.5);
}

/** Quantile by linear interpolation, `share` 0…1; NaN of nothing. */
export function quantile(values: Iterable<number>, share: number): number {
  return quantileOfSorted(sorted(values), share);
}

/** Median absolute deviation from `centre` (default: the median); NaN of nothing. Times `SIGMA_PER_MAD` it estimates sigma. */
export function medianDeviation(values: Iterable<number>, centre?: number): number {
  const list = sorted(values);
  const middle = centre ?? quantileOfSorted(list, 0.5);
  return median(Array.from(list, (value) => Math.abs(value - middle)));
}

/** Mann-Kendall trend score: standard normal when there is no trend, positive when rising; above 2.33 is p < 0.01. 0 below four values. */
export function trendScore(values: Iterable<number>): number {
  const list: number[] = [];
  for (const value of values) if (!Number.isNaN(value)) list.push(value);
  const count = list.length;
  if (count < 4) return 0;
  let score = 0;
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++) score += Math.sign(list[later]! - list[earlier]!);
  }
  const variance = (count * (count - 1) * (2 * count + 5)) / 18;
  return score === 0 ? 0 : (score - Math.sign(score)) / Math.sqrt(variance);
}

/** Theil-Sen slope: median of the slopes between all pairs, in units of value per step; NaN below two values. */
export function medianSlope(values: readonly number[]): number {
  const slopes: number[] = [];
  for (let later = 1; later < values.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) slopes.push((values[later]! - values[earlier]!) / (later - earlier));
  }
  return median(slopes);
}

/** For people and for JSON, which has no NaN. */
export const numberOrNull = (number: number): number | null => (Number.isNaN(number) ? null : number);
