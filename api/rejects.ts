import { z } from "zod";
import { REJECT_REASONS, type Reject } from "../model/reading.ts";
import { assetIdSchema, cursorQuery, errors, limitQuery, pageOf, timeSchema, type Api } from "./schemas.ts";
import type { TelemetryStore } from "../store/telemetry.ts";

/** `GET /api/rejects`: what devices sent that could not be used, with the reason and the nearest fix. */

const PAGE_USUAL = 100;
const PAGE_MAX = 1_000;

const rejectSchema: z.ZodType<Reject> = z
  .strictObject({
    at: timeSchema,
    topic: z.string(),
    gateway: z.string().optional(),
    station: z.string().optional(),
    asset: z.string().optional(),
    signal: z.string().optional(),
    reason: z.enum(REJECT_REASONS),
    expected: z.string(),
    found: z.string(),
    suggestion: z.string().optional(),
  })
  .meta({ id: "Reject" });

export function rejectRoutes(app: Api, telemetry: Pick<TelemetryStore, "rejects">): void {
  app.get(
    "/api/rejects",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["platform"],
        summary: "Rejected input, newest first",
        querystring: z.strictObject({
          station: assetIdSchema.optional(),
          reason: z.enum(REJECT_REASONS).optional(),
          limit: limitQuery(PAGE_USUAL, PAGE_MAX),
          cursor: cursorQuery,
        }),
        response: { 200: pageOf(rejectSchema), ...errors() },
      },
    },
    async ({ query }) => telemetry.rejects(query),
  );
}
