import type { Network } from "../model/network.ts";
import type { Level, SignalId } from "../model/signals.ts";
import { floatText, identityTags } from "./influx-lines.ts";

/** Line protocol of rollups: `{level}_5m` and `{level}_1h` in the target "rollup", time = start of the bucket. */

export const ROLLUP_WIDTHS = { "5m": 300_000, "1h": 3_600_000 } as const;
export type RollupName = keyof typeof ROLLUP_WIDTHS;

/** What is kept of one signal in one bucket; times in epoch ms. */
export interface RollupRow {
  /** Good samples; 0 when the sensor failed all the time: then min, max, sum, first and last mean nothing and are not written. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly first: number;
  readonly last: number;
  /** Good and failed samples. */
  readonly samples: number;
  /** Times of the first and the last sample, so that gaps stay honest. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Suffixes of a signal's fields in a rollup, and the part of a row that each holds. */
export const ROLLUP_FIELDS = {
  min: "_min",
  max: "_max",
  sum: "_sum",
  count: "_count",
  first: "_first",
  last: "_last",
  samples: "_samples",
  firstAt: "_first_at",
  lastAt: "_last_at",
} as const satisfies Record<keyof RollupRow, string>;

export function rollupMeasurement(level: Level, rollup: RollupName): string {
  return `${level}_${rollup}`;
}

export interface RollupLineWriter {
  /** Consecutive rows of one asset, rollup and bucket become one line. False, and nothing is added, when the network does not know the asset. */
  add(asset: string, signal: SignalId, rollup: RollupName, bucketStart: number, row: RollupRow): boolean;
  /** The lines since the last call; begins anew. */
  take(): string[];
}

export function createRollupLineWriter(network: Network): RollupLineWriter {
  const tags = new Map<string, string>();
  let lines: string[] = [];
  let start = "";
  let at = Number.NaN;
  let fields = "";
  let signals: SignalId[] = [];

  function end(): void {
    if (fields !== "") lines.push(`${start} ${fields.slice(1)} ${at}`);
    fields = "";
    signals = [];
  }
  return {
    add(id, signal, rollup, bucketStart, row) {
      const asset = network.asset(id);
      if (asset === undefined) return false;
      let identity = tags.get(id);
      if (identity === undefined) tags.set(id, (identity = identityTags(network, asset)));
      const series = rollupMeasurement(asset.level, rollup) + identity;
      if (series !== start || bucketStart !== at || signals.includes(signal)) {
        end();
        start = series;
        at = bucketStart;
      }
      signals.push(signal);
      fields += rowFields(signal, row);
      return true;
    },
    take() {
      end();
      const taken = lines;
      lines = [];
      return taken;
    },
  };
}

function rowFields(signal: SignalId, row: RollupRow): string {
  const part = (key: keyof RollupRow): string => `,${signal}${ROLLUP_FIELDS[key]}=${floatText(row[key])}`;
  const always = part("count") + part("samples") + part("firstAt") + part("lastAt");
  return row.count === 0 ? always : part("min") + part("max") + part("sum") + part("first") + part("last") + always;
}
