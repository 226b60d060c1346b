import { z } from "zod";
import type { Health } from "../model/live.ts";
import { textSchema, timeSchema, type Api } from "./schemas.ts";
import type { HealthSource } from "./services.ts";

/** `GET /api/health`: whether the parts work. Open to everybody, so that a supervisor can ask without a secret. */

const statusSchema = z.enum(["ok", "degraded", "down"]);
export const healthSchema: z.ZodType<Health> = z
  .strictObject({
    status: statusSchema,
    version: z.string(),
    startedAt: timeSchema,
    parts: z.record(
      z.string(),
      z.strictObject({
        status: statusSchema,
        message: textSchema.optional(),
        quiet: z.boolean().optional(),
        figures: z.record(z.string(), z.union([z.number(), z.string()]).nullable()),
      }),
    ),
  })
  .meta({ id: "Health" });

export function healthRoutes(app: Api, source: HealthSource): void {
  app.get(
    "/api/health",
    {
      config: { access: "public" },
      schema: {
        tags: ["platform"],
        summary: "State of the parts; 503 when down",
        security: [],
        response: { 200: healthSchema, 503: healthSchema },
      },
    },
    async (_request, reply) => {
      const health = source.health();
      return reply.code(health.status === "down" ? 503 : 200).send(health);
    },
  );
}
