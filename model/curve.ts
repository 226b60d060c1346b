import type { SignalId } from "./signals.ts";

/** A curve as columns on one time axis (CONTRACT 5). Times are epoch ms, ascending; a gap is null. */
export interface RawCurve {
  readonly from: number;
  readonly to: number;
  readonly raw: true;
  readonly times: number[];
  readonly series: { readonly asset: string; readonly signal: SignalId; readonly unit: string; readonly values: (number | null)[] }[];
}

export interface BucketedCurve {
  readonly from: number;
  readonly to: number;
  readonly raw: false;
  /** Width of a bucket; buckets start at multiples of it. */
  readonly bucketMs: number;
  readonly times: number[];
  readonly series: {
    readonly asset: string;
    readonly signal: SignalId;
    readonly unit: string;
    readonly min: (number | null)[];
    readonly max: (number | null)[];
    readonly count: number[];
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
