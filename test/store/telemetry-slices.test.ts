import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadMemory } from "../../store/telemetry-memory.ts";
import { saveSeries } from "../../store/telemetry-slices.ts";
import { CHUNKS, JOURNAL, openFile } from "../../store/telemetry-files.ts";
import { readSeries } from "../../store/series-read.ts";
import { type WorkerClient, createWorkerClient } from "../../store/worker-client.ts";
import { START, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

test("points, full chunks and late points that come while a slice is being written are neither lost nor doubled", async () => {
  const journal = openFile(join(folder.path, "journal.db"), JOURNAL);
  const chunks = openFile(join(folder.path, "chunks.db"), CHUNKS);
  const network = smallNetwork();
  const point = pointOf(network, "S1-H", "t2_supply");
  const memory = loadMemory(network, journal, chunks);
  const series = memory.table.of(point);
  const wanted = new Map<number, number>();
  const write = (first: number, count: number, value: number): void => {
    const readings = Array.from({ length: count }, (_, index) => readingOf(point, START + (first + index) * 1000, value));
    for (const { at } of readings) wanted.set(at, value);
    memory.apply(readings);
  };
  const expectAll = (): void => {
    const run = readSeries(series, -Infinity, Infinity, memory.reader);
    expect(new Map(Array.from(run.times.subarray(0, run.count), (at, index) => [at, run.values[index]]))).toEqual(
      new Map([...wanted].sort((a, b) => a[0] - b[0])),
    );
    expect(run.count).toBe(wanted.size);
  };
  const worker = createWorkerClient(new URL("../../store/chunk-worker.ts", import.meta.url), { path: join(folder.path, "chunks.db") });
  let round = 0;
  /** The real worker; between its COMMIT and the answer more comes in. */
  const slow: WorkerClient = {
    async call<Answer>(message: object): Promise<Answer> {
      const answer = await worker.call<Answer>(message);
      expectAll();
      write(3000 + round * 2000, 1500, 1);
      // Into the chunks that this slice holds.
      write(round * 500, 1100, 10 + round);
      expectAll();
      return answer;
    },
    close: () => worker.close(),
  };
  write(0, 3000, 0);
  for (; round < 4; round++) {
    await saveSeries(memory.takeDirty(), slow, memory.settle, memory.mark);
    expectAll();
  }
  await saveSeries(memory.takeDirty(), worker, memory.settle, memory.mark);
  expectAll();
  expect(memory.points).toBe(wanted.size);
  await worker.close();
  journal.exec(`INSERT INTO series VALUES (${series.id}, 'S1-H', 't2_supply')`);
  const again = loadMemory(network, journal, chunks);
  const run = readSeries(again.table.of(point), -Infinity, Infinity, again.reader);
  expect(Array.from(run.times.subarray(0, run.count))).toEqual([...wanted.keys()].sort((a, b) => a - b));
  expect(again.points).toBe(wanted.size);
  chunks.close();
  journal.close();
});
