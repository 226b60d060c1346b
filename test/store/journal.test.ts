import { execFileSync, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { createBatch, readBatch } from "../../store/journal-batch.ts";
import { QUEUE_BATCHES_MAX } from "../../store/journal.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
const supply = pointOf(network, "S1-H", "t2_supply");

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const openIn = (path: string, more: { journalBytesMax?: number } = {}): Promise<LocalTelemetryStore> =>
  openTelemetryStore({ folder: path, network, checkpointMs: Infinity, now: () => START, ...more });
/** About 20 kB of journal. */
const thousand = (number: number): Reading[] =>
  Array.from({ length: 1000 }, (_, index) => readingOf(supply, START + (number * 1000 + index) * 1000, Math.sin(number * 1000 + index)));

function question(path: string, words: string): number {
  const journal = new DatabaseSync(join(path, "journal.db"), { readOnly: true });
  try {
    return Number(journal.prepare(words).get()!["number"]);
  } finally {
    journal.close();
  }
}

describe("commits", () => {
  test("that wait together are written together, and resolve in order", async () => {
    const store = await openIn(folder.path);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store.commit(batchOf(readingOf(supply, START + index, index))).then(() => order.push(index)),
      ),
    );
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(question(folder.path, "SELECT count(*) AS number FROM batch")).toBe(2);
    expect(store.stats()).toMatchObject({ commits: 50, points: 50 });
    await store.close();
  });

  test("are refused when too many wait", async () => {
    const store = await openIn(folder.path);
    const nothing = { readings: [], rejects: [] };
    const waiting = Array.from({ length: QUEUE_BATCHES_MAX + 1 }, () => store.commit(nothing));
    await expect(store.commit(nothing)).rejects.toThrow(`the journal is behind: ${QUEUE_BATCHES_MAX} batches`);
    await Promise.all(waiting);
    await store.commit(nothing);
    await store.close();
  });

  test("come back one after the other", async () => {
    const store = await openIn(folder.path);
    for (let index = 0; index < 5; index++)
      expect((await store.commit(batchOf(readingOf(supply, START + index, index)))).fresh).toHaveLength(1);
    await store.close();
  });
});

describe("a batch of the journal", () => {
  test("reads back from bytes that lie anywhere in memory", () => {
    const batch = createBatch(3);
    batch.times.set([START, -1, 0.5]);
    batch.values.set([-0, NaN, 1e300]);
    batch.series.set([1, 2, 4_000_000_000]);
    const shifted = new Uint8Array(batch.bytes.length + 3).subarray(3);
    shifted.set(batch.bytes);
    const read = readBatch(shifted);
    expect([...read.times, ...read.values, ...read.series]).toEqual([START, -1, 0.5, -0, NaN, 1e300, 1, 2, 4_000_000_000]);
    expect(() => readBatch(batch.bytes.subarray(0, 60))).toThrow("damaged");
  });
});

describe("a full disk", () => {
  test("fails the commit, keeps what was stored, and the next commit after a checkpoint works", async () => {
    const store = await openIn(folder.path, { journalBytesMax: 300_000 });
    let number = 0;
    let refusal: unknown;
    try {
      for (; number < 100; number++) await store.commit(batchOf(...thousand(number)));
    } catch (error) {
      refusal = error;
    }
    expect(number).toBeGreaterThan(5);
    expect(String(refusal)).toMatch(/journal\.db cannot be written: database or disk is full/);
    expect(store.stats().failing).toMatch(/full/);
    expect(store.stats().points).toBe(number * 1000);
    expect(store.readings("S1", START, Infinity)).toHaveLength(number * 1000);
    await store.checkpoint();
    expect((await store.commit(batchOf(...thousand(number)))).fresh).toHaveLength(1000);
    expect(store.stats().failing).toBeUndefined();
    await store.close();
    const again = await openIn(folder.path);
    expect(again.readings("S1", START, Infinity)).toEqual(Array.from({ length: number + 1 }, (_, index) => thousand(index)).flat());
    await again.close();
  });

  test.skipIf(!canMount())(
    "of the system refuses commits and checkpoints, answers questions, and goes on by itself when there is room",
    async () => {
      const disk = join(folder.path, "disk");
      mkdirSync(disk);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
      try {
        const store = await openIn(disk);
        const stored: number[] = [];
        for (let number = 0; number < 150 && store.stats().failing === undefined; number++) {
          await store.commit(batchOf(...thousand(number))).then(
            () => stored.push(number),
            () => {},
          );
        }
        expect(store.stats().failing).toMatch(/full/);
        await store.checkpoint().catch(() => {});
        expect(store.readings("S1", START, Infinity)).toHaveLength(stored.length * 1000);
        execFileSync("mount", ["-o", "remount,size=32m", disk]);
        await store.commit(batchOf(...thousand(500)));
        await store.checkpoint();
        expect(store.stats().failing).toBeUndefined();
        await store.close();
        const again = await openIn(disk);
        expect(again.readings("S1", START, Infinity)).toEqual([...stored, 500].flatMap(thousand));
        await again.close();
      } finally {
        execFileSync("umount", ["-l", disk]);
      }
    },
  );
});

describe("the journal", () => {
  test("keeps what another reader has not passed yet", async () => {
    const store = await openIn(folder.path);
    const spool = new DatabaseSync(join(folder.path, "journal.db"), { timeout: 5000 });
    spool.exec("INSERT INTO cursor VALUES ('influx', 1)");
    for (let number = 0; number < 3; number++) await store.commit(batchOf(readingOf(supply, START + number, number)));
    await store.checkpoint();
    expect(question(folder.path, "SELECT min(sequence) AS number FROM batch")).toBe(2);
    spool.exec("UPDATE cursor SET sequence = 3 WHERE name = 'influx'");
    spool.close();
    await store.checkpoint();
    expect(question(folder.path, "SELECT count(*) AS number FROM batch")).toBe(0);
    await store.commit(batchOf(readingOf(supply, START + 9, 9)));
    expect(question(folder.path, "SELECT max(sequence) AS number FROM batch")).toBe(4);
    await store.close();
  });

  test("loses nothing acknowledged and repeats nothing over ten kill -9 at any moment", async () => {
    const acknowledged = new Set<number>();
    let next = 0;
    for (let kill = 0; kill < 10; kill++) {
      for (const number of await runAndKill(folder.path, next, 1 + ((kill * 337) % 1500))) acknowledged.add(number);
      const store = await openIn(folder.path);
      const readings = store.readings("S1", -Infinity, Infinity);
      const perBatch = new Map<number, number>();
      for (const { at, value } of readings) {
        expect(at).toBe(START + value! * 1000);
        perBatch.set(value!, (perBatch.get(value!) ?? 0) + 1);
      }
      expect([...perBatch.values()].every((count) => count === 5)).toBe(true);
      expect([...acknowledged].filter((number) => !perBatch.has(number))).toEqual([]);
      expect(store.stats().points).toBe(readings.length);
      next = Math.max(...perBatch.keys()) + 1;
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(100);
  }, 120_000);
});

/** Runs the writer until it has acknowledged `count` batches, kills it there and then, and returns what it acknowledged. */
async function runAndKill(path: string, first: number, count: number): Promise<number[]> {
  const child = spawn(process.execPath, [new URL("./fixtures/telemetry-writer.ts", import.meta.url).pathname, path, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === count) child.kill("SIGKILL");
  }
  return acknowledged;
}

function canMount(): boolean {
  const place = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", place.path], { stdio: "ignore" });
    execFileSync("umount", [place.path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    place.remove();
  }
}
