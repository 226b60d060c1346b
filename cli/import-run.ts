import type { Network } from "../model/network.ts";
import { STDIN, fingerprintOf, openImportFile, type ImportFormat, type OpenedFile } from "../ingest/import-file.ts";
import type { Mapping } from "../ingest/import-mapping.ts";
import type { ImportReport } from "../ingest/import-report.ts";
import type { ImportPiece } from "../ingest/import-source.ts";
import type { ImportTarget } from "./import-target.ts";

/** One file after the other into the target: the next piece is read while the last one is being stored. */

/** Pieces that are being stored at once; their order is kept by the target. */
const PIECES_IN_FLIGHT_MAX = 2;
/** How far a file has come is written down, and shown, this often. */
const NOTE_MS = 1_000;

export interface ImportRun {
  readonly network: Network;
  readonly mapping: Mapping;
  /** Its text: another mapping reads other values out of the same file. */
  readonly mappingText: string;
  readonly format: ImportFormat | undefined;
  readonly resume: boolean;
  readonly target: ImportTarget;
  readonly report: ImportReport;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
  /** The file goes on where an import that was cut off had come. */
  readonly onResume: (path: string, records: number) => void;
}

export interface Progress {
  readonly path: string;
  readonly values: number;
  /** 0…1; undefined where the size is not known. */
  readonly share: number | undefined;
  readonly elapsedMs: number;
}

/** Returns the columns of the last table as a mapping, for `--write-mapping`. Throws InputError for a file that cannot be used. */
export async function importFiles(paths: readonly string[], run: ImportRun): Promise<Partial<Mapping> | undefined> {
  let recognised: Partial<Mapping> | undefined;
  for (const path of paths) recognised = (await importFile(path, run)) ?? recognised;
  return recognised;
}

async function importFile(path: string, run: ImportRun): Promise<Partial<Mapping> | undefined> {
  const { network, mapping, report, target, now } = run;
  const progress = path === STDIN ? undefined : target.progress;
  const settings = [run.mappingText, run.format ?? "", network.timezone];
  const fingerprint = progress === undefined ? "" : await fingerprintOf(path, settings);
  const skip = run.resume ? (progress?.records(fingerprint) ?? 0) : 0;
  if (skip > 0) run.onResume(path, skip);
  const file = await openImportFile(path, { network, mapping, receivedAt: now(), skip, format: run.format, stdin: run.stdin });
  const note = createNotes(path, file, run, (records) => progress?.save(fingerprint, path, records, now()));
  const inFlight: Promise<void>[] = [];
  let records = skip;
  for await (const piece of file.source.pieces) {
    report.records += piece.records - records;
    records = piece.records;
    report.values += piece.readings.length;
    report.reject(piece.rejects);
    const stored = storePiece(piece, run).then(() => note(piece.records));
    // A rejection is met by the await below, whenever that comes.
    stored.catch(() => undefined);
    inFlight.push(stored);
    if (inFlight.length >= PIECES_IN_FLIGHT_MAX) await inFlight.shift();
  }
  await Promise.all(inFlight);
  report.leftOut.push(...file.source.leftOut());
  progress?.finish(fingerprint);
  return file.source.recognised();
}

async function storePiece({ readings }: ImportPiece, { target, report }: ImportRun): Promise<void> {
  const listed = report.takeListed();
  if (readings.length === 0 && listed.length === 0) return;
  const outcome = await target.store(readings, listed);
  report.stored += outcome.stored;
  report.known += outcome.known;
  for (const { example, count } of outcome.refused) report.count(example, count);
}

function createNotes(path: string, file: OpenedFile, run: ImportRun, save: (records: number) => void): (records: number) => void {
  const startedAt = run.now();
  const before = run.report.values;
  let notedAt = startedAt;
  return (records) => {
    const at = run.now();
    if (at - notedAt < NOTE_MS) return;
    notedAt = at;
    save(records);
    const share = file.bytes === undefined || file.bytes === 0 || file.format === "parquet" ? undefined : file.bytesRead() / file.bytes;
    run.onProgress({ path, values: run.report.values - before, share, elapsedMs: at - startedAt });
  };
}
