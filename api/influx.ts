import { z } from "zod";
import type { DeadLetter, InfluxState } from "../store/influx.ts";
import { actorOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { cursorQuery, errors, limitQuery, pageOf, textSchema, timeSchema, type Api } from "./schemas.ts";
import type { ApiServices, InfluxService } from "./services.ts";

/** `/api/influx`: how the forwarding to InfluxDB stands, and the lines that it refused, to be sent once more. */

const PAGE_USUAL = 100;
const PAGE_MAX = 1_000;
const REPLAY_MAX = 1_000;

const count = z.number().int().min(0);
const stateSchema: z.ZodType<InfluxState> = z
  .strictObject({
    state: z.enum(["connecting", "forwarding", "behind", "down", "refused", "backfilling"]),
    version: z.string().optional(),
    behindMs: z.number().describe("Age of the oldest commit that InfluxDB does not have, ms"),
    spoolBytes: count,
    spoolPoints: count,
    pointsWritten: count,
    rollupsWritten: count,
    requests: count,
    retries: count,
    deadLetters: count,
    deadLettersDropped: count,
    pointsTooOld: count,
    backfill: z.number().min(0).max(1).optional().describe("Share of the history that is there, 0…1"),
    lastError: textSchema.optional(),
    lastErrorAt: timeSchema.optional(),
  })
  // What is not known yet is not in the JSON at all.
  .meta({ id: "InfluxState" }) as z.ZodType<InfluxState>;
const deadLetterSchema: z.ZodType<DeadLetter> = z
  .strictObject({
    id: z.number().int(),
    at: timeSchema,
    target: z.enum(["raw", "rollup"]),
    line: z.string().describe("Line protocol, time in ms"),
    reason: z.string().describe("What InfluxDB said"),
  })
  .meta({ id: "DeadLetter" });
const replaySchema = z.strictObject({
  ids: z
    .union([z.literal("all"), z.array(z.number().int().min(1)).min(1).max(REPLAY_MAX)])
    .describe(`"all", or up to ${REPLAY_MAX} ids of dead letters`),
});

export function influxRoutes(app: Api, services: Pick<ApiServices, "influx">): void {
  const tags = ["platform"];

  app.get(
    "/api/influx",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "How the forwarding to InfluxDB stands", response: { 200: stateSchema, ...errors(404) } },
    },
    async () => configured(services).state(),
  );

  app.get(
    "/api/influx/dead-letters",
    {
      config: { access: "engineer" },
      schema: {
        tags,
        summary: "Lines that InfluxDB refused, newest first",
        querystring: z.strictObject({ limit: limitQuery(PAGE_USUAL, PAGE_MAX), cursor: cursorQuery }),
        response: { 200: pageOf(deadLetterSchema), ...errors(404) },
      },
    },
    async ({ query }) => configured(services).deadLetters(query),
  );

  app.post(
    "/api/influx/dead-letters/replay",
    {
      config: { access: "engineer" },
      schema: {
        tags,
        summary: "Send refused lines once more, with the values that are stored here by now; what is taken leaves the list",
        body: replaySchema,
        response: { 200: z.strictObject({ written: count, refused: count }), ...errors(404, 413, 415) },
      },
    },
    (request) =>
      configured(services)
        .replay(request.body.ids, actorOf(request))
        .catch((error: unknown) => {
          throw new ApiError("storage_unavailable", `nothing was sent: ${error instanceof Error ? error.message : String(error)}`);
        }),
  );
}

function configured({ influx }: Pick<ApiServices, "influx">): InfluxService {
  if (influx === undefined)
    throw new ApiError(
      "not_found",
      "InfluxDB is not configured: influx.url in heatsteward.yaml or HEATSTEWARD_INFLUX_URL says where it is",
    );
  return influx;
}
