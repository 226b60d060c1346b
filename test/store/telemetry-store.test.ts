import { cpSync, statSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import type { CommitOutcome } from "../../store/telemetry.ts";
import { TelemetryModel, bucketsOf, gapsOf } from "./telemetry-model.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
const points = [
  pointOf(network, "S1", "t_out"),
  pointOf(network, "S1-H", "t2_supply"),
  pointOf(network, "S1-H", "mk_total"),
  pointOf(network, "S2-U", "t_return"),
];
/** A longer search: RUNS=1000 npx vitest run test/store/telemetry-store.test.ts */
const RUNS = Number(process.env["RUNS"] ?? 15);
const NOW = START + 40 * 86_400_000;

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const openIn = (path: string): Promise<LocalTelemetryStore> =>
  openTelemetryStore({ folder: path, network, checkpointMs: Infinity, now: () => NOW });

/** One thing that happens to a store. */
type Deed =
  | { readonly kind: "write"; readonly batches: readonly (readonly Reading[])[] }
  | { readonly kind: "checkpoint" | "begin a checkpoint" | "reopen" | "crash" };

const anyPoint = fc.nat({ max: points.length - 1 }).map((index) => points[index]!);
const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 400, max: 420 }).map((tenths) => tenths / 10) },
  { weight: 2, arbitrary: fc.constantFrom(null, 0, -0, 1e300, 1 / 3) },
);
/** Scattered readings on a coarse grid, so that many hit a time that is stored already. */
const scattered = fc
  .array(fc.tuple(anyPoint, fc.nat({ max: 4000 }), anyValue), { minLength: 1, maxLength: 60 })
  .map((list) => list.map(([point, tick, value]) => readingOf(point, START + tick * 10_000, value)));
/** A stretch of one series: in order, backwards, or shuffled by a stride. */
const stretch = fc
  .tuple(
    anyPoint,
    fc.nat({ max: 4000 }),
    fc.integer({ min: 1, max: 700 }),
    fc.constantFrom(10_000, 10_000, 60_000, 2500),
    fc.constantFrom(1, 1, 1, -1, 7),
    fc.nat({ max: 50 }),
  )
  .map(([point, tick, count, stepMs, stride, offset]): Reading[] =>
    Array.from({ length: count }, (_, index) => {
      const place = stride === -1 ? count - 1 - index : stride === 7 ? (index * 7 + Math.floor((index * 7) / count)) % count : index;
      return readingOf(point, START + tick * 10_000 + place * stepMs, place % 97 === 13 ? null : (400 + ((place + offset) % 40)) / 10);
    }),
  );
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(fc.oneof(stretch, scattered), { minLength: 1, maxLength: 4 })
      .map((batches) => ({ kind: "write" as const, batches })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Deed>({ kind: "checkpoint" }, { kind: "begin a checkpoint" }, { kind: "reopen" }, { kind: "crash" }),
  },
);

function expectOutcomes(outcomes: readonly CommitOutcome[], batches: readonly (readonly Reading[])[], model: TelemetryModel): void {
  for (const [index, readings] of batches.entries()) {
    const fresh = model.write(readings);
    expect(outcomes[index]).toEqual({ fresh, duplicates: readings.length - fresh.length });
  }
}

async function compareWithModel(
  store: LocalTelemetryStore,
  model: TelemetryModel,
  ranges: readonly (readonly [number, number])[],
): Promise<void> {
  expect(store.stats().points).toBe(model.points);
  for (const point of points) {
    expect(store.latest(point.asset, point.signal)).toEqual(model.samples(point).at(-1));
  }
  for (const [from, to] of [[-Infinity, Infinity] as const, ...ranges]) {
    for (const station of ["S1", "S2"]) expect(store.readings(station, from, to)).toStrictEqual(model.readings(station, from, to));
  }
  for (const station of ["S1", "S2"]) {
    const all = model.readings(station, -Infinity, Infinity);
    expect(store.extent(station)).toEqual(all.length === 0 ? undefined : { from: all[0]!.at, to: all[all.length - 1]!.at });
  }
  for (const [from, to] of ranges) for (const px of [5, 60, 2000]) compareCurves(store, model, from, to, px);
}

