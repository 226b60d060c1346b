import { setImmediate as nextTurn } from "node:timers/promises";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import type { TelemetryBatch, TelemetryStore } from "../store/telemetry.ts";
import { createLineReader } from "./import-lines.ts";
import { ImportReport, type ImportReject } from "./import-report.ts";
import { readLines } from "./import-text.ts";

/** History for a platform that runs: JSON lines, checked and committed piece by piece, then judged by the rules like late telemetry. */

/** Readings that are committed and judged together: some ms of work, between which live telemetry has its turn … */
const COMMIT_READINGS = 1_000;
/** … while the next ones are on their way to the disk. */
const COMMITS_IN_FLIGHT_MAX = 2;

export interface ImportOutcome {
  readonly lines: number;
  readonly stored: number;
  readonly known: number;
  readonly rejected: number;
  /** By reason, with the first of each. */
  readonly rejects: readonly { readonly example: ImportReject; readonly count: number }[];
}

export interface ImportDoor {
  /** Takes a stream of JSON lines; `place` names it among the rejects. Rejects when the disk refuses: what was read before is stored. */
  take(stream: AsyncIterable<Uint8Array>, place: string): Promise<ImportOutcome>;
}

export function createImportDoor(parts: {
  readonly network: Network;
  readonly store: Pick<TelemetryStore, "commit">;
  /** Told of what was not stored yet, after each commit, in order. */
  readonly onFresh: (readings: readonly Reading[], receivedAt: number) => void;
  readonly now: () => number;
}): ImportDoor {
  const { network, store, onFresh, now } = parts;
  return {
    async take(stream, place) {
      const report = new ImportReport();
      const receivedAt = now();
      const reader = createLineReader({ network, place, receivedAt });
      let readings: Reading[] = [];

      const keep = async (batch: TelemetryBatch): Promise<void> => {
        const { fresh, duplicates } = await store.commit(batch);
        report.stored += fresh.length;
        report.known += duplicates;
        // In the same turn: no checkpoint may come between what is stored and what the rules know.
        if (fresh.length > 0) onFresh(inOrder(fresh), now());
      };

      const inFlight: Promise<void>[] = [];
      const commit = async (): Promise<void> => {
        report.reject(reader.takeRejects());
        const batch = { readings, rejects: report.takeListed() };
        readings = [];
        if (batch.readings.length === 0 && batch.rejects.length === 0) return;
        const done = keep(batch);
        // A rejection is met by the await below, whenever that comes.
        done.catch(() => undefined);
        inFlight.push(done);
        if (inFlight.length < COMMITS_IN_FLIGHT_MAX) return;
        await inFlight.shift();
        await nextTurn();
      };

      for await (const { lines, damaged } of readLines(stream, { encoding: "utf-8", place })) {
        for (const [index, line] of lines.entries()) {
          report.records++;
          const bytes = damaged.get(index);
          if (bytes === undefined) reader.read(line, report.records, readings);
          else reader.damaged(bytes, report.records);
          if (readings.length >= COMMIT_READINGS) await commit();
        }
      }
      await commit();
      await Promise.all(inFlight);
      const { records: lines, stored, known, rejected } = report.counts();
      const rejects = Object.values(report.reasons()).map(({ count, examples }) => ({ example: examples[0]!, count }));
      return { lines, stored, known, rejected, rejects };
    },
  };
}

/** The rules go back for every reading that is older than the one before it: they get the oldest first. */
function inOrder(readings: readonly Reading[]): readonly Reading[] {
  for (let index = 1; index < readings.length; index++)
    if (readings[index]!.at < readings[index - 1]!.at) return readings.toSorted((a, b) => a.at - b.at);
  return readings;
}
