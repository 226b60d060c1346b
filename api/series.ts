import { z } from "zod";
import type { Curve } from "../model/curve.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Asset } from "../model/network.ts";
import { isSignalId, SIGNAL_IDS, SIGNALS, type Level, type SignalId } from "../model/signals.ts";
import { notFound } from "./errors.ts";
import { assetIds, etagOf, isUnchanged } from "./network.ts";
import { unlessGone } from "./gone.ts";
import { assetIdSchema, errors, signalSchema, timeQuery, timeSchema, wholeNumber, type Api } from "./schemas.ts";
import type { ApiServices } from "./services.ts";

/** `GET /api/series`: curves as columns; minimum and maximum per pixel bucket, raw points when they fit. */

const SIGNALS_MAX = 16;
const PX_MAX = 10_000;
const PX_USUAL = 800;
const RANGE_MS_USUAL = 24 * 3_600_000;
/** Two seasons and the summer between: more than one curve can show. */
const RANGE_MS_MAX = 2 * 366 * 24 * 3_600_000;
/** A range that ended this long ago changes only by late data, which a cache may miss for … */
const CLOSED_AFTER_MS = 3_600_000;
/** … this long. */
const CLOSED_CACHE_SECONDS = 300;

const points = z.array(z.number().nullable());
const gaps = z
  .array(z.tuple([timeSchema, timeSchema]))
  .optional()
  .describe("Spans that a line must not bridge");
const identity = { asset: z.string(), signal: signalSchema, unit: z.string(), gaps };
const times = z.array(timeSchema).describe("Epoch ms, ascending");
const incomplete = z
  .strictObject({ before: timeSchema, reason: z.strictObject({ zh: z.string(), en: z.string() }) })
  .optional()
  .describe("Older samples are kept in InfluxDB and could not be read now: what is lacking before this time is no gap");
const curveSchema: z.ZodType<Curve> = z
  .discriminatedUnion("raw", [
    z.strictObject({
      from: timeSchema,
      to: timeSchema,
      raw: z.literal(true),
      incomplete,
      times,
      series: z.array(z.strictObject({ ...identity, values: points })),
    }),
    z.strictObject({
      from: timeSchema,
      to: timeSchema,
      raw: z.literal(false),
      incomplete,
      bucketMs: z.number().describe("Buckets start at multiples of it"),
      times,
      series: z.array(z.strictObject({ ...identity, min: points, max: points, count: z.array(z.number()) })),
    }),
  ])
  .meta({ id: "Curve", description: "Columns on one time axis; a gap is null." });

const oneOrMore = z.preprocess((sent) => (typeof sent === "string" ? [sent] : sent), z.array(z.string().max(64)).min(1).max(SIGNALS_MAX));

export function seriesRoutes(app: Api, services: Pick<ApiServices, "now" | "network" | "telemetry">): void {
  const { network, telemetry, now } = services;
  app.get(
    "/api/series",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["series"],
        summary: "Curves of an asset: the last 24 h unless said otherwise",
        querystring: z.strictObject({
          asset: assetIdSchema,
          signal: oneOrMore.describe(`Repeat for up to ${SIGNALS_MAX} signals`),
          from: timeQuery,
          to: timeQuery,
          px: wholeNumber(1, PX_MAX).default(PX_USUAL).describe("Width of the drawing in pixels"),
        }),
        response: { 200: curveSchema, 304: z.undefined().describe("Unchanged"), ...errors(404) },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const asset = network.asset(query.asset);
      if (asset === undefined) throw notFound("asset", query.asset, assetIds(network));
      const signals = [...new Set(query.signal.map((word) => signalOf(word, asset)))];
      const { from, to } = rangeOf(query, now());
      const points = signals.map((signal) => ({ asset: asset.id, signal }));
      const drawn = telemetry.curve({ points, from, to, px: query.px }, request.signal);
      const curve = drawn instanceof Promise ? await unlessGone(drawn, request.signal) : drawn;
      if (curve === undefined) return reply.hijack();
      const body = JSON.stringify(curve);
      const etag = etagOf(body);
      const closed = to + CLOSED_AFTER_MS <= now() && curve.incomplete === undefined;
      reply.headers({ etag, "cache-control": closed ? `private, max-age=${CLOSED_CACHE_SECONDS}` : "private, no-cache" });
      if (isUnchanged(request.headers["if-none-match"], etag)) return reply.code(304).send();
      return reply.type("application/json; charset=utf-8").send(body as never);
    },
  );
}

function rangeOf(query: { from?: number | undefined; to?: number | undefined }, now: number): { from: number; to: number } {
  const to = query.to ?? (query.from === undefined ? now : Math.max(now, query.from + 1));
  const from = query.from ?? Math.max(0, to - RANGE_MS_USUAL);
  if (from >= to) throw new InputError("query.from", `a time before query.to (${to})`, String(from));
  if (to - from > RANGE_MS_MAX)
    throw new InputError("query.from", `a time at most ${RANGE_MS_MAX} ms before query.to`, `${to - from} ms before it`);
  return { from, to };
}

/** The signal that a word names. Throws an InputError for an unknown one, or one that this level of asset cannot carry. */
function signalOf(word: string, asset: Asset): SignalId {
  const onLevel = SIGNAL_IDS.filter((id) => (SIGNALS[id].levels as readonly Level[]).includes(asset.level));
  if (isSignalId(word) && onLevel.includes(word)) return word;
  const nearest = nearestWord(word, onLevel);
  throw new InputError(
    "query.signal",
    `a signal of a ${asset.level}: ${onLevel.join(", ")}`,
    word,
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
  );
}
