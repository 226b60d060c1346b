import { createHash, type Hash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../model/input-error.ts";
import { readCsv } from "./import-csv.ts";
import { readNdjson } from "./import-ndjson.ts";
import { readParquet } from "./import-parquet.ts";
import type { ImportSource, SourceParts } from "./import-source.ts";
import { detectEncoding } from "./import-text.ts";

/** Opens what is to be imported: which format and encoding it has, how long it is, and which file it is. */

export const IMPORT_FORMATS = ["ndjson", "csv", "parquet"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Standard input. */
export const STDIN = "-";
/** Bytes read at once: a block of lines is checked and committed as one. */
const READ_BYTES = 262_144;
const HEAD_BYTES = 65_536;
/** Bytes of the start and of the end that tell a file from others of its name and size. */
const SEAL_BYTES = 1_000_000;

export interface OpenedFile {
  readonly source: ImportSource;
  readonly format: ImportFormat;
  /** Of the file on the disk; undefined for standard input. */
  readonly bytes: number | undefined;
  /** Bytes of it that were read. */
  readonly bytesRead: () => number;
}

/** Throws InputError when the file cannot be read or has no format that is known. */
export async function openImportFile(
  path: string,
  options: Omit<SourceParts, "place"> & { readonly format: ImportFormat | undefined; readonly stdin: AsyncIterable<Uint8Array> },
): Promise<OpenedFile> {
  const place = path === STDIN ? "stdin" : basename(path);
  const stats = path === STDIN ? undefined : await statsOf(path);
  const format = options.format ?? formatOf(path);
  const parts: SourceParts = { ...options, place };
  let bytesRead = 0;
  const opened = { format, bytes: stats?.size, bytesRead: () => bytesRead };
  if (format === "parquet") {
    if (path === STDIN) throw new InputError("--format", "ndjson or csv for standard input", "parquet", "Parquet is read from its end");
    return { ...opened, source: readParquet(path, parts), bytesRead: () => 0 };
  }
  const raw = path === STDIN ? options.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  const counted = counting(raw, (bytes) => (bytesRead += bytes));
  const stream = peek(path.endsWith(".gz") ? unzipped(counted, place) : counted);
  if (format === "ndjson") return { ...opened, source: readNdjson(stream.all, parts) };
  const encoding = parts.mapping.encoding ?? detectEncoding(await stream.head(), place);
  return { ...opened, source: readCsv(stream.all, encoding, parts) };
}

async function statsOf(path: string): Promise<Stats> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return stats;
  } catch (error) {
    throw new InputError(path, "a file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
  throw new InputError(path, "a file", "something else");
}

/** By the end of its name; standard input is JSON lines. */
function formatOf(path: string): ImportFormat {
  if (path === STDIN) return "ndjson";
  const [, ending = ""] = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(path) ?? [];
  const known: Readonly<Record<string, ImportFormat>> = {
    ndjson: "ndjson",
    jsonl: "ndjson",
    json: "ndjson",
    csv: "csv",
    tsv: "csv",
    txt: "csv",
    parquet: "parquet",
  };
  const format = known[ending.toLowerCase()];
  if (format !== undefined) return format;
  throw new InputError(path, `a name that ends in ${Object.keys(known).join(", ")}, or --format`, basename(path));
}

async function* counting(raw: AsyncIterable<Uint8Array>, add: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of raw) {
    add(bytes.length);
    yield bytes;
  }
}

async function* unzipped(from: AsyncIterable<Uint8Array>, place: string): AsyncGenerator<Uint8Array> {
  const zipped = createGunzip({ chunkSize: READ_BYTES });
  // An error of either end comes out of the other.
  pipeline(Readable.from(from, { objectMode: false }), zipped, () => undefined);
  try {
    yield* zipped as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new InputError(place, "whole gzip data", (error as Error).message);
  }
}

/** A look at the beginning that does not take it away. */
function peek(stream: AsyncIterable<Uint8Array>): { head(): Promise<Buffer>; all: AsyncIterable<Uint8Array> } {
  const iterator = stream[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      if (kept.length > 0) yield Buffer.concat(kept.splice(0));
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return {
    all: all(),
    async head() {
      let size = 0;
      while (size < HEAD_BYTES) {
        const next = await iterator.next();
        if (next.done === true) break;
        // The stream may use its memory again.
        kept.push(Buffer.from(next.value));
        size += next.value.length;
      }
      return Buffer.concat(kept);
    },
  };
}

/** Which file this is, with all that decides what is read of it: an import that was cut off goes on only with the same. */
export async function fingerprintOf(path: string, settings: readonly string[]): Promise<string> {
  const stats = await statsOf(path);
  const hash = createHash("sha256").update(JSON.stringify([path, stats.size, stats.mtimeMs, ...settings]));
  const handle = await open(path);
  try {
    await addBytes(hash, handle, 0);
    await addBytes(hash, handle, Math.max(0, stats.size - SEAL_BYTES));
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

async function addBytes(hash: Hash, handle: Awaited<ReturnType<typeof open>>, position: number): Promise<void> {
  const bytes = Buffer.alloc(SEAL_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, SEAL_BYTES, position);
  hash.update(bytes.subarray(0, bytesRead));
}
