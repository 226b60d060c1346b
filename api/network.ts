import { createHash } from "node:crypto";
import { z } from "zod";
import type { Asset, Network } from "../model/network.ts";
import { LEVELS } from "../model/signals.ts";
import { principalOf } from "./auth.ts";
import { mayAct } from "./roles.ts";
import { errors, timeSchema, type Api } from "./schemas.ts";

/** `GET /api/network`: the topology, in the form from which `new Network(…)` builds it again. */

const circuitFactsSchema = z.strictObject({
  heating: z.enum(["radiator", "floor"]),
  heatedAreaM2: z.number(),
  sizeIsKnown: z.boolean(),
  households: z.number(),
  designSupplyC: z.number(),
  designReturnC: z.number(),
  designOutdoorC: z.number(),
  circulationM3h: z.number(),
  waterVolumeM3: z.number(),
  staticPressureKpa: z.number().optional(),
  makeupControl: z.enum(["band", "vfd"]),
  curve: z.array(z.tuple([z.number(), z.number()])).optional(),
});
const unitFactsSchema = z.strictObject({
  households: z.number(),
  heatedAreaM2: z.number(),
  position: z.enum(["corner", "end", "middle"]),
  suspended: z.boolean(),
});

/** JSON has no `undefined`: fields that are required but may be undefined in `Asset` are absent on the wire. */
type AssetOnWire = Omit<Asset, "parent" | "circuit" | "building" | "unit" | "circuitFacts"> & {
  readonly parent?: string;
  readonly circuit?: string;
  readonly building?: string;
  readonly unit?: string;
  readonly circuitFacts?: z.output<typeof circuitFactsSchema>;
};
const assetSchema: z.ZodType<AssetOnWire> = z
  .strictObject({
    id: z.string(),
    level: z.enum(LEVELS),
    name: z.string(),
    parent: z.string().optional(),
    children: z.array(z.string()),
    station: z.string(),
    circuit: z.string().optional(),
    building: z.string().optional(),
    unit: z.string().optional(),
    area: z.string().optional(),
    primaryBranch: z.string().optional(),
    position: z.tuple([z.number(), z.number()]).optional(),
    circuitFacts: circuitFactsSchema.optional(),
    unitFacts: unitFactsSchema.optional(),
    floors: z.number().optional(),
    address: z.string().optional(),
    floor: z.number().optional(),
    roomPosition: z.enum(["top", "bottom", "corner", "middle"]).optional(),
  })
  .meta({ id: "Asset" });

const networkSchema = z.strictObject({
  name: z.string(),
  timezone: z.string(),
  season: z.strictObject({
    filling: timeSchema.optional(),
    commissioning: timeSchema.optional(),
    heating: timeSchema.optional(),
    end: timeSchema.optional(),
  }),
  areas: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  stewards: z.array(z.strictObject({ id: z.string(), name: z.string(), areas: z.array(z.string()), phone: z.string().optional() })),
  assets: z.array(assetSchema),
  simulated: z.boolean(),
});

export function networkRoutes(app: Api, network: Network, simulated: boolean): void {
  // The network never changes while the platform runs: each form of it is written once, when it is first asked for.
  const forms = new Map<boolean, Written>();
  const form = (phones: boolean): Written => {
    let known = forms.get(phones);
    if (known === undefined) forms.set(phones, (known = written(network, simulated, phones)));
    return known;
  };
  app.get(
    "/api/network",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["network"],
        summary: "Topology; telephone numbers from operator up",
        response: { 200: networkSchema, 304: z.undefined().describe("Unchanged"), ...errors() },
      },
    },
    async (request, reply) => {
      const { body, etag } = form(mayAct(principalOf(request).role, "operator"));
      reply.headers({ etag, "cache-control": "private, no-cache" });
      if (isUnchanged(request.headers["if-none-match"], etag)) return reply.code(304).send();
      return reply.type("application/json; charset=utf-8").send(body as never);
    },
  );
}

interface Written {
  readonly body: string;
  readonly etag: string;
}

function written(network: Network, simulated: boolean, phones: boolean): Written {
  const stewards = network.stewards.map(({ id, name, areas, phone }) => ({
    id,
    name,
    areas,
    ...(phones && phone !== undefined ? { phone } : {}),
  }));
  const { name, timezone, season, areas } = network;
  const body = JSON.stringify({ name, timezone, season, areas, stewards, assets: [...network.assets()], simulated });
  return { body, etag: etagOf(body) };
}

/** Whether If-None-Match names this validator: one of a list, weak or strong alike (a proxy may change that), or any. RFC 9110, 13.1.2. */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return ifNoneMatch.trim() === "*" || ifNoneMatch.split(",").some((tag) => opaque(tag) === opaque(etag));
}

/** A weak validator of a body: the same text gzipped or not. */
export function etagOf(body: string): string {
  return `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** Ids to look for the nearest one in: bounded, since a miss should stay cheap. */
const NEAREST_ASSETS_MAX = 5_000;

/** The first ids of the network, to suggest one for a miss. */
export function* assetIds(network: Network): Iterable<string> {
  let left = NEAREST_ASSETS_MAX;
  for (const { id } of network.assets()) {
    if (left-- === 0) return;
    yield id;
  }
}