function compareCurves(store: LocalTelemetryStore, model: TelemetryModel, from: number, to: number, px: number): void {
  const wanted: readonly Point[] = [points[1]!, points[0]!, points[3]!];
  const curve = store.curve({ points: wanted.map(({ asset, signal }) => ({ asset, signal })), from, to, px });
  const end = Math.max(from, Math.min(to, NOW));
  expect(curve.raw).toBe(wanted.every((point) => model.samples(point, from, to).length <= 4 * px));
  for (const [index, point] of wanted.entries()) {
    const all = model.samples(point);
    const inside = model.samples(point, from, to);
    if (curve.raw) {
      const { values, gaps } = curve.series[index]!;
      const mine = new Map(inside);
      const axis = new Set(curve.times);
      expect(values).toStrictEqual(curve.times.map((at) => mine.get(at) ?? null));
      expect(inside.every(([at]) => axis.has(at))).toBe(true);
      expect(gaps).toEqual(gapsOf(all, from, to, end, 0));
    } else {
      const { min, max, count, gaps } = curve.series[index]!;
      const mine = bucketsOf(inside, curve.bucketMs);
      const wanted = curve.times.map((start) => mine.get(start) ?? { min: null, max: null, count: 0 });
      expect([min, max, count].map(zeroed)).toEqual(
        [wanted.map((bucket) => bucket.min), wanted.map((bucket) => bucket.max), wanted.map((bucket) => bucket.count)].map(zeroed),
      );
      expect(gaps!.map(rounded)).toEqual(gapsOf(all, from, to, end, curve.bucketMs).map(rounded));
    }
  }
}

/** The least of 0 and -0 is either. */
const zeroed = (numbers: readonly (number | null)[]): (number | null)[] => numbers.map((value) => (value === 0 ? 0 : value));

/** Sums of bucket means may differ in the last bit. */
const rounded = ([from, to]: readonly [number, number]): [number, number] => [Math.round(from), Math.round(to)];

describe("a telemetry store", () => {
  test(
    "answers like a plain map, whatever comes late, twice or shuffled, over checkpoints, restarts and crashes",
    async () => {
      expect.hasAssertions();
      const anyRange = fc
        .tuple(fc.integer({ min: -500, max: 4500 }), fc.integer({ min: 1, max: 5000 }))
        .map(([start, length]) => [START + start * 10_000, START + (start + length) * 10_000] as const);
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyDeed, { minLength: 1, maxLength: 10 }),
          fc.array(anyRange, { minLength: 1, maxLength: 2 }),
          async (deeds, ranges) => {
            const own = temporaryFolder();
            let path = join(own.path, "0");
            let store = await openIn(path);
            try {
              const model = new TelemetryModel();
              let checkpoint = Promise.resolve();
              for (const [number, deed] of deeds.entries()) {
                if (deed.kind === "write") {
                  const outcomes = await Promise.all(deed.batches.map((readings) => store.commit({ readings, rejects: [] })));
                  expectOutcomes(outcomes, deed.batches, model);
                } else if (deed.kind === "begin a checkpoint") checkpoint = store.checkpoint();
                else if (deed.kind === "checkpoint") await store.checkpoint();
                else {
                  await checkpoint;
                  // A crash leaves the files as they are at that moment.
                  const next = deed.kind === "crash" ? join(own.path, String(number + 1)) : path;
                  if (deed.kind === "crash") cpSync(path, next, { recursive: true });
                  await store.close();
                  path = next;
                  store = await openIn(path);
                }
              }
              await compareWithModel(store, model, ranges);
              await store.checkpoint();
              await compareWithModel(store, model, ranges);
            } finally {
              await store.close();
              own.remove();
            }
          },
        ),
        { numRuns: RUNS },
      );
    },
    30_000 + RUNS * 4000,
  );

  test("shows a batch at once when its commit resolves", async () => {
    const store = await openIn(folder.path);
    const [supply] = [points[1]!];
    const outcome = await store.commit(
      batchOf(
        readingOf(supply, START, 48.2),
        readingOf(supply, START, 48.2),
        readingOf(supply, START, 48.3),
        readingOf(supply, START + 1000, null),
      ),
    );
    expect(outcome.duplicates).toBe(1);
    expect(outcome.fresh.map(({ value }) => value)).toEqual([48.2, 48.3, null]);
    expect(store.latest("S1-H", "t2_supply")).toEqual([START + 1000, null]);
    expect(store.latestOf("S1-H")).toEqual({ t2_supply: [START + 1000, null] });
    expect(store.readings("S1", START, START + 1000)).toEqual([readingOf(supply, START, 48.3)]);
    expect(store.readings("S1", START, START + 1000)[0]!.point).toBe(supply);
    expect(store.stats()).toMatchObject({ points: 2, duplicates: 1, commits: 1, failing: undefined });
    await store.close();
  });

  test.each([
    ["the newest readings", 10],
    ["the chunks", 2500],
  ])("ends in the same whether a value or a failure of one time came first, in %s", async (_where, count) => {
    const [supply] = [points[1]!];
    const all = (value: (index: number) => number | null): Reading[] =>
      Array.from({ length: count }, (_, index) => readingOf(supply, START + index * 1000, value(index)));
    const isFailed = (index: number): boolean => index % 3 === 0;
    const store = await openIn(folder.path);
    await store.commit(batchOf(...all((index) => (isFailed(index) ? null : index))));
    await store.checkpoint();
    const other = await store.commit(batchOf(...all((index) => (isFailed(index) ? index : null))));
    expect(other.fresh.every(({ value }) => value !== null)).toBe(true);
    expect(other.duplicates).toBe(all((index) => (isFailed(index) ? index : null)).filter(({ value }) => value === null).length);
    const again = await store.commit(batchOf(...all(() => null)));
    expect(again.fresh).toEqual([]);
    await store.checkpoint();
    expect(store.readings("S1", -Infinity, Infinity)).toEqual(all((index) => index));
    await store.close();
  });

  test("keeps series whose asset left the network, without showing them, until the asset is back", async () => {
    const before = await openIn(folder.path);
    await before.commit(batchOf(readingOf(points[3]!, START, 36.5)));
    await before.close();
    const smaller = smallNetwork(1);
    const without = await openTelemetryStore({ folder: folder.path, network: smaller, now: () => NOW });
    expect(without.latest("S2-U", "t_return")).toBeUndefined();
    expect(without.extent("S2")).toBeUndefined();
    expect(without.stats().points).toBe(1);
    await without.close();
    const back = await openIn(folder.path);
    expect(back.latest("S2-U", "t_return")).toEqual([START, 36.5]);
    await back.close();
  });

  test("reads a day that came long after a season into full chunks without a chunk per reading", async () => {
    const store = await openIn(folder.path);
    const DAY_POINTS = 8640;
    const day = (offset: number): Reading[] =>
      Array.from({ length: DAY_POINTS }, (_, index) => readingOf(points[1]!, START + offset * 86_400_000 + index * 10_000, index / 10));
    await store.commit(batchOf(...day(2)));
    await store.checkpoint();
    const late = await store.commit(batchOf(...day(0)));
    const again = await store.commit(batchOf(...day(0), ...day(2)));
    await store.checkpoint();
    expect([late.fresh.length, again.fresh.length, again.duplicates]).toEqual([DAY_POINTS, 0, 2 * DAY_POINTS]);
    expect(store.readings("S1", START, NOW)).toEqual([...day(0), ...day(2)]);
    await store.close();
  });

  test("refuses a time that is no number, and only the batch that has it", async () => {
    const store = await openIn(folder.path);
    const bad = store.commit(batchOf(readingOf(points[1]!, NaN, 1)));
    const good = store.commit(batchOf(readingOf(points[1]!, START, 1)));
    await expect(bad).rejects.toThrow("S1-H t2_supply has the time NaN");
    expect((await good).fresh).toHaveLength(1);
    await store.close();
    await expect(store.commit(batchOf(readingOf(points[1]!, START, 2)))).rejects.toThrow("closed");
  });
});

