/** The last so many durations in ms, and their percentiles when somebody asks. */
export interface LatencyRing {
  readonly valuesMs: Float64Array;
  count: number;
}

const KEPT = 1_024;

export const newLatencyRing = (): LatencyRing => ({ valuesMs: new Float64Array(KEPT), count: 0 });

export function recordLatency(ring: LatencyRing, ms: number): void {
  ring.valuesMs[ring.count++ % KEPT] = ms;
}

/** The nearest-rank percentile (share 0…1) of the kept durations, ms; 0 before the first. */
export function latencyPercentile(ring: LatencyRing, share: number): number {
  const kept = Math.min(ring.count, KEPT);
  if (kept === 0) return 0;
  const sorted = ring.valuesMs.slice(0, kept).sort();
  return sorted[Math.min(kept - 1, Math.ceil(share * kept) - 1)] ?? 0;
}
