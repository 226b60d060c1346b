/** A run: points of one series in memory, ascending in time, one value per time. NaN is a failed sensor (null on the outside). */

export interface Run {
  times: Float64Array;
  values: Float64Array;
  count: number;
}

const CAPACITY_MIN = 8;

export function createRun(capacity: number = CAPACITY_MIN): Run {
  return { times: new Float64Array(capacity), values: new Float64Array(capacity), count: 0 };
}

/** Index of the first point with time >= at; `run.count` when there is none. */
export function lowerBound(run: Run, at: number): number {
  const { times } = run;
  let low = 0;
  let high = run.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function firstTime(run: Run | undefined): number | undefined {
  return run === undefined || run.count === 0 ? undefined : run.times[0];
}

/** Room for `count` points in all, keeping what is there. */
export function reserve(run: Run, count: number): void {
  if (count <= run.times.length) return;
  const capacity = Math.max(count, run.times.length * 2, CAPACITY_MIN);
  const times = new Float64Array(capacity);
  const values = new Float64Array(capacity);
  times.set(run.times.subarray(0, run.count));
  values.set(run.values.subarray(0, run.count));
  run.times = times;
  run.values = values;
}

/** Adds a point after the last one; the caller knows that it is later. */
export function append(run: Run, at: number, value: number): void {
  const index = run.count;
  if (index === run.times.length) reserve(run, index + 1);
  run.times[index] = at;
  run.values[index] = value;
  run.count = index + 1;
}

/** Adds a point before the point at `index` (from `lowerBound`); the caller knows that its time is not there yet. */
export function insertAt(run: Run, index: number, at: number, value: number): void {
  reserve(run, run.count + 1);
  run.times.copyWithin(index + 1, index, run.count);
  run.values.copyWithin(index + 1, index, run.count);
  run.times[index] = at;
  run.values[index] = value;
  run.count++;
}

export function removeFirst(run: Run, count: number): void {
  run.times.copyWithin(0, count, run.count);
  run.values.copyWithin(0, count, run.count);
  run.count -= count;
}

/** The points with from <= time < to, as views on the same memory. */
export function slice(run: Run, from: number, to: number): Run {
  const start = lowerBound(run, from);
  const end = Math.max(start, lowerBound(run, to));
  return sliceIndexes(run, start, end);
}

export function sliceIndexes(run: Run, start: number, end: number): Run {
  return { times: run.times.subarray(start, end), values: run.values.subarray(start, end), count: end - start };
}

/** Both runs as one; where both have a time, the value of `over` wins, unless it is a failure. */
export function mergeRuns(base: Run, over: Run): Run {
  if (over.count === 0) return base;
  const merged = createRun(base.count + over.count);
  const { times, values } = merged;
  let left = 0;
  let right = 0;
  let count = 0;
  while (left < base.count || right < over.count) {
    const leftAt = left < base.count ? base.times[left]! : Infinity;
    const rightAt = right < over.count ? over.times[right]! : Infinity;
    if (leftAt < rightAt) {
      times[count] = leftAt;
      values[count++] = base.values[left++]!;
    } else {
      const value = over.values[right++]!;
      times[count] = rightAt;
      values[count++] = leftAt === rightAt && Number.isNaN(value) ? base.values[left]! : value;
      if (leftAt === rightAt) left++;
    }
  }
  merged.count = count;
  return merged;
}
