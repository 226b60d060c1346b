import { z } from "zod";
import type { WorkView } from "../model/rule-control.ts";
import type { Network } from "../model/network.ts";
import { FAULT_KINDS } from "../model/finding.ts";
import { actorOf } from "./auth.ts";
import { ApiError, notFound } from "./errors.ts";
import { assetIdSchema, decidedSchema, errors, kindSchema, pageOf, reasonSchema, timeSchema, type Api } from "./schemas.ts";
import type { RuleDeskService } from "./rule-services.ts";
import { stationOf } from "./stations.ts";

/** `/api/works`: planned works and shelved findings: who, why, until when, and what they kept from being found. */

const workSchema: z.ZodType<WorkView> = decidedSchema
  .extend({
    id: z.string(),
    asset: z.string().describe("It covers everything below this too, and nothing above"),
    until: timeSchema,
    kinds: z.array(kindSchema).nullable().describe("Kinds that open nothing meanwhile; null: all"),
    state: z.enum(["coming", "running", "over"]),
    suppressed: z
      .array(z.strictObject({ kind: kindSchema, asset: z.string(), firstAt: timeSchema, lastAt: timeSchema }))
      .describe("What would have been found without it"),
  })
  .meta({ id: "Work" });
const requestSchema = z.strictObject({
  asset: assetIdSchema,
  from: timeSchema.optional().describe("Event time from which it counts; now if left out"),
  until: timeSchema.describe("At most 31 days after from"),
  kinds: z.array(kindSchema).min(1).max(FAULT_KINDS.length).nullable().default(null).describe("Null: all kinds"),
  reason: reasonSchema,
});

export function workRoutes(app: Api, network: Network, desk: RuleDeskService): void {
  const tags = ["rules"];
  const steward = { access: "steward" } as const;
  app.get(
    "/api/works",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Planned works and shelved findings: running, coming, and over since a month; newest first",
        querystring: z.strictObject({ station: assetIdSchema.optional() }),
        response: { 200: pageOf(workSchema), ...errors(404) },
      },
    },
    async ({ query }) => {
      const station = query.station === undefined ? undefined : stationOf(network, query.station).id;
      return { items: desk.works(station), next: null };
    },
  );
  app.post(
    "/api/works",
    {
      config: steward,
      schema: {
        tags,
        summary: "Plan work on an asset, or shelve kinds of findings there: nothing of them opens a ticket meanwhile",
        body: requestSchema,
        response: { 201: workSchema, ...errors(413, 415) },
      },
    },
    async (request, reply) => reply.code(201).send(desk.planWork(request.body, actorOf(request))),
  );
  app.post(
    "/api/works/:id/end",
    {
      config: steward,
      schema: {
        tags,
        summary: "End a work now: what is still wrong is found from now on",
        params: z.strictObject({ id: z.string() }),
        body: z.strictObject({ reason: reasonSchema }),
        response: { 200: workSchema, ...errors(404, 409, 413, 415) },
      },
    },
    async (request, _reply) => {
      const { id } = request.params;
      if (desk.work(id) === undefined)
        throw notFound(
          "work",
          id,
          desk.works().map((work) => work.id),
        );
      if (!desk.endWork(id, request.body.reason, actorOf(request)))
        throw new ApiError("conflict", `work ${id} is over`, { place: "id", expected: "a coming or running work", found: id });
      return desk.work(id)!;
    },
  );
}
