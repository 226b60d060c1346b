/** Shares with what their numbers allow to be said, and places in a sorted list. */

/** 95 % of a normal distribution lie within so many standard deviations. */
const Z = 1.959_964;

/** [low, high] of Wilson's interval at 95 % for `count` of `total`; null without any. */
export function wilson(count: number, total: number): readonly [number, number] | null {
  if (total <= 0) return null;
  const share = count / total;
  const spread = Z * Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total));
  const middle = share + (Z * Z) / (2 * total);
  const scale = 1 + (Z * Z) / total;
  // Rounding must not put the share itself outside.
  return [Math.max(0, Math.min(share, (middle - spread) / scale)), Math.min(1, Math.max(share, (middle + spread) / scale))];
}

/** Count over total; null when there is nothing to share. */
export const shareOf = (count: number, total: number): number | null => (total > 0 ? count / total : null);

/** The value below which this share (0…1) of the numbers lies, the nearest one that occurs; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

/** F with β = 0.5, which weighs precision twice as much as recall; 0 when nothing was found, else null while either is. */
export function fHalf(precision: number | null, recall: number | null): number | null {
  if (recall === 0) return 0;
  if (precision === null || recall === null) return null;
  return precision + recall === 0 ? 0 : (1.25 * precision * recall) / (0.25 * precision + recall);
}
