import type { Point } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import type { Run } from "./series-run.ts";

/** The points of many series as one list of readings in canonical order. */

export interface PointRun {
  readonly point: Point;
  readonly run: Run;
}

/** Merges runs that are given by asset, then signal, into one list by (at, asset, signal). */
export function mergeReadings(sources: readonly PointRun[]): Reading[] {
  const runs = sources.filter(({ run }) => run.count > 0);
  const readings: Reading[] = Array.from({ length: runs.reduce((sum, { run }) => sum + run.count, 0) });
  const next = new Int32Array(runs.length);
  const at = Float64Array.from(runs, ({ run }) => run.times[0]!);
  const heap = Int32Array.from(runs.keys());
  let size = heap.length;
  const isBefore = (a: number, b: number): boolean => at[a]! < at[b]! || (at[a] === at[b] && a < b);

  function sink(start: number): void {
    const moving = heap[start]!;
    let slot = start;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, moving)) break;
      heap[slot] = heap[child]!;
      slot = child;
    }
    heap[slot] = moving;
  }

  for (let slot = (size >> 1) - 1; slot >= 0; slot--) sink(slot);
  for (let count = 0; count < readings.length; count++) {
    const top = heap[0]!;
    const { point, run } = runs[top]!;
    const index = next[top]!++;
    const value = run.values[index]!;
    readings[count] = { point, at: run.times[index]!, value: Number.isNaN(value) ? null : value };
    if (index + 1 < run.count) at[top] = run.times[index + 1]!;
    else heap[0] = heap[--size]!;
    sink(0);
  }
  return readings;
}
