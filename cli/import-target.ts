import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../config.ts";
import type { ImportReject } from "../ingest/import-report.ts";
import { InputError } from "../model/input-error.ts";
import type { Reading, Reject } from "../model/reading.ts";
import { linesOf } from "../api/export-rows.ts";
import { openAppDatabase } from "../store/database.ts";
import { openImportProgress, type ImportProgress } from "../store/import-progress.ts";
import { openRuleSnapshots } from "../store/rule-snapshots.ts";
import { openTelemetryStore } from "../store/telemetry-store.ts";
import { refusalOf, type RunningPlatform } from "./running-platform.ts";

/** Where imported readings go: into the store itself while no platform runs, through the platform's API while one does, or nowhere. */

export interface Stored {
  readonly stored: number;
  readonly known: number;
  /** What only the receiver could refuse; `count` of the reason of one example. */
  readonly refused: readonly { readonly example: ImportReject; readonly count: number }[];
}

export interface ImportTarget {
  /** Resolves when the readings are on the disk. Pieces are stored in the order of the calls. */
  store(readings: readonly Reading[], rejects: readonly Reject[]): Promise<Stored>;
  /** Undefined when nothing is stored. */
  readonly progress: ImportProgress | undefined;
  /** Everything is stored: brings it into its final form. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

const NOTHING: Stored = { stored: 0, known: 0, refused: [] };

/** A dry run. */
export const NOWHERE: ImportTarget = {
  store: async (readings) => ({ ...NOTHING, stored: readings.length }),
  progress: undefined,
  finish: async () => undefined,
  close: async () => undefined,
};

/** The store of a folder that no platform works on. Throws InputError when the folder cannot be used. */
export async function openOffline(config: Pick<Config, "dataFolder" | "network">, now: () => number): Promise<ImportTarget> {
  // The retention is the platform's: it knows what has been forwarded.
  const store = await openTelemetryStore({ folder: config.dataFolder, network: config.network, now, checkpointMs: Infinity });
  const database = openAppDatabase(config.dataFolder);
  const snapshots = openRuleSnapshots(database, { format: "import" });
  const oldest = new Map<string, number>();

  /** States of the rules that do not contain what is about to be stored are forgotten first: a start then judges it too. */
  function forgetStates(readings: readonly Reading[]): void {
    const older = new Map<string, number>();
    for (const { point, at } of readings)
      if (at < (oldest.get(point.station) ?? Infinity)) {
        oldest.set(point.station, at);
        older.set(point.station, at);
      }
    if (older.size > 0) database.transaction(() => older.forEach((at, station) => snapshots.forgetAfter(station, at - 1)));
  }

  return {
    async store(readings, rejects) {
      forgetStates(readings);
      const { fresh, duplicates } = await store.commit({ readings, rejects }).catch(asRefusal);
      return { stored: fresh.length, known: duplicates, refused: [] };
    },
    progress: openImportProgress(database),
    finish: () => store.checkpoint().catch(asRefusal),
    async close() {
      await store.close();
      database.close();
    },
  };
}

/** A disk that refuses is for its owner to mend; the import then goes on where it was. */
function asRefusal(error: unknown): never {
  throw new InputError("the store", "a disk that can be written", (error as Error).message, "start the import again: it goes on from here");
}

/** Values of one request, so that it is small against what a platform takes and its answer quick. */
const VALUES_PER_REQUEST = 20_000;
/** A platform that is full or has a full disk is asked again after this, doubling, so often. */
const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 15_000;
const RETRIES_MAX = 12;

interface Answer {
  readonly stored: number;
  readonly known: number;
  readonly rejects: readonly { readonly example: ImportReject; readonly count: number }[];
}

/** The running platform: it checks again, and its rules judge what it takes at once. */
export function openOnline(
  platform: RunningPlatform,
  config: Pick<Config, "dataFolder">,
  wait: (ms: number) => Promise<unknown> = pause,
): ImportTarget {
  const database = openAppDatabase(config.dataFolder);

  async function send(body: string): Promise<Answer> {
    for (let attempt = 0, waitMs = RETRY_FIRST_MS; ; attempt++, waitMs = Math.min(waitMs * 2, RETRY_LONGEST_MS)) {
      const init = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body };
      const response = await platform.request("/api/import", init);
      if (response.ok) return (await response.json()) as Answer;
      const isWorthWaiting = response.status === 503 || response.status === 429;
      if (!isWorthWaiting || attempt >= RETRIES_MAX) throw await refusalOf(response, platform.httpUrl);
      await response.body?.cancel();
      await wait(waitMs);
    }
  }

  async function storeAll(readings: readonly Reading[]): Promise<Stored> {
    let stored = 0;
    let known = 0;
    const refused: Stored["refused"][number][] = [];
    for (let start = 0; start < readings.length; start += VALUES_PER_REQUEST) {
      const answer = await send(linesOf(readings.slice(start, start + VALUES_PER_REQUEST)));
      stored += answer.stored;
      known += answer.known;
      refused.push(...answer.rejects);
    }
    return { stored, known, refused };
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    store(readings) {
      // One request at a time, or the next could overtake it.
      const outcome = last.then(() => storeAll(readings));
      last = outcome;
      return outcome;
    },
    progress: openImportProgress(database),
    finish: async () => undefined,
    async close() {
      database.close();
      platform.close();
    },
  };
}
