import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Network } from "../model/network.ts";
import { type CurveSources, drawCurve } from "./curve.ts";
import { type DiskState, createDiskWatch } from "./disk.ts";
import { openJournal } from "./journal.ts";
import { DEAD_LETTERS_MAX } from "./dead-letters.ts";
import { REJECTS_MAX, createRejectsTable } from "./rejects-table.ts";
import { finishSwap } from "./restore-swap.ts";
import { type RetentionCounts, createRetention } from "./retention.ts";
import { readSeries } from "./series-read.ts";
import { type Spool, createSpool } from "./spool.ts";
import { mergeReadings } from "./station-readings.ts";
import { type Checkpoints, createCheckpoints } from "./telemetry-checkpoint.ts";
import { CHUNKS, INCOMPLETE_BEFORE, JOURNAL, type TelemetryFiles, lockFolder, openFile, prepareFolder } from "./telemetry-files.ts";
import { loadMemory } from "./telemetry-memory.ts";
import type { TelemetryStats, TelemetryStore } from "./telemetry.ts";
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
  /** Largest chunk file: above it the oldest readings of all series go. Default 100 GB. */
  readonly storeBytesMax?: number;
  /** Event time from which readings are still needed by who forwards them; undefined: nobody needs any. Age never drops newer ones, bytes do. */
  readonly holdRetention?: () => number | undefined;
  /**
   * True: the journal keeps what InfluxDB does not have yet; false: not any more, and remembers what a later InfluxDB will lack;
   * undefined: as it was, for who only reads.
   */
  readonly influx?: boolean;
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
  /** Runs `work` while the chunk file stays as it is; commits go on. For whoever copies the files. */
  holdCheckpoints<Result>(work: () => Promise<Result>): Promise<Result>;
  /** For who forwards to InfluxDB. Valid until `close`. */
  readonly spool: Spool;
  /** For curves that join what is here with what is elsewhere. Valid until `close`. */
  readonly curveSources: Omit<CurveSources, "now">;
  /** Readings up to this event time may be missing, since a backup was restored then or the folder was made beside an InfluxDB; undefined: none are. */
  readonly incompleteBefore: number | undefined;
  stats(): LocalStats;
  /** How full the disk and the files are; asked of the disk every few seconds at most. */
  diskState(): DiskState;
}

export interface LocalStats extends TelemetryStats, RetentionCounts {
  readonly journalBytesMax: number;
  readonly storeBytesMax: number;
}

/** Note of when the folder was made beside an InfluxDB. */
const BESIDE_INFLUX = "beside_influx";
const CHECKPOINT_MS = 300_000;
/** Includes what a reader with a cursor of its own has not forwarded yet. */
const JOURNAL_BYTES_MAX = 16e9;
const STORE_BYTES_MAX = 100e9;
/** With less room the write-ahead log is kept short: a checkpoint then needs little more than what it writes. */
const TIGHT_BYTES = 64_000_000;

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
    finishSwap(files.folder);
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
  const { network, now, retentionMs } = options;
  const log = options.log ?? (() => {});
  const journalBytesMax = options.journalBytesMax ?? JOURNAL_BYTES_MAX;
  const storeBytesMax = options.storeBytesMax ?? STORE_BYTES_MAX;
  const memory = loadMemory(network, journalFile, chunkFile);
  if (options.influx === true && memory.table.all.length === 0) noteTime(chunkFile, BESIDE_INFLUX, now());
  const restoredAt = timeNoted(chunkFile, INCOMPLETE_BEFORE);
  // An InfluxDB that was there before this folder may know what was before it; for what came in since, it is no better a source.
  const incompleteBefore = restoredAt ?? timeNoted(chunkFile, BESIDE_INFLUX);
  const { table, reader } = memory;
  const rejects = createRejectsTable(journalFile);
  const journalData: JournalWorkerData = {
    path: files.journal,
    bytesMax: journalBytesMax,
    rejectsMax: options.rejectsMax ?? REJECTS_MAX,
    deadLettersMax: DEAD_LETTERS_MAX,
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
    influx: options.influx,
    now,
  });
  journal.replay(memory.replay);
  const retention = createRetention({
    memory,
    worker: chunkWorker,
    now,
    retentionMs,
    bytesMax: storeBytesMax,
    hold: options.holdRetention ?? (() => undefined),
    log,
  });
  const disk = createDiskWatch({
    folder: files.folder,
    now,
    fill: () => ({
      journalBytes: sizeOf(files.journal),
      journalBytesMax,
      storeBytes: sizeOf(files.chunks),
      storeBytesMax,
      retentionMs,
      oldest: memory.oldest(),
    }),
  });
  const checkpoints: Checkpoints = createCheckpoints({
    memory,
    journal,
    worker: chunkWorker,
    everyMs: options.checkpointMs ?? CHECKPOINT_MS,
    retention,
    tight: () => disk.diskState().freeBytes < TIGHT_BYTES,
    log,
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
    holdCheckpoints: checkpoints.hold,
    spool: createSpool({ path: files.journal, network, database: journalFile, journal, table, reader, incompleteBefore: restoredAt }),
    curveSources: { find: table.find, reader },
    incompleteBefore,
    diskState: disk.diskState,
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
        journalBytesMax,
        storeBytesMax,
        ...retention.counts,
      };
    },
    close: () => (closing ??= close()),
  };
}

function timeNoted(chunks: DatabaseSync, name: string): number | undefined {
  const value = chunks.prepare("SELECT value FROM note WHERE name = ?").get(name)?.["value"];
  return value === undefined ? undefined : Number(value);
}

function noteTime(chunks: DatabaseSync, name: string, at: number): void {
  chunks.prepare("INSERT OR IGNORE INTO note (name, value) VALUES (?, ?)").run(name, String(at));
}

/** Bytes of a database on the disk, its write-ahead log included. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
