import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../model/input-error.ts";
import { openAudit } from "./audit.ts";
import { expectSeal, sealOf, checkDatabase } from "./backup-check.ts";
import { BACKUP_DATABASES, type BackupManifest, readManifest } from "./backup-manifest.ts";
import { openDatabase } from "./database.ts";
import { freeBytesOf } from "./disk.ts";
import { decideSwap, finishSwap } from "./restore-swap.ts";
import { syncPath } from "./sync.ts";
import { CHUNKS, INCOMPLETE_BEFORE, JOURNAL, lockFolder, openFile, prepareFolder } from "./telemetry-files.ts";

/** Brings a backup back into a data folder: checked, staged beside what is there, and then all at once. */

export interface RestoreRequest {
  /** The backup. */
  readonly from: string;
  readonly dataFolder: string;
  /** What is there is moved aside; without it a folder with data is refused. */
  readonly replace: boolean;
  readonly now: () => number;
  readonly report?: (step: string) => void;
  /** Called when the backup is found good and staged, before anything changes. */
  readonly beforeSwap?: () => void;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Folder with what was there before; undefined when nothing was. */
  readonly aside: string | undefined;
}

const STAGE = /^restoring-/;
const SPARE_BYTES = 64_000_000;

/**
 * Restores. Nothing of the data folder changes unless the whole backup is good; a kill at any moment leaves the old state or
 * (then or when the folder is opened next) the new one. Throws InputError when the folder is in use, has data (without `replace`),
 * has no room, or the backup is damaged or of a newer program.
 */
export function restoreBackup({ from, dataFolder, replace, now, report = () => {}, beforeSwap = () => {} }: RestoreRequest): Restored {
  const manifest = readManifest(from);
  const files = prepareFolder(dataFolder);
  const lock = lockFolder(files);
  try {
    finishSwap(dataFolder);
    const isUsed = BACKUP_DATABASES.some((name) => existsSync(join(dataFolder, name)));
    if (isUsed && !replace)
      throw new InputError(
        dataFolder,
        "a data folder without data",
        "one with data",
        "add --replace to move that aside, or choose another folder",
      );
    for (const name of readdirSync(dataFolder)) if (STAGE.test(name)) rmSync(join(dataFolder, name), { recursive: true, force: true });
    const needed = SPARE_BYTES + manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    const free = freeBytesOf(dataFolder);
    if (free < needed)
      throw new InputError(
        dataFolder,
        `${Math.ceil(needed / 1e6)} MB free`,
        `${Math.floor(free / 1e6)} MB`,
        "free space: what is there now is kept until you remove it",
      );
    const at = now();
    const stamp = new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
    const stage = `restoring-${stamp}`;
    const aside = asideName(dataFolder, stamp);
    mkdirSync(join(dataFolder, stage), { mode: 0o700 });
    try {
      stageFiles(from, join(dataFolder, stage), manifest, report);
      adapt(join(dataFolder, stage), manifest, at);
      beforeSwap();
    } catch (error) {
      rmSync(join(dataFolder, stage), { recursive: true, force: true });
      throw error;
    }
    report("putting it in place");
    decideSwap(dataFolder, { stage, aside, names: BACKUP_DATABASES });
    finishSwap(dataFolder);
    return { manifest, aside: isUsed ? join(dataFolder, aside) : undefined };
  } finally {
    lock.close();
  }
}

function asideName(folder: string, stamp: string): string {
  const name = `before-restore-${stamp}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(join(folder, candidate))) return candidate;
  }
}

function stageFiles(from: string, stage: string, manifest: BackupManifest, report: (step: string) => void): void {
  for (const { name, ...wanted } of manifest.files) {
    const path = join(stage, name);
    report(`checking and copying ${name} (${Math.ceil(wanted.bytes / 1e6)} MB)`);
    try {
      // Shares the blocks where the file system can.
      copyFileSync(join(from, name), path, constants.COPYFILE_FICLONE);
    } catch (error) {
      throw new InputError(join(from, name), "a file that can be read and copied", (error as NodeJS.ErrnoException).code ?? String(error));
    }
    // Of the copy: what is put in place is what was checked.
    expectSeal(join(from, name), wanted, sealOf(path));
    if (BACKUP_DATABASES.some((database) => database === name)) checkDatabase(path);
  }
}

/** Layouts of this version, and what must not be as it was: sessions end, and what came after the backup is known to be missing. */
function adapt(stage: string, manifest: BackupManifest, at: number): void {
  openFile(join(stage, "journal.db"), JOURNAL).close();
  const chunks = openFile(join(stage, "chunks.db"), CHUNKS);
  try {
    chunks
      .prepare("INSERT INTO note (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .run(INCOMPLETE_BEFORE, String(at));
  } finally {
    chunks.close();
  }
  const app = openDatabase(join(stage, "app.db"));
  try {
    app.transaction(() => {
      app.sql.exec("DELETE FROM sessions; DELETE FROM command_tokens");
      openAudit(app).append({ at, who: "command-line", what: "restore", subject: new Date(manifest.at).toISOString(), result: "ok" });
    });
  } finally {
    app.close();
  }
  for (const name of BACKUP_DATABASES) syncPath(join(stage, name));
  syncPath(stage);
}
