import { openImportFile, STDIN, type ImportFormat } from "../../ingest/import-file.ts";
import { EMPTY_MAPPING, type Mapping } from "../../ingest/import-mapping.ts";
import type { LeftOut } from "../../ingest/import-report.ts";
import type { Reading, Reject } from "../../model/reading.ts";
import { importNetwork } from "./import-network.ts";

/** Reads one file, or text as standard input, as an import does. */

export interface ReadFile {
  readonly readings: readonly Reading[];
  /** "S01-H t2_supply 2026-01-05T00:00:00.000Z 48.2" */
  readonly values: readonly string[];
  readonly rejects: readonly Reject[];
  readonly records: number;
  readonly leftOut: readonly LeftOut[];
  readonly recognised: Partial<Mapping> | undefined;
}

const NOW = Date.UTC(2026, 2, 1);

export async function readImport(
  input: { readonly path: string } | { readonly text: string | Uint8Array; readonly pieceBytes?: number },
  options: { readonly mapping?: Mapping; readonly format?: ImportFormat; readonly skip?: number } = {},
): Promise<ReadFile> {
  const file = await openImportFile("path" in input ? input.path : STDIN, {
    network: importNetwork(),
    mapping: options.mapping ?? EMPTY_MAPPING,
    receivedAt: NOW,
    skip: options.skip ?? 0,
    format: options.format ?? ("path" in input ? undefined : "csv"),
    stdin: "path" in input ? pieces(Buffer.alloc(0), 1) : pieces(Buffer.from(input.text as Uint8Array), input.pieceBytes ?? 1_000),
  });
  const readings: Reading[] = [];
  const rejects: Reject[] = [];
  let records = 0;
  for await (const piece of file.source.pieces) {
    readings.push(...piece.readings);
    rejects.push(...piece.rejects);
    records = piece.records;
  }
  const values = readings.map(({ point, at, value }) => `${point.asset} ${point.signal} ${new Date(at).toISOString()} ${String(value)}`);
  return { readings, values, rejects, records, leftOut: file.source.leftOut(), recognised: file.source.recognised() };
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
