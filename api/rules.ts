import { z } from "zod";
import { LEVELS } from "../model/signals.ts";
import type { Episode } from "../model/finding.ts";
import type { RuleStatus } from "../model/live.ts";
import type { Network } from "../model/network.ts";
import { KIND_WORDS } from "../model/words.ts";
import { SEASON_PHASES } from "../model/season.ts";
import { DEFAULT_SLA } from "../tickets/sla.ts";
import { assetIdSchema, errors, kindSchema, measureSchema, pageOf, RULE_STATES, textSchema, timeSchema, type Api } from "./schemas.ts";
import type { RuleService } from "./services.ts";
import { stationOf } from "./stations.ts";
import { episodeSchema, type EpisodeOnWire } from "./ticket-schema.ts";

/** `GET /api/rules`, `/api/rules/status` and `/api/episodes`: what the rules are, how near they are, and what they found. */

const limitSchema = z.strictObject({
  name: z.string(),
  value: z.number(),
  floor: z.number().optional(),
  unit: z.string(),
  reason: textSchema,
  inPhase: z.partialRecord(z.enum(SEASON_PHASES), z.number()).optional().describe("Factors by which it is wider or narrower in a phase"),
});
const ruleSchema = z
  .strictObject({
    kind: kindSchema,
    words: textSchema,
    level: z.enum(LEVELS),
    everyMs: z.number(),
    holdMs: z.number(),
    keepMs: z.number(),
    phases: z.array(z.enum(SEASON_PHASES)),
    measure: measureSchema,
    cause: textSchema,
    consequence: textSchema,
    action: z.array(textSchema),
    limits: z.array(limitSchema),
    timeToRespond: textSchema.describe("The service clock of its tickets, by severity"),
  })
  .meta({ id: "Rule" });

const statusSchema: z.ZodType<RuleStatus> = z
  .strictObject({
    kind: kindSchema,
    asset: z.string(),
    state: z.enum(RULE_STATES),
    value: z.number().nullable(),
    limit: z.number().nullable(),
    measure: measureSchema,
    at: timeSchema,
    opensAt: timeSchema.nullable(),
  })
  .meta({ id: "RuleStatus" });

const ofStation = z.strictObject({ station: assetIdSchema });

export function ruleRoutes(app: Api, network: Network, rules: RuleService): void {
  const config = { access: "viewer" } as const;
  const tags = ["rules"];

  app.get(
    "/api/rules",
    {
      config,
      schema: {
        tags,
        summary: "The rules: cause, consequence, action and limits with unit and reason",
        response: { 200: pageOf(ruleSchema), ...errors() },
      },
    },
    async () => ({
      items: rules.catalogue.map((rule) => ({
        kind: rule.kind,
        words: KIND_WORDS[rule.kind],
        level: rule.level,
        everyMs: rule.everyMs,
        holdMs: rule.holdMs,
        keepMs: rule.keepMs,
        phases: [...rule.phases],
        measure: rule.measure,
        cause: rule.cause,
        consequence: rule.consequence,
        action: [...rule.action],
        timeToRespond: DEFAULT_SLA.name,
        limits: rule.limits.flatMap((name) => {
          const limit = rules.limits[name];
          return limit === undefined ? [] : [{ name, ...limit }];
        }),
      })),
      next: null,
    }),
  );

  app.get(
    "/api/rules/status",
    {
      config,
      schema: {
        tags,
        summary: "How far each rule is from its limit on each asset of a station",
        querystring: ofStation,
        response: {
          200: z.strictObject({
            items: z.array(statusSchema),
            next: z.null(),
            watermark: timeSchema.nullable().describe("Event time up to which the station was judged"),
          }),
          ...errors(404),
        },
      },
    },
    async ({ query }) => {
      const station = stationOf(network, query.station);
      return { items: [...rules.statuses(station.id)], next: null, watermark: rules.watermark(station.id) ?? null };
    },
  );

  app.get(
    "/api/episodes",
    {
      config,
      schema: {
        tags,
        summary: "What the rules found at a station, newest first, with the episode that explains each",
        querystring: ofStation,
        response: { 200: pageOf(episodeSchema), ...errors(404) },
      },
    },
    async ({ query }) => {
      const station = stationOf(network, query.station);
      const keyOf = (episode: Episode): string => `${episode.kind} ${episode.asset} ${episode.since}`;
      const roots = new Map(rules.rooted(station.id).map(({ episode, root }) => [keyOf(episode), root]));
      const items = rules
        .episodes(station.id)
        .map((episode): EpisodeOnWire => {
          const root = roots.get(keyOf(episode));
          const { clearedAt, ...told } = episode;
          return Object.assign(told, {
            clearedAt: clearedAt ?? null,
            root: root === undefined ? null : { kind: root.kind, asset: root.asset },
          });
        })
        .sort((left, right) => right.detectedAt - left.detectedAt);
      return { items, next: null };
    },
  );
}
