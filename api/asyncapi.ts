import { z } from "zod";
import { LEVELS, SIGNAL_IDS, SIGNALS, PLATFORM_SIGNALS, type Level } from "../model/signals.ts";
import { ASSET_ID, assetTelemetryTopic, statusTopic, telemetryTopic } from "../model/topic.ts";
import { connectionSchema, circuitDerivedSchema, errors, type Api } from "./schemas.ts";
import { healthSchema } from "./health.ts";
import { ticketSummarySchema } from "./ticket-schema.ts";

/** `GET /api/asyncapi.json`: the MQTT topics of CONTRACT 3 and the live socket as AsyncAPI 3.0, generated from the signals. */

/** Objects in one backlog array (CONTRACT 3). */
const BACKLOG_MAX = 1_000;

type Json = Record<string, unknown>;

export function asyncApiRoutes(app: Api, version: string): void {
  const document = asyncApi(version);
  app.get(
    "/api/asyncapi.json",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["platform"],
        summary: "The MQTT topics and payloads, and the live messages",
        response: { 200: z.record(z.string(), z.unknown()), ...errors() },
      },
    },
    async () => document,
  );
}

/** The AsyncAPI document. Every signal is there with its unit and its possible range. */
function asyncApi(version: string): Json {
  const stationParameter = { description: "A station that the gateway is registered for" };
  return {
    asyncapi: "3.0.0",
    info: {
      title: "HeatSteward 供暖管家",
      version,
      description: "What gateways publish, and what the dashboard is told. MQTT 3.1.1, QoS 1: a PUBACK means that the message is on disk.",
    },
    defaultContentType: "application/json",
    servers: {
      mqtt: {
        host: "{host}:1883",
        protocol: "mqtt",
        protocolVersion: "3.1.1",
        variables: { host: { default: "localhost" } },
        security: [{ type: "userPassword" }],
      },
      live: { host: "{host}:8080", protocol: "ws", variables: { host: { default: "localhost" } } },
    },
    channels: {
      stationTelemetry: channel(telemetryTopic("{station}"), { station: stationParameter }, "stationTelemetry", ["mqtt"]),
      assetTelemetry: channel(
        assetTelemetryTopic("{station}", "{asset}"),
        { station: stationParameter, asset: { description: "The station or anything below it" } },
        "assetTelemetry",
        ["mqtt"],
      ),
      status: {
        ...channel(statusTopic("{station}"), { station: stationParameter }, "status", ["mqtt"]),
        description: "Retained; `offline` is set as the will",
      },
      live: channel("/api/live", {}, "live", ["live"]),
    },
    operations: {
      publishStation: {
        action: "receive",
        channel: { $ref: "#/channels/stationTelemetry" },
        summary: "One poll of a whole station",
        bindings: { mqtt: { qos: 1 } },
      },
      publishAsset: {
        action: "receive",
        channel: { $ref: "#/channels/assetTelemetry" },
        summary: "One poll of one asset",
        bindings: { mqtt: { qos: 1 } },
      },
      publishStatus: {
        action: "receive",
        channel: { $ref: "#/channels/status" },
        summary: "Whether the gateway is there",
        bindings: { mqtt: { qos: 1, retain: true } },
      },
      tell: { action: "send", channel: { $ref: "#/channels/live" }, summary: "Snapshot, then deltas; tickets in order" },
    },
    components: {
      messages: {
        stationTelemetry: {
          payload: { $ref: "#/components/schemas/stationBatch" },
          examples: [
            {
              payload: {
                ts: 1795132800000,
                seq: 7,
                assets: { S01: { t_out: -3.1 }, "S01-H": { t2_supply: 48.2, mk_total: 1031.4 }, "B03-U2": { t_return: 37.4 } },
              },
            },
          ],
        },
        assetTelemetry: {
          payload: { $ref: "#/components/schemas/assetBatch" },
          examples: [{ payload: { ts: 1795132800000, seq: 7, values: { t_return: 37.4, valve_pos: 80 } } }],
        },
        status: { contentType: "text/plain", payload: { type: "string", enum: ["online", "offline"] } },
        live: { payload: { $ref: "#/components/schemas/live" } },
      },
      schemas: { ...payloadSchemas(), ...liveSchemas() },
    },
  };
}

function channel(address: string, parameters: Json, message: string, servers: readonly string[]): Json {
  return {
    address,
    ...(Object.keys(parameters).length > 0 && { parameters }),
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
    servers: servers.map((server) => ({ $ref: `#/servers/${server}` })),
  };
}

function payloadSchemas(): Json {
  const frame = {
    ts: { type: "integer", description: "Epoch ms, UTC; without it the time of receipt counts" },
    seq: { type: "integer", description: "Optional running number" },
    hist: { type: "boolean", description: "Replayed history: not taken as a sign of a wrong clock" },
  };
  const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
  const batch = (name: string): Json => ({
    oneOf: [reference(name), { type: "array", items: reference(name), minItems: 1, maxItems: BACKLOG_MAX }],
  });
  const valuesByLevel = Object.fromEntries(LEVELS.map((level) => [`${level}Values`, valuesOf(level)]));
  return {
    stationFrame: {
      type: "object",
      properties: {
        ...frame,
        assets: { type: "object", propertyNames: { pattern: ASSET_ID.source }, additionalProperties: reference("values") },
      },
      required: ["assets"],
      additionalProperties: false,
    },
    assetFrame: {
      type: "object",
      properties: { ...frame, values: reference("values") },
      required: ["values"],
      additionalProperties: false,
    },
    stationBatch: batch("stationFrame"),
    assetBatch: batch("assetFrame"),
    values: { anyOf: LEVELS.map((level) => reference(`${level}Values`)) },
    ...valuesByLevel,
  };
}

/** The signals that assets of a level may carry. `null` says that the sensor failed. */
function valuesOf(level: Level): Json {
  const signals = SIGNAL_IDS.filter((id) => !PLATFORM_SIGNALS.has(id) && (SIGNALS[id].levels as readonly Level[]).includes(level));
  return {
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(
      signals.map((id) => {
        const { unit, min, max, name } = SIGNALS[id];
        return [
          id,
          { type: ["number", "null"], minimum: min, maximum: max, title: name.en, description: `${name.zh}, ${unit}`, "x-unit": unit },
        ];
      }),
    ),
  };
}

/** The live message as `live`, and the types it refers to beside it. */
function liveSchemas(): Json {
  const stations = z.array(
    z.strictObject({
      id: z.string(),
      connection: connectionSchema,
      dataAt: z.number().nullable(),
      receivedAt: z.number().nullable(),
      values: z.record(z.string(), z.record(z.string(), z.tuple([z.number(), z.number().nullable()]))),
      derived: z.record(z.string(), circuitDerivedSchema),
    }),
  );
  const at = z.number();
  const ticketSequence = z.number().int();
  const message = z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("snapshot"),
      at,
      ticketSequence,
      simulated: z.boolean(),
      stations,
      tickets: z.array(ticketSummarySchema),
    }),
    z.strictObject({ type: z.literal("delta"), at, stations }),
    z.strictObject({ type: z.literal("ticket"), at, ticketSequence, event: z.string(), ticket: ticketSummarySchema }),
    z.strictObject({ type: z.literal("health"), at, health: healthSchema }),
  ]);
  const { $schema: _dialect, $defs, ...schema } = z.toJSONSchema(message, { io: "output" }) as Json;
  const shared = ($defs ?? {}) as Json;
  return JSON.parse(JSON.stringify({ live: schema, ...shared }).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}
