import { Readable } from "node:stream";
import { z } from "zod";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import type { Reading } from "../model/reading.ts";
import { isSignalId, SIGNAL_IDS, PLATFORM_SIGNALS, type SignalId } from "../model/signals.ts";
import { InfluxError } from "../store/influx.ts";
import { principalOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { createRowWriter, EXPORT_FORMATS, EXPORT_LANGUAGES } from "./export-rows.ts";
import { assetIds } from "./network.ts";
import { errors, timeQuery, type Api } from "./schemas.ts";
import type { ApiServices, ReadingSource } from "./services.ts";

/** `GET /api/export`: any range of what is stored as a file, written as fast as it is read. */

/** 2000-01-01T00:00:00Z: nothing older is stored. */
const OLDEST_MS = 946_684_800_000;
const ASSETS_MAX = 200;
const EXPORTS_MAX = 4;
const RETRY_MS = 5_000;
/** A season of the whole network over a slow line. */
const EXPORT_MS_MAX = 6 * 3_600_000;
/** Text that is made before the client has taken the last of it. */
const PIECE_READINGS = 2_000;
const CONTENT_TYPES = { ndjson: "application/x-ndjson; charset=utf-8", csv: "text/csv; charset=utf-8" } as const;

const some = (max: number) =>
  z.preprocess((sent) => (typeof sent === "string" ? [sent] : sent), z.array(z.string().max(64)).min(1).max(max).optional());

export interface ExportSelection {
  /** In the order of the network file. */
  readonly stations: readonly string[];
  /** Undefined: all of the stations. */
  readonly assets: ReadonlySet<string> | undefined;
  /** Undefined: all but what gateways say of themselves. */
  readonly signals: ReadonlySet<SignalId> | undefined;
}

export function exportRoutes(app: Api, readings: ReadingSource, services: Pick<ApiServices, "now" | "network" | "log">): void {
  const { network, now, log } = services;
  let running = 0;
  app.get(
    "/api/export",
    {
      config: { access: "viewer" },
      handlerTimeout: EXPORT_MS_MAX,
      // Its answer would be made whole only to be thrown away.
      exposeHeadRoute: false,
      schema: {
        tags: ["series"],
        summary: "Stored values as a file that can be imported again; the whole network unless stations or assets are named",
        querystring: z.strictObject({
          from: timeQuery.describe("Epoch ms, UTC; without it from the beginning"),
          to: timeQuery.describe("Epoch ms, UTC; not included; without it to now"),
          station: some(ASSETS_MAX).describe(`With all below it; repeat for up to ${ASSETS_MAX}`),
          asset: some(ASSETS_MAX).describe(`Alone; repeat for up to ${ASSETS_MAX}`),
          signal: some(SIGNAL_IDS.length).describe("Repeat for several; without it all"),
          format: z.enum(EXPORT_FORMATS).default("ndjson"),
          lang: z.enum(EXPORT_LANGUAGES).default("en").describe("Words of a table"),
        }),
        produces: ["application/x-ndjson", "text/csv"],
        response: {
          200: { description: "The file", content: { "application/x-ndjson": { schema: z.string() }, "text/csv": { schema: z.string() } } },
          ...errors(429),
        },
      },
    },
    async (request, reply) => {
      const { query } = request;
      const from = query.from ?? OLDEST_MS;
      const to = query.to ?? now() + 1;
      if (from >= to) throw new InputError("query.from", `a time before query.to (${to})`, String(from));
      const selection = selectAssets(network, { stations: query.station, assets: query.asset, signals: query.signal }, "query.");
      if (running >= EXPORTS_MAX)
        throw new ApiError("too_many_requests", `${running} exports run already, at most ${EXPORTS_MAX} may`, { retryAfterMs: RETRY_MS });
      running++;
      const rows = createRowWriter(query.format, query.lang, network);
      async function* text(): AsyncGenerator<string> {
        // With the first values, or alone when there are none: until then a failure can still be an answer of its own.
        let head = rows.head;
        try {
          for await (const slice of selected(readings, selection, from, to))
            for (let start = 0; start < slice.length; start += PIECE_READINGS) {
              yield head + rows.write(slice.slice(start, start + PIECE_READINGS));
              head = "";
            }
          if (head !== "") yield head;
        } catch (error) {
          // Once the status is sent, a file that is cut off is the only way left to say it.
          log.warn("an export broke off", { error: (error as Error).message, user: principalOf(request).name });
          if (error instanceof InfluxError)
            throw new ApiError("overloaded", `InfluxDB, which has the older values, does not answer: ${error.message}`);
          throw error;
        }
      }
      const stream = Readable.from(text(), { highWaterMark: 2 });
      // Told once, whether it came to its end, broke off, or the client went before it was begun.
      stream.once("close", () => running--);
      const name = `heatsteward-${fileTime(from)}-${fileTime(Math.min(to, now()))}.${query.format}`;
      return reply
        .type(CONTENT_TYPES[query.format])
        .header("content-disposition", `attachment; filename="${name}"`)
        .send(stream as never);
    },
  );
}

const fileTime = (at: number): string => new Date(at).toISOString().slice(0, 16).replaceAll(/[-:]/g, "");

/** Throws an InputError for an unknown station, asset or signal; its place is `place` and the name of the parameter: `query.station`, `--station`. */
export function selectAssets(
  network: Network,
  wanted: {
    readonly stations: readonly string[] | undefined;
    readonly assets: readonly string[] | undefined;
    readonly signals: readonly string[] | undefined;
  },
  place: string,
): ExportSelection {
  const signals = wanted.signals?.map((word) => signalOf(word, `${place}signal`));
  if (wanted.stations === undefined && wanted.assets === undefined)
    return { stations: network.stations.map(({ id }) => id), assets: undefined, signals: signals && new Set(signals) };
  const whole = new Set(wanted.stations ?? []);
  const assets = new Set<string>();
  for (const id of whole) {
    if (network.asset(id)?.level === "station") continue;
    const known = network.stations.map((station) => station.id);
    throw new InputError(`${place}station`, "a station of the network file", id, didYouMean(nearestWord(id, known)));
  }
  for (const id of wanted.assets ?? []) {
    if (network.asset(id) === undefined)
      throw new InputError(`${place}asset`, "an asset of the network file", id, didYouMean(nearestWord(id, assetIds(network))));
    assets.add(id);
  }
  const touched = new Set([...whole, ...Array.from(assets, (id) => network.asset(id)!.station)]);
  if (assets.size > 0) for (const asset of network.assets()) if (whole.has(asset.station)) assets.add(asset.id);
  return {
    stations: network.stations.map(({ id }) => id).filter((id) => touched.has(id)),
    assets: assets.size === 0 ? undefined : assets,
    signals: signals && new Set(signals),
  };
}

function signalOf(word: string, place: string): SignalId {
  if (isSignalId(word) && !PLATFORM_SIGNALS.has(word)) return word;
  const known = SIGNAL_IDS.filter((id) => !PLATFORM_SIGNALS.has(id));
  throw new InputError(place, `one of ${known.join(", ")}`, word, didYouMean(nearestWord(word, known)));
}

function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean ${word}?`;
}

/** The readings of a selection, station after station. What gateways say of themselves (`online`) is no telemetry. */
export async function* selected(
  readings: ReadingSource,
  { stations, assets, signals }: ExportSelection,
  from: number,
  to: number,
): AsyncGenerator<readonly Reading[]> {
  for (const station of stations) {
    for await (const slice of readings(station, from, to)) {
      const kept = slice.filter(
        ({ point }) =>
          !PLATFORM_SIGNALS.has(point.signal) &&
          (assets === undefined || assets.has(point.asset)) &&
          (signals === undefined || signals.has(point.signal)),
      );
      if (kept.length > 0) yield kept;
    }
  }
}
