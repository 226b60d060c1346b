import type { InfluxSettings } from "../../store/influx.ts";

/** Settings of an InfluxDB on this machine, but for what is given. */
export function influxSettings(given: Partial<InfluxSettings> & { readonly url: string }): InfluxSettings {
  return {
    dialect: undefined,
    token: undefined,
    org: undefined,
    bucket: "heatsteward",
    database: "heatsteward",
    user: undefined,
    password: undefined,
    retentionMs: undefined,
    gzip: false,
    spoolBytesMax: 10e9,
    ...given,
  };
}
