import { ROLLUP_WIDTHS_MS, type RollupWidth } from "./rollup.ts";

/**
 * Which buckets of which series have to be computed (again). A bucket is due when its series has gone on to a newer one or when it
 * has waited long enough; late points wait a moment for their neighbours. What is not computed yet outlives the process as a note.
 */

export interface TouchedBucket {
  readonly series: number;
  readonly widthMs: RollupWidth;
  /** Start of the bucket, epoch ms. */
  readonly at: number;
}

export interface RollupBuckets {
  /** A point of this series and event time was written. 0 <= at < `EVENT_TIME_MAX`. */
  touch(series: number, at: number, now: number): void;
  /** At most `max` buckets that are due, and forgets them; `all`: due or not. */
  take(now: number, max: number, all?: boolean): TouchedBucket[];
  /** Takes back what could not be computed. */
  putBack(buckets: readonly TouchedBucket[]): void;
  readonly size: number;
  /** At or below every touched event time; Infinity without any. */
  from(): number;
  /** The note, and whether the last one that was asked for no longer covers what is touched. */
  readonly note: () => string;
  readonly isNoteStale: boolean;
  /** Touches the late buckets of a note again; answers the event time from which all others have to be. */
  restore(text: string | undefined): number;
}

/** A bucket that stays the newest of its series is computed this long after it was first touched. */
const HOLD_MS: Readonly<Record<RollupWidth, number>> = { 300_000: 300_000, 3_600_000: 600_000 };
/** Late points: so long, so that a row of them costs one computation per bucket. */
const LATE_HOLD_MS = 10_000;
/** Late buckets that a note names one by one; of more it names the oldest, and everything from there is computed again. */
const NOTE_LATE_MAX = 1000;
/** Bits of a key for the number of a bucket since 1970. */
const BUCKETS_MAX = 2 ** 25;
/** Event times from here on are not the business of this program (year 2288). */
export const EVENT_TIME_MAX = BUCKETS_MAX * ROLLUP_WIDTHS_MS[0];

interface Note {
  /** Null: none. */
  readonly from: number | null;
  readonly late: readonly (readonly [series: number, widthMs: RollupWidth, at: number])[];
}

export function createRollupBuckets(): RollupBuckets {
  const widths = ROLLUP_WIDTHS_MS.map(createWidth);
  /** At or below the lowest bucket that is no late one; exact after `recompute`. */
  let low = Infinity;
  let notedFrom = Infinity;
  let isLateNoted = true;
  let lowIsExact = true;

  function recompute(): void {
    if (lowIsExact) return;
    low = Math.min(...widths.map((width) => width.lowest()));
    lowIsExact = true;
  }

  return {
    touch(series, at, now) {
      for (const width of widths) {
        const start = width.touch(series, at, now);
        if (start === LATE) isLateNoted = false;
        else if (start < low) low = start;
      }
    },
    take(now, max, all = false) {
      const taken: TouchedBucket[] = [];
      for (const width of widths) width.take(taken, now, max, all);
      if (taken.length > 0) lowIsExact = false;
      return taken;
    },
    putBack(buckets) {
      for (const { series, widthMs, at } of buckets) {
        widths[ROLLUP_WIDTHS_MS.indexOf(widthMs)]!.putBack(series, at);
        low = Math.min(low, at);
      }
    },
    get size() {
      return widths.reduce((sum, width) => sum + width.size(), 0);
    },
    from() {
      recompute();
      return Math.min(low, ...widths.flatMap((width) => width.late().map(([, at]) => at)));
    },
    note() {
      recompute();
      const late = widths.flatMap((width) => width.late().map(([series, at]) => [series, width.widthMs, at] as const));
      const isListed = late.length <= NOTE_LATE_MAX;
      notedFrom = isListed ? low : Math.min(low, ...late.map(([, , at]) => at));
      isLateNoted = true;
      return JSON.stringify({ from: Number.isFinite(notedFrom) ? notedFrom : null, late: isListed ? late : [] } satisfies Note);
    },
    get isNoteStale() {
      return low < notedFrom || !isLateNoted;
    },
    restore(text) {
      if (text === undefined) return Infinity;
      const { from, late } = JSON.parse(text) as Note;
      for (const [series, widthMs, at] of late) widths[ROLLUP_WIDTHS_MS.indexOf(widthMs)]!.putBack(series, at);
      return from ?? Infinity;
    },
  };
}

