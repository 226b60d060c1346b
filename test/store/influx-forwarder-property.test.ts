import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { ROLLUP_WIDTHS_MS, bucketStart } from "../../store/rollup.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { type Clock, type Failure, forwarding, memoryInflux } from "./influx-support.ts";
import { START, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

/** Whatever fails, whenever: in the end InfluxDB has the last value of every point, and the rollups of these, and nothing else. */

const network = smallNetwork();
const POINTS = [
  pointOf(network, "S1-H", "t2_supply"),
  pointOf(network, "S1-H", "t2_return"),
  pointOf(network, "S1", "t_out"),
  pointOf(network, "S2-U", "t_supply"),
];

const failure: fc.Arbitrary<Failure> = fc.oneof(
  fc.constant<Failure>("cut_stored"),
  fc.constant<Failure>("cut_lost"),
  fc.constantFrom<Failure>(
    { type: "unavailable", reason: "answer 500" },
    { type: "unavailable", reason: "answer 429", retryAfterMs: 4000 },
    { type: "unauthorized", reason: "answer 401" },
    { type: "missing", reason: "answer 404: database not found" },
  ),
);

const points = fc.array(fc.tuple(fc.nat(POINTS.length - 1), fc.nat(900), fc.option(fc.integer({ min: 0, max: 40 }), { freq: 6 })), {
  minLength: 1,
  maxLength: 12,
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("commit" as const), points }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("run" as const), rounds: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fail" as const), with: fc.array(failure, { minLength: 1, maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("later" as const), ms: fc.integer({ min: 1000, max: 900_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), influx: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restored" as const), points, rounds: fc.integer({ min: 1, max: 75 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("full" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 25);

test(`outages, crashes, restores and late data in any order leave the last value of every point (${RUNS} courses)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const folder = temporaryFolder();
      const clock: Clock = { at: START + 900_000 };
      const influx = memoryInflux();
      const open = (hasInflux: boolean): Promise<LocalTelemetryStore> =>
        openTelemetryStore({ folder: folder.path, network, now: () => clock.at, checkpointMs: Infinity, influx: hasInflux });
      let store = await open(true);

      /** Some rounds of a forwarder that is then thrown away, as a process that ends does. */
      const run = async (rounds: number, crash = false, spoolBytesMax = Infinity): Promise<void> => {
        let left = rounds;
        let dead = false;
        await forwarding({
          network,
          spool: store.spool,
          influx,
          clock,
          spoolBytesMax,
          atSleep: () => void left--,
          beforeMove() {
            if (!crash) return;
            dead = true;
            throw new Error("the process was killed");
          },
        }).runUntil(() => left <= 0 || dead);
      };
      const commit = (given: readonly (readonly [number, number, number | null])[]): Promise<unknown> =>
        store.commit({
          readings: given.map(([point, second, value]) => readingOf(POINTS[point]!, START + second * 1000, value)),
          rejects: [],
        });
      const take = async (next: Step): Promise<void> => {
        switch (next.kind) {
          case "commit":
            await commit(next.points);
            break;
          case "run":
            await run(next.rounds);
            break;
          case "fail":
            influx.failures.push(...next.with);
            break;
          case "crash":
            await run(20, true);
            break;
          case "later":
            clock.at += next.ms;
            break;
          case "checkpoint":
            await store.checkpoint();
            break;
          case "restart":
            await store.close();
            store = await open(next.influx);
            if (next.influx) break;
            // A time without InfluxDB.
            await store.commit({ readings: [readingOf(POINTS[0]!, START + 77_000, 39)], rejects: [] });
            await store.close();
            store = await open(true);
            break;
          case "restored": {
            // A marker first, and one after: else there is no telling how old the backup is.
            await run(30);
            const backup = new Map(influx.points);
            await commit(next.points);
            await run(30);
            await run(next.rounds);
            influx.points = backup;
            break;
          }
          case "full":
            await run(20, false, 30);
            break;
        }
      };
      try {
        for (const next of steps) await take(next);
        influx.failures = [];
        const began = clock.at;
        await forwarding({ network, spool: store.spool, influx, clock }).runUntil(
          () => clock.at > began + 1_300_000 && store.spool.waiting().points === 0 && store.spool.missingFrom() === undefined,
          7_200_000,
        );
        expect(readBack(influx.points)).toEqual(wanted(store));
        expect(influx.overlaps()).toBe(0);
        expect(store.spool.deadLetterCount()).toBe(0);
      } finally {
        await store.close();
        folder.remove();
      }
    }),
    { numRuns: RUNS, seed: Number(process.env["PROPERTY_SEED"] ?? 20261121) },
  );
}, 300_000);

/** Raw points and rollups, as InfluxDB has them; a failure whose sensor then told a value is no failure. */
function readBack(points: ReadonlyMap<string, number>): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [key, value] of [...points].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key.startsWith("rollup heatsteward,")) continue;
    if (key.startsWith("raw failed,")) {
      const [, series = "", at, field] = key.split(" ");
      const asset = /id=([^,]+)/.exec(series)![1]!;
      const level = network.asset(asset)!.level;
      if (points.has(`raw ${series.replace("failed", level)} ${at} ${field}`)) continue;
    }
    found[key] = value;
  }
  return found;
}

function wanted(store: LocalTelemetryStore): Record<string, number> {
  const found: [string, number][] = [];
  const rows = new Map<string, Reading[]>();
  for (const station of network.stations)
    for (const reading of store.readings(station.id, -Infinity, Infinity)) {
      const { asset, signal } = reading.point;
      const { level } = network.asset(asset)!;
      const tags = tagsOf(asset);
      found.push([`raw ${reading.value === null ? "failed" : level}${tags} ${reading.at} ${signal}`, reading.value ?? 1]);
      for (const widthMs of ROLLUP_WIDTHS_MS) {
        const key = `rollup ${level}_${widthMs === 300_000 ? "5m" : "1h"}${tags} ${bucketStart(reading.at, widthMs)} ${signal}`;
        rows.set(key, [...(rows.get(key) ?? []), reading]);
      }
    }
  for (const [key, readings] of rows) {
    const values = readings.flatMap(({ value }) => (value === null ? [] : [value]));
    const fields: [string, number][] = [
      ["count", values.length],
      ["samples", readings.length],
      ["first_at", readings[0]!.at],
      ["last_at", readings.at(-1)!.at],
    ];
    if (values.length > 0)
      fields.push(
        ["min", Math.min(...values)],
        ["max", Math.max(...values)],
        ["sum", values.reduce((sum, value) => sum + value, 0)],
        ["first", values[0]!],
        ["last", values.at(-1)!],
      );
    for (const [field, value] of fields) found.push([`${key}_${field}`, value]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function tagsOf(id: string): string {
  const tags = network.lineage(id).map((asset, index) => `${index === 0 ? "id" : asset.level}=${asset.id}`);
  return `,${tags.sort().join(",")}`;
}
