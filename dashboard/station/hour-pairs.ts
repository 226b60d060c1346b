import { OUTDOOR_TAU_MS, smoothed } from "../charts/supply-band.ts";

/** Outdoor and supply temperature of the same hour, for the heating-curve scatter. Pure. */

const HOUR_MS = 3_600_000;

export interface HourPair {
  readonly at: number;
  readonly outdoorC: number;
  readonly supplyC: number;
}

interface Line {
  readonly times: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** Hours in which both were measured: the middle of their smallest and greatest value. */
export function hourPairs(outdoor: Line, supply: Line): HourPair[] {
  const supplies = byHour(supply);
  return [...byHour(outdoor)].flatMap(([at, { min, max }]) => {
    const found = supplies.get(at);
    return found === undefined ? [] : [{ at, outdoorC: (min + max) / 2, supplyC: (found.min + found.max) / 2 }];
  });
}

/** The same hours over a smoothed outdoor temperature; ascending in time. */
export function smoothPairs(pairs: readonly HourPair[]): HourPair[] {
  const sorted = [...pairs].sort((a, b) => a.at - b.at);
  const outdoor = smoothed(
    sorted.map(({ at, outdoorC }) => ({ at, value: outdoorC })),
    OUTDOOR_TAU_MS,
  );
  return sorted.map((pair, index) => ({ ...pair, outdoorC: outdoor[index]!.value }));
}

/**
 * Over which outdoor temperature the controller works, as measured or smoothed: the one over which the supply keeps to its curve better
 * (least mean distance from its own median offset). `curveC`: what the curve asks for at an outdoor temperature.
 */
export function followedPairs(
  pairs: readonly HourPair[],
  curveC: (outdoorC: number) => number,
): { readonly pairs: readonly HourPair[]; readonly smoothed: boolean } {
  const calm = smoothPairs(pairs);
  const spread = (some: readonly HourPair[]): number => {
    const offsets = some.map(({ outdoorC, supplyC }) => supplyC - curveC(outdoorC)).sort((a, b) => a - b);
    const middle = offsets[offsets.length >> 1] ?? 0;
    return offsets.reduce((sum, offset) => sum + Math.abs(offset - middle), 0);
  };
  const isCalmer = spread(calm) < spread(pairs);
  return { pairs: isCalmer ? calm : [...pairs].sort((a, b) => a.at - b.at), smoothed: isCalmer };
}

function byHour(line: Line): Map<number, { min: number; max: number }> {
  const hours = new Map<number, { min: number; max: number }>();
  for (const [index, at] of line.times.entries()) {
    const low = line.low[index];
    if (low === null || low === undefined) continue;
    const high = line.high[index] ?? low;
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
    const known = hours.get(hour);
    if (known === undefined) hours.set(hour, { min: low, max: high });
    else {
      known.min = Math.min(known.min, low);
      known.max = Math.max(known.max, high);
    }
  }
  return hours;
}
