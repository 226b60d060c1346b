import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import cookie from "@fastify/cookie";
import Fastify, { type FastifyInstance } from "fastify";
import { validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { asyncApiRoutes } from "./asyncapi.ts";
import { addAuthorisation } from "./auth.ts";
import { backupRoutes } from "./backup.ts";
import { addCompression } from "./compression.ts";
import { backtestRoutes } from "./backtests.ts";
import { complaintRoutes } from "./complaints.ts";
import { dashboardRoutes } from "./dashboard.ts";
import { ApiError, errorBody, errorHandler, notFound, sendError, toApiError } from "./errors.ts";
import { exportRoutes } from "./export.ts";
import { gatewayRoutes } from "./gateways.ts";
import { healthRoutes } from "./health.ts";
import { insightRoutes } from "./insight.ts";
import { influxRoutes } from "./influx.ts";
import { importRoutes } from "./import.ts";
import { kpiRoutes } from "./kpi.ts";
import { limitRoutes } from "./limits.ts";
import { LIVE_LIMITS, LiveHub, type LiveLimits } from "./live-hub.ts";
import { addWebSockets, liveRoutes } from "./live.ts";
import { countRequests, metricsRoutes, RequestCounts } from "./metrics.ts";
import { networkRoutes } from "./network.ts";
import { addOpenApi, openApiRoutes } from "./openapi.ts";
import { phaseRoutes } from "./phases.ts";
import { rejectRoutes } from "./rejects.ts";
import { ruleRoutes } from "./rules.ts";
import { addSecurityHeaders, SECURITY_HEADERS } from "./security-headers.ts";
import { seriesRoutes } from "./series.ts";
import type { ApiServices } from "./services.ts";
import { sessionRoutes } from "./session.ts";
import { stationRoutes } from "./stations.ts";
import { ticketRoutes } from "./tickets.ts";
import { workRoutes } from "./works.ts";

/** Builds the HTTP server from its services; who calls it listens and closes. */

/** Every limit of a request; Fastify's own defaults are none. */
const LIMITS = {
  /** From the first byte to the last of a request. */
  requestMs: 15_000,
  headersMs: 10_000,
  /** Silence on a connection in the middle of something. */
  connectionMs: 60_000,
  keepAliveMs: 10_000,
  /** From the routing to the answer. */
  handlerMs: 30_000,
  /** How often the limits above are looked after. */
  checkMs: 5_000,
  bodyBytes: 128 * 1024,
  headerBytes: 16 * 1024,
  parameterCharacters: 128,
  connections: 2_000,
} as const;

export interface ServerOptions {
  readonly live?: Partial<LiveLimits>;
}

/** The API and the dashboard on one server that does not listen yet. */
export function buildServer(services: ApiServices, options: ServerOptions = {}): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    connectionTimeout: LIMITS.connectionMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    handlerTimeout: LIMITS.handlerMs,
    http: { headersTimeout: LIMITS.headersMs, connectionsCheckingInterval: LIMITS.checkMs, maxHeaderSize: LIMITS.headerBytes },
    forceCloseConnections: true,
    routerOptions: { maxParamLength: LIMITS.parameterCharacters, ignoreTrailingSlash: false },
    clientErrorHandler: refuseMalformed,
    // An address that cannot even be routed passes no hook.
    frameworkErrors: (error, _request, reply) => sendError(reply.headers(SECURITY_HEADERS), toApiError(error)),
  });
  app.server.maxConnections = LIMITS.connections;
  app.setValidatorCompiler(validatorCompiler);
  // Handlers are typed by their schemas and the tests check every answer against them; checking again here would cost more than answering.
  app.setSerializerCompiler(() => JSON.stringify);
  // Only JSON is taken; a page of another origin can send plain text without asking first.
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler(errorHandler(services.log));
  app.setNotFoundHandler((request, reply) => sendError(reply, notFound("route", `${request.method} ${request.url.split("?")[0]!}`)));

  const counts = new RequestCounts();
  const hub = new LiveHub(services, { ...LIVE_LIMITS, ...options.live });
  const { version } = services.health.health();

  addSecurityHeaders(app, services.settings.secure);
  app.addHook("onRequest", async (request, reply) => {
    if (request.url.startsWith("/api/") || request.url.startsWith("/metrics")) reply.header("cache-control", "no-store");
  });
  void app.register(cookie);
  addWebSockets(app, hub);
  addOpenApi(app, version);
  countRequests(app, counts);
  addCompression(app);
  void app.register(async (scope) => {
    addAuthorisation(scope, services);
    // A parameter that was left empty in a form or a template was not given.
    scope.addHook("preValidation", async ({ query }) => {
      if (typeof query !== "object" || query === null) return;
      for (const [name, value] of Object.entries(query)) if (value === "") delete (query as Record<string, unknown>)[name];
    });
    scope.addHook("onRequest", async (request) => {
      if (request.ws && request.routeOptions.url !== "/api/live")
        throw new ApiError("bad_input", "there is no WebSocket here", {
          place: "request",
          expected: "/api/live",
          found: request.url.slice(0, 200),
        });
    });
    const api = scope.withTypeProvider<ZodTypeProvider>();
    healthRoutes(api, services.health);
    sessionRoutes(api, services);
    networkRoutes(api, services.network, services.simulated);
    stationRoutes(api, services);
    seriesRoutes(api, services);
    if (services.readings !== undefined) exportRoutes(api, services.readings, services);
    if (services.backups !== undefined) backupRoutes(api, services.backups, services);
    if (services.imports !== undefined) importRoutes(api, services.imports, services);
    ticketRoutes(api, services);
    complaintRoutes(api, services);
    kpiRoutes(api, services);
    ruleRoutes(api, services.network, services.rules);
    insightRoutes(api, services.network, services.insight, services.now);
    phaseRoutes(api, services.ruleDesk);
    workRoutes(api, services.network, services.ruleDesk);
    limitRoutes(api, services.ruleDesk, services.backtests);
    backtestRoutes(api, services.backtests, services.shadow);
    rejectRoutes(api, services.telemetry);
    gatewayRoutes(api, services);
    influxRoutes(api, services);
    liveRoutes(api, hub);
    metricsRoutes(api, services, hub, counts);
    openApiRoutes(api);
    asyncApiRoutes(api, version);
    dashboardRoutes(scope, services.settings.dashboardFolder);
  });
  return app;
}

/** Answers bytes that are not HTTP, in the shape of every other error, and closes the connection. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const refusal =
    error.code === "HPE_HEADER_OVERFLOW"
      ? new ApiError("header_too_large", `expected at most ${LIMITS.headerBytes} bytes of headers`)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? new ApiError("too_slow", "the request did not come whole within its time")
        : new ApiError("bad_input", "the request is not HTTP", {
            place: "request",
            expected: "HTTP/1.1",
            found: error.code ?? "something else",
          });
  const body = JSON.stringify(errorBody(refusal));
  const head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  if (socket.writable) socket.write(head + body);
  socket.destroySoon();
}
