import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Point } from "../../model/network.ts";
import type { Reading } from "../../model/reading.ts";
import { InfluxError } from "../../store/influx.ts";
import type { InfluxReader } from "../../store/influx-reader.ts";
import { createLongReadings } from "../../store/long-readings.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { type Kept, memoryReader } from "./long-support.ts";
import type { Sample } from "./telemetry-model.ts";
import { START, batchOf, pointOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
const supply = pointOf(network, "S1-H", "t2_supply");
const outdoor = pointOf(network, "S1", "t_out");
const other = pointOf(network, "S2", "t_out");
const SECOND = 1000;
const DAY = 86_400_000;

let folder = temporaryFolder();
let store: LocalTelemetryStore;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openTelemetryStore({ folder: folder.path, network, checkpointMs: Infinity, now: () => START + 400 * DAY });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const every = (stepMs: number, from: number, count: number, value: number | null = 40): Sample[] =>
  Array.from({ length: count }, (_, index) => [from + index * stepMs, value]);
const readingsOf = (point: Point, samples: readonly Sample[]): Reading[] => samples.map(([at, value]) => ({ point, at, value }));
const kept = (...parts: readonly (readonly [Point, readonly Sample[]])[]): ReadonlyMap<Point, Kept> =>
  new Map(parts.map(([point, raw]) => [point, { raw, rolledUp: [] }]));

async function all(reader: InfluxReader, from: number, to: number): Promise<Reading[][]> {
  const slices: Reading[][] = [];
  for await (const slice of createLongReadings({ network, local: store, reader })("S1", from, to)) slices.push([...slice]);
  return slices;
}

describe("all readings of a station", () => {
  test("are in canonical order over both stores: the local value wins, but a failure does not", async () => {
    await store.commit(
      batchOf(
        ...readingsOf(supply, [
          [START + 2 * SECOND, 55],
          [START + 3 * SECOND, null],
          [START + DAY, 41],
        ]),
        ...readingsOf(outdoor, every(SECOND, START + DAY, 2, -3)),
      ),
    );
    store.curveSources.find("S1-H", "t2_supply")!.droppedTo = START + 10 * SECOND;
    const reader = memoryReader(
      network,
      kept([supply, every(SECOND, START, 5)], [outdoor, every(SECOND, START, 2, null)], [other, every(SECOND, START, 5)]),
    );
    const found = (await all(reader, START, START + DAY + 1))
      .flat()
      .map(({ point, at, value }) => [point.asset, (at - START) / SECOND, value]);
    expect(found).toEqual([
      ["S1", 0, null],
      ["S1-H", 0, 40],
      ["S1", 1, null],
      ["S1-H", 1, 40],
      ["S1-H", 2, 55],
      ["S1-H", 3, 40],
      ["S1-H", 4, 40],
      ["S1", DAY / SECOND, -3],
      ["S1-H", DAY / SECOND, 41],
    ]);
  });

  test("come in slices that fit in memory, however dense, and empty years cost few questions", async () => {
    await store.commit(batchOf(...readingsOf(supply, [[START + 300 * DAY, 1]])));
    store.curveSources.find("S1-H", "t2_supply")!.droppedTo = START + 300 * DAY - 1;
    const dense = every(20, START, 150_000);
    const memory = memoryReader(network, kept([supply, [...dense, ...every(SECOND, START + 200 * DAY, 10)]]));
    let questions = 0;
    const reader: InfluxReader = {
      ...memory,
      async station(station, span, limit, abort) {
        questions++;
        const runs = await memory.station(station, span, limit, abort);
        return [...(runs?.values() ?? [])].some((bySignal) => [...bySignal.values()].some(({ count }) => count > limit)) ? undefined : runs;
      },
    };
    const slices = await all(reader, 0, START + 301 * DAY);
    expect(slices.flat()).toEqual(readingsOf(supply, [...dense, ...every(SECOND, START + 200 * DAY, 10), [START + 300 * DAY, 1]]));
    expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(20_000);
    expect(questions).toBeLessThan(100);
  });

  test("are asked of the local store alone where it has them all; a failure of InfluxDB ends them with its error", async () => {
    await store.commit(batchOf(...readingsOf(supply, every(SECOND, START, 10))));
    const refuse = (): Promise<never> => Promise.reject(new InfluxError("unavailable", "no answer"));
    const broken: InfluxReader = { ...memoryReader(network, kept()), station: refuse, first: refuse };
    expect((await all(broken, START, START + DAY)).flat()).toHaveLength(10);
    store.curveSources.find("S1-H", "t2_supply")!.droppedTo = START + 5;
    await expect(all(broken, START, START + DAY)).rejects.toThrow("no answer");
  });
});
