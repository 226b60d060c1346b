import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Curve } from "../../model/curve.ts";
import type { Reading } from "../../model/reading.ts";
import { drawCurve } from "../../store/curve.ts";
import { createInfluxQuery } from "../../store/influx-query.ts";
import { type InfluxReader, createInfluxReader } from "../../store/influx-reader.ts";
import { prepareSchema } from "../../store/influx-schema.ts";
import { createInfluxWriter } from "../../store/influx-write.ts";
import { createLongCurve } from "../../store/long-curve.ts";
import { createLongReadings } from "../../store/long-readings.ts";
import { localReadings } from "../../store/reading-slices.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { type Story, keptOf, localOf, outline, runOf, storyOf } from "../store/long-support.ts";
import { type Sample } from "../store/telemetry-model.ts";
import { START, batchOf, pointOf, smallNetwork, temporaryFolder } from "../store/telemetry-support.ts";
import { fillInflux } from "../support/influx-fill.ts";
import { type InfluxServer, startInflux } from "../support/influx-server.ts";
import { influxSettings } from "../support/influx-settings.ts";

/** The same questions to both stores together and to a local store that has everything: same answers, from a real InfluxDB. */

const SEED = 20_261_121;
const HOUR = 3_600_000;
const network = smallNetwork();
const points = [
  pointOf(network, "S1-H", "t2_supply"),
  pointOf(network, "S1-H", "t2_return"),
  pointOf(network, "S1", "t_out"),
  pointOf(network, "S1-U", "t_return"),
];

let server: InfluxServer;
beforeAll(async () => {
  server = await startInflux();
});
afterAll(() => server.remove());

async function openStore(now: number, parts: readonly (readonly [story: Story, samples: readonly Sample[]])[]) {
  const folder = temporaryFolder();
  const store = await openTelemetryStore({ folder: folder.path, network, checkpointMs: Infinity, now: () => now });
  for (const [index, [, samples]] of parts.entries()) {
    const readings = samples.map(([at, value]): Reading => ({ point: points[index]!, at, value }));
    await store.commit(batchOf(...readings));
  }
  await store.checkpoint();
  const close = async (): Promise<void> => {
    await store.close();
    folder.remove();
  };
  return { store, close };
}

/** An InfluxDB of its own with what it would have, and how to read it. */
async function openInflux(stories: readonly Story[], lagFrom: number, database: string): Promise<InfluxReader> {
  const settings = influxSettings({ url: server.url, dialect: "v1", database });
  const query = createInfluxQuery(settings, "v1");
  expect(await prepareSchema(settings, "v1", query)).toMatchObject({ ready: true });
  const writer = createInfluxWriter(settings, "v1");
  const parts = stories.map((story, index) => {
    const { raw, rolledUp } = keptOf(story, lagFrom);
    return { point: points[index]!, raw: runOf(raw), rolledUp: runOf(rolledUp) };
  });
  await fillInflux(network, writer, parts);
  await writer.close();
  // Small answers, so that parts of long ranges are joined too.
  return createInfluxReader({ query, retentionMs: undefined, now: () => START, rowsPerAnswer: 400 });
}

const plain = (curve: Curve): unknown => JSON.parse(JSON.stringify(curve));
const words = ({ point, at, value }: Reading): string => `${at} ${point.asset} ${point.signal} ${value}`;

async function compare(stories: readonly Story[], lagFrom: number, now: number, database: string): Promise<void> {
  const whole = await openStore(
    now,
    stories.map((story) => [story, story.samples]),
  );
  const recent = await openStore(
    now,
    stories.map((story) => [story, localOf(story)]),
  );
  try {
    for (const [index, { droppedTo }] of stories.entries()) {
      const { asset, signal } = points[index]!;
      const series = recent.store.curveSources.find(asset, signal);
      if (series !== undefined) series.droppedTo = droppedTo;
    }
    const reader = await openInflux(stories, lagFrom, database);
    const curve = createLongCurve({ network, local: recent.store, reader, now: () => now, timeoutMs: 60_000 });
    const first = Math.min(...stories.flatMap(({ samples }) => samples.slice(0, 1).map(([at]) => at)));
    for (const px of [5, 60, 800]) {
      for (const part of [1, 0.5, 0.1, 0.01]) {
        const to = Math.ceil(first + (now - first) * part);
        const query = { points: points.slice(0, stories.length), from: first + 12_345, to, px };
        expect(plain(await curve(query))).toEqual(plain(drawCurve(query, { ...whole.store.curveSources, now })));
      }
    }
    await compareReadings(recent.store, whole.store, reader, now);
  } finally {
    await recent.close();
    await whole.close();
  }
}

async function compareReadings(recent: LocalTelemetryStore, whole: LocalTelemetryStore, reader: InfluxReader, now: number): Promise<void> {
  const found: string[] = [];
  for await (const slice of createLongReadings({ network, local: recent, reader })("S1", 0, now)) found.push(...slice.map(words));
  const wanted: string[] = [];
  for await (const slice of localReadings(whole)("S1", 0, now)) wanted.push(...slice.map(words));
  expect(found.length).toBe(wanted.length);
  expect(found).toEqual(wanted);
}

describe("curves and readings over a real InfluxDB and the local store", () => {
  const samples = fc.sample(fc.tuple(fc.array(outline, { minLength: 2, maxLength: 4 }), fc.integer({ min: 0, max: 1000 })), {
    seed: SEED,
    numRuns: 8,
  });
  test.each(samples.map((sample, index) => [index, ...sample] as const))(
    "are those of a store with everything (story %i)",
    async (index, outlines, lag) => {
      const stories = outlines.map(storyOf);
      const times = stories.flatMap((story) => story.samples.map(([at]) => at));
      const oldest = Math.min(...times);
      const newest = Math.max(...times);
      await compare(stories, oldest + ((newest - oldest) * lag) / 1000, newest + 3 * HOUR, `story_${index}`);
    },
  );
});
