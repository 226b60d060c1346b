import type { Contacts } from "./contacts.ts";
import type { FaultWatch } from "./fault-watch.ts";
import { influxPart } from "./health-influx.ts";
import type { Broker } from "./ingest/broker.ts";
import type { ExternalBroker } from "./ingest/external.ts";
import type { Pipeline } from "./ingest/pipeline.ts";
import type { Health, HealthPart } from "./model/live.ts";
import type { Network } from "./model/network.ts";
import type { RuleHost } from "./rules/host.ts";
import type { DiskState } from "./store/disk.ts";
import type { InfluxState } from "./store/influx.ts";
import type { TelemetryStore } from "./store/telemetry.ts";
import packageFile from "./package.json" with { type: "json" };

/** What is wrong with the platform itself, part by part, and what to do about it. */

export interface HealthParts {
  readonly startedAt: number;
  readonly store: TelemetryStore;
  readonly pipeline: Pipeline;
  readonly host: RuleHost;
  readonly watch: FaultWatch;
  readonly broker: Broker | undefined;
  readonly external: ExternalBroker | undefined;
  readonly network: Network;
  readonly contacts: Contacts;
  /** Undefined: InfluxDB is not configured. */
  readonly influx?: (() => InfluxState) | undefined;
  /** The limit of `influx.spool_gb`, bytes. */
  readonly spoolBytesMax?: number | undefined;
  readonly disk?: (() => DiskState) | undefined;
}

export function createHealth(parts: HealthParts): { health(): Health } {
  return {
    health() {
      const all: Record<string, HealthPart> = {
        store: storePart(parts),
        ...(parts.disk === undefined ? {} : { disk: diskPart(parts.disk()) }),
        ...(parts.influx === undefined ? {} : { influx: influxPart(parts.influx(), parts.spoolBytesMax) }),
        ingest: ingestPart(parts),
        broker: brokerPart(parts),
        rules: rulesPart(parts),
        stations: stationsPart(parts),
      };
      const found = new Set(Object.values(all).map(({ status }) => status));
      const status = found.has("down") ? "down" : found.has("degraded") ? "degraded" : "ok";
      return { status, version: packageFile.version, startedAt: parts.startedAt, parts: all };
    },
  };
}

function storePart({ store }: HealthParts): HealthPart {
  const { failing, ...figures } = store.stats();
  if (failing === undefined) return { status: "ok", figures: { ...figures, rejectsDropped: figures.rejectsDropped ?? 0 } };
  return {
    status: "down",
    message: {
      zh: `数据盘拒绝写入：${failing}。消息未确认，网关会保留并重发；请腾出空间或恢复写权限，写入会自动恢复`,
      en: `the data disk refuses to write: ${failing}. Messages are not acknowledged, gateways keep them; free space or restore access, writing resumes by itself`,
    },
    figures: { ...figures, rejectsDropped: figures.rejectsDropped ?? 0, failing },
  };
}

/** A disk that fills is told before it refuses; that it refuses is told by the store. */
function diskPart({ usedShare, freeBytes, level, message }: DiskState): HealthPart {
  const figures = { usedShare, freeBytes, level };
  return { status: level === "ok" ? "ok" : "degraded", ...(level === "ok" || message === undefined ? {} : { message }), figures };
}

function ingestPart({ pipeline }: HealthParts): HealthPart {
  const { gateways, rejects, failing, full, ...figures } = pipeline.stats();
  const rejected = Object.values(rejects).reduce((sum, count) => sum + count, 0);
  const skewed = gateways.filter((gateway) => gateway.clock === "skewed");
  const shown = {
    ...figures,
    failing: failing ?? null,
    full: String(full),
    rejected,
    gateways: gateways.length,
    skewedGateways: skewed.length,
  };
  if (full) {
    return {
      status: "degraded",
      message: {
        zh: "接收队列已满，暂停读取，网关会保留数据",
        en: "the ingest queue is full, reading is paused; gateways keep their data",
      },
      figures: shown,
    };
  }
  if (skewed.length === 0) return { status: "ok", figures: shown };
  const worst = skewed.reduce((a, b) => (Math.abs(b.offsetMs) > Math.abs(a.offsetMs) ? b : a));
  const minutes = Math.round(Math.abs(worst.offsetMs) / 60_000);
  return {
    status: "degraded",
    message: {
      zh: `${skewed.length} 个网关时钟不准，已自动修正；最大 ${worst.name} ${worst.offsetMs > 0 ? "慢" : "快"} ${minutes} min，请校时`,
      en: `the clocks of ${skewed.length} gateways are wrong and corrected; worst ${worst.name}, ${minutes} min ${worst.offsetMs > 0 ? "slow" : "fast"}: set its clock`,
    },
    figures: shown,
  };
}

function brokerPart({ broker, external }: HealthParts): HealthPart {
  if (broker !== undefined) {
    const { refused, ended: _ended, ...figures } = broker.stats();
    return {
      status: "ok",
      figures: { port: broker.port, ...figures, refused: Object.values(refused).reduce((sum, count) => sum + count, 0) },
    };
  }
  const stats = external?.stats();
  const figures = { connected: String(stats?.connected ?? false), messages: stats?.messages ?? 0, lastError: stats?.lastError ?? null };
  if (stats?.connected === true) return { status: "ok", figures };
  return {
    status: "degraded",
    message: {
      zh: `与外部 MQTT 服务器断开：${stats?.lastError ?? "正在连接"}`,
      en: `not connected to the external MQTT broker: ${stats?.lastError ?? "connecting"}`,
    },
    figures,
  };
}

function rulesPart({ host, watch }: HealthParts): HealthPart {
  const { lastFailure, ...figures } = host.counts();
  const failures = figures.failures + watch.failures();
  const shown = { ...figures, failures, lastFailure: lastFailure ?? null };
  if (failures === 0) return { status: "ok", figures: shown };
  return {
    status: "degraded",
    message: {
      zh: `规则计算出错 ${failures} 次：${lastFailure ?? "见日志"}`,
      en: `rules failed ${failures} times: ${lastFailure ?? "see the log"}`,
    },
    figures: shown,
  };
}

function stationsPart({ network, contacts }: HealthParts): HealthPart {
  const counts = { online: 0, silent: 0, offline: 0, never: 0 };
  for (const { id } of network.stations) counts[contacts.contact(id).connection]++;
  return { status: "ok", figures: counts };
}
