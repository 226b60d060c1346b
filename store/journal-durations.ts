/** How long the last commits took. */

const COMMITS_KEPT = 1024;

export interface Durations {
  add(ms: number): void;
  /** Milliseconds; 0 before the first. */
  percentiles(): { readonly p50: number; readonly p99: number };
}

export function createDurations(): Durations {
  const ring = new Float64Array(COMMITS_KEPT);
  let count = 0;
  return {
    add(ms) {
      ring[count++ % COMMITS_KEPT] = ms;
    },
    percentiles() {
      const sorted = ring.slice(0, Math.min(count, COMMITS_KEPT)).sort();
      const rank = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return { p50: rank(0.5), p99: rank(0.99) };
    },
  };
}
