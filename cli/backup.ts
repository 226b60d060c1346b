import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { type Config, loadConfig } from "../config.ts";
import { InputError } from "../model/input-error.ts";
import packageFile from "../package.json" with { type: "json" };
import { type BackupDone, type BackupProgress, createBackups } from "../store/backup.ts";
import { verifyBackup } from "../store/backup-check.ts";
import type { BackupManifest } from "../store/backup-manifest.ts";
import { lockFolder, prepareFolder } from "../store/telemetry-files.ts";
import { runCommand } from "./command.ts";
import { findRunningPlatform, type RunningPlatform } from "./running-platform.ts";

/** `npm run backup`: a copy of everything, made while the platform works. */

const HELP = `npm run backup -- --to FOLDER [--keep N]

  Copies tickets, users, gateways, rules' memory, journal, local store, network file and settings (without their secrets) into
  FOLDER/heatsteward-<time>/, whole and checked, while the platform runs or while it does not. FOLDER is on the platform's disk.

  --to FOLDER       where backups go
  --keep N          remove older backups of this data folder there, down to N
  --verify FOLDER   only check a backup: every file against its sum, every database page by page
  --config FILE     settings (default heatsteward.yaml)
  --help            this text

  InfluxDB has backups of its own; secrets and TLS keys are not in it. To bring one back: npm run restore -- FOLDER
`;
const KEEP_MAX = 10_000;

await runCommand(HELP, async (write) => {
  const { values } = parseArgs({
    options: {
      to: { type: "string" },
      keep: { type: "string" },
      verify: { type: "string" },
      config: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  if (values.verify !== undefined) {
    const folder = resolve(values.verify);
    show(write, folder, verifyBackup(folder));
    write("whole and undamaged");
    return "done";
  }
  if (values.to === undefined) throw new InputError("--to", "a folder for backups", "nothing", "npm run backup -- --help tells more");
  const config = loadConfig({ file: values.config, environment: process.env, folder: process.cwd() });
  const request = { folder: resolve(values.to), keep: keepOf(values.keep) };
  const report = progressOf(write);
  const platform = findRunningPlatform(config.dataFolder, { command: "backup", now: Date.now });
  let done: BackupDone;
  try {
    done = platform === undefined ? await backUpAlone(config, request, report) : await ask(platform, request, report);
  } finally {
    platform?.close();
  }
  show(write, done.folder, done);
  for (const folder of done.removed) write(`removed    ${folder}`);
  if (done.leftOut.length > 0) write(`left out   ${done.leftOut.join(", ")} (secrets: keep them elsewhere)`);
  return "done";
});

type Request = { readonly folder: string; readonly keep: number | undefined };

async function backUpAlone(config: Config, request: Request, report: (progress: BackupProgress) => void): Promise<BackupDone> {
  const lock = lockFolder(prepareFolder(config.dataFolder));
  try {
    const backups = createBackups({
      dataFolder: config.dataFolder,
      settingsFile: config.file,
      networkFile: config.networkFile,
      version: packageFile.version,
      now: Date.now,
      hold: (work) => work(),
    });
    return await backups.run(request, { report });
  } finally {
    lock.close();
  }
}

async function ask(platform: RunningPlatform, request: Request, report: (progress: BackupProgress) => void): Promise<BackupDone> {
  const response = await platform.ask("/api/backup", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  try {
    for await (const text of createInterface({ input: Readable.fromWeb(response.body as never) })) {
      const line = JSON.parse(text) as { progress?: BackupProgress; done?: BackupDone; error?: { message: string } };
      if (line.progress !== undefined) report(line.progress);
      if (line.done !== undefined) return line.done;
      if (line.error !== undefined) throw new InputError(platform.httpUrl, "a backup", line.error.message);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(platform.httpUrl, "a backup", `an answer that broke off (${(error as Error).message})`);
  }
  throw new InputError(platform.httpUrl, "a backup", "an answer that broke off");
}

/** One line per file and tenth of it. */
function progressOf(write: (text: string) => void): (progress: BackupProgress) => void {
  let told = "";
  return ({ file, bytes, of }) => {
    const tenths = of === 0 ? 10 : Math.min(10, Math.floor((bytes / of) * 10));
    const line = `${file.padEnd(11)}${tenths * 10} %`;
    if (line !== told) write(line);
    told = line;
  };
}

function show(
  write: (text: string) => void,
  folder: string,
  { at, counts, files, journalSequence }: Omit<BackupManifest, "format" | "source">,
): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  write(`backup     ${folder}`);
  write(`of         ${new Date(at).toISOString()}, up to commit ${journalSequence}, ${(bytes / 1e6).toFixed(1)} MB`);
  write(
    `holds      ${counts.points} points (and ${counts.waiting} readings in the journal), ${counts.tickets} tickets, ${counts.users} users`,
  );
}

function keepOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const keep = Number(text);
  if (!/^\d+$/.test(text) || keep < 1 || keep > KEEP_MAX)
    throw new InputError("--keep", `a number from 1 to ${KEEP_MAX}`, JSON.stringify(text));
  return keep;
}
