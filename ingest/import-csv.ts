import { InputError } from "../model/input-error.ts";
import type { Reading } from "../model/reading.ts";
import { createAssetWords } from "./import-assets.ts";
import { isHeader, planTable, type TablePlan } from "./import-columns.ts";
import { detectDelimiter, splitFields, type Delimiter } from "./import-fields.ts";
import type { ImportPiece, ImportSource, SourceParts } from "./import-source.ts";
import { createTableReader, type TableReader } from "./import-table.ts";
import { readLines, type Encoding } from "./import-text.ts";
import { createTimeReader } from "./import-time.ts";

/** CSV and its relatives: finds the names of the columns, then reads row by row. */

/** Lines above the names of the columns: titles of reports. */
const TITLE_LINES_MAX = 20;
/** Lines that one quoted field may go on for. */
const FIELD_LINES_MAX = 100;
/** Lines that the delimiter is found by. */
const SAMPLE_LINES = 20;

export function readCsv(stream: AsyncIterable<Uint8Array>, encoding: Encoding, parts: SourceParts): ImportSource {
  let plan: TablePlan | undefined;
  return {
    pieces: pieces(stream, encoding, parts, (made) => (plan = made)),
    leftOut: () => plan?.leftOut ?? [],
    recognised: () => plan?.recognised,
  };
}

async function* pieces(
  stream: AsyncIterable<Uint8Array>,
  encoding: Encoding,
  parts: SourceParts,
  onPlan: (plan: TablePlan) => void,
): AsyncGenerator<ImportPiece> {
  const fields: string[] = [];
  let table: { reader: TableReader; delimiter: Delimiter; rows: number } | undefined;
  let records = 0;
  let open = "";
  let openLines = 0;
  for await (const { lines, damaged } of readLines(stream, { encoding, place: parts.place })) {
    const before = records;
    let first = 0;
    if (table === undefined) {
      const begun = begin(lines, parts);
      onPlan(begun.plan);
      table = begun;
      first = begun.rows;
    }
    const { reader, delimiter } = table;
    records += lines.length;
    if (records <= parts.skip) continue;
    const readings: Reading[] = [];
    for (let index = Math.max(first, parts.skip - before); index < lines.length; index++) {
      const bytes = damaged.size === 0 ? undefined : damaged.get(index);
      const number = before + index + 1;
      if (bytes !== undefined) {
        reader.refuse("bad_utf8", encoding === "utf-8" ? "UTF-8" : "GB18030", `bytes ${bytes}`, number);
        continue;
      }
      const line = open === "" ? lines[index]! : `${open}\n${lines[index]!}`;
      const count = splitFields(line, delimiter, fields);
      if (count !== -1) {
        reader.read(fields, count, number, readings);
        open = "";
        openLines = 0;
      } else if (++openLines <= FIELD_LINES_MAX) open = line;
      else {
        reader.refuse("bad_shape", "a closing quote", `none in ${FIELD_LINES_MAX} lines`, number - FIELD_LINES_MAX);
        open = "";
        openLines = 0;
      }
    }
    yield { readings, rejects: reader.takeRejects(), records };
  }
  if (open !== "" && table !== undefined) {
    table.reader.refuse("bad_shape", "a closing quote", "the end of the file", records - openLines + 1);
    yield { readings: [], rejects: table.reader.takeRejects(), records };
  }
}

/** Finds the names among the first lines. Throws InputError when there are none. */
function begin(lines: readonly string[], parts: SourceParts): { reader: TableReader; plan: TablePlan; delimiter: Delimiter; rows: number } {
  const { mapping, network, place } = parts;
  const skipped = mapping.skip_lines ?? 0;
  const sample = lines.slice(skipped, skipped + SAMPLE_LINES).filter((line) => line !== "");
  const delimiter = mapping.delimiter ?? detectDelimiter(sample);
  for (let index = skipped; index < Math.min(lines.length, skipped + TITLE_LINES_MAX); index++) {
    const header = cut(lines[index]!, delimiter);
    if (!isHeader(header, mapping)) continue;
    const words = createAssetWords(network);
    const plan = planTable(header, cut(lines[index + 1] ?? "", delimiter), { mapping, words, network, place });
    const format = typeof mapping.time === "object" ? mapping.time.format : "auto";
    const readTime = createTimeReader(format, mapping.timezone ?? network.timezone);
    const reader = createTableReader({ plan, mapping, words, network, readTime, place, receivedAt: parts.receivedAt });
    return { reader, plan: { ...plan, recognised: { ...plan.recognised, delimiter } }, delimiter, rows: index + 1 };
  }
  throw new InputError(
    place,
    `the names of the columns in the first ${TITLE_LINES_MAX} lines, one of them a time (time, ts, 时间 …)`,
    cut(sample[0] ?? "nothing", delimiter)
      .slice(0, 12)
      .join(", "),
    "--mapping FILE names the column with `time`",
  );
}

function cut(line: string, delimiter: Delimiter): string[] {
  const fields: string[] = [];
  const count = splitFields(line, delimiter, fields);
  return count === -1 ? [] : fields.slice(0, count);
}
