import type { Text } from "../model/text.ts";

/** InfluxDB, the record for the years: the words that its parts share. Raw points and rollups are two targets on the same server. */

/** 1.x (`/write`), 2.x and 3 Core (`/api/v2/write`). */
export type InfluxDialect = "v1" | "v2" | "v3";

export interface InfluxSettings {
  readonly url: string;
  /** undefined: asked of the server. */
  readonly dialect: InfluxDialect | undefined;
  /** 2.x and 3. */
  readonly token: string | undefined;
  readonly org: string | undefined;
  readonly bucket: string;
  /** 1.x. */
  readonly database: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** How long InfluxDB keeps raw points; undefined: for ever. Rollups are kept for ever. */
  readonly retentionMs: number | undefined;
  /** Bodies are compressed: worth it across a network, not on the same machine. */
  readonly gzip: boolean;
  /** Bytes of points that wait for InfluxDB in the journal; beyond it they are taken from the local store later. */
  readonly spoolBytesMax: number;
}

/** 1.x: retention policies of one database; 2.x and 3: two buckets (databases). */
export type InfluxTarget = "raw" | "rollup";

/** How one request to write ended. */
export type WriteOutcome =
  | { readonly type: "written" }
  /** Something in the body can never be written (400, 413, 422); the rest of it may have been. */
  | { readonly type: "refused"; readonly status: number; readonly reason: string }
  /** Worth trying again as it is: no answer, an answer cut off, 429, 5xx. */
  | { readonly type: "unavailable"; readonly reason: string; readonly retryAfterMs?: number }
  /** 401, 403: nothing goes until its owner mends the token or the rights. */
  | { readonly type: "unauthorized"; readonly reason: string }
  /** The database or bucket is not there (any more). */
  | { readonly type: "missing"; readonly reason: string };

export interface InfluxWriter {
  /** Writes lines of line protocol with times in ms; one request, one outcome; never rejects. */
  write(target: InfluxTarget, lines: readonly string[]): Promise<WriteOutcome>;
  close(): Promise<void>;
}

/** Columns of one InfluxQL answer; `time` is epoch ms; null where a field has no value. */
export interface InfluxTable {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

export interface InfluxQuery {
  /** One InfluxQL statement with bound parameters ($name). Rejects with InfluxError when there is no whole answer. */
  query(
    target: InfluxTarget,
    statement: string,
    parameters?: Readonly<Record<string, string | number>>,
    signal?: AbortSignal,
  ): Promise<InfluxTable[]>;
}

/** What InfluxDB answered instead of an answer. `type` as in `WriteOutcome`. */
export class InfluxError extends Error {
  override readonly name = "InfluxError";
  readonly type: Exclude<WriteOutcome["type"], "written">;
  /** Of the HTTP answer; undefined when there was none. */
  readonly status: number | undefined;
  constructor(type: InfluxError["type"], message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(message, options);
    this.type = type;
    this.status = options?.status;
  }
}

/** How the forwarding stands: for health, metrics and the page. */
export interface InfluxState {
  /**
   * forwarding: points wait no longer than usual · behind: it works, but points wait · down: no answer · refused: token, rights or database ·
   * backfilling: history of the local store goes there too.
   */
  readonly state: "connecting" | "forwarding" | "behind" | "down" | "refused" | "backfilling";
  readonly version: string | undefined;
  /** Age of the oldest commit that InfluxDB does not have, ms; 0 when none waits. */
  readonly behindMs: number;
  readonly spoolBytes: number;
  readonly spoolPoints: number;
  /** Points and rollup lines written since the start. */
  readonly pointsWritten: number;
  readonly rollupsWritten: number;
  readonly requests: number;
  readonly retries: number;
  /** Lines that InfluxDB will never take, kept for `replay`, and those dropped for newer ones. */
  readonly deadLetters: number;
  readonly deadLettersDropped: number;
  /** Points older than InfluxDB keeps: not sent. */
  readonly pointsTooOld: number;
  /** Share of the backfill that is done, 0…1; undefined without one. */
  readonly backfill: number | undefined;
  readonly lastError: Text | undefined;
  readonly lastErrorAt: number | undefined;
}

export interface DeadLetter {
  readonly id: number;
  readonly at: number;
  readonly target: InfluxTarget;
  readonly line: string;
  readonly reason: string;
}
