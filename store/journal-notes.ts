/** Names of what the forwarding to InfluxDB remembers in the journal, beside its cursor. */

/** Lowest event time, and oldest commit, among what InfluxDB did not have at the last checkpoint of the store. */
export const WAITING_NOTE = "influx_waiting";
/** What is left of the backfill (`backfill-jobs.ts`). */
export const BACKFILL_NOTE = "influx_backfill";
/** Buckets whose rollups are not computed yet (`rollup-buckets.ts`). */
export const ROLLUP_NOTE = "influx_rollup";
/** Who writes: a number made once, so that two platforms in one database do not take each other's marker for theirs. */
export const INSTANCE_NOTE = "influx_instance";
/** Markers that InfluxDB has confirmed (`influx-marker.ts`). */
export const MARKS_NOTE = "influx_marks";

/** Those that the forwarding reads at its start. */
export const FORWARDER_NOTES = [BACKFILL_NOTE, ROLLUP_NOTE, INSTANCE_NOTE, MARKS_NOTE] as const;
