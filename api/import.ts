import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ImportOutcome } from "./services.ts";
import { REJECT_REASONS } from "../model/reading.ts";
import { principalOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { errors, type Api } from "./schemas.ts";
import type { ApiServices, ImportService } from "./services.ts";

/** `POST /api/import`: history as JSON lines, read as it comes in. */

/** One request; it also has to arrive within the time of any other. A longer file goes in several, which is what `npm run import` does. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Requests at once: each is read only as fast as the store takes it. */
const IMPORTS_MAX = 2;
const RETRY_MS = 1_000;
const CONTENT_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

const rejectSchema = z.strictObject({
  topic: z.string(),
  at: z.number().optional(),
  station: z.string().optional(),
  asset: z.string().optional(),
  signal: z.string().optional(),
  reason: z.enum(REJECT_REASONS),
  expected: z.string(),
  found: z.string(),
  suggestion: z.string().optional(),
});
const outcomeSchema: z.ZodType<ImportOutcome> = z
  .strictObject({
    lines: z.number().int(),
    stored: z.number().int().describe("Values that were new"),
    known: z.number().int().describe("Values that were stored already"),
    rejected: z.number().int(),
    rejects: z
      .array(z.strictObject({ example: rejectSchema, count: z.number().int() }))
      .describe("By reason; `topic` of the example is its line"),
  })
  .meta({ id: "ImportOutcome" });

export function importRoutes(app: Api, imports: ImportService, services: Pick<ApiServices, "log">): void {
  let running = 0;
  // In a scope of its own: no other route takes such a body.
  void app.register(async (scope: FastifyInstance) => {
    scope.addContentTypeParser(CONTENT_TYPES, (_request, payload, done) => done(null, payload));
    const api = scope.withTypeProvider<ZodTypeProvider>();
    api.post(
      "/api/import",
      {
        config: { access: "engineer" },
        schema: {
          tags: ["series"],
          summary: "Takes history as JSON lines",
          description: `Body: \`${CONTENT_TYPES[0]}\`, at most ${BODY_BYTES_MAX} bytes; each line \`{"asset","ts","values"}\` or what a gateway publishes, as history. What the checks refuse is counted and listed among the rejects, and never stops the rest.`,
          response: { 200: outcomeSchema, ...errors(413, 415, 429) },
        },
      },
      async (request, _reply) => {
        const body = request.body as unknown;
        if (!(body instanceof Readable))
          throw new ApiError(
            "unsupported_media_type",
            `expected the content type ${CONTENT_TYPES[0]}, found ${request.headers["content-type"] ?? "none"}`,
          );
        if (running >= IMPORTS_MAX)
          throw new ApiError("too_many_requests", `${running} imports run already, at most ${IMPORTS_MAX} may`, { retryAfterMs: RETRY_MS });
        running++;
        try {
          return await imports.take(limited(body), `import by ${principalOf(request).name}`);
        } catch (error) {
          throw asRefusal(error, services);
        } finally {
          running--;
        }
      },
    );
  });
}

async function* limited(body: Readable): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX)
      throw new ApiError(
        "too_large",
        `expected at most ${BODY_BYTES_MAX} bytes in one request; what was read before is stored, send the rest in another`,
      );
    yield piece;
  }
}

/** A store that cannot be written is worth another try; so it is said, and the reason is logged. */
function asRefusal(error: unknown, { log }: Pick<ApiServices, "log">): unknown {
  if (!(error instanceof Error) || error.name !== "Error") return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE")
    return new ApiError("bad_input", "the body ended before its end", { place: "body" });
  log.warn("an import could not be stored", { error: error.message });
  return new ApiError("storage_unavailable", "the store refuses to write; what was read before is stored, try again when there is space", {
    retryAfterMs: RETRY_MS,
  });
}
