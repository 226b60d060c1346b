import type { Text } from "../model/text.ts";
import type { FailedOutcome } from "./influx-refused.ts";

/** What the forwarding did so far and how it stands: counters and the last error, in words. */

export interface ForwarderStatus {
  /** connecting: no verdict yet · up · down: no answer · refused: somebody has to mend something. */
  readonly phase: "connecting" | "up" | "down" | "refused";
  readonly version: string | undefined;
  readonly pointsWritten: number;
  readonly rollupsWritten: number;
  readonly requests: number;
  readonly retries: number;
  readonly pointsTooOld: number;
  /** How often the spool was full and jumped to the present. */
  readonly spoolJumps: number;
  readonly backfill: number | undefined;
  readonly lastError: Text | undefined;
  readonly lastErrorAt: number | undefined;
}

export interface ForwarderProgress {
  readonly status: () => ForwarderStatus;
  requested(): void;
  wrotePoints(written: number, tooOld: number): void;
  wroteRollups(written: number): void;
  backfilled(share: number | undefined): void;
  jumped(): void;
  /** InfluxDB took what there was. */
  reached(version: string | undefined): void;
  /** `partly`: points still go. */
  failed(outcome: FailedOutcome, partly: boolean): void;
}

/** A hiccup shorter than this is no outage. */
const DOWN_AFTER_MS = 3000;

export function createProgress(now: () => number): ForwarderProgress {
  let phase: ForwarderStatus["phase"] = "connecting";
  let failingSince: number | undefined;
  const counts = { pointsWritten: 0, rollupsWritten: 0, requests: 0, retries: 0, pointsTooOld: 0, spoolJumps: 0 };
  let version: string | undefined;
  let backfill: number | undefined;
  let lastError: Text | undefined;
  let lastErrorAt: number | undefined;
  return {
    status: () => ({ phase, version, ...counts, backfill, lastError, lastErrorAt }),
    requested: () => void counts.requests++,
    wrotePoints(written, tooOld) {
      counts.pointsWritten += written;
      counts.pointsTooOld += tooOld;
    },
    wroteRollups: (written) => void (counts.rollupsWritten += written),
    backfilled: (share) => void (backfill = share),
    jumped: () => void counts.spoolJumps++,
    reached(found) {
      version = found;
      phase = "up";
      failingSince = undefined;
    },
    failed(outcome, partly) {
      lastError = wordsOf(outcome);
      lastErrorAt = now();
      if (partly) return;
      counts.retries++;
      failingSince ??= lastErrorAt;
      if (outcome.type !== "unavailable") phase = "refused";
      else if (phase !== "up" || lastErrorAt - failingSince >= DOWN_AFTER_MS) phase = "down";
    },
  };
}

const WORDS: Readonly<Record<FailedOutcome["type"], Text>> = {
  unavailable: { zh: "暂时无法写入", en: "it takes nothing just now" },
  unauthorized: { zh: "没有权限", en: "it does not allow it" },
  missing: { zh: "没有该数据库或存储桶", en: "it has no such database or bucket" },
};

function wordsOf({ type, reason }: FailedOutcome): Text {
  const { zh, en } = WORDS[type];
  return { zh: `${zh}：${reason}`, en: `${en}: ${reason}` };
}
