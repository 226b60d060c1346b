import { createWriteStream, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { selectAssets } from "../api/export.ts";
import { EXPORT_FORMATS, EXPORT_LANGUAGES } from "../api/export-rows.ts";
import { loadConfig } from "../config.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import { runCommand } from "./command.ts";
import { createParquetFile } from "./export-parquet.ts";
import { openOfflineSource, openOnlineSource, type ExportSource } from "./export-source.ts";
import { findRunningPlatform } from "./running-platform.ts";
import { timeOption } from "./time-option.ts";

/** `npm run export`: what is stored, as a file that can be imported again. */

const FORMATS = [...EXPORT_FORMATS, "parquet"] as const;
type Format = (typeof FORMATS)[number];
const STDOUT = "-";
/** Beyond any reading. */
const END_OF_TIME_MS = 8.64e15;

const HELP = `npm run export -- [--from T] [--to T]

Writes what is stored from T (included) to T (not included): from the running platform if there is one, else straight from its files
(then without what only InfluxDB has).

  --station ID      with all below it; repeat for several; without --station and --asset the whole network
  --asset ID        alone; repeat for several
  --signal SIGNAL   repeat for several; without it all
  --format FORMAT   ${FORMATS.join(", ")} (default by the name of the file, else ndjson)
  --lang LANGUAGE   ${EXPORT_LANGUAGES.join(", ")}: the words of a CSV file (default en)
  --output FILE     where to; - is standard output (default); Parquet needs a file
  --config FILE     settings (default heatsteward.yaml)
  --help            this text

T is epoch milliseconds or ISO 8601. What was exported can be imported: the same values come back.
`;

await runCommand(HELP, async () => {
  const { values: options } = parseArgs({
    options: {
      from: { type: "string" },
      to: { type: "string" },
      station: { type: "string", multiple: true },
      asset: { type: "string", multiple: true },
      signal: { type: "string", multiple: true },
      format: { type: "string" },
      lang: { type: "string", default: "en" },
      output: { type: "string", default: STDOUT },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (options.help === true) return "help";
  const config = loadConfig({ file: options.config, environment: process.env, folder: process.cwd() });
  const from = timeOption("--from", options.from) ?? 0;
  const to = timeOption("--to", options.to) ?? END_OF_TIME_MS;
  if (from >= to) throw new InputError("--from", "a time before --to", options.from ?? "nothing");
  const language = oneOf("--lang", EXPORT_LANGUAGES, options.lang);
  const format = oneOf("--format", FORMATS, options.format ?? FORMATS.find((known) => options.output.endsWith(`.${known}`)) ?? "ndjson");
  if (format === "parquet" && options.output === STDOUT) throw new InputError("--output", "a file for Parquet", "standard output");
  const { station: stations, asset: assets, signal: signals } = options;
  const selection = selectAssets(config.network, { stations, assets, signals }, "--");
  const platform = findRunningPlatform(config.dataFolder, { command: "export", now: Date.now });
  const query = new URLSearchParams([
    ...(options.from === undefined ? [] : [["from", String(from)] as [string, string]]),
    ["to", String(to)],
    ...(stations ?? []).map((id): [string, string] => ["station", id]),
    ...(assets ?? []).map((id): [string, string] => ["asset", id]),
    ...(signals ?? []).map((id): [string, string] => ["signal", id]),
  ]);
  const source =
    platform === undefined ? await openOfflineSource(config, selection, { from, to }) : openOnlineSource(platform, config, query);
  try {
    if (options.output === STDOUT) await pipeline(Readable.from(textOf(source)), process.stdout, { end: false }).catch(ignoreClosed);
    else await writeFile(options.output, format, source, language);
  } finally {
    await source.close();
  }
  return "done";

  function textOf(from: ExportSource): AsyncIterable<Uint8Array | string> {
    return from.text(format === "parquet" ? "ndjson" : format, language);
  }
});

/** Under its name only when it is whole. */
async function writeFile(path: string, format: Format, source: ExportSource, language: (typeof EXPORT_LANGUAGES)[number]): Promise<void> {
  const partial = `${path}.partial`;
  try {
    if (format === "parquet") {
      const file = createParquetFile(partial);
      for await (const readings of source.readings()) await file.write(readings);
      await file.finish();
    } else await pipeline(Readable.from(source.text(format, language)), createWriteStream(partial));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES" || code === "EISDIR" || code === "ENOSPC")
      throw new InputError(path, "a file that can be written", code);
    throw error;
  }
}

/** Whoever reads our output has seen enough (`| head`). */
function ignoreClosed(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}

function oneOf<Word extends string>(option: string, known: readonly Word[], word: string): Word {
  const found = known.find((each) => each === word);
  if (found !== undefined) return found;
  const nearest = nearestWord(word, known);
  throw new InputError(
    option,
    `one of ${known.join(", ")}`,
    JSON.stringify(word),
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}
