import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { Reading } from "../model/reading.ts";
import { SIGNALS } from "../model/signals.ts";

/** Readings as a Parquet file of columns time, asset, signal, value and unit, written group by group: memory holds one group. */

/** Rows of one group: some MB of memory, and what a reader has to decode at least. */
const GROUP_ROWS = 100_000;
const REQUIRED = { repetition_type: "REQUIRED" } as const;
const TEXT = { type: "BYTE_ARRAY", converted_type: "UTF8", ...REQUIRED } as const;
/** A null value is a failed sensor. */
const SCHEMA = [
  { name: "root", num_children: 5 },
  { name: "ts", type: "INT64", converted_type: "TIMESTAMP_MILLIS", ...REQUIRED },
  { name: "asset", ...TEXT },
  { name: "signal", ...TEXT },
  { name: "value", type: "DOUBLE", repetition_type: "OPTIONAL" },
  { name: "unit", ...TEXT },
] as const;

export interface ParquetFile {
  write(readings: readonly Reading[]): Promise<void>;
  /** Without it the file cannot be read. */
  finish(): Promise<void>;
}

export function createParquetFile(path: string): ParquetFile {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: [...SCHEMA], createdBy: "HeatSteward" });
  let columns = emptyColumns();

  async function writeGroup(): Promise<void> {
    const { times, assets, signals, values, units } = columns;
    if (times.length === 0) return;
    columns = emptyColumns();
    const columnData = [
      { name: "ts", data: times },
      { name: "asset", data: assets },
      { name: "signal", data: signals },
      { name: "value", data: values },
      { name: "unit", data: units },
    ];
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
  }

  return {
    async write(readings) {
      for (const { point, at, value } of readings) {
        columns.times.push(new Date(at));
        columns.assets.push(point.asset);
        columns.signals.push(point.signal);
        columns.values.push(value);
        columns.units.push(SIGNALS[point.signal].unit);
        if (columns.times.length >= GROUP_ROWS) await writeGroup();
      }
    },
    async finish() {
      await writeGroup();
      await writer.finish();
    },
  };
}

interface Columns {
  readonly times: Date[];
  readonly assets: string[];
  readonly signals: string[];
  readonly values: (number | null)[];
  readonly units: string[];
}

const emptyColumns = (): Columns => ({ times: [], assets: [], signals: [], values: [], units: [] });
