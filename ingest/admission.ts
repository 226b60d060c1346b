/** How fast one address may open connections: a token bucket for each, at most so many addresses. Time is an argument. */

export interface AdmissionLimits {
  readonly connectionsPerSecondMax: number;
  readonly connectionsAtOnceMax: number;
  readonly addressesMax: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Answers whether a connection from `address` at `at` (ms of any steady clock) may be opened. */
export function createAdmission(limits: AdmissionLimits): (address: string, at: number) => boolean {
  const { connectionsPerSecondMax, connectionsAtOnceMax, addressesMax } = limits;
  const buckets = new Map<string, Bucket>();
  return (address, at) => {
    let bucket = buckets.get(address);
    if (bucket === undefined) {
      bucket = { tokens: connectionsAtOnceMax, at };
      if (buckets.size >= addressesMax) forgetOldest(buckets);
    } else {
      // Moved to the end: the map stays in the order of last use.
      buckets.delete(address);
      bucket.tokens = Math.min(connectionsAtOnceMax, bucket.tokens + ((at - bucket.at) / 1_000) * connectionsPerSecondMax);
      bucket.at = at;
    }
    buckets.set(address, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const oldest = buckets.keys().next();
  if (oldest.done !== true) buckets.delete(oldest.value);
}
