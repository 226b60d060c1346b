import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { localReadings } from "../../store/reading-slices.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { smallNetwork } from "../support/small-network.ts";

const network = smallNetwork();
const START = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const point = network.point("S01-H", "t2_supply")!;
const other = network.point("S01", "t_out")!;
let folder: string;
let store: LocalTelemetryStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-slices-"));
  store = await openTelemetryStore({ folder, network, now: Date.now });
  // Two dense days, nothing for a season, one value at the end.
  const dense = Array.from({ length: 2 * 17_280 }, (_, index) => ({ point, at: START + index * 5_000, value: 40 + (index % 80) / 10 }));
  const sparse = [0, 1, 2].map((day) => ({ point: other, at: START + day * DAY_MS, value: day }));
  await store.commit({ readings: [...dense, ...sparse, { point, at: START + 120 * DAY_MS, value: 30 }], rejects: [] });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function all(from: number, to: number): Promise<{ readings: Reading[]; slices: number; most: number }> {
  const readings: Reading[] = [];
  let slices = 0;
  let most = 0;
  for await (const slice of localReadings(store)("S01", from, to)) {
    readings.push(...slice);
    slices++;
    most = Math.max(most, slice.length);
  }
  return { readings, slices, most };
}

it("gives every reading once, in order, however it is cut", async () => {
  const { readings, slices, most } = await all(0, Number.MAX_SAFE_INTEGER);
  expect(readings).toEqual(store.readings("S01", 0, Number.MAX_SAFE_INTEGER));
  expect(slices).toBeGreaterThan(3);
  expect(most).toBeLessThan(30_000);
});

it("keeps to the range that is asked for", async () => {
  const { readings } = await all(START + 1, START + DAY_MS);
  expect(readings).toEqual(store.readings("S01", START + 1, START + DAY_MS));
});

it("is nothing for a station without data", async () => {
  for await (const slice of localReadings(store)("S02", 0, Number.MAX_SAFE_INTEGER)) expect(slice).toBeUndefined();
});
