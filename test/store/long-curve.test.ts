import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Curve, CurveQuery } from "../../model/curve.ts";
import type { Point } from "../../model/network.ts";
import { drawCurve } from "../../store/curve.ts";
import { InfluxError } from "../../store/influx.ts";
import type { InfluxReader } from "../../store/influx-reader.ts";
import { type LongCurve, createLongCurve } from "../../store/long-curve.ts";
import {
  type Kept,
  type LooseSeries,
  type Story,
  keptOf,
  localOf,
  looseSeries,
  memoryReader,
  outline,
  permille,
  storyOf,
} from "./long-support.ts";
import type { Sample } from "./telemetry-model.ts";
import { START, pointOf, smallNetwork } from "./telemetry-support.ts";

const network = smallNetwork();
const points = [pointOf(network, "S1-H", "t2_supply"), pointOf(network, "S1-H", "t2_return"), pointOf(network, "S1", "t_out")];
const supply = points[0]!;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function compare(stories: readonly Story[], lagFrom: number, queries: readonly CurveQuery[], now: number): Promise<void> {
  const everything = looseSeries();
  const recent = looseSeries();
  try {
    const kept = new Map<Point, Kept>();
    for (const [index, one] of stories.entries()) {
      everything.write(points[index]!, one.samples);
      const series = recent.write(points[index]!, localOf(one));
      series.droppedTo = one.droppedTo;
      kept.set(points[index]!, keptOf(one, lagFrom));
    }
    const curve = createLongCurve({
      network,
      local: { curveSources: recent.sources, incompleteBefore: undefined },
      reader: memoryReader(network, kept),
      now: () => now,
    });
    for (const query of queries) expect(plain(await curve(query))).toEqual(plain(drawCurve(query, { ...everything.sources, now })));
  } finally {
    everything.close();
    recent.close();
  }
}

/** The least of 0 and -0 is either. */
const plain = (curve: Curve): unknown => JSON.parse(JSON.stringify(curve));

