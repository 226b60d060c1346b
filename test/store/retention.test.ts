import { cpSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { type LocalTelemetryStore, type TelemetryOptions, openTelemetryStore } from "../../store/telemetry-store.ts";
import { TelemetryModel } from "./telemetry-model.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
const points = [pointOf(network, "S1", "t_out"), pointOf(network, "S1-H", "t2_supply"), pointOf(network, "S2-U", "t_return")];
const DAY_MS = 86_400_000;
/** A longer search: RUNS=1000 npx vitest run test/store/retention.test.ts */
const RUNS = Number(process.env["RUNS"] ?? 12);

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const open = (options: Partial<TelemetryOptions>): Promise<LocalTelemetryStore> =>
  openTelemetryStore({ folder: folder.path, network, checkpointMs: Infinity, now: () => START, ...options });

/** Values that no codec makes small: about 8 B each. */
function noisy(point: Point, from: number, count: number, stepMs = 10_000): Reading[] {
  return Array.from({ length: count }, (_, index) => readingOf(point, from + index * stepMs, Math.sin((from % 1e6) + index * 1.7)));
}

const bytesOf = (path: string): number => statSync(join(path, "chunks.db")).size;

describe("the limit of bytes", () => {
  test("drops the oldest of all series first, and the file really gets smaller", async () => {
    const filled = await open({});
    for (let day = 0; day < 20; day++)
      for (const point of points) await filled.commit(batchOf(...noisy(point, START + day * DAY_MS, 8640)));
    await filled.checkpoint();
    const before = filled.stats();
    await filled.close();
    expect(bytesOf(folder.path)).toBeGreaterThan(3_500_000);

    const store = await open({ storeBytesMax: 1_000_000 });
    await store.checkpoint();
    const kept = points.map((point) => store.readings(point.station, -Infinity, Infinity).filter((reading) => reading.point === point));
    expect(bytesOf(folder.path)).toBeLessThanOrEqual(1_000_000);
    expect(bytesOf(folder.path)).toBeGreaterThan(700_000);
    expect(store.stats()).toMatchObject({
      pointsDropped: before.points - store.stats().points,
      pointsDroppedByBytes: before.points - store.stats().points,
      pointsDroppedUnforwarded: 0,
      storeBytesMax: 1_000_000,
    });
    expect(kept.reduce((sum, readings) => sum + readings.length, 0)).toBe(store.stats().points);
    // Each series lost the same stretch, but for a chunk.
    const firsts = kept.map((readings) => readings[0]!.at);
    expect(Math.max(...firsts) - Math.min(...firsts)).toBeLessThanOrEqual(1025 * 10_000);
    for (const readings of kept) expect(readings.at(-1)!.at).toBe(START + 19 * DAY_MS + 8639 * 10_000);
    await store.close();
  });

  test("is kept under load, and every reading that is newer than what was dropped is there", async () => {
    const LIMIT = 600_000;
    const store = await open({ storeBytesMax: LIMIT });
    const model = new TelemetryModel();
    for (let round = 0; round < 30; round++) {
      const commits: Promise<unknown>[] = [];
      const checkpoint = store.checkpoint();
      for (const point of points) {
        const readings = noisy(point, START + round * 2000 * 10_000, 2000);
        model.write(readings);
        commits.push(store.commit({ readings, rejects: [] }));
      }
      await Promise.all([checkpoint, ...commits]);
    }
    await store.checkpoint();
    expect(store.stats().storeBytes).toBeLessThanOrEqual(LIMIT);
    for (const point of points) expectTruthful(store, model, point);
    expect(store.stats().pointsDroppedByBytes).toBeGreaterThan(50_000);
    await store.close();
  });

  test("that even the newest readings do not fit is said once, and nothing else happens", async () => {
    const lines: string[] = [];
    const store = await open({ storeBytesMax: 1, log: (line) => lines.push(line) });
    await store.commit(batchOf(...noisy(points[0]!, START, 30)));
    await store.checkpoint();
    await store.commit(batchOf(...noisy(points[0]!, START + DAY_MS, 30)));
    await store.checkpoint();
    expect(store.readings("S1", -Infinity, Infinity)).toHaveLength(60);
    expect(lines).toEqual([expect.stringContaining("above its limit of 1 bytes")]);
    await store.close();
  });
});

describe("what InfluxDB does not have yet", () => {
  test("stays however old it is, and goes when it has it", async () => {
    let hold: number | undefined = START + 2 * DAY_MS;
    let now = START;
    const store = await open({ retentionMs: DAY_MS, holdRetention: () => hold, now: () => now });
    await store.commit(batchOf(...noisy(points[1]!, START, 5 * 8640)));
    now = START + 100 * DAY_MS;
    await store.checkpoint();
    const kept = store.readings("S1", -Infinity, Infinity);
    expect(kept.filter(({ at }) => at >= START + 2 * DAY_MS)).toHaveLength(3 * 8640);
    expect(kept.length).toBeLessThan(3 * 8640 + 1025);
    expect(store.stats().pointsDroppedUnforwarded).toBe(0);
    hold = undefined;
    await store.checkpoint();
    expect(store.stats().points).toBeLessThan(200);
    expect(store.stats().pointsDroppedUnforwarded).toBe(0);
    await store.close();
  });

  test("goes all the same when the bytes are used up, and is counted", async () => {
    const store = await open({ storeBytesMax: 400_000, holdRetention: () => START + DAY_MS });
    await store.commit(batchOf(...noisy(points[1]!, START, 10 * 8640)));
    await store.checkpoint();
    const { pointsDropped, pointsDroppedUnforwarded } = store.stats();
    expect(pointsDropped).toBeGreaterThan(4 * 8640);
    // All but the first day, which InfluxDB has.
    expect(pointsDropped - pointsDroppedUnforwarded).toBeGreaterThan(8640 - 1025);
    expect(pointsDropped - pointsDroppedUnforwarded).toBeLessThanOrEqual(8640);
    await store.close();
  });
});

function expectTruthful(store: LocalTelemetryStore, model: TelemetryModel, point: Point): void {
  const series = store.curveSources.find(point.asset, point.signal);
  if (series === undefined) return;
  const whole = model.samples(point).filter(([at]) => at > series.droppedTo);
  const here = store
    .readings(point.station, -Infinity, Infinity)
    .filter((reading) => reading.point === point && reading.at > series.droppedTo)
    .map(({ at, value }) => [at, value]);
  expect(here).toStrictEqual(whole);
}

/** One thing that happens to a store. */
type Deed =
  | { readonly kind: "write"; readonly readings: readonly Reading[] }
  | { readonly kind: "age"; readonly days: number }
  | { readonly kind: "checkpoint" | "begin a checkpoint" | "reopen" | "crash" };

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...points),
        fc.nat({ max: 20 * 144 }),
        fc.integer({ min: 1, max: 2500 }),
        fc.constantFrom(10_000, 600_000),
        fc.boolean(),
      )
      .map(([point, tick, count, stepMs, backwards]): Deed => {
        const readings = Array.from({ length: count }, (_, index) =>
          readingOf(point, START + tick * 600_000 + index * stepMs, index % 53 === 7 ? null : (400 + (index % 31)) / 10),
        );
        return { kind: "write", readings: backwards ? readings.toReversed() : readings };
      }),
  },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map((days) => ({ kind: "age" as const, days })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Deed>({ kind: "checkpoint" }, { kind: "begin a checkpoint" }, { kind: "reopen" }, { kind: "crash" }),
  },
);

