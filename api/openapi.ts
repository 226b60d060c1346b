import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import { SESSION_COOKIE } from "./auth.ts";
import { errors, type Api } from "./schemas.ts";

/** `GET /api/openapi.json`: the HTTP interface as OpenAPI 3.1, generated from the schemas of the routes. */

type Json = Record<string, unknown>;

export function addOpenApi(app: FastifyInstance, version: string): void {
  void app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "HeatSteward 供暖管家",
        version,
        description: "Telemetry, faults and tickets of a heat network. All times are epoch ms, UTC.",
      },
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer" },
          session: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
    transform: (document) => {
      const transformed = jsonSchemaTransform(document as Parameters<typeof jsonSchemaTransform>[0]);
      const access = document.route.config?.access;
      return {
        ...transformed,
        schema: { ...transformed.schema, "x-access": access, ...(access === "public" && { security: [] }) } as typeof transformed.schema,
      };
    },
    transformObject: (document) =>
      withoutUnused(withLive(jsonSchemaTransformObject(document) as Json)) as ReturnType<typeof jsonSchemaTransformObject>,
  });
}

export function openApiRoutes(app: Api): void {
  app.get(
    "/api/openapi.json",
    {
      config: { access: "viewer" },
      schema: { tags: ["platform"], summary: "This description", response: { 200: z.record(z.string(), z.unknown()), ...errors() } },
    },
    async () => ({ ...(app.swagger() as unknown as Json) }),
  );
}

/** OpenAPI has no word for a WebSocket; its handshake is described, its messages are in the AsyncAPI document. */
function withLive(document: Json): Json {
  const live = {
    get: {
      tags: ["live"],
      summary: "WebSocket: snapshot, then deltas; tickets in order. Messages: /api/asyncapi.json",
      "x-access": "viewer",
      parameters: [
        {
          name: "since",
          in: "query",
          required: false,
          schema: { type: "integer", minimum: 0 },
          description: "The last ticketSequence seen: every ticket message after it comes first",
        },
      ],
      responses: {
        101: { description: "Switching to WebSocket" },
        426: {
          description: "Not a WebSocket request",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
    },
  };
  return { ...document, paths: { ...(document["paths"] as Json), "/api/live": live } };
}

/** Component schemas that nothing refers to (the unused input or output side of a type) are left out. */
function withoutUnused(document: Json): Json {
  const components = document["components"] as Json;
  const schemas = components["schemas"] as Json;
  const used = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const reference = (node as { $ref?: unknown }).$ref;
    const name = typeof reference === "string" ? reference.split("/").at(-1)! : undefined;
    if (name !== undefined && !used.has(name)) {
      used.add(name);
      walk(schemas[name]);
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(document["paths"]);
  return {
    ...document,
    components: { ...components, schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))) },
  };
}
