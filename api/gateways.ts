import { z } from "zod";
import { ASSET_ID } from "../model/topic.ts";
import { actorOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { assetIdSchema, errors, pageOf, timeSchema, type Api } from "./schemas.ts";
import type { ApiServices, GatewayState } from "./services.ts";
import { stationOf } from "./stations.ts";

/** `/api/gateways`: which gateways may send, whether they do, and a new one with its password, told once. */

const STATIONS_MAX = 1_000;

const gatewaySchema: z.ZodType<GatewayState> = z
  .strictObject({
    name: z.string(),
    stations: z.array(z.string()),
    createdAt: timeSchema,
    connected: z.boolean(),
    lastSeenAt: timeSchema.nullable(),
  })
  .meta({ id: "Gateway" });
const newGatewaySchema = z.strictObject({
  name: z.string().regex(ASSET_ID).describe("Its username and client id"),
  stations: z.array(assetIdSchema).min(1).max(STATIONS_MAX).describe("Under which it may publish"),
});

export function gatewayRoutes(app: Api, services: Pick<ApiServices, "accounts" | "network">): void {
  const { accounts, network } = services;
  const config = { access: "engineer" } as const;
  const tags = ["gateways"];

  app.get(
    "/api/gateways",
    { config, schema: { tags, summary: "Registered gateways", response: { 200: pageOf(gatewaySchema), ...errors() } } },
    async () => ({ items: accounts.gateways(), next: null }),
  );

  app.post(
    "/api/gateways",
    {
      config,
      schema: {
        tags,
        summary: "Register a gateway; its generated password is in this answer and nowhere else",
        body: newGatewaySchema,
        response: {
          201: z.strictObject({ name: z.string(), stations: z.array(z.string()), password: z.string() }),
          ...errors(404, 409, 413, 415),
        },
      },
    },
    async (request, reply) => {
      const { name } = request.body;
      const stations = [...new Set(request.body.stations)].map((id) => stationOf(network, id).id);
      const added = await accounts.addGateway(name, stations, actorOf(request));
      if (added === undefined)
        throw new ApiError("conflict", `a gateway ${name} exists already`, {
          place: "body.name",
          expected: "a name that is not taken",
          found: name,
        });
      return reply.code(201).send({ name, stations, password: added.password });
    },
  );
}
