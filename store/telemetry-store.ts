import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Network } from "../model/network.ts";
import { drawCurve } from "./curve.ts";
import { openJournal } from "./journal.ts";
import { REJECTS_MAX, createRejectsTable } from "./rejects-table.ts";
import { readSeries } from "./series-read.ts";
import { mergeReadings } from "./station-readings.ts";
import { type Checkpoints, createCheckpoints } from "./telemetry-checkpoint.ts";
import { CHUNKS, JOURNAL, type TelemetryFiles, lockFolder, openFile, prepareFolder } from "./telemetry-files.ts";
import { loadMemory } from "./telemetry-memory.ts";
import type { TelemetryStore } from "./telemetry.ts";
import { createWorkerClient } from "./worker-client.ts";
import type { ChunkWorkerData, JournalWorkerData } from "./worker-messages.ts";

/**
 * Keeps telemetry in one folder: `journal.db`, what came in, synced before it is acknowledged, and `chunks.db`, the same
 * compressed per series. The newest points are in memory too; a checkpoint writes them to the chunks and then empties the journal.
 */

export interface TelemetryOptions {
  readonly folder: string;
  readonly network: Network;
  /** Readings older than this go at a checkpoint, by whole chunks (the newest few dozen of a series stay); undefined: kept for ever. */
  readonly retentionMs?: number;
  /** Time between checkpoints; Infinity: only when the journal is long, and at the end. */
  readonly checkpointMs?: number;
  /** Largest journal file; a commit beyond it is refused as if the disk were full. */
  readonly journalBytesMax?: number;
  /** Rejects kept. */
  readonly rejectsMax?: number;
  /** The clock, epoch ms: for the retention, and where the present ends in a curve. */
  readonly now: () => number;
  readonly log?: (line: string) => void;
  /** Called before the journal is emptied of what a checkpoint wrote: whoever relies on `replayedFrom` saves his own state now. */
  readonly beforeCheckpoint?: () => void;
}

export interface LocalTelemetryStore extends TelemetryStore {
  /** Writes what is only in memory and in the journal to the chunks. Rejects when the disk refuses; nothing is lost then. */
  checkpoint(): Promise<void>;
}

const CHECKPOINT_MS = 300_000;
/** Includes what a reader with a cursor of its own has not forwarded yet. */
const JOURNAL_BYTES_MAX = 16e9;

/**
 * Opens the store in a folder, creating it if need be, and brings it to where the last commit left it.
 * Throws InputError when the folder cannot be written or is in use, or a file in it is not what it should be.
 */
export async function openTelemetryStore(options: TelemetryOptions): Promise<LocalTelemetryStore> {
  const files = prepareFolder(options.folder);
  const opened: DatabaseSync[] = [];
  const keep = (database: DatabaseSync): DatabaseSync => (opened.push(database), database);
  const closeAll = (): void =>
    opened
      .splice(0)
      .reverse()
      .forEach((database) => database.close());
  try {
    keep(lockFolder(files));
    return runStore(files, keep(openFile(files.journal, JOURNAL)), keep(openFile(files.chunks, CHUNKS)), options, closeAll);
  } catch (error) {
    closeAll();
    throw error;
  }
}

function runStore(
  files: TelemetryFiles,
  journalFile: DatabaseSync,
  chunkFile: DatabaseSync,
  options: TelemetryOptions,
  closeFiles: () => void,
): LocalTelemetryStore {
  const { network, now } = options;
  const memory = loadMemory(network, journalFile, chunkFile);
  const { table, reader } = memory;
  const rejects = createRejectsTable(journalFile);
  const journalData: JournalWorkerData = {
    path: files.journal,
    bytesMax: options.journalBytesMax ?? JOURNAL_BYTES_MAX,
    rejectsMax: options.rejectsMax ?? REJECTS_MAX,
  };
  const chunkData: ChunkWorkerData = { path: files.chunks };
  const journalWorker = createWorkerClient(new URL("./journal-worker.ts", import.meta.url), journalData);
  const chunkWorker = createWorkerClient(new URL("./chunk-worker.ts", import.meta.url), chunkData);
  const journal = openJournal({
    path: files.journal,
    database: journalFile,
    worker: journalWorker,
    seriesOf: (reading) => table.of(reading.point),
    apply: (batch) => memory.apply(batch.readings),
  });
  journal.replay(memory.replay);
  const checkpoints: Checkpoints = createCheckpoints({
    memory,
    journal,
    worker: chunkWorker,
    everyMs: options.checkpointMs ?? CHECKPOINT_MS,
    oldest: () => (options.retentionMs === undefined ? undefined : now() - options.retentionMs),
    log: options.log ?? (() => {}),
    beforeAdvance: options.beforeCheckpoint ?? (() => {}),
  });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await journal.close();
    await checkpoints.close();
    await Promise.all([journalWorker.close(), chunkWorker.close()]);
    closeFiles();
  }

  return {
    async commit(batch) {
      const outcome = await journal.commit(batch);
      checkpoints.consider();
      return outcome;
    },
    checkpoint: () => checkpoints.run(),
    latest: memory.latest,
    latestOf: memory.latestOf,
    extent: memory.extent,
    replayedFrom: memory.replayedFrom,
    curve: (query) => drawCurve(query, { find: table.find, reader, now: now() }),
    readings: (station, from, to) =>
      mergeReadings(table.ofStation(station).map((series) => ({ point: series.point!, run: readSeries(series, from, to, reader) }))),
    rejects: rejects.page,
    rejectCounts: rejects.counts,
    stats() {
      const { p50, p99 } = journal.durations();
      return {
        points: memory.points,
        duplicates: memory.duplicates,
        commits: journal.commits,
        commitMsP50: p50,
        commitMsP99: p99,
        journalBytes: sizeOf(files.journal),
        storeBytes: sizeOf(files.chunks),
        failing: journal.failing ?? checkpoints.failing,
        rejectsDropped: rejects.dropped(),
      };
    },
    close: () => (closing ??= close()),
  };
}

/** Bytes of a database on the disk, its write-ahead log included. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
