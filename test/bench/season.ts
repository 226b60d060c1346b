import { mkdtempSync, rmSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { Curve } from "../../model/curve.ts";
import { Network, type Asset, type Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { createInfluxQuery } from "../../store/influx-query.ts";
import { createInfluxReader } from "../../store/influx-reader.ts";
import { prepareSchema } from "../../store/influx-schema.ts";
import { createInfluxWriter } from "../../store/influx-write.ts";
import { createLongCurve } from "../../store/long-curve.ts";
import { append, createRun, type Run } from "../../store/series-run.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { fillInflux, fillRollups } from "../support/influx-fill.ts";
import { startInflux } from "../support/influx-server.ts";
import { influxSettings } from "../support/influx-settings.ts";

/**
 * How long the server takes to answer for the curve of a season: rollups of a real InfluxDB for all but the last 30 days, which the
 * local store has at 10 s; and the same from a local store alone. `node test/bench/season.ts [--stations 100] [--seed 1]`, about a minute.
 */

const { values: options } = parseArgs({
  options: { stations: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
const stations = Number(options.stations);
const SIGNALS: readonly SignalId[] = ["t2_supply", "t2_return", "t2_set", "p2_supply", "p2_return", "q2_flow", "mk_total", "cp_hz"];
const START = 1_795_132_800_000;
const DAY = 86_400_000;
const POLL_MS = 10_000;
const SEASON_DAYS = 150;
const HOT_DAYS = 30;
const ROUNDS = 40;
/** An odd moment, so that the range cuts buckets. */
const NOW = START + SEASON_DAYS * DAY + 1_234_567;
const SEAM = NOW - HOT_DAYS * DAY;

let state = Number(options.seed) >>> 0;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function benchNetwork(): Network {
  const assets = Array.from({ length: stations }, (_, index): Asset[] => {
    const id = `S${index}`;
    const common = { name: id, station: id, building: undefined, unit: undefined };
    return [
      { ...common, id, level: "station", parent: undefined, children: [`${id}-H`], circuit: undefined },
      { ...common, id: `${id}-H`, level: "circuit", parent: id, children: [], circuit: `${id}-H` },
    ];
  }).flat();
  return new Network({ name: "bench", timezone: "UTC", season: {}, areas: [], stewards: [], assets });
}

function samplesOf(from: number, to: number, stepMs: number): Run {
  const run = createRun();
  for (let at = from; at < to; at += stepMs) append(run, at, Math.round(480 + 40 * Math.sin(at / 2e6) + 20 * random()) / 10);
  return run;
}

const readingsOf = (point: Point, { times, values, count }: Run): Reading[] =>
  Array.from({ length: count }, (_, index) => ({ point, at: times[index]!, value: values[index]! }));

const network = benchNetwork();
const pointsOf = (station: number): Point[] => SIGNALS.map((signal) => network.point(`S${station}-H`, signal)!);
const folder = mkdtempSync(join(tmpdir(), "heatsteward-bench-"));
const server = await startInflux();
try {
  console.log(
    `machine         ${cpus()[0]?.model.trim()} x ${cpus().length}, Linux ${release()}, Node ${process.version}, seed ${options.seed}`,
  );
  const settings = influxSettings({ url: server.url, dialect: "v1" });
  const query = createInfluxQuery(settings, "v1");
  await prepareSchema(settings, "v1", query);
  const writer = createInfluxWriter(settings, "v1");
  const store = await openTelemetryStore({ folder, network, checkpointMs: Infinity, now: () => NOW });

  const began = performance.now();
  // One sample a minute is enough for rows that look like those of one in 10 s.
  const rolledUp = samplesOf(START, SEAM, 60_000);
  for (let station = 0; station < stations; station++) {
    const parts = pointsOf(station).map((point) => ({ point, rolledUp }));
    await fillRollups(network, writer, parts, station < 2 ? ["1h", "5m"] : ["1h"]);
    // Raw samples where the range and the seam cut a bucket.
    const ends = [samplesOf(START, START + DAY, POLL_MS), samplesOf(SEAM - DAY, SEAM, POLL_MS)];
    if (station < 2)
      for (const raw of ends)
        await fillInflux(
          network,
          writer,
          pointsOf(station).map((point) => ({ point, raw, rolledUp: createRun(0) })),
        );
    for (const point of pointsOf(station)) {
      const hot = station < 2 ? samplesOf(SEAM + 1, NOW, POLL_MS) : samplesOf(NOW - 400_000, NOW, POLL_MS);
      await store.commit({ readings: readingsOf(point, hot), rejects: [] });
      store.curveSources.find(point.asset, point.signal)!.droppedTo = SEAM;
    }
  }
  // The last station has the whole season here, of one signal.
  const local = network.point(`S${stations - 1}`, "t_out")!;
  for (let from = START; from < NOW; from += 10 * DAY)
    await store.commit({ readings: readingsOf(local, samplesOf(from, Math.min(NOW, from + 10 * DAY), POLL_MS)), rejects: [] });
  await store.checkpoint();
  await writer.close();
  console.log(`filled          ${stations} circuits of ${SIGNALS.length} signals, 1 h rollups (5 min: two of them), ${seconds(began)} s`);

  const reader = createInfluxReader({ query, retentionMs: undefined, now: () => NOW });
  const curve = createLongCurve({ network, local: store, reader, now: () => NOW });
  const ask = async (points: readonly Point[], from: number, to: number): Promise<Curve> => {
    const drawn = await curve({ points, from, to, px: 800 });
    if (drawn.incomplete !== undefined) throw new Error(`the curve is incomplete: ${drawn.incomplete.reason.en}`);
    return drawn;
  };
  const from = START + 123_456;
  await show("season, 1 signal", (round) => ask(pointsOf(round % 2).slice(0, 1), from, NOW));
  await show("season, 8 signals", (round) => ask(pointsOf(round % 2), from, NOW));
  await show("season, all cold", (round) => ask(pointsOf(round % stations).slice(0, 1), from, SEAM));
  await show("40 days, 1 signal", (round) => ask(pointsOf(round % 2).slice(0, 1), SEAM - 10 * DAY, NOW));
  await show("a day of old, raw", (round) => ask(pointsOf(round % 2).slice(0, 1), from, from + DAY - 200_000));
  await show("season, local", () => ask([local], from, NOW));
  await store.close();
} finally {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}

async function show(name: string, draw: (round: number) => Promise<Curve>): Promise<void> {
  const took: number[] = [];
  let curve: Curve | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const before = performance.now();
    curve = await draw(round);
    took.push(performance.now() - before);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): string => took[Math.min(ROUNDS - 1, Math.floor(ROUNDS * share))]!.toFixed(1);
  const width = curve?.raw === false ? `${curve.bucketMs / 60_000} min` : "raw";
  console.log(`${name.padEnd(20)}p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${curve!.times.length} times, ${width})`);
}
