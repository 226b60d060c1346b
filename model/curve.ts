import type { SignalId } from "./signals.ts";
import type { Text } from "./text.ts";

/** [from, to) in epoch ms within which a line must not be joined: nothing was sent, or the sensor had failed. */
export type CurveGap = readonly [from: number, to: number];

/** Samples before this time, epoch ms, are kept elsewhere and could not be read now: what the curve lacks there is no gap. */
export interface IncompleteCurve {
  readonly before: number;
  readonly reason: Text;
}

/**
 * A curve as columns on one time axis (CONTRACT 5). Times are epoch ms, ascending; a gap is null.
 * Raw: the axis holds the times of all series, so null also stands where only another series has a sample; `gaps` tells the two apart.
 */
export interface RawCurve {
  readonly from: number;
  readonly to: number;
  readonly raw: true;
  readonly incomplete?: IncompleteCurve;
  readonly times: number[];
  readonly series: {
    readonly asset: string;
    readonly signal: SignalId;
    readonly unit: string;
    readonly values: (number | null)[];
    readonly gaps?: CurveGap[];
  }[];
}

export interface BucketedCurve {
  readonly from: number;
  readonly to: number;
  readonly raw: false;
  readonly incomplete?: IncompleteCurve;
  /** Width of a bucket; buckets start at multiples of it. */
  readonly bucketMs: number;
  readonly times: number[];
  readonly series: {
    readonly asset: string;
    readonly signal: SignalId;
    readonly unit: string;
    readonly min: (number | null)[];
    readonly max: (number | null)[];
    /** Good samples per bucket. */
    readonly count: number[];
    readonly gaps?: CurveGap[];
  }[];
}

export type Curve = RawCurve | BucketedCurve;

export interface CurveQuery {
  readonly points: readonly { readonly asset: string; readonly signal: SignalId }[];
  readonly from: number;
  readonly to: number;
  /** Width of the drawing; there is at least one bucket per pixel. */
  readonly px: number;
}
