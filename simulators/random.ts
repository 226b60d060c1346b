/**
 * Chance for the plant: every number is a pure function of (seed, names, position), so adding a device, another poll
 * interval or a restart never shifts what another device draws.
 */

/** Spreads the bits of a 32-bit integer (the finaliser of MurmurHash3). */
function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Seed of a named sub-stream, e.g. `subSeed(7, "S01-H", "draw-off")`: an unsigned 32-bit integer. */
export function subSeed(seed: number, ...names: readonly (string | number)[]): number {
  let h = mix(seed ^ 0x9e3779b9);
  for (const name of names) {
    const text = String(name);
    for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
    h = mix(h ^ 0x2f);
  }
  return h >>> 0;
}

/** 32 random bits at an integer position (|position| < 2^53) of a stream. */
function bitsAt(seed: number, position: number): number {
  const high = Math.floor(position / 4_294_967_296);
  return mix(Math.imul(seed ^ mix(position ^ Math.imul(high, 0x27d4eb2f)), 0x9e3779b1) ^ seed);
}

/** Uniform in [0, 1). */
export function uniformAt(seed: number, position: number): number {
  return bitsAt(seed, position) / 4_294_967_296;
}

/** Standard normal, by the sum of the four bytes of one draw (Irwin-Hall): mean 0, standard deviation 1, never beyond ±3.47. */
export function normalAt(seed: number, position: number): number {
  const bits = bitsAt(seed, position);
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) * 0.006_765_9;
}

/** Smooth noise in about ±2 at a real position: normals at the integers, joined by straight lines. */
export function smoothNormalAt(seed: number, position: number): number {
  const whole = Math.floor(position);
  const left = normalAt(seed, whole);
  return left + (normalAt(seed, whole + 1) - left) * (position - whole);
}

/** Draws one after the other, for building things in a fixed order. */
export interface Draws {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Integer in [low, high]. */
  whole(low: number, high: number): number;
  normal(): number;
  pick<T>(items: readonly T[]): T;
}

export function draws(seed: number): Draws {
  let position = 0;
  const next = (): number => uniformAt(seed, position++);
  return {
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    normal: () => normalAt(seed, position++),
    pick: (items) => {
      if (items.length === 0) throw new Error("nothing to pick from");
      return items[Math.floor(next() * items.length)]!;
    },
  };
}
