import { counter, gauge, labelled } from "./api/metric.ts";
import type { Metric } from "./api/services.ts";
import type { InfluxState } from "./store/influx.ts";

/** How the forwarding to InfluxDB stands, for `GET /metrics`. */

const STATES = ["connecting", "forwarding", "behind", "down", "refused", "backfilling"] as const satisfies readonly InfluxState["state"][];

/** `spoolBytesMax`: the limit of the setting. */
export function influxMetrics(state: InfluxState, spoolBytesMax: number | undefined): Metric[] {
  return [
    labelled("influx_state", "gauge", "1 for the state that the forwarding is in", "state", {
      ...Object.fromEntries(STATES.map((name) => [name, 0])),
      [state.state]: 1,
    }),
    gauge("influx_behind_seconds", "Age of the oldest commit that InfluxDB does not have", state.behindMs / 1000),
    gauge("influx_spool_bytes", "Bytes that wait for InfluxDB", state.spoolBytes),
    gauge("influx_spool_points", "Points that wait for InfluxDB", state.spoolPoints),
    ...(spoolBytesMax === undefined ? [] : [gauge("influx_spool_limit_bytes", "Limit of what may wait for InfluxDB", spoolBytesMax)]),
    counter("influx_points_written_total", "Points that InfluxDB took", state.pointsWritten),
    counter("influx_rollups_written_total", "Rollup lines that InfluxDB took", state.rollupsWritten),
    counter("influx_requests_total", "Requests made to InfluxDB", state.requests),
    counter("influx_retries_total", "Requests made again after a failure", state.retries),
    gauge("influx_dead_letters", "Lines that InfluxDB refused, kept for replay", state.deadLetters),
    counter("influx_dead_letters_dropped_total", "Refused lines dropped for newer ones", state.deadLettersDropped),
    counter("influx_points_too_old_total", "Points older than InfluxDB keeps, not sent", state.pointsTooOld),
    gauge("influx_backfill_ratio", "Share of the backfill that is done; 1 when there is none", state.backfill ?? 1),
    gauge("influx_last_error_seconds", "When a request failed last, s since 1970; 0 when none did", (state.lastErrorAt ?? 0) / 1000),
  ];
}
