import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadConfig } from "../config.ts";
import { IMPORT_FORMATS, STDIN } from "../ingest/import-file.ts";
import { EMPTY_MAPPING, parseMapping, writeMapping } from "../ingest/import-mapping.ts";
import { ImportReport } from "../ingest/import-report.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import { runCommand } from "./command.ts";
import { importFiles } from "./import-run.ts";
import { NOWHERE, openOffline, openOnline, type ImportTarget } from "./import-target.ts";
import { progressLine, summaryJson, summaryText } from "./import-words.ts";
import { findRunningPlatform } from "./running-platform.ts";

/** `npm run import`: history from files into the store, through the checks of live telemetry. */

const HELP = `npm run import -- FILE…

Brings history into the store: through the running platform if there is one, else straight into its files.
FILE  .ndjson .jsonl .csv .tsv .txt .parquet, also .gz; - is standard input (JSON lines unless --format says csv)

  JSON lines   {"asset":"S01-H","ts":1795132800000,"values":{"t2_supply":48.2}}, or the objects a gateway publishes
  CSV          a column per point ("S01-H.t2_supply", "北苑高区二次供温(℃)"), a column per signal with one that names the asset, or
               columns asset, signal, time, value; UTF-8 or GB18030/GBK; , ; tab or |; local time, ISO 8601, epoch s or ms
  Parquet      the same columns, uncompressed or Snappy

  --mapping FILE        what the columns mean (docs/import-mapping.yaml shows all of it)
  --write-mapping FILE  writes what was recognised of the columns, to edit; with --dry-run nothing else
  --format FORMAT       ${IMPORT_FORMATS.join(", ")}: instead of by the name of the file
  --dry-run             stores nothing, says what would be rejected
  --report FILE         counts and first rejects of every reason as JSON
  --no-resume           reads a file from its start even if an import of it was cut off
  --json                the summary as JSON on standard output
  --config FILE         settings (default heatsteward.yaml)
  --help                this text

Exit code 0: everything is stored (or was already); 1: something was rejected or a column was left out; 2: a mistake in an option or file.
An import that was cut off goes on where it was when it is started again; what is stored twice is stored once.
`;
const EXIT_LOSSES = 1;

await runCommand(HELP, async (write, warn) => {
  const { values: options, positionals: paths } = parseArgs({
    allowPositionals: true,
    options: {
      mapping: { type: "string" },
      "write-mapping": { type: "string" },
      format: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      report: { type: "string" },
      "no-resume": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (options.help === true) return "help";
  if (paths.length === 0) throw new InputError("FILE", "the files to import", "nothing", "--help tells more");
  if (paths.filter((path) => path === STDIN).length > 1) throw new InputError("FILE", "standard input (-) once", "- twice");
  const config = loadConfig({ file: options.config, environment: process.env, folder: process.cwd() });
  const mappingText = options.mapping === undefined ? "" : readText(options.mapping);
  const mapping = options.mapping === undefined ? EMPTY_MAPPING : parseMapping(mappingText, options.mapping, config.network);
  const isDryRun = options["dry-run"];
  const format = formatOf(options.format);
  const report = new ImportReport();
  const startedAt = Date.now();
  const target = await openTarget();
  const isShown = process.stderr.isTTY && !options.json;
  try {
    const recognised = await importFiles(paths, {
      network: config.network,
      mapping,
      mappingText,
      format,
      resume: !options["no-resume"],
      target,
      report,
      stdin: process.stdin,
      now: Date.now,
      onProgress: (progress) => void (isShown && process.stderr.write(`\r\u001b[K${progressLine(progress)}`)),
      onResume: (path, records) =>
        warn(`${path}: an import was cut off after ${records} lines; going on from there (--no-resume starts anew)`),
    });
    if (isShown) process.stderr.write("\r\u001b[K");
    await target.finish();
    writeFiles(recognised);
  } finally {
    await target.close();
  }
  write(options.json ? summaryJson(report, isDryRun) : summaryText(report, { isDryRun, elapsedMs: Date.now() - startedAt }));
  if (report.hasLosses) process.exitCode = EXIT_LOSSES;
  return "done";

  async function openTarget(): Promise<ImportTarget> {
    if (isDryRun) return NOWHERE;
    const platform = findRunningPlatform(config.dataFolder, { command: "import", now: Date.now });
    return platform === undefined ? await openOffline(config, Date.now) : openOnline(platform, config);
  }

  function writeFiles(recognised: Parameters<typeof writeMapping>[0] | undefined): void {
    if (options.report !== undefined) writeText(options.report, `${summaryJson(report, isDryRun)}\n`);
    if (options["write-mapping"] === undefined) return;
    if (recognised === undefined) throw new InputError("--write-mapping", "a CSV or Parquet file", "JSON lines, which need no mapping");
    writeText(options["write-mapping"], writeMapping(recognised, report.leftOut));
  }
});

function formatOf(word: string | undefined): (typeof IMPORT_FORMATS)[number] | undefined {
  const format = IMPORT_FORMATS.find((known) => known === word);
  if (word === undefined || format !== undefined) return format;
  const nearest = nearestWord(word, IMPORT_FORMATS);
  throw new InputError(
    "--format",
    `one of ${IMPORT_FORMATS.join(", ")}`,
    JSON.stringify(word),
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(file, "a mapping file that can be read", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new InputError(file, "a file that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
