import { z } from "zod";
import type { StationPhaseView } from "../model/rule-control.ts";
import { SEASON_PHASES, SETTABLE_PHASES } from "../model/season.ts";
import { actorOf } from "./auth.ts";
import { assetIdSchema, decidedSchema, errors, pageOf, reasonSchema, timeSchema, type Api } from "./schemas.ts";
import type { RuleDeskService } from "./rule-services.ts";

/** `/api/phases`: the season phase of every station: what calendar and signals suggest, and what somebody set. */

const STATIONS_MAX = 2_000;

const phaseSchema: z.ZodType<StationPhaseView> = z
  .strictObject({
    station: z.string(),
    phase: z.enum(SEASON_PHASES).nullable().describe("By which the rules go; null before the first reading"),
    suggested: z.enum(SETTABLE_PHASES).nullable().describe("What calendar and signals say"),
    suggestedAt: timeSchema.nullable(),
    set: decidedSchema
      .extend({ phase: z.enum(SETTABLE_PHASES) })
      .nullable()
      .describe("What a person set; null: nobody did"),
  })
  .meta({ id: "StationPhase" });
const requestSchema = z.strictObject({
  stations: z.array(assetIdSchema).min(1).max(STATIONS_MAX),
  phase: z.enum(SETTABLE_PHASES).nullable().describe("Null: as calendar and signals say"),
  from: timeSchema.optional().describe("Event time from which it counts, of the last seven days; now if left out"),
  reason: reasonSchema,
});

export function phaseRoutes(app: Api, desk: RuleDeskService): void {
  const tags = ["rules"];
  app.get(
    "/api/phases",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "The season phase of every station", response: { 200: pageOf(phaseSchema), ...errors() } },
    },
    async () => ({ items: desk.phases(), next: null }),
  );
  app.post(
    "/api/phases",
    {
      config: { access: "dispatcher" },
      schema: {
        tags,
        summary:
          "Set or confirm the season phase of stations, or leave it to calendar and signals; rules go by it from the next quarter of an hour",
        body: requestSchema,
        response: { 200: pageOf(phaseSchema), ...errors(413, 415) },
      },
    },
    async (request, _reply) => {
      desk.setPhase(request.body, actorOf(request));
      const asked = new Set(request.body.stations);
      return { items: desk.phases().filter(({ station }) => asked.has(station)), next: null };
    },
  );
}
