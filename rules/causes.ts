import type { Cause } from "../model/finding.ts";

/** Ranks what may be behind a finding: weights become shares that sum to 1. */

export interface Candidate extends Omit<Cause, "share"> {
  /** How well the numbers fit, > 0; only the ratio between candidates counts. */
  readonly weight: number;
}

/** Below this share a cause is noise to the reader. */
const SHARE_MIN = 0.03;

/** The candidates with their shares, most likely first; the hopeless ones are left out. */
export function rankCauses(candidates: readonly Candidate[]): Cause[] {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const kept = candidates.filter(({ weight }) => weight >= SHARE_MIN * total);
  const keptTotal = kept.reduce((sum, { weight }) => sum + weight, 0);
  const shared: Cause[] = [];
  for (const { id, name, weight, pro, contra } of kept)
    shared.push({ id, name, share: Math.round((100 * weight) / keptTotal) / 100, pro, contra });
  return shared.sort((a, b) => b.share - a.share);
}
