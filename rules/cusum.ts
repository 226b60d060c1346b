/** A one-sided cumulative sum (Page's test) over hourly z-scores: small persistent excesses add up, noise drains away. DOMAIN 3.5. */

export interface Cusum {
  value: number;
  /** Step number (hours since 1970) at which the sum last stood at zero: the estimated onset of what it has gathered since. */
  zeroAt: number;
}

export interface CusumSettings {
  /** |z| counts at most this much, so that a short huge event (a drain of 1-3 h) cannot alone reach the limit. */
  readonly clip: number;
  /** Slack in sigma: a mean excess below it never alarms. */
  readonly slack: number;
  /** Alarm level; the sum stops growing at twice this. */
  readonly limit: number;
}

export function startCusum(): Cusum {
  return { value: 0, zeroAt: Number.NaN };
}

/** Adds one z-score taken at `step`. An unknown hour (NaN) changes nothing. Returns whether the sum is at or above its limit. */
export function stepCusum(cusum: Cusum, z: number, step: number, settings: CusumSettings): boolean {
  if (Number.isNaN(z)) return cusum.value >= settings.limit;
  const clipped = Math.max(-settings.clip, Math.min(settings.clip, z));
  const next = cusum.value + clipped - settings.slack;
  if (next <= 0 || Number.isNaN(cusum.zeroAt)) cusum.zeroAt = next <= 0 ? step + 1 : step;
  cusum.value = Math.max(0, Math.min(2 * settings.limit, next));
  return cusum.value >= settings.limit;
}

export function resetCusum(cusum: Cusum, step: number): void {
  cusum.value = 0;
  cusum.zeroAt = step;
}
