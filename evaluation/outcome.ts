import type { FaultKind, Severity } from "../model/finding.ts";
import type { SignalId } from "../model/signals.ts";
import type { Text } from "../model/text.ts";
import type { Truth } from "../simulators/truth.ts";

/** What one played world leaves behind: plain data that a worker can send and a file can hold. The score is made of nothing else. */

export interface PlayedFinding {
  readonly kind: FaultKind;
  readonly asset: string;
  readonly since: number;
  readonly detectedAt: number;
  readonly clearedAt: number | undefined;
  readonly root: boolean;
}

export interface PlayedTicket {
  readonly id: string;
  /** What it was opened as, and every kind that it bore in its life. */
  readonly kind: FaultKind;
  readonly kinds: readonly FaultKind[];
  readonly severity: Severity;
  readonly source: "rule" | "complaint" | "person";
  readonly asset: string;
  readonly station: string;
  readonly openedAt: number;
  readonly closedAt: number | undefined;
  readonly recoveredAt: number | undefined;
  readonly firstCallAt: number | undefined;
  /** It became part of another ticket. */
  readonly merged: boolean;
  readonly findings: readonly PlayedFinding[];
  /** Ids of its causes, the most likely first. */
  readonly causes: readonly string[];
  readonly summary: Text;
  /** Limits that its evidence crossed, for drawing. */
  readonly limits: readonly { readonly asset: string; readonly signal: SignalId; readonly limit: number }[];
  /** When its signals went bad again after it had recovered or was closed. */
  readonly relapsedAt: readonly number[];
  /** What was really wrong at its place when it opened though nobody planted it (`real-trouble.ts`); undefined: nothing. */
  readonly trouble: string | undefined;
}

export interface PlayedCall {
  readonly at: number;
  readonly asset: string;
  readonly station: string;
  readonly cause: string | undefined;
}

/** A planted fault and whether it could be seen at all (`detectable.ts`). */
export interface PlayedFault extends Truth {
  /** Undefined: it can be seen; else why not. */
  readonly hidden: string | undefined;
}

/** Signals around an instant, for the report. */
export interface CurvePiece {
  readonly asset: string;
  readonly signal: SignalId;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface CaseCurves {
  /** Of a fault (`Truth.id`) or a ticket (`PlayedTicket.id`). */
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly pieces: readonly CurvePiece[];
}

export interface WorldOutcome {
  readonly scenario: string;
  readonly title: Text;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly stations: readonly string[];
  readonly faults: readonly PlayedFault[];
  readonly tickets: readonly PlayedTicket[];
  readonly calls: readonly PlayedCall[];
  readonly curves: readonly CaseCurves[];
  /** Id of every asset from itself up to its station, for matching without the network. */
  readonly lineage: Readonly<Record<string, readonly string[]>>;
  readonly counts: WorldCounts;
}

export interface WorldCounts {
  readonly messages: number;
  readonly readings: number;
  readonly duplicates: number;
  readonly rejects: number;
  readonly late: number;
  readonly rewinds: number;
  /** Rules or the desk that threw: anything but 0 is a mistake in the program. */
  readonly failures: number;
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;

export const stationDays = ({ stations, from, to }: Pick<WorldOutcome, "stations" | "from" | "to">): number =>
  (stations.length * (to - from)) / DAY_MS;
