import type { ApiServices, InfluxService } from "./api/services.ts";
import type { Log } from "./log.ts";
import type { Network } from "./model/network.ts";
import type { Audit } from "./store/audit.ts";
import type { InfluxSettings, InfluxState } from "./store/influx.ts";
import { createInfluxLink } from "./store/influx-link.ts";
import { createInfluxReader } from "./store/influx-reader.ts";
import { createLongCurve } from "./store/long-curve.ts";
import { createLongReadings } from "./store/long-readings.ts";
import { localReadings } from "./store/reading-slices.ts";
import type { LocalTelemetryStore } from "./store/telemetry-store.ts";

/** The record for the years: the way to InfluxDB when there is one, and what is read of both it and the local store. */

export interface LongTerm {
  readonly curve: ApiServices["telemetry"]["curve"];
  readonly readings: NonNullable<ApiServices["readings"]>;
  /** Undefined: no InfluxDB is configured. */
  readonly influx: InfluxService | undefined;
  readonly state: (() => InfluxState) | undefined;
  /** Event time from which InfluxDB may not have everything yet; undefined: nobody needs anything. */
  holdRetention(): number | undefined;
  close(): Promise<void>;
}

export interface LongTermParts {
  readonly settings: InfluxSettings | undefined;
  readonly network: Network;
  readonly store: LocalTelemetryStore;
  readonly audit: Audit;
  readonly now: () => number;
  readonly log: Log;
}

export function openLongTerm({ settings, network, store, audit, now, log }: LongTermParts): LongTerm {
  if (settings === undefined) {
    return {
      curve: (query) => store.curve(query),
      readings: localReadings(store),
      influx: undefined,
      state: undefined,
      holdRetention: () => undefined,
      close: () => Promise.resolve(),
    };
  }
  const link = createInfluxLink({ settings, network, spool: store.spool, now, log: (line) => log.warn(line) });
  const reader = createInfluxReader({ query: link.query, retentionMs: settings.retentionMs, now });
  return {
    curve: createLongCurve({ network, local: store, reader, now }),
    readings: createLongReadings({ network, local: store, reader }),
    influx: {
      state: () => link.state(),
      deadLetters: (query) => link.deadLetters(query),
      async replay(ids, by) {
        const outcome = await link.replay(ids);
        audit.append({
          at: now(),
          who: by.name,
          ip: by.ip,
          what: "influx.replay",
          subject: ids === "all" ? "all" : ids.join(","),
          after: outcome,
          result: "ok",
        });
        return outcome;
      },
    },
    state: () => link.state(),
    holdRetention: () => link.holdRetention(),
    close: () => link.close(),
  };
}
