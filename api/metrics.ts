import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { SEVERITIES } from "../model/finding.ts";
import type { LiveHub } from "./live-hub.ts";
import { counter, gauge, labelled } from "./metric.ts";
import { errors, type Api } from "./schemas.ts";
import type { ApiServices, Metric } from "./services.ts";

/** `GET /metrics`: every counter and drop in the Prometheus text format 0.0.4. */

const PREFIX = "heatsteward_";
/** Upper bounds of the request time histogram, s. */
const BUCKETS_S = [0.005, 0.02, 0.1, 0.5, 2] as const;

interface RouteCounts {
  readonly buckets: number[];
  seconds: number;
  readonly byStatus: Map<number, number>;
}

/** Counts of the HTTP edge itself, by route: as many as there are routes. */
export class RequestCounts {
  readonly #routes = new Map<string, RouteCounts>();

  count(route: string, status: number, seconds: number): void {
    let counts = this.#routes.get(route);
    if (counts === undefined) this.#routes.set(route, (counts = { buckets: BUCKETS_S.map(() => 0), seconds: 0, byStatus: new Map() }));
    counts.byStatus.set(status, (counts.byStatus.get(status) ?? 0) + 1);
    counts.seconds += seconds;
    for (const [index, bound] of BUCKETS_S.entries()) if (seconds <= bound) counts.buckets[index]!++;
  }

  text(): string {
    const requests: Metric = {
      name: "http_requests_total",
      type: "counter",
      help: "HTTP requests by route and status",
      samples: [...this.#routes].flatMap(([route, { byStatus }]) =>
        [...byStatus].map(([status, value]) => ({ labels: { route, status: String(status) }, value })),
      ),
    };
    const lines = [`# HELP ${PREFIX}http_request_seconds Time to answer`, `# TYPE ${PREFIX}http_request_seconds histogram`];
    for (const [route, { buckets, seconds, byStatus }] of this.#routes) {
      const total = [...byStatus.values()].reduce((sum, value) => sum + value, 0);
      for (const [index, bound] of BUCKETS_S.entries())
        lines.push(line("http_request_seconds_bucket", { route, le: String(bound) }, buckets[index]!));
      lines.push(
        line("http_request_seconds_bucket", { route, le: "+Inf" }, total),
        line("http_request_seconds_sum", { route }, seconds),
        line("http_request_seconds_count", { route }, total),
      );
    }
    return `${writeMetrics([requests])}${lines.join("\n")}\n`;
  }
}

export function countRequests(app: FastifyInstance, counts: RequestCounts): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.is404 ? "unknown" : `${request.method} ${request.routeOptions.url ?? "unknown"}`;
    counts.count(route, reply.statusCode, reply.elapsedTime / 1000);
  });
}

export function metricsRoutes(app: Api, services: ApiServices, hub: LiveHub, counts: RequestCounts): void {
  app.get(
    "/metrics",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["platform"],
        summary: "Prometheus text",
        response: { 200: { description: "Prometheus text", content: { "text/plain": { schema: z.string() } } }, ...errors() },
      },
    },
    async (_request, reply) =>
      reply
        .type("text/plain; version=0.0.4; charset=utf-8")
        .serializer((text: string) => text)
        .send(writeMetrics([...telemetryMetrics(services), ...hub.metrics(), ...services.metrics()]) + counts.text()),
  );
}

function telemetryMetrics({ telemetry, tickets }: ApiServices): Metric[] {
  const stats = telemetry.stats();
  const open = tickets.open();
  return [
    gauge("store_points", "Readings kept", stats.points),
    counter("store_duplicates_total", "Readings that were stored already", stats.duplicates),
    counter("store_commits_total", "Commits of the journal", stats.commits),
    gauge("store_commit_ms_p50", "Median time of a commit, ms", stats.commitMsP50),
    gauge("store_commit_ms_p99", "99th percentile of a commit, ms", stats.commitMsP99),
    gauge("store_journal_bytes", "Size of the journal", stats.journalBytes),
    gauge("store_bytes", "Size of the local store", stats.storeBytes),
    gauge("store_failing", "1 while the disk refuses", stats.failing === undefined ? 0 : 1),
    labelled("rejects_total", "counter", "Rejected input by reason", "reason", telemetry.rejectCounts()),
    labelled(
      "tickets_open",
      "gauge",
      "Tickets before closed, by severity",
      "severity",
      Object.fromEntries(SEVERITIES.map((severity) => [severity, open.filter((ticket) => ticket.severity === severity).length])),
    ),
  ];
}

/** Metrics in the text format; names get the prefix, label values are escaped. */
export function writeMetrics(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of metrics) {
    lines.push(`# HELP ${PREFIX}${name} ${escape(help)}`, `# TYPE ${PREFIX}${name} ${type}`);
    for (const { labels, value } of samples) lines.push(line(name, labels ?? {}, value));
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text).replaceAll('"', '\\"')}"`);
  return `${PREFIX}${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"}`;
}

function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
