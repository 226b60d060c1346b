import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { loadConfig } from "../config.ts";
import { InputError } from "../model/input-error.ts";
import { BACKUP_NETWORK, BACKUP_SETTINGS, readManifest } from "../store/backup-manifest.ts";
import { restoreBackup } from "../store/restore.ts";
import { syncPath } from "../store/sync.ts";
import { oneName, runCommand } from "./command.ts";

/** `npm run restore`: brings a backup back. */

const HELP = `npm run restore -- FOLDER [--replace]

  Checks the backup FOLDER and puts it into the data folder of the settings. The platform must be stopped. All of it or nothing.

  --replace       a data folder with data, or another network file, is moved aside (nothing is deleted); without it: refused
  --config FILE   settings (default heatsteward.yaml); where there is none, the one of the backup is put there
  --help          this text
`;

await runCommand(HELP, async (write, warn) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { replace: { type: "boolean" }, config: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true || positionals.length === 0) return "help";
  const from = resolve(oneName(positionals));
  const { leftOut } = readManifest(from);
  const settingsFile = resolve(values.config ?? BACKUP_SETTINGS);
  putMissing(join(from, BACKUP_SETTINGS), settingsFile, write);
  putMissing(join(from, BACKUP_NETWORK), networkFileOf(settingsFile), write);
  const config = loadConfig({ file: settingsFile, environment: process.env, folder: process.cwd() });
  const replace = values.replace === true;
  const began = performance.now();
  const { manifest, aside } = restoreBackup({
    from,
    dataFolder: config.dataFolder,
    replace,
    now: Date.now,
    report: write,
    beforeSwap: () => restoreNetwork(join(from, BACKUP_NETWORK), config.networkFile, replace, write, warn),
  });
  const { points, waiting, tickets, users } = manifest.counts;
  write(
    `restored   ${config.dataFolder} in ${((performance.now() - began) / 1000).toFixed(1)} s: ${points} points (and ${waiting} readings in the journal), ${tickets} tickets, ${users} users`,
  );
  if (aside !== undefined) write(`before     ${aside} holds what was there; remove it when all is well`);
  const at = new Date(manifest.at).toISOString();
  write(`What no restore brings back:
  readings after ${at}: gateways resend what they kept; older curves ask InfluxDB, where there is one, for the rest
  tickets, moves and calls after ${at}: faults that are still there get a ticket again by themselves
  users and gateways as they were changed since: disable or revoke again what was disabled or revoked after ${at}
  sessions: everybody signs in again
  secrets${leftOut.length === 0 ? "" : ` (${leftOut.join(", ")})`} and TLS keys: put them back where the settings expect them
  InfluxDB itself: it has backups of its own`);
  return "done";
});

/** Puts a file of the backup where there is none. */
function putMissing(from: string, to: string, write: (text: string) => void): void {
  if (existsSync(to) || !existsSync(from)) return;
  place(from, to);
  write(`put        ${to}, which was missing`);
}

/** Where the settings say that the network is. What is wrong with them is told when they are loaded. */
function networkFileOf(settingsFile: string): string {
  let named: unknown;
  try {
    named = (parse(readFileSync(settingsFile, "utf8")) as { network?: unknown } | null)?.network;
  } catch {
    // Told later.
  }
  const path = typeof named === "string" ? named : BACKUP_NETWORK;
  return isAbsolute(path) ? path : join(dirname(settingsFile), path);
}

function restoreNetwork(from: string, to: string, replace: boolean, write: (text: string) => void, warn: (text: string) => void): void {
  if (!existsSync(from) || readFileSync(from).equals(readFileSync(to))) return;
  if (!replace) {
    warn(`${to} is not the network of the backup (${from}) and stays as it is; series of assets that it lacks are kept but not shown`);
    return;
  }
  const aside = `${to}.before-restore-${Date.now()}`;
  copyFileSync(to, aside);
  place(from, to);
  write(`network    ${to} is that of the backup; the one before is ${basename(aside)}`);
}

/** Whole or not at all. Throws InputError when it cannot be written. */
function place(from: string, to: string): void {
  const partial = `${to}.partial`;
  try {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, partial);
    syncPath(partial);
    renameSync(partial, to);
  } catch (error) {
    throw new InputError(
      to,
      "a file that can be written",
      (error as NodeJS.ErrnoException).code ?? String(error),
      `put ${from} there by hand`,
    );
  }
}