test(
  "droppedTo is true, whatever is written late, dropped, saved, restarted or cut off",
  async () => {
    let dropped = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyDeed, { minLength: 3, maxLength: 16 }),
        fc.constantFrom(undefined, 60_000, 150_000),
        async (deeds, storeBytesMax) => {
          const own = temporaryFolder();
          let now = START + 10 * DAY_MS;
          const model = new TelemetryModel();
          const openIn = (path: string): Promise<LocalTelemetryStore> =>
            openTelemetryStore({
              folder: path,
              network,
              checkpointMs: Infinity,
              retentionMs: 8 * DAY_MS,
              now: () => now,
              ...(storeBytesMax === undefined ? {} : { storeBytesMax }),
            });
          let path = join(own.path, "0");
          let store = await openIn(path);
          try {
            let checkpoint = Promise.resolve();
            for (const [number, deed] of deeds.entries()) {
              if (deed.kind === "write") {
                await store.commit({ readings: deed.readings, rejects: [] });
                model.write(deed.readings);
              } else if (deed.kind === "age") now += deed.days * DAY_MS;
              else if (deed.kind === "begin a checkpoint") checkpoint = store.checkpoint();
              else if (deed.kind === "checkpoint") await store.checkpoint();
              else {
                // A crash leaves the files as they are at that moment; while the thread writes no copy of them is one moment.
                await checkpoint;
                const next = deed.kind === "crash" ? join(own.path, String(number + 1)) : path;
                if (deed.kind === "crash") cpSync(path, next, { recursive: true });
                await store.close();
                path = next;
                store = await openIn(path);
              }
              for (const point of points) expectTruthful(store, model, point);
            }
            await store.checkpoint();
            for (const point of points) expectTruthful(store, model, point);
            // The count of points is right too.
            expect(store.stats().points).toBe(
              ["S1", "S2"].reduce((sum, station) => sum + store.readings(station, -Infinity, Infinity).length, 0),
            );
            if (points.some(({ asset, signal }) => (store.curveSources.find(asset, signal)?.droppedTo ?? -Infinity) > 0)) dropped++;
          } finally {
            await store.close();
            own.remove();
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(dropped).toBeGreaterThan(RUNS / 10);
  },
  30_000 + RUNS * 4000,
);