describe("the retention", () => {
  test("drops whole chunks that are too old, keeps the newest readings, and gives the space back", async () => {
    let now = START;
    const RETENTION_MS = 2 * 86_400_000;
    const store = await openTelemetryStore({
      folder: folder.path,
      network,
      retentionMs: RETENTION_MS,
      checkpointMs: Infinity,
      now: () => now,
    });
    let written = 0;
    for (let day = 0; day < 8; day++) {
      const readings = Array.from({ length: 8640 }, (_, index) =>
        readingOf(points[1]!, START + day * 86_400_000 + index * 10_000, Math.sin(day * 8640 + index)),
      );
      await store.commit({ readings, rejects: [] });
      written += readings.length;
      now = START + (day + 1) * 86_400_000;
      await store.checkpoint();
    }
    const kept = store.readings("S1", -Infinity, Infinity);
    expect(store.stats().points).toBe(kept.length);
    expect(kept.length).toBeLessThan(written / 2);
    expect(kept.filter(({ at }) => at >= now - RETENTION_MS)).toHaveLength(2 * 8640);
    expect(store.extent("S1")!.from).toBe(kept[0]!.at);
    expect(kept[0]!.at).toBeGreaterThan(now - RETENTION_MS - 1024 * 10_000);
    now += 365 * 86_400_000;
    await store.checkpoint();
    expect(store.latest("S1-H", "t2_supply")![0]).toBe(START + 8 * 86_400_000 - 10_000);
    expect(store.stats().points).toBeLessThanOrEqual(160);
    await store.close();
    // Eight days take 500 kB.
    expect(statSync(join(folder.path, "chunks.db")).size).toBeLessThan(100_000);
    const again = await openTelemetryStore({ folder: folder.path, network, now: () => now });
    expect(again.readings("S1", -Infinity, Infinity)).toHaveLength(again.stats().points);
    await again.close();
  });
});
