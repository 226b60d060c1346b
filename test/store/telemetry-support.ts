import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseNetworkFile } from "../../model/network-file.ts";
import type { Network, Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";

/** A small network, a folder of its own and short ways to readings, for the tests of the telemetry store. */

export const START = 1_795_132_800_000;

/** Stations S1, S2 … with one circuit S1-H and one unit S1-U each. */
export function smallNetwork(stations = 2): Network {
  const list = Array.from({ length: stations }, (_, index) => {
    const id = `S${index + 1}`;
    return { id, circuits: [{ id: `${id}-H`, buildings: [{ id: `${id}-B`, units: [{ id: `${id}-U` }] }] }] };
  });
  return parseNetworkFile(JSON.stringify({ stations: list }), "network.json");
}

export function pointOf(network: Network, asset: string, signal: SignalId): Point {
  const point = network.point(asset, signal);
  if (point === undefined) throw new Error(`the network has no ${asset} ${signal}`);
  return point;
}

export function readingOf(point: Point, at: number, value: number | null): Reading {
  return { point, at, value };
}

export const batchOf = (...readings: readonly Reading[]): { readings: readonly Reading[]; rejects: readonly never[] } => ({
  readings,
  rejects: [],
});

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "heatsteward-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
