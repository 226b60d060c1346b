import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import { InputError } from "../model/input-error.ts";
import { sealOf } from "./backup-check.ts";
import { type Copier, startCopier } from "./backup-copier.ts";
import {
  BACKUP_DATABASES,
  BACKUP_FORMAT,
  BACKUP_NETWORK,
  BACKUP_SETTINGS,
  type BackupDatabase,
  type BackupFile,
  type BackupManifest,
  MANIFEST,
  readManifest,
} from "./backup-manifest.ts";
import { freeBytesOf } from "./disk.ts";
import { withoutSecrets } from "./settings-secrets.ts";
import { syncPathLater } from "./sync.ts";

/** Backups: whole, consistent copies of a data folder, made while the platform works. */

export interface BackupParts {
  readonly dataFolder: string;
  readonly settingsFile: string;
  readonly networkFile: string;
  /** Of the program. */
  readonly version: string;
  readonly now: () => number;
  /** Runs `work` while the chunk file stays as it is; commits may go on. */
  readonly hold: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export interface BackupRequest {
  /** Absolute; the backup becomes a folder in it. */
  readonly folder: string;
  /** Older backups of the same data folder there that are left, this one included; undefined: all. */
  readonly keep?: number | undefined;
}

export interface BackupProgress {
  readonly file: string;
  readonly bytes: number;
  /** About; a copy is often smaller. */
  readonly of: number;
}

export interface BackupDone extends Omit<BackupManifest, "format" | "source"> {
  readonly folder: string;
  /** Older ones that were removed. */
  readonly removed: readonly string[];
  readonly tookMs: number;
}

export interface Backups {
  /** Rejects with InputError for what the owner can mend: the folder, the room, one that runs already. */
  run(request: BackupRequest, options?: { report?: (progress: BackupProgress) => void; signal?: AbortSignal }): Promise<BackupDone>;
  /** Ends one that is under way; nothing of it stays under a good name. */
  close(): Promise<void>;
}

const NAME = /^heatsteward-\d{8}T\d{6}Z(-\d+)?$/;
const PARTIAL = /^\.heatsteward-.*\.partial$/;
/** A partial folder that nobody has touched for so long was left by a kill. */
const PARTIAL_MS_MAX = 3_600_000;
/** How often the progress is told, and what was written is pushed to the disk: all at once would hold up the commits. */
const STEP_MS = 50;
const SPARE_BYTES = 16_000_000;

export function createBackups(parts: BackupParts): Backups {
  const { dataFolder, now, hold } = parts;
  let running: Promise<unknown> | undefined;
  let copier: Copier | undefined;
  let closed = false;

  async function make({ folder, keep }: BackupRequest, report: (progress: BackupProgress) => void): Promise<BackupDone> {
    const at = now();
    const began = performance.now();
    prepare(folder, dataFolder, at);
    const name = freeName(folder, at);
    const partial = join(folder, `.${name}.partial`);
    mkdirSync(partial, { mode: 0o700 });
    try {
      const files: BackupFile[] = [];
      const facts = { points: 0, waiting: 0, tickets: 0, users: 0, journalSequence: 0 };
      copier = startCopier();
      await hold(async () => {
        // Tickets first: those that a later reading opens are found again by the rules, while a ticket without its readings would be cured.
        for (const file of BACKUP_DATABASES) {
          const copied = await copyOne(copier!, join(dataFolder, file), join(partial, file), file, report);
          Object.assign(facts, copied.facts);
          files.push({ name: file, bytes: copied.bytes, sha256: copied.sha256, check: "ok" });
        }
      });
      const leftOut = await copySettings(parts, partial, files);
      const { journalSequence, ...counts } = facts;
      const manifest: BackupManifest = {
        format: BACKUP_FORMAT,
        version: parts.version,
        at,
        source: sourceOf(dataFolder),
        journalSequence,
        counts,
        leftOut: [...leftOut],
        files,
      };
      writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
      await syncPathLater(join(partial, MANIFEST));
      await syncPathLater(partial);
      const whole = join(folder, name);
      renameSync(partial, whole);
      await syncPathLater(folder);
      const removed = keep === undefined ? [] : await removeOlder(folder, keep, sourceOf(dataFolder));
      return {
        folder: whole,
        version: parts.version,
        at,
        journalSequence,
        counts,
        leftOut: [...leftOut],
        files,
        removed,
        tookMs: performance.now() - began,
      };
    } finally {
      copier?.stop();
      copier = undefined;
      await rm(partial, { recursive: true, force: true });
    }
  }

  return {
    async run(request, { report = () => {}, signal } = {}) {
      if (running !== undefined || closed)
        throw new InputError("backup", "none that runs already", closed ? "a platform that stops" : "one", "wait until that one is done");
      const stop = (): void => copier?.stop();
      signal?.addEventListener("abort", stop);
      const mine = make(request, report).finally(() => (running = undefined));
      running = mine;
      try {
        return await mine;
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    async close() {
      closed = true;
      copier?.stop();
      await running?.catch(() => {});
    },
  };
}

/** The folder is there, can be written and has room. */
function prepare(folder: string, dataFolder: string, now: number): void {
  if (!isAbsolute(folder)) throw new InputError("folder", "an absolute path on the disk of the platform", JSON.stringify(folder));
  if (resolve(folder) === resolve(dataFolder)) throw new InputError(folder, "a folder beside the data", "the data folder itself");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (PARTIAL.test(name) && now - statSync(path).mtimeMs > PARTIAL_MS_MAX) rmSync(path, { recursive: true, force: true });
    }
  } catch (error) {
    throw new InputError(folder, "a folder that can be written", (error as NodeJS.ErrnoException).code ?? String(error));
  }
  const needed = SPARE_BYTES + BACKUP_DATABASES.reduce((sum, name) => sum + sizeOf(join(dataFolder, name)), 0);
  const free = freeBytesOf(folder);
  if (free < needed)
    throw new InputError(folder, `${megabytes(needed)} free`, megabytes(free), "choose another disk or remove older backups");
}

function freeName(folder: string, at: number): string {
  const name = `heatsteward-${new Date(at).toISOString().replace(/[-:]|\.\d+/g, "")}`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(join(folder, candidate)) && !existsSync(join(folder, `.${candidate}.partial`))) return candidate;
  }
}

