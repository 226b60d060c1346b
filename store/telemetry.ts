import type { Curve, CurveQuery } from "../model/curve.ts";
import type { LatestValue } from "../model/live.ts";
import type { Reading, Reject, RejectReason } from "../model/reading.ts";
import type { SignalId } from "../model/signals.ts";

/** Telemetry that is kept: journal, local store and latest values behind one door. */

export interface TelemetryBatch {
  readonly readings: readonly Reading[];
  readonly rejects: readonly Reject[];
}

export interface CommitOutcome {
  /** Readings that were not stored yet, or had another value: what the rules have to see. In the order given. */
  readonly fresh: readonly Reading[];
  readonly duplicates: number;
}

export interface RejectQuery {
  readonly station?: string;
  readonly reason?: RejectReason;
  readonly limit: number;
  /** Opaque, from the previous page. */
  readonly cursor?: string;
}

export interface RejectPage {
  readonly items: readonly Reject[];
  readonly next: string | null;
}

export interface TelemetryStore {
  /** Resolves when the batch is committed and synced, and visible in every question below. Batches commit in the order of the calls. Rejects the promise when the disk refuses (full, read-only): then nothing of the batch is stored and it may be tried again. */
  commit(batch: TelemetryBatch): Promise<CommitOutcome>;
  latest(asset: string, signal: SignalId): LatestValue | undefined;
  latestOf(asset: string): Readonly<Partial<Record<SignalId, LatestValue>>>;
  curve(query: CurveQuery): Curve;
  /** Every stored reading of a station with from <= at < to, in the canonical order (at, asset, signal). */
  readings(station: string, from: number, to: number): readonly Reading[];
  /** Event time of the oldest and newest stored reading of a station, without what its gateway says of itself (`online`). */
  extent(station: string): { readonly from: number; readonly to: number } | undefined;
  /** Event time of the oldest reading of a station that was still in the journal at the start: what was saved of the rules with a later time may not contain it. */
  replayedFrom(station: string): number | undefined;
  rejects(query: RejectQuery): RejectPage;
  rejectCounts(): Readonly<Partial<Record<RejectReason, number>>>;
  stats(): TelemetryStats;
  close(): Promise<void>;
}

export interface TelemetryStats {
  readonly points: number;
  readonly duplicates: number;
  readonly commits: number;
  readonly commitMsP50: number;
  readonly commitMsP99: number;
  readonly journalBytes: number;
  readonly storeBytes: number;
  /** Set while the disk refuses; cleared by the next commit that works. */
  readonly failing: string | undefined;
  /** Rejects that were dropped for newer ones. */
  readonly rejectsDropped?: number;
}
