import { counter, gauge, labelled } from "./api/metric.ts";
import type { Metric } from "./api/services.ts";
import type { FaultWatch } from "./fault-watch.ts";
import type { Broker } from "./ingest/broker.ts";
import type { ExternalBroker } from "./ingest/external.ts";
import type { Pipeline } from "./ingest/pipeline.ts";
import type { RuleHost } from "./rules/host.ts";
import { influxMetrics } from "./influx-metrics.ts";
import type { RuleMemory } from "./rule-memory.ts";
import type { DiskState } from "./store/disk.ts";
import type { InfluxState } from "./store/influx.ts";
import type { LocalTelemetryStore } from "./store/telemetry-store.ts";

/** The counters that the platform adds to those of `api/metrics.ts` for `GET /metrics`: what came in, what was refused and why, what the rules did. */

export interface MetricParts {
  readonly store: LocalTelemetryStore;
  readonly pipeline: Pipeline;
  readonly host: RuleHost;
  readonly watch: FaultWatch;
  readonly broker: Broker | undefined;
  readonly external: ExternalBroker | undefined;
  readonly memory?: RuleMemory | undefined;
  /** Undefined: InfluxDB is not configured. */
  readonly influx?: (() => InfluxState) | undefined;
  /** The limit of `influx.spool_gb`, bytes. */
  readonly spoolBytesMax?: number | undefined;
  readonly disk?: (() => DiskState) | undefined;
}

export function platformMetrics(parts: MetricParts): Metric[] {
  const { store, pipeline, host, watch, broker, external, memory, influx, disk } = parts;
  const ingest = pipeline.stats();
  const kept = store.stats();
  const rules = host.counts();
  return [
    counter("ingest_messages_total", "Messages taken in", ingest.messages),
    counter("ingest_readings_total", "Readings decoded", ingest.readings),
    counter("ingest_bytes_total", "Payload bytes taken in", ingest.bytes),
    labelled("ingest_rejects_total", "counter", "What could not be used, by reason", "reason", ingest.rejects),
    counter("ingest_rejects_unlisted_total", "Rejects counted but not kept one by one", ingest.rejectsUnlisted),
    counter("ingest_dropped_total", "Messages refused without acknowledgement", ingest.dropped),
    gauge("ingest_queue_messages", "Messages waiting for their commit", ingest.queueMessages),
    gauge("ingest_queue_bytes", "Bytes waiting for their commit", ingest.queueBytes),
    gauge("ingest_full", "1 while reading is paused", ingest.full ? 1 : 0),
    gauge("ingest_ack_p50_ms", "Median time from receipt to acknowledgement", ingest.ackMsP50),
    gauge("ingest_ack_p99_ms", "99th percentile of the time from receipt to acknowledgement", ingest.ackMsP99),
    gauge("ingest_gateways", "Gateways heard since the start", ingest.gateways.length),
    gauge("ingest_gateways_skewed", "Gateways whose clock is corrected", ingest.gateways.filter(({ clock }) => clock === "skewed").length),
    counter("store_points_total", "Points stored since the start", kept.points),
    counter("store_rejects_dropped_total", "Rejects dropped for newer ones", kept.rejectsDropped ?? 0),
    gauge("store_limit_bytes", "Limit of the local store", kept.storeBytesMax),
    gauge("store_journal_limit_bytes", "Limit of the journal", kept.journalBytesMax),
    counter("store_points_dropped_total", "Points that retention dropped, by age and by bytes", kept.pointsDropped),
    counter("store_points_dropped_by_bytes_total", "Those of them that had to go before their age", kept.pointsDroppedByBytes),
    counter("store_points_dropped_unforwarded_total", "Those of them that InfluxDB may not have", kept.pointsDroppedUnforwarded),
    counter("rules_readings_total", "Readings that the rules have seen", rules.readings),
    counter("rules_late_total", "Readings that came after their time was judged", rules.late),
    counter("rules_too_late_total", "Readings too old to be judged", rules.tooLate),
    counter("rules_rewinds_total", "Rewinds for late readings", rules.rewinds),
    counter("rules_refolded_total", "Readings folded again", rules.refolded),
    counter("rules_evaluations_total", "Evaluations of rules", rules.evaluations),
    counter("rules_failures_total", "Rules or ticket work that threw", rules.failures + watch.failures()),
    counter("rules_episodes_dropped_total", "Cleared episodes forgotten for newer ones", rules.episodesDropped),
    gauge("rules_snapshot_bytes", "Memory of the snapshots", rules.snapshotBytes),
    ...(memory === undefined
      ? []
      : [counter("rules_snapshots_ignored_total", "Saved states of rules that could not be used", memory.ignoredSnapshots())]),
    ...(disk === undefined ? [] : diskMetrics(disk())),
    ...(influx === undefined ? [] : influxMetrics(influx(), parts.spoolBytesMax)),
    ...(broker === undefined ? [] : brokerMetrics(broker)),
    ...(external === undefined ? [] : externalMetrics(external)),
    gauge("process_resident_bytes", "Resident memory", process.memoryUsage.rss()),
    counter("process_cpu_seconds_total", "CPU time", (process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  ];
}

function diskMetrics({ usedShare, freeBytes, level }: DiskState): Metric[] {
  return [
    gauge("disk_used_ratio", "Used share of the disk that the data folder is on", usedShare),
    gauge("disk_free_bytes", "Free bytes of that disk", freeBytes),
    labelled("disk_level", "gauge", "1 for the level that the disk is at", "level", { ok: 0, warning: 0, critical: 0, [level]: 1 }),
  ];
}

function brokerMetrics(broker: Broker): Metric[] {
  const stats = broker.stats();
  return [
    gauge("broker_connections", "Open connections", stats.connections),
    counter("broker_connections_total", "Connections accepted", stats.connectionsTotal),
    labelled("broker_refused_total", "counter", "Connections not let in, by reason", "reason", stats.refused),
    labelled("broker_ended_total", "counter", "Connections ended by us, by reason", "reason", stats.ended),
    counter("broker_subscriptions_refused_total", "Subscriptions refused", stats.subscriptionsRefused),
    counter("broker_qos0_total", "Messages without a promise", stats.qos0Messages),
  ];
}

function externalMetrics(external: ExternalBroker): Metric[] {
  const stats = external.stats();
  return [
    gauge("external_connected", "1 while connected to the external broker", stats.connected ? 1 : 0),
    counter("external_connects_total", "Connections made to the external broker", stats.connects),
    counter(
      "external_stale_acks_total",
      "Acknowledgements not sent because their connection was gone; the messages come again",
      stats.staleAcks,
    ),
  ];
}