async function copyOne(
  copier: Copier,
  from: string,
  to: string,
  name: BackupDatabase,
  report: (progress: BackupProgress) => void,
): ReturnType<Copier["copy"]> {
  const of = sizeOf(from);
  let step: Promise<void> | undefined;
  const timer = setInterval(() => {
    step ??= push().finally(() => (step = undefined));
  }, STEP_MS);
  async function push(): Promise<void> {
    const size = await stat(to).then(
      ({ size }) => size,
      () => 0,
    );
    report({ file: name, bytes: size, of });
    // Not there yet, or not any more: the copy itself reports what is wrong.
    await syncPathLater(to).catch(() => {});
  }
  try {
    const copied = await copier.copy({ from, to, name });
    report({ file: name, bytes: copied.bytes, of: copied.bytes });
    return copied;
  } finally {
    clearInterval(timer);
    await step;
  }
}

/** Settings and network file; returns what was left out of them. */
async function copySettings({ settingsFile, networkFile }: BackupParts, partial: string, files: BackupFile[]): Promise<readonly string[]> {
  const { text, leftOut } = withoutSecrets(readFileSync(settingsFile, "utf8"));
  for (const [name, content] of [
    [BACKUP_SETTINGS, text],
    [BACKUP_NETWORK, readFileSync(networkFile)],
  ] as const) {
    const path = join(partial, name);
    writeFileSync(path, content);
    await syncPathLater(path);
    files.push({ name, ...sealOf(path) });
  }
  return leftOut;
}

/** Only whole backups of the same data folder; others may keep theirs beside. */
async function removeOlder(folder: string, keep: number, source: string): Promise<string[]> {
  const own = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .flatMap((name) => {
      try {
        const manifest = readManifest(join(folder, name));
        return manifest.source === source ? [{ path: join(folder, name), at: manifest.at }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => b.at - a.at || (b.path < a.path ? -1 : 1));
  const old = own.slice(keep).map(({ path }) => path);
  for (const path of old) {
    // Without its good name it is no backup any more, should this be cut off.
    const partial = join(folder, `.${basename(path)}.partial`);
    renameSync(path, partial);
    await rm(partial, { recursive: true, force: true });
  }
  return old;
}

const sourceOf = (dataFolder: string): string => `${hostname()}:${resolve(dataFolder)}`;

/** Of a database with its write-ahead log. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
