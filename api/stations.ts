import { z } from "zod";
import { isOpen, type LatestValue, type StationLive } from "../model/live.ts";
import type { Asset, Network } from "../model/network.ts";
import { SIGNALS, type SignalId } from "../model/signals.ts";
import { notFound } from "./errors.ts";
import {
  assetIdSchema,
  circuitDerivedSchema,
  connectionSchema,
  cursorQuery,
  errors,
  limitQuery,
  pageOf,
  signalSchema,
  timeSchema,
  type Api,
} from "./schemas.ts";
import type { ApiServices } from "./services.ts";

/** `GET /api/stations` and `/api/stations/{id}`: the latest values, with unit and age. */

const valueSchema = z.strictObject({ value: z.number().nullable(), at: timeSchema, unit: z.string() });
const stationShape = {
  id: z.string(),
  name: z.string(),
  area: z.string().nullable(),
  connection: connectionSchema,
  dataAt: timeSchema.nullable(),
  receivedAt: timeSchema.nullable(),
  values: z.record(z.string(), z.partialRecord(signalSchema, valueSchema)).describe("By asset and signal"),
  derived: z.record(z.string(), circuitDerivedSchema).describe("By circuit"),
  openTickets: z.number().int().describe("Tickets before closed"),
};
const stationSchema = z.strictObject(stationShape).meta({ id: "Station" });
const idList = z.array(z.string());
const stationDetailSchema = z
  .strictObject({ ...stationShape, circuits: idList, buildings: idList, units: idList, rooms: idList })
  .meta({ id: "StationDetail" });
type StationBody = z.output<typeof stationSchema>;

const PAGE_USUAL = 1_000;
const PAGE_MAX = 5_000;

/** The station and what hangs in it down to the circuits; `whole`: down to the rooms. */
export function assetsOf(network: Network, station: Asset, whole: boolean): Asset[] {
  const circuits = network.below(station.id, "circuit");
  return whole ? [station, ...circuits, ...assetsBelow(network, station)] : [station, ...circuits];
}

/** Buildings, units and rooms of a station. */
export function assetsBelow(network: Network, station: Asset): Asset[] {
  return [...network.below(station.id, "building"), ...network.below(station.id, "unit"), ...network.below(station.id, "room")];
}

/** What is known of a station right now, for the live socket and for the routes below. */
export function stationLive(
  services: Pick<ApiServices, "contacts" | "rules" | "telemetry">,
  station: Asset,
  assets: readonly Asset[],
): StationLive {
  const values: Record<string, Readonly<Partial<Record<SignalId, LatestValue>>>> = {};
  for (const asset of assets) {
    const latest = services.telemetry.latestOf(asset.id);
    if (Object.keys(latest).length > 0) values[asset.id] = latest;
  }
  const { connection, dataAt, receivedAt } = services.contacts.contact(station.id);
  return { id: station.id, connection, dataAt, receivedAt, values, derived: services.rules.derived(station.id) };
}

export function stationRoutes(app: Api, services: ApiServices): void {
  const { network, tickets } = services;
  const tags = ["network"];

  const openCounts = (): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const { station, state } of tickets.open()) if (isOpen(state)) counts.set(station, (counts.get(station) ?? 0) + 1);
    return counts;
  };
  const body = (station: Asset, assets: readonly Asset[], counts: ReadonlyMap<string, number>): StationBody => {
    const { values, derived, ...live } = stationLive(services, station, assets);
    return {
      ...live,
      name: station.name,
      area: station.area ?? null,
      values: Object.fromEntries(Object.entries(values).map(([asset, latest]) => [asset, withUnits(latest)])),
      derived: { ...derived },
      openTickets: counts.get(station.id) ?? 0,
    };
  };

  app.get(
    "/api/stations",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Stations in the order of the network file, with the latest values of them and their circuits",
        querystring: z.strictObject({ area: z.string().max(64).optional(), limit: limitQuery(PAGE_USUAL, PAGE_MAX), cursor: cursorQuery }),
        response: { 200: pageOf(stationSchema), ...errors(404) },
      },
    },
    async ({ query }) => {
      const { area } = query;
      if (
        area !== undefined &&
        !network.areas.some(({ id }) => id === area) &&
        !network.stations.some((station) => station.area === area)
      ) {
        throw notFound(
          "area",
          area,
          network.areas.map(({ id }) => id),
        );
      }
      const stations = area === undefined ? network.stations : network.stations.filter((station) => station.area === area);
      const start = query.cursor === undefined ? 0 : stations.findIndex(({ id }) => id === query.cursor) + 1;
      if (query.cursor !== undefined && start === 0) throw notFound("cursor", query.cursor);
      const page = stations.slice(start, start + query.limit);
      const counts = openCounts();
      return {
        items: page.map((station) => body(station, assetsOf(network, station, false), counts)),
        next: start + query.limit < stations.length ? page.at(-1)!.id : null,
      };
    },
  );

  app.get(
    "/api/stations/:id",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "One station with all its circuits, buildings, units and rooms",
        params: z.strictObject({ id: assetIdSchema }),
        response: { 200: stationDetailSchema, ...errors(404) },
      },
    },
    async ({ params }) => {
      const station = stationOf(network, params.id);
      const ids = (level: "circuit" | "building" | "unit" | "room"): string[] => network.below(station.id, level).map(({ id }) => id);
      return {
        ...body(station, assetsOf(network, station, true), openCounts()),
        circuits: ids("circuit"),
        buildings: ids("building"),
        units: ids("unit"),
        rooms: ids("room"),
      };
    },
  );
}

/** The station with this id. Throws a 404 that suggests the nearest one. */
export function stationOf(network: Network, id: string): Asset {
  const station = network.asset(id);
  if (station?.level === "station") return station;
  throw notFound(
    "station",
    id,
    network.stations.map((known) => known.id),
  );
}

function withUnits(latest: Readonly<Partial<Record<SignalId, LatestValue>>>): StationBody["values"][string] {
  return Object.fromEntries(
    (Object.entries(latest) as [SignalId, LatestValue][]).map(([signal, [at, value]]) => [
      signal,
      { value, at, unit: SIGNALS[signal].unit },
    ]),
  );
}