/** Lowest event time of a note; Infinity without one. */
export function rollupNoteFrom(text: string | undefined): number {
  if (text === undefined) return Infinity;
  const { from, late } = JSON.parse(text) as Note;
  return late.reduce((low, [, , at]) => Math.min(low, at), from ?? Infinity);
}

const LATE = -1;
const NONE = -1;

/** The buckets of one width; series are small whole numbers. */
function createWidth(widthMs: RollupWidth) {
  /** By series: the newest bucket ever touched, and since when it waits (NaN: it does not). */
  let newest = new Float64Array(1024).fill(NONE);
  let since = new Float64Array(1024).fill(NaN);
  let waiting = 0;
  let scannedAt = -Infinity;
  const due = new Set<number>();
  const late = new Map<number, number>();
  const keyOf = (series: number, bucket: number): number => series * BUCKETS_MAX + bucket;
  const seriesOf = (key: number): number => Math.floor(key / BUCKETS_MAX);
  const startOf = (key: number): number => (key % BUCKETS_MAX) * widthMs;
  const bucketOf = (key: number): TouchedBucket => ({ series: seriesOf(key), widthMs, at: startOf(key) });

  function grow(series: number): void {
    const size = 2 ** Math.ceil(Math.log2(series + 1));
    const grown = new Float64Array(size).fill(NONE);
    grown.set(newest);
    newest = grown;
    const grownSince = new Float64Array(size).fill(NaN);
    grownSince.set(since);
    since = grownSince;
  }

  return {
    widthMs,
    size: () => waiting + due.size + late.size,
    /** Start of the bucket if it has to be computed now and had not before, else Infinity; LATE for one older than the newest of its series. */
    touch(series: number, at: number, now: number): number {
      if (series >= newest.length) grow(series);
      const bucket = Math.floor(at / widthMs);
      const known = newest[series]!;
      if (bucket < known) {
        const key = keyOf(series, bucket);
        if (due.has(key) || late.has(key)) return Infinity;
        late.set(key, now);
        return LATE;
      }
      const waits = !Number.isNaN(since[series]!);
      if (bucket === known && waits) return Infinity;
      if (waits) due.add(keyOf(series, known));
      else waiting++;
      newest[series] = bucket;
      since[series] = now;
      return bucket * widthMs;
    },
    take(into: TouchedBucket[], now: number, max: number, all: boolean): void {
      for (const key of due) {
        if (into.length >= max) return;
        due.delete(key);
        into.push(bucketOf(key));
      }
      for (const [key, at] of late) {
        if (into.length >= max || (!all && now - at < LATE_HOLD_MS)) break;
        late.delete(key);
        into.push(bucketOf(key));
      }
      if (waiting === 0 || (!all && now - scannedAt < LATE_HOLD_MS)) return;
      for (let series = 0; series < since.length; series++) {
        if (into.length >= max) return;
        if (!(all ? !Number.isNaN(since[series]!) : now - since[series]! >= HOLD_MS[widthMs])) continue;
        since[series] = NaN;
        waiting--;
        into.push({ series, widthMs, at: newest[series]! * widthMs });
      }
      scannedAt = now;
    },
    putBack: (series: number, at: number): unknown => due.add(keyOf(series, at / widthMs)),
    late: (): (readonly [number, number])[] => Array.from(late.keys(), (key) => [seriesOf(key), startOf(key)] as const),
    lowest(): number {
      let low = Infinity;
      for (const key of due) low = Math.min(low, startOf(key));
      for (let series = 0; series < since.length; series++)
        if (!Number.isNaN(since[series]!)) low = Math.min(low, newest[series]! * widthMs);
      return low;
    },
  };
}
