import { z } from "zod";
import { InputError } from "../model/input-error.ts";
import { sameLimits } from "../model/limit-values.ts";
import type { LimitsView } from "../model/rule-control.ts";
import { actorOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { assetIdSchema, decidedSchema, errors, kindSchema, limitValuesSchema, pageOf, reasonSchema, type Api } from "./schemas.ts";
import type { BacktestService, RuleDeskService } from "./rule-services.ts";

/** `/api/limits` and `/api/relearn`: publishing a set of limits, with who, when, why and the backtest behind it; forgetting what was learned. */

const limitsSchema: z.ZodType<LimitsView> = decidedSchema
  .extend({
    id: z.string(),
    overrides: limitValuesSchema,
    backtest: z.string().nullable().describe("The backtest on which it is based"),
  })
  .meta({ id: "PublishedLimits" });

export function limitRoutes(app: Api, desk: RuleDeskService, backtests: BacktestService): void {
  const tags = ["rules"];
  const engineer = { access: "engineer" } as const;
  app.get(
    "/api/limits",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Published sets of limits, newest first; the first one holds. Defaults are in GET /api/rules",
        response: { 200: pageOf(limitsSchema), ...errors() },
      },
    },
    async () => ({ items: desk.limits(), next: null }),
  );
  app.post(
    "/api/limits",
    {
      config: engineer,
      schema: {
        tags,
        summary: "Publish a set of limits for the whole network: it replaces the one before, from now on",
        body: z.strictObject({
          overrides: limitValuesSchema,
          reason: reasonSchema,
          backtest: z.string().nullable().default(null).describe("A backtest of exactly these limits"),
          after: z
            .string()
            .nullable()
            .optional()
            .describe("Id of the set that it replaces, null for none: refused when another one was published meanwhile"),
        }),
        response: { 201: limitsSchema, ...errors(409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { backtest, overrides, after } = request.body;
      const newest = desk.limits()[0];
      if (after !== undefined && after !== (newest?.id ?? null))
        throw new ApiError("conflict", "another set of limits was published meanwhile", {
          place: "body.after",
          expected: newest?.id ?? "null",
          found: String(after),
        });
      if (backtest !== null) {
        const run = backtests.get(backtest);
        const expected = "a backtest that is done, of exactly these limits";
        if (run === undefined) throw new InputError("body.backtest", expected, JSON.stringify(backtest));
        if (run.state !== "done") throw new InputError("body.backtest", expected, `${backtest}, which is ${run.state}`);
        // Without limits of its own it tried those that are in force.
        const tried = run.overrides ?? newest?.overrides ?? {};
        if (!sameLimits(tried, overrides))
          throw new InputError("body.backtest", expected, `${backtest}, which tried ${JSON.stringify(tried).slice(0, 200)}`);
      }
      return reply.code(201).send(desk.publish(request.body, actorOf(request)));
    },
  );
  app.post(
    "/api/relearn",
    {
      config: engineer,
      schema: {
        tags,
        summary: "Forget what rules learned of an asset and everything below it",
        body: z.strictObject({
          asset: assetIdSchema,
          kind: kindSchema.nullable().default(null).describe("Null: all rules"),
          reason: reasonSchema,
        }),
        response: { 200: z.strictObject({ ok: z.literal(true) }), ...errors(413, 415) },
      },
    },
    async (request, _reply) => {
      desk.relearn(request.body, actorOf(request));
      return { ok: true } as const;
    },
  );
}