describe("a curve from both stores", () => {
  test("is the one that a local store with everything would draw: seams, late data, corrections, gaps, failures", async () => {
    expect.hasAssertions();
    const query = fc.record({
      from: permille(-100, 999),
      length: permille(1, 1100),
      px: fc.constantFrom(3, 10, 40, 150, 800),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(outline, { minLength: 1, maxLength: 3 }),
        fc.array(query, { minLength: 2, maxLength: 4 }),
        permille(0, 1000),
        async (outlines, wanted, lag) => {
          const stories = outlines.map(storyOf);
          const times = stories.flatMap(({ samples }) => [samples[0]?.[0] ?? START, samples[samples.length - 1]?.[0] ?? START + HOUR]);
          const oldest = Math.min(...times);
          const newest = Math.max(...times) + 1;
          const queries = wanted.map(({ from, length, px }) => {
            const start = Math.floor(oldest + from * (newest - oldest));
            return { points: points.slice(0, stories.length), from: start, to: start + 1 + Math.ceil(length * (newest - oldest)), px };
          });
          await compare(stories, oldest + lag * (newest - oldest), queries, newest + 3 * HOUR);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("after a restore has what came between the backup and the restore from InfluxDB, raw where rollups were never written", async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(outline, permille(0, 800), permille(0, 300), fc.constantFrom(3, 10, 40, 800), async (wanted, backup, lost, px) => {
        const { samples } = storyOf({ ...wanted, count: wanted.count + 100, gaps: [], failures: [], late: [], seam: -1 });
        const last = Math.min(samples.length - 40, Math.floor((backup + lost) * samples.length));
        const restoredAt = samples[last]![0];
        const local = samples.filter((_, index) => index <= Math.floor(backup * last) || index > last);
        const rolledUp = samples.filter(([at]) => at < Math.floor(restoredAt / HOUR) * HOUR - HOUR || at > restoredAt + HOUR);
        const everything = looseSeries();
        const restored = looseSeries();
        everything.write(supply, samples);
        restored.write(supply, local);
        const now = samples[samples.length - 1]![0] + 3 * HOUR;
        const curve = createLongCurve({
          network,
          local: { curveSources: restored.sources, incompleteBefore: restoredAt },
          reader: memoryReader(network, new Map([[supply, { raw: samples, rolledUp }]])),
          now: () => now,
        });
        const query = { points: [supply], from: samples[0]![0] + 1, to: now, px };
        expect(plain(await curve(query))).toEqual(plain(drawCurve(query, { ...everything.sources, now })));
        everything.close();
        restored.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe("a curve whose older part lies in InfluxDB", () => {
  const samples = Array.from({ length: 3000 }, (_, index): Sample => [START + index * MINUTE, 40 + (index % 50) / 10]);
  const seam = START + 2000 * MINUTE;
  const now = START + 3000 * MINUTE;
  let local: LooseSeries;
  beforeEach(() => {
    local = looseSeries();
    local.write(supply, samples.slice(2001)).droppedTo = seam;
  });
  afterEach(() => local.close());
  const open = (reader: InfluxReader, timeoutMs?: number): LongCurve =>
    createLongCurve({
      network,
      local: { curveSources: local.sources, incompleteBefore: undefined },
      reader,
      now: () => now,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  const whole = memoryReader(network, new Map([[supply, { raw: samples, rolledUp: samples }]]));
  const failing = (answer: (abort?: AbortSignal) => Promise<never>): InfluxReader => ({
    ...whole,
    samples: (_asset, _signals, _span, abort) => answer(abort),
    rollups: (_asset, _signals, _rollup, _span, abort) => answer(abort),
  });
  /** As the real one ends when its question is taken back. */
  const silent = failing(
    (abort) =>
      new Promise<never>((_, reject) => {
        abort?.addEventListener("abort", () => reject(new InfluxError("unavailable", "the question was taken back")));
      }),
  );

  test("is not asked for it when the local store has the range whole: the answer is there at once", () => {
    const curve = open(failing(() => Promise.reject(new Error("asked"))));
    const query = { points: [supply], from: seam + 1, to: now, px: 800 };
    expect(curve(query)).toEqual(drawCurve(query, { ...local.sources, now }));
  });

  test.each([
    ["unavailable", "InfluxDB does not answer"],
    ["unauthorized", "InfluxDB refuses access: check its token and rights"],
    ["missing", "InfluxDB does not have the database"],
    ["refused", "InfluxDB refused the question"],
  ] as const)("says what it lacks when InfluxDB is %s, which is no gap", async (type, reason) => {
    const curve = open(failing(() => Promise.reject(new InfluxError(type, "secret words of the server"))));
    for (const px of [800, 20]) {
      const answer = await curve({ points: [supply], from: START, to: now, px });
      expect(answer.incomplete).toEqual({ before: seam + 1, reason: { zh: expect.any(String), en: reason } });
      expect(answer.series[0]!.gaps).toEqual([]);
      expect(answer.raw ? answer.series[0]!.values.length : answer.series[0]!.count.reduce((sum, count) => sum + count)).toBe(999);
    }
  });

  test("that does not answer in time is drawn without it", async () => {
    const answer = await open(silent, 20)({ points: [supply], from: START, to: now, px: 800 });
    expect(answer.incomplete?.reason.en).toBe("InfluxDB did not answer in time");
  });

  test("ends with its reason when nobody waits for it any more, and hides no fault of our own", async () => {
    const gone = new AbortController();
    const answer = open(silent)({ points: [supply], from: START, to: now, px: 800 }, gone.signal);
    gone.abort(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    const broken = open(failing(() => Promise.reject(new TypeError("a fault"))));
    await expect(broken({ points: [supply], from: START, to: now, px: 800 })).rejects.toThrow("a fault");
  });

  test("older than InfluxDB keeps raw samples is drawn from rollups, however narrow the buckets could be", async () => {
    const rawFrom = START + 1000 * MINUTE + 17_000;
    const kept = new Map([[supply, { raw: samples, rolledUp: samples }]]);
    const curve = open(memoryReader(network, kept, rawFrom));
    const from = START + 3 * MINUTE;
    const narrow = await curve({ points: [supply], from, to: START + 100 * MINUTE, px: 800 });
    expect(narrow).toMatchObject({ raw: false, bucketMs: 5 * MINUTE });
    const long = await curve({ points: [supply], from, to: now, px: 100 });
    // The first bucket counts whole, as no sample says which part of it is in the range.
    if (long.raw) expect.fail("the curve is raw");
    expect(long.series[0]!.count.reduce((sum, count) => sum + count)).toBe(3000);
    expect(long.series[0]!.gaps).toEqual([]);
  });

  test("with more doubtful buckets than may be asked for is still counted once", async () => {
    // Every other sample of a week is here too: far more hours than are read raw.
    const doubled = looseSeries();
    const week = Array.from({ length: 2016 }, (_, index): Sample => [START + index * 5 * MINUTE, index % 7]);
    doubled.write(
      supply,
      week.filter((_, index) => index % 2 === 0 || index > 1900),
    ).droppedTo = week[1900]![0];
    const curve = createLongCurve({
      network,
      local: { curveSources: doubled.sources, incompleteBefore: undefined },
      reader: memoryReader(network, new Map([[supply, { raw: week, rolledUp: week }]])),
      now: () => week[2015]![0] + 3 * HOUR,
    });
    const answer = await curve({ points: [supply], from: START, to: week[2015]![0] + 1, px: 50 });
    if (answer.raw) expect.fail("the curve is raw");
    expect(answer.series[0]!.count.reduce((sum, count) => sum + count)).toBe(2016);
    doubled.close();
  });
});
