import type { Asset } from "../model/network.ts";
import { SIGNAL_IDS, SIGNALS, type Level, type SignalId } from "../model/signals.ts";
import type { InfluxQuery } from "./influx.ts";
import { FAILED_MEASUREMENT } from "./influx-lines.ts";
import { influxTime } from "./influx-query.ts";
import { ROLLUP_WIDTHS } from "./influx-rollup-lines.ts";
import { type Run, append, createRun, mergeRuns, slice } from "./series-run.ts";

/** Raw points that InfluxDB has, asked for by asset and hour: neighbouring buckets and signals share one question. */

export interface RawPoints {
  /** The points of one signal in from <= time < to, which lies within one hour. Rejects with InfluxError. */
  read(asset: Asset, signal: SignalId, from: number, to: number): Promise<Run>;
}

const HOUR_MS = ROLLUP_WIDTHS["1h"];

/** Remembers what it has read: to be thrown away after one round of work. */
export function createRawPoints(query: InfluxQuery): RawPoints {
  const hours = new Map<string, Promise<ReadonlyMap<SignalId, Run>>>();

  async function readHour(asset: Asset, from: number): Promise<ReadonlyMap<SignalId, Run>> {
    const failed = await ask(asset, FAILED_MEASUREMENT, from);
    const good = await ask(asset, asset.level, from);
    const both = new Map(failed);
    for (const [signal, run] of good) both.set(signal, mergeRuns(failed.get(signal) ?? createRun(), run));
    return both;
  }

  async function ask(asset: Asset, measurement: string, from: number): Promise<Map<SignalId, Run>> {
    const signals = signalsOf(asset.level);
    const [table] = await query.query(
      "raw",
      `SELECT ${signals.map((signal) => `"${signal}"`).join(", ")} FROM "${measurement}" WHERE "id" = $id AND time >= $from AND time < $to`,
      { id: asset.id, from: influxTime(from), to: influxTime(from + HOUR_MS) },
    );
    const runs = new Map<SignalId, Run>();
    if (table === undefined) return runs;
    const time = table.columns.indexOf("time");
    for (const signal of signals) {
      const column = table.columns.indexOf(signal);
      const run = createRun();
      for (const row of table.rows)
        if (typeof row[column] === "number") append(run, Number(row[time]), measurement === FAILED_MEASUREMENT ? NaN : row[column]);
      if (run.count > 0) runs.set(signal, run);
    }
    return runs;
  }

  return {
    async read(asset, signal, from, to) {
      const hour = Math.floor(from / HOUR_MS) * HOUR_MS;
      const key = `${asset.id} ${hour}`;
      let reading = hours.get(key);
      if (reading === undefined) hours.set(key, (reading = readHour(asset, hour)));
      return slice((await reading).get(signal) ?? createRun(), from, to);
    },
  };
}

function signalsOf(level: Level): SignalId[] {
  return SIGNAL_IDS.filter((signal) => (SIGNALS[signal].levels as readonly Level[]).includes(level));
}
