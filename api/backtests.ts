import { z } from "zod";
import type {
  BacktestFigures,
  BacktestOutcome,
  BacktestRun,
  Shadow,
  TicketDifference,
  TicketPair,
  TriedTicket,
} from "../model/backtest.ts";
import { actorOf } from "./auth.ts";
import { ApiError, notFound } from "./errors.ts";
import {
  assetIdSchema,
  errors,
  kindSchema,
  limitValuesSchema,
  pageOf,
  reasonSchema,
  severitySchema,
  textSchema,
  timeSchema,
  type Api,
} from "./schemas.ts";
import type { BacktestService, ShadowService } from "./rule-services.ts";
import { ticketSchema } from "./ticket-schema.ts";

/** `/api/backtests` and `/api/shadow`: other limits over stored history, or beside the live ones. */

const STATIONS_MAX = 2_000;

const triedSchema: z.ZodType<TriedTicket> = z
  .strictObject({
    kind: kindSchema,
    asset: z.string(),
    station: z.string(),
    severity: severitySchema,
    since: timeSchema,
    openedAt: timeSchema,
    recoveredAt: timeSchema.nullable(),
    summary: textSchema,
    id: z.string().nullable().describe("Of the live ticket; null: it was only tried"),
  })
  .meta({ id: "TriedTicket" });
const pairSchema: z.ZodType<TicketPair> = z.strictObject({
  live: triedSchema,
  tried: triedSchema,
  leadMs: z.number().describe("So much earlier the tried rules open theirs; negative: later"),
});
const differenceSchema: z.ZodType<TicketDifference> = z
  .strictObject({
    same: z.array(pairSchema),
    otherKind: z.array(pairSchema).describe("One fault under two names"),
    onlyLive: z.array(triedSchema),
    onlyTried: z.array(triedSchema),
    medianLeadMs: z.number().nullable(),
  })
  .meta({ id: "TicketDifference" });
const figuresSchema: z.ZodType<BacktestFigures> = z.strictObject({
  stations: z.number(),
  stationDays: z.number(),
  readings: z.number(),
  evaluations: z.number(),
  failures: z.number(),
  lastFailure: z.string().nullable(),
  ticketsPerDay: z.number(),
  byKind: z.partialRecord(kindSchema, z.number()),
  held: z.number().describe("Findings that are evidence in another's ticket"),
  mostPer10Min: z.number(),
});
const runSchema: z.ZodType<BacktestRun> = z
  .strictObject({
    id: z.string(),
    from: timeSchema,
    to: timeSchema,
    stations: z.array(z.string()).nullable(),
    overrides: limitValuesSchema.nullable(),
    reason: z.string(),
    state: z.enum(["queued", "running", "done", "failed", "cancelled"]),
    progress: z.number().min(0).max(1),
    by: z.string(),
    madeAt: timeSchema,
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    error: z.string().nullable(),
    figures: figuresSchema.nullable(),
  })
  .meta({ id: "Backtest" });
const outcomeSchema: z.ZodType<BacktestOutcome> = z
  .strictObject({ tickets: z.array(ticketSchema).describe("Opened in the window"), difference: differenceSchema })
  .meta({ id: "BacktestOutcome" });
const shadowSchema: z.ZodType<Shadow> = z
  .strictObject({
    overrides: limitValuesSchema,
    startedAt: timeSchema,
    by: z.string(),
    reason: z.string(),
    endedAt: timeSchema.nullable(),
    ready: z.number().describe("Stations that have caught up"),
    stations: z.number(),
  })
  .meta({ id: "Shadow" });
const shadowAnswer = z.strictObject({
  shadow: shadowSchema.nullable().describe("The one that runs, or the last one"),
  difference: differenceSchema.nullable().describe("Live tickets beside the shadow's since it began"),
});

export function backtestRoutes(app: Api, backtests: BacktestService, shadow: ShadowService): void {
  const tags = ["rules"];
  const config = { access: "engineer" } as const;
  const byId = z.strictObject({ id: z.string() });
  const runOf = (id: string): BacktestRun => {
    const run = backtests.get(id);
    if (run === undefined)
      throw notFound(
        "backtest",
        id,
        backtests.list().map((each) => each.id),
      );
    return run;
  };

  app.get(
    "/api/backtests",
    { config, schema: { tags, summary: "Backtests, newest first, with progress", response: { 200: pageOf(runSchema), ...errors() } } },
    async () => ({ items: backtests.list(), next: null }),
  );
  app.post(
    "/api/backtests",
    {
      config,
      schema: {
        tags,
        summary: "Play stored readings through the rules, as they are or with other limits; live tickets are not touched",
        body: z.strictObject({
          from: timeSchema.optional().describe("Beginning of what is stored if left out"),
          to: timeSchema.optional().describe("Now if left out"),
          stations: z.array(assetIdSchema).min(1).max(STATIONS_MAX).nullable().default(null).describe("Null: all"),
          overrides: limitValuesSchema.nullable().default(null).describe("Null: the published limits, as they were"),
          reason: reasonSchema,
        }),
        response: { 202: runSchema, ...errors(413, 415) },
      },
    },
    async (request, reply) => reply.code(202).send(backtests.ask(request.body, actorOf(request))),
  );
  app.get(
    "/api/backtests/:id",
    { config, schema: { tags, summary: "One backtest", params: byId, response: { 200: runSchema, ...errors(404) } } },
    async ({ params }) => runOf(params.id),
  );
  app.get(
    "/api/backtests/:id/result",
    {
      config,
      schema: {
        tags,
        summary: "Its tickets, and how they differ from the live ones of the window",
        params: byId,
        response: { 200: outcomeSchema, ...errors(404, 409) },
      },
    },
    async ({ params }) => {
      const run = runOf(params.id);
      const outcome = backtests.outcome(run.id);
      if (outcome === undefined)
        throw new ApiError("conflict", `backtest ${run.id} has no result: it is ${run.state}`, {
          place: "id",
          expected: "a backtest that is done",
          found: run.state,
        });
      return outcome;
    },
  );
  app.delete(
    "/api/backtests/:id",
    {
      config,
      schema: {
        tags,
        summary: "Cancel a backtest; one that is over stays as it is",
        params: byId,
        response: { 200: runSchema, ...errors(404, 413, 415) },
      },
    },
    async (request, _reply) => backtests.cancel(runOf(request.params.id).id, actorOf(request))!,
  );

  app.get(
    "/api/shadow",
    {
      config,
      schema: {
        tags,
        summary: "Limits that run beside the live ones, and how their tickets differ",
        response: { 200: shadowAnswer, ...errors() },
      },
    },
    async () => ({ shadow: shadow.state() ?? null, difference: shadow.difference() ?? null }),
  );
  app.post(
    "/api/shadow",
    {
      config,
      schema: {
        tags,
        summary: "Run other limits beside the live ones, without tickets, in the place of a shadow that runs",
        body: z.strictObject({ overrides: limitValuesSchema, reason: reasonSchema }),
        response: { 201: shadowSchema, ...errors(413, 415) },
      },
    },
    async (request, reply) => reply.code(201).send(shadow.begin(request.body, actorOf(request))),
  );
  app.delete(
    "/api/shadow",
    {
      config,
      schema: {
        tags,
        summary: "End the shadow; what it found stays to be read",
        response: { 200: shadowSchema, ...errors(409, 413, 415) },
      },
    },
    async (request, _reply) => {
      const ended = shadow.end(actorOf(request));
      if (ended === undefined)
        throw new ApiError("conflict", "no shadow runs", { place: "shadow", expected: "a shadow that runs", found: "none" });
      return ended;
    },
  );
}
