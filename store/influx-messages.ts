import type { Asset } from "../model/network.ts";
import type { SignalId } from "../model/signals.ts";
import type { InfluxDialect, InfluxSettings, InfluxTarget } from "./influx.ts";
import type { ForwarderStatus } from "./influx-progress.ts";
import type { Forwarded } from "./journal-follower.ts";
import type { PointsQuestion, SeriesPoints, StationExtent } from "./spool.ts";

/** What the forwarding thread and the main thread say to each other. */

/** The telemetry store as the forwarding sees it; over there it answers by message. */
export interface ForwarderStore {
  begin(): Promise<{ readonly cursor: number; readonly notes: Readonly<Record<string, string>> }>;
  /** `from`: lowest event time that waits. */
  waiting(): Promise<{ readonly bytes: number; readonly newest: number; readonly from: number }>;
  readonly forwarded: (progress: Forwarded) => Promise<void>;
  readonly points: (asked: readonly PointsQuestion[]) => Promise<SeriesPoints[]>;
  readonly stationSlice: (station: string, from: number, to: number) => Promise<SeriesPoints[]>;
  stations(): Promise<StationExtent[]>;
}

export interface ForwarderData {
  readonly settings: InfluxSettings;
  /** `journal.db`. */
  readonly path: string;
  readonly assets: readonly Asset[];
}

/** A dead letter with what the local store has now for the points that it names. */
export interface ReplayLetter {
  readonly id: number;
  readonly target: InfluxTarget;
  readonly line: string;
  /** Undefined: the line itself goes. */
  readonly points: readonly CurrentPoint[] | undefined;
  /** Whose rollups are computed again. */
  readonly touched: readonly { readonly series: number; readonly at: number }[];
}

export interface CurrentPoint {
  readonly asset: string;
  readonly signal: SignalId;
  readonly at: number;
  /** NaN: the sensor failed. */
  readonly value: number;
}

export interface ReplayResult {
  readonly written: readonly number[];
  readonly refused: readonly { readonly id: number; readonly reason: string }[];
}

export type FromForwarder =
  | { readonly kind: "call"; readonly id: number; readonly name: keyof ForwarderStore; readonly arguments: readonly unknown[] }
  | { readonly kind: "status"; readonly status: ForwarderStatus; readonly dialect: InfluxDialect | undefined }
  | { readonly kind: "log"; readonly line: string }
  | { readonly kind: "replayed"; readonly id: number; readonly result: ReplayResult | undefined; readonly reason: string };

export type ToForwarder =
  | { readonly kind: "answer"; readonly id: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: "replay"; readonly id: number; readonly letters: readonly ReplayLetter[] }
  | { readonly kind: "close" };
