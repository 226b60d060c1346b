import type { Network, Point } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { isSignalId } from "../model/signals.ts";

/** Readings of one station on their way to a thread: columns that are handed over, not copied. */

export interface ReadingColumns {
  /** Points that the columns before did not have, [asset, signal]; numbered on from there. */
  readonly points: readonly (readonly [asset: string, signal: string])[];
  readonly point: Uint32Array<ArrayBuffer>;
  readonly at: Float64Array<ArrayBuffer>;
  /** NaN: the sensor failed. */
  readonly value: Float64Array<ArrayBuffer>;
}

/** Packs slices of one station; remembers which points it has named. */
export function createPacker(): (readings: readonly Reading[]) => ReadingColumns {
  const numbers = new Map<Point, number>();
  return (readings) => {
    const fresh: [string, string][] = [];
    const point = new Uint32Array(readings.length);
    const at = new Float64Array(readings.length);
    const value = new Float64Array(readings.length);
    readings.forEach((reading, index) => {
      let number = numbers.get(reading.point);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(reading.point, number);
        fresh.push([reading.point.asset, reading.point.signal]);
      }
      point[index] = number;
      at[index] = reading.at;
      value[index] = reading.value ?? NaN;
    });
    return { points: fresh, point, at, value };
  };
}

/** Unpacks what a packer made, in its order. @throws for a point that the network does not have (a broken invariant). */
export function createUnpacker(network: Network): (columns: ReadingColumns) => Reading[] {
  const points: Point[] = [];
  return ({ points: fresh, point, at, value }) => {
    for (const [asset, signal] of fresh) {
      const known = isSignalId(signal) ? network.point(asset, signal) : undefined;
      if (known === undefined) throw new Error(`${asset} has no ${signal}`);
      points.push(known);
    }
    const readings: Reading[] = [];
    for (let index = 0; index < at.length; index++)
      readings.push({ point: points[point[index]!]!, at: at[index]!, value: Number.isNaN(value[index]!) ? null : value[index]! });
    return readings;
  };
}
