import type { Network, Point } from "../../model/network.ts";
import { createLineWriter } from "../../store/influx-lines.ts";
import { ROLLUP_WIDTHS, createRollupLineWriter, type RollupName } from "../../store/influx-rollup-lines.ts";
import type { InfluxTarget, InfluxWriter } from "../../store/influx.ts";
import { rollupRun } from "../../store/rollup.ts";
import type { Run } from "../../store/series-run.ts";

/** Brings series to an InfluxDB as the forwarding would have: raw samples, and rollups of 5 min and 1 h. */

const LINES_PER_REQUEST = 5000;

export interface FillPart {
  readonly point: Point;
  readonly raw: Run;
  /** What the rollups are computed from. */
  readonly rolledUp: Run;
}

export async function fillInflux(network: Network, writer: InfluxWriter, parts: readonly FillPart[]): Promise<void> {
  const lines = createLineWriter(network);
  for (const { point, raw } of parts) {
    for (let index = 0; index < raw.count; index++) lines.add(point.asset, point.signal, raw.times[index]!, raw.values[index]!);
    await send(writer, "raw", lines.take().lines);
  }
  await fillRollups(network, writer, parts, ["5m", "1h"]);
}

/** Signals of one asset that follow each other share their lines. */
export async function fillRollups(
  network: Network,
  writer: InfluxWriter,
  parts: readonly Omit<FillPart, "raw">[],
  names: readonly RollupName[],
): Promise<void> {
  const rollups = createRollupLineWriter(network);
  for (const name of names) {
    for (const { point, rolledUp } of parts) {
      for (const { at, row } of rollupRun(rolledUp, ROLLUP_WIDTHS[name])) rollups.add(point.asset, point.signal, name, at, row);
      await send(writer, "rollup", rollups.take());
    }
  }
}

async function send(writer: InfluxWriter, target: InfluxTarget, lines: readonly string[]): Promise<void> {
  for (let start = 0; start < lines.length; start += LINES_PER_REQUEST) {
    const outcome = await writer.write(target, lines.slice(start, start + LINES_PER_REQUEST));
    if (outcome.type !== "written") throw new Error(`InfluxDB did not take the lines: ${JSON.stringify(outcome)}`);
  }
}
