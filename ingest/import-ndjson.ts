import type { Reading } from "../model/reading.ts";
import { createLineReader } from "./import-lines.ts";
import type { ImportPiece, ImportSource, SourceParts } from "./import-source.ts";
import { readLines } from "./import-text.ts";

/** Files of JSON lines. */

export function readNdjson(stream: AsyncIterable<Uint8Array>, parts: SourceParts): ImportSource {
  return { pieces: pieces(stream, parts), leftOut: () => [], recognised: () => undefined };
}

async function* pieces(stream: AsyncIterable<Uint8Array>, parts: SourceParts): AsyncGenerator<ImportPiece> {
  const reader = createLineReader(parts);
  let records = 0;
  for await (const { lines, damaged } of readLines(stream, { encoding: "utf-8", place: parts.place })) {
    const before = records;
    records += lines.length;
    if (records <= parts.skip) continue;
    const readings: Reading[] = [];
    for (let index = Math.max(0, parts.skip - before); index < lines.length; index++) {
      const bytes = damaged.size === 0 ? undefined : damaged.get(index);
      if (bytes === undefined) reader.read(lines[index]!, before + index + 1, readings);
      else reader.damaged(bytes, before + index + 1);
    }
    yield { readings, rejects: reader.takeRejects(), records };
  }
}
