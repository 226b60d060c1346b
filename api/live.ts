import websocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "./auth.ts";
import { ApiError } from "./errors.ts";
import { REQUEST_BYTES_MAX, type LiveHub } from "./live-hub.ts";
import { wholeNumber, type Api } from "./schemas.ts";

/** `GET /api/live`: the upgrade of a request that may see live values to a socket that the hub then owns. */

export function addWebSockets(app: FastifyInstance, hub: LiveHub): void {
  void app.register(websocket, {
    options: { maxPayload: REQUEST_BYTES_MAX, perMessageDeflate: false },
    preClose: async () => hub.stop(),
    errorHandler: (_error, socket) => socket.terminate(),
  });
}

export function liveRoutes(app: Api, hub: LiveHub): void {
  app.route({
    method: "GET",
    url: "/api/live",
    config: { access: "viewer" },
    schema: { hide: true, querystring: z.strictObject({ since: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional() }) },
    preHandler: async (request) => {
      if (request.ws && !hub.hasRoom()) throw new ApiError("overloaded", "too many live sockets are open");
    },
    handler: async () => {
      throw new ApiError("upgrade_required", "expected a WebSocket, found an ordinary request", {});
    },
    wsHandler: (socket, request) => hub.add(socket, principalOf(request), (request.query as { since?: number }).since),
  });
}
