import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { CONNECTIONS, type CircuitDerived } from "../model/live.ts";
import { FAULT_KINDS, SEVERITIES } from "../model/finding.ts";
import { SIGNAL_IDS } from "../model/signals.ts";
import type { LimitValues } from "../model/limit-values.ts";
import type { Text } from "../model/text.ts";
import { ASSET_ID } from "../model/topic.ts";
import { errorSchema } from "./errors.ts";
import type { Page } from "./services.ts";

/** Shapes that several routes share, as schemas typed by the model so that the two cannot drift apart. */

/** A server whose handlers are typed by their zod schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

export const textSchema: z.ZodType<Text> = z
  .strictObject({ zh: z.string(), en: z.string() })
  .meta({ id: "Text", description: "A sentence in both languages." });
export const kindSchema = z.enum(FAULT_KINDS).meta({ id: "FaultKind" });
export const severitySchema = z.enum(SEVERITIES);
export const signalSchema = z.enum(SIGNAL_IDS as [(typeof SIGNAL_IDS)[number], ...typeof SIGNAL_IDS]).meta({ id: "SignalId" });
export const connectionSchema = z.enum(CONNECTIONS);
/** Epoch ms, UTC. */
export const timeSchema = z.number();

export const circuitDerivedSchema: z.ZodType<CircuitDerived> = z
  .strictObject({
    supplyExpectedC: z.number().nullable(),
    makeupM3h: z.number().nullable(),
    makeupExpectedM3h: z.number().nullable(),
  })
  .meta({ id: "CircuitDerived" });

/** When, by whom and why something was decided. */
export const decidedSchema = z.strictObject({
  from: timeSchema.describe("Event time from which it counts"),
  madeAt: timeSchema,
  by: z.string(),
  reason: z.string(),
});
const REASON_CHARACTERS_MAX = 500;
export const reasonSchema = z.string().trim().min(1).max(REASON_CHARACTERS_MAX).describe("Why: people read it later");
export const limitValuesSchema: z.ZodType<LimitValues> = z
  .record(z.string(), z.record(z.string(), z.number()))
  .meta({ id: "LimitValues", description: '"*" or an asset -> name of a limit -> value; it holds for everything below the asset' });
export const measureSchema = z
  .strictObject({ name: textSchema, unit: z.string(), faultWhen: z.enum(["above", "below"]) })
  .describe("What the compared value and its limit are, and on which side of the limit a fault lies");
export const RULE_STATES = ["normal", "pending", "firing", "unknown", "shelved"] as const;

export function pageOf<Item>(item: z.ZodType<Item>): z.ZodType<Page<Item>> {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

/** Latest instant that a Date can hold. */
const TIME_MS_MAX = 8.64e15;
const CURSOR_CHARACTERS_MAX = 200;

/** A whole number in a query string: digits only, so that an empty or hexadecimal value is not taken for one. */
export function wholeNumber(min: number, max: number, expected = "a whole number") {
  return z.preprocess(
    (sent) => (typeof sent === "string" && /^-?\d{1,16}$/.test(sent) ? Number(sent) : sent),
    z.number({ error: expected }).int().min(min).max(max),
  );
}

export const timeQuery = wholeNumber(0, TIME_MS_MAX, "epoch milliseconds, UTC, such as 1795132800000").describe("Epoch ms, UTC").optional();
export const cursorQuery = z.string().min(1).max(CURSOR_CHARACTERS_MAX).describe("`next` of the previous page").optional();
export const assetIdSchema = z.string().regex(ASSET_ID);
export function limitQuery(usual: number, max: number) {
  return wholeNumber(1, max).default(usual).describe("Items per page");
}

const errorAs = (description: string) => errorSchema.describe(description);
/** Error answers that a route declares: those that any route may give, and its own. */
const ERRORS = {
  400: errorAs("Bad input: details name place, expected and found"),
  401: errorAs("No valid login"),
  403: errorAs("The role is too low, or the Origin is foreign"),
  404: errorAs("Unknown"),
  409: errorAs("Not possible in the present state"),
  413: errorAs("Too large"),
  415: errorAs("Not application/json"),
  429: errorAs("Too many attempts: Retry-After says when"),
  503: errorAs("Not possible right now"),
} as const;

type Errors = typeof ERRORS;
export function errors<Status extends keyof Errors>(...statuses: Status[]): Pick<Errors, Status | 400 | 401 | 403 | 503> {
  return Object.fromEntries([400, 401, 403, 503, ...statuses].map((status) => [status, ERRORS[status as keyof Errors]])) as Pick<
    Errors,
    Status | 400 | 401 | 403 | 503
  >;
}
