import { z } from "zod";
import type { AssetLook, Insight, LearnedFact, Learning, RuleTrace } from "../model/insight.ts";
import type { Network } from "../model/network.ts";
import { SEASON_PHASES } from "../model/season.ts";
import { ApiError, notFound } from "./errors.ts";
import { unlessGone } from "./gone.ts";
import { assetIds } from "./network.ts";
import {
  assetIdSchema,
  errors,
  kindSchema,
  measureSchema,
  RULE_STATES,
  signalSchema,
  textSchema,
  timeQuery,
  timeSchema,
  type Api,
} from "./schemas.ts";
import type { InsightService } from "./rule-services.ts";

/** `/api/rules/why` and `/api/rules/learned`: why something was found or not, and what the rules know, now or at a past moment. */

const traceSchema: z.ZodType<RuleTrace> = z
  .strictObject({
    kind: kindSchema,
    asset: z.string(),
    measure: measureSchema,
    listens: z.boolean().describe("Whether the rule listens in the phase of the moment"),
    limits: z.record(z.string(), z.number()).describe("As they hold for the asset in this phase"),
    evaluations: z
      .array(
        z.strictObject({
          at: timeSchema,
          state: z.enum(RULE_STATES),
          value: z.number().nullable(),
          limit: z.number().nullable(),
          opensAt: timeSchema.nullable().describe("When it becomes a finding if nothing changes"),
        }),
      )
      .describe("The last twenty, oldest first; those of one minute that say the same are one"),
  })
  .meta({ id: "RuleTrace" });
const insightSchema: z.ZodType<Insight> = z
  .strictObject({
    asset: z.string(),
    at: timeSchema.nullable().describe("Event time to which the station was judged"),
    phase: z.enum(SEASON_PHASES).nullable(),
    rules: z.array(traceSchema).describe("On the asset and on everything above it, nearest first"),
  })
  .meta({ id: "Insight" });
const factSchema: z.ZodType<LearnedFact> = z
  .strictObject({
    asset: z.string(),
    name: textSchema,
    unit: z.string(),
    value: z.number().nullable(),
    byHour: z.array(z.number().nullable()).optional().describe("By hour of day in the network's zone"),
    taught: z.strictObject({ count: z.number(), of: z.enum(["h", "d"]) }).describe("Hours or days that taught it"),
  })
  .meta({ id: "LearnedFact" });
const learningSchema: z.ZodType<Learning> = z
  .strictObject({
    asset: z.string(),
    facts: z.array(factSchema),
    distrusted: z.array(z.strictObject({ asset: z.string(), signal: signalSchema })).describe("Points that no rule believes at the moment"),
  })
  .meta({ id: "Learning" });

const querystring = z.strictObject({
  asset: assetIdSchema,
  at: timeQuery.describe("A past moment, epoch ms; now if left out"),
});

export function insightRoutes(app: Api, network: Network, insight: InsightService, now: () => number): void {
  const config = { access: "viewer" } as const;
  const tags = ["rules"];

  /** Undefined before the station's first reading; "gone": so is the client. */
  const look = async (asset: string, at: number | undefined, signal: AbortSignal): Promise<AssetLook | "gone" | undefined> => {
    if (network.asset(asset) === undefined) throw notFound("asset", asset, assetIds(network));
    if (at === undefined || at >= now()) return insight.now(asset);
    const asked = insight.at(asset, at, signal);
    if (asked === undefined) throw new ApiError("overloaded", "too many past moments are being worked out: try again in a moment");
    return (await unlessGone(asked, signal)) ?? "gone";
  };

  app.get(
    "/api/rules/why",
    {
      config,
      schema: {
        tags,
        summary: "The last evaluations of every rule over an asset, now or at a past moment",
        querystring,
        response: { 200: insightSchema, ...errors(404) },
      },
    },
    async ({ query, signal }, reply) => {
      const found = await look(query.asset, query.at, signal);
      if (found === "gone") return reply.hijack();
      return found?.insight ?? { asset: query.asset, at: null, phase: null, rules: [] };
    },
  );
  app.get(
    "/api/rules/learned",
    {
      config,
      schema: {
        tags,
        summary: "What the rules learned of an asset, and what they do not believe",
        querystring,
        response: { 200: learningSchema, ...errors(404) },
      },
    },
    async ({ query, signal }, reply) => {
      const found = await look(query.asset, query.at, signal);
      if (found === "gone") return reply.hijack();
      return found?.learning ?? { asset: query.asset, facts: [], distrusted: [] };
    },
  );
}
