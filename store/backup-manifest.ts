import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../model/input-error.ts";

/** What a backup says of itself: `manifest.json` in its folder. Written last, so a folder with one is whole. */

export const MANIFEST = "manifest.json";
export const BACKUP_FORMAT = 1;
/** The databases of a backup, in the order of the copies. */
export const BACKUP_DATABASES = ["app.db", "journal.db", "chunks.db"] as const;
export type BackupDatabase = (typeof BACKUP_DATABASES)[number];
/** Names in the backup, whatever the files were called. */
export const BACKUP_NETWORK = "network.yaml";
export const BACKUP_SETTINGS = "heatsteward.yaml";

const count = z.number().int().min(0);
const manifestSchema = z.object({
  format: z.number().int().min(1),
  /** Of the program that made it. */
  version: z.string(),
  /** Epoch ms. */
  at: z.number(),
  /** Host and data folder that it is of. */
  source: z.string(),
  /** Sequence of the newest commit in it. */
  journalSequence: count,
  /** `points`: in the chunks; `waiting`: readings of the journal on their way there, some of them perhaps known. */
  counts: z.object({ points: count, waiting: count, tickets: count, users: count }),
  /** Settings that are secrets and were left out. */
  leftOut: z.array(z.string()),
  files: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z0-9._-]+$/),
        bytes: count,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        check: z.literal("ok").optional(),
      }),
    )
    .max(16),
});
export type BackupManifest = z.infer<typeof manifestSchema>;
export type BackupFile = BackupManifest["files"][number];

/** Throws InputError when the folder is no backup, or one of a newer program. */
export function readManifest(folder: string): BackupManifest {
  const path = join(folder, MANIFEST);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(folder, "the folder of a backup, with its manifest.json", code ?? "one that is no JSON");
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > BACKUP_FORMAT)
    throw new InputError(path, `format ${BACKUP_FORMAT} or older`, `format ${format}`, "use the newer HeatSteward that made it");
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new InputError(`${path} ${issue.path.map(String).join(".")}`.trimEnd(), issue.message, "something else");
  }
  const missing = BACKUP_DATABASES.find((name) => !parsed.data.files.some((file) => file.name === name));
  if (missing !== undefined) throw new InputError(path, `a file ${missing}`, "none");
  return parsed.data;
}
