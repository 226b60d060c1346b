import { Readable } from "node:stream";
import { z } from "zod";
import { InputError } from "../model/input-error.ts";
import type { BackupDone, BackupProgress } from "../store/backup.ts";
import { ApiError, errorBody } from "./errors.ts";
import { errors, type Api } from "./schemas.ts";
import type { ApiServices, BackupService } from "./services.ts";

/** `POST /api/backup`: a backup onto a disk of the platform, told line by line as it is made. */

const BACKUP_MS_MAX = 6 * 3_600_000;
const PATH_CHARACTERS_MAX = 1_000;
const KEEP_MAX = 10_000;
type Line = { readonly progress: BackupProgress } | { readonly done: BackupDone } | ReturnType<typeof errorBody>;

export function backupRoutes(app: Api, backups: BackupService, { log }: Pick<ApiServices, "log">): void {
  app.post(
    "/api/backup",
    {
      config: { access: "admin" },
      handlerTimeout: BACKUP_MS_MAX,
      schema: {
        tags: ["platform"],
        summary: "Makes a backup in a folder on the disk of the platform",
        description:
          'Answers JSON lines while it works: `{"progress":{"file","bytes","of"}}`, and last `{"done":{"folder",…}}` or `{"error":{…}}`. Whoever stops reading stops the backup.',
        body: z.strictObject({
          folder: z.string().min(1).max(PATH_CHARACTERS_MAX).describe("Absolute path; the backup becomes a folder in it"),
          keep: z
            .number()
            .int()
            .min(1)
            .max(KEEP_MAX)
            .optional()
            .describe("Older backups of this platform there are removed down to so many"),
        }),
        produces: ["application/x-ndjson"],
        response: {
          200: { description: "Progress and outcome, a line each", content: { "application/x-ndjson": { schema: z.string() } } },
          ...errors(413, 415),
        },
      },
    },
    async (request, reply) => {
      const stopped = new AbortController();
      const lines = follow((report) => backups.run(request.body, { report, signal: stopped.signal }));
      // What is wrong from the start is a plain error.
      const first = await lines.next();
      reply.raw.once("close", () => stopped.abort());
      async function* text(): AsyncGenerator<string> {
        try {
          if (first.done !== true) yield `${JSON.stringify(first.value)}\n`;
          for await (const line of lines) yield `${JSON.stringify(line)}\n`;
        } catch (error) {
          log.error("a backup failed", { error: messageOf(error) });
          const told =
            error instanceof InputError
              ? new ApiError("bad_input", error.message)
              : new ApiError("storage_unavailable", `the backup failed: ${messageOf(error)}`);
          yield `${JSON.stringify(errorBody(told))}\n`;
        }
      }
      return await reply.type("application/x-ndjson; charset=utf-8").send(Readable.from(text()) as never);
    },
  );
}

/** Progress, of which a slow reader gets the newest only, then the outcome. */
async function* follow(run: (report: (progress: BackupProgress) => void) => Promise<BackupDone>): AsyncGenerator<Line> {
  let newest: BackupProgress | undefined;
  let wake = (): void => {};
  const work = { ended: false };
  const outcome = run((progress) => {
    newest = progress;
    wake();
  }).finally(() => {
    work.ended = true;
    wake();
  });
  // Told below; until then nobody listens.
  outcome.catch(() => {});
  while (!work.ended) {
    if (newest === undefined) await new Promise<void>((resolve) => (wake = resolve));
    if (newest === undefined || work.ended) continue;
    const progress = newest;
    newest = undefined;
    yield { progress };
  }
  yield { done: await outcome };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
