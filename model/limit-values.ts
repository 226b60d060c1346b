/** Sets of limits as people write them, told apart and bounded the same way by the platform and in the browser. Pure. */

/** "*" or an asset id -> name of a limit -> value. */
export type LimitValues = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A limit is a size, a time or a share: never negative but where its default is (some outdoor temperatures), and hardly a thousand times it. */
const TIMES_MAX = 1_000;

/** Between which values a limit of this default may be set. */
export function limitBounds(usual: number): { readonly least: number; readonly most: number } {
  const most = TIMES_MAX * Math.max(1, Math.abs(usual));
  return { least: usual < 0 ? -most : 0, most };
}

/** Whether two sets say the same, in whatever order; a place without limits says nothing. */
export function sameLimits(a: LimitValues, b: LimitValues): boolean {
  const differs = (set: LimitValues, other: LimitValues): boolean =>
    Object.entries(set).some(([place, limits]) => Object.entries(limits).some(([name, value]) => other[place]?.[name] !== value));
  return !differs(a, b) && !differs(b, a);
}
