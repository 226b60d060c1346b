import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reading } from "../../model/reading.ts";
import type { SignalId } from "../../model/signals.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { type Clock, type MemoryInflux, forwarding, memoryInflux } from "./influx-support.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

/** One forwarder in virtual time over a real store: what it does when InfluxDB does not do what it should. */

const network = smallNetwork();
let folder = temporaryFolder();
let store: LocalTelemetryStore;
let influx: MemoryInflux;
let clock: Clock;

beforeEach(async () => {
  folder = temporaryFolder();
  clock = { at: START };
  influx = memoryInflux();
  store = await openTelemetryStore({ folder: folder.path, network, now: () => clock.at, checkpointMs: Infinity, influx: true });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const at = (asset: string, signal: SignalId, seconds: number, value: number | null): Reading =>
  readingOf(pointOf(network, asset, signal), START + seconds * 1000, value);
const run = (more: Partial<Parameters<typeof forwarding>[0]> = {}): ReturnType<typeof forwarding> =>
  forwarding({ network, spool: store.spool, influx, clock, ...more });
const isEmpty = (): boolean => store.spool.waiting().points === 0;
const raw = (asset: string, signal: string, seconds: number): number | undefined =>
  [...influx.points].find(
    ([key]) => key.startsWith("raw ") && key.includes(`id=${asset}`) && key.endsWith(` ${START + seconds * 1000} ${signal}`),
  )?.[1];

describe("points", () => {
  test("go in order, one line per asset and time, and the cursor follows", async () => {
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48.5), at("S1-H", "t2_return", 0, 40), at("S1", "t_out", 0, -3)));
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 49), at("S1-H", "p2_supply", 10, null)));
    await run().runUntil(isEmpty);
    expect(influx.requests.flatMap(({ target, lines }) => (target === "raw" ? lines : [])).sort()).toEqual([
      `circuit,id=S1-H,station=S1 t2_supply=48.5,t2_return=40 ${START}`,
      `circuit,id=S1-H,station=S1 t2_supply=49 ${START}`,
      `failed,id=S1-H,station=S1 p2_supply=1 ${START + 10_000}`,
      `station,id=S1 t_out=-3 ${START}`,
    ]);
    expect(raw("S1-H", "t2_supply", 0)).toBe(49);
    expect(store.spool.cursor).toBe(2);
  });

  test("of one series are never in two requests at once, however many there are", async () => {
    for (let second = 0; second < 300; second++)
      await store.commit(
        batchOf(
          ...["S1-H", "S1-U", "S2-H", "S2-U"].map((asset) =>
            at(asset, asset.endsWith("H") ? "t2_supply" : "t_supply", second, second % 40),
          ),
        ),
      );
    await run().runUntil(isEmpty);
    expect(influx.overlaps()).toBe(0);
    expect(influx.inFlightMost()).toBe(2);
  });

  test("older than InfluxDB keeps them are counted, not sent", async () => {
    influx = memoryInflux({ retentionMs: 3_600_000 });
    await store.commit(batchOf(at("S1-H", "t2_supply", -7200, 40), at("S1-H", "t2_supply", 0, 48)));
    const { forwarder, runUntil } = run();
    await runUntil(isEmpty);
    expect(forwarder.progress.status()).toMatchObject({ pointsWritten: 1, pointsTooOld: 1 });
    expect(raw("S1-H", "t2_supply", -7200)).toBeUndefined();
  });

  test("of an asset that left the network are kept as dead letters", async () => {
    await store.commit(batchOf(at("S2-H", "t2_supply", 0, 41), at("S1-H", "t2_supply", 0, 42)));
    const small = smallNetwork(1);
    await forwarding({ network: small, spool: store.spool, influx, clock }).runUntil(isEmpty);
    expect(store.spool.deadLetters({ limit: 9 }).items).toMatchObject([
      { target: "raw", line: `unknown,id=S2-H t2_supply=41 ${START}`, reason: expect.stringMatching(/^unknown_asset/) as string },
    ]);
    expect(raw("S1-H", "t2_supply", 0)).toBe(42);
  });
});

describe("a failure", () => {
  test.each([
    ["429 with Retry-After", { type: "unavailable", reason: "answer 429", retryAfterMs: 7000 }, 7000],
    ["an hour of Retry-After is cut to a minute", { type: "unavailable", reason: "answer 503", retryAfterMs: 3_600_000 }, 60_000],
    ["no answer, the first time", { type: "unavailable", reason: "no answer" }, 125],
    ["a wrong token", { type: "unauthorized", reason: "answer 401" }, 30_000],
    ["a database that is gone", { type: "missing", reason: "answer 404" }, 30_000],
  ] as const)("%s: the points go again after the right pause", async (_name, failure, pauseMs) => {
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48)));
    influx.failures = [failure];
    const sleeps: number[] = [];
    await run({ atSleep: (ms) => void sleeps.push(ms) }).runUntil(isEmpty);
    expect(sleeps[0]).toBe(pauseMs);
    expect(raw("S1-H", "t2_supply", 0)).toBe(48);
    expect(store.spool.deadLetterCount()).toBe(0);
  });

  test("that lasts is tried more and more seldom, at most every 5 s, and said in the state", async () => {
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48)));
    influx.always = { type: "unavailable", reason: "no answer (ECONNREFUSED)" };
    const sleeps: number[] = [];
    const { forwarder, runUntil } = run({ atSleep: (ms) => void sleeps.push(ms) });
    await runUntil(() => sleeps.length === 12);
    expect(sleeps).toEqual([125, 250, 500, 1000, 2000, 2500, 2500, 2500, 2500, 2500, 2500, 2500]);
    expect(forwarder.progress.status()).toMatchObject({
      phase: "down",
      retries: 12,
      lastError: { en: expect.stringContaining("ECONNREFUSED") as string },
    });
    influx.always = undefined;
    const again = run();
    await again.runUntil(isEmpty);
    expect(again.forwarder.progress.status().phase).toBe("up");
  });

  test("between the answer of InfluxDB and the move of the cursor repeats the points, which changes nothing", async () => {
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48)));
    let crashes = 2;
    await run({
      beforeMove() {
        if (crashes-- > 0) throw new Error("the disk refuses");
      },
    }).runUntil(isEmpty);
    expect(influx.requests.filter(({ target, lines }) => target === "raw" && lines.length > 0)).toHaveLength(3);
    expect([...influx.points.keys()].filter((key) => key.startsWith("raw "))).toHaveLength(1);
  });
});

describe("a refused request", () => {
  test("costs the bad line alone, and the queue goes on", async () => {
    await store.commit(batchOf(...Array.from({ length: 400 }, (_, second) => at("S1-H", "t2_supply", second, second % 50))));
    influx.always = { refuse: (line) => line.endsWith(` ${START + 123_000}`) };
    await run().runUntil(isEmpty);
    expect(store.spool.deadLetters({ limit: 9 }).items).toMatchObject([
      {
        target: "raw",
        line: `circuit,id=S1-H,station=S1 t2_supply=23 ${START + 123_000}`,
        reason: expect.stringContaining("partial write") as string,
      },
    ]);
    expect([...influx.points.keys()].filter((key) => key.startsWith("raw "))).toHaveLength(399);
  });

  test("of which everything is bad ends after a fixed number of requests", async () => {
    await store.commit(batchOf(...Array.from({ length: 1000 }, (_, second) => at("S1-H", "t2_supply", second, second % 50))));
    influx.always = { refuse: (line) => line.startsWith("circuit,") };
    await run().runUntil(isEmpty);
    expect(store.spool.deadLetterCount()).toBe(1000);
    expect(influx.requests.filter(({ target }) => target === "raw").length).toBeLessThan(80);
  });

  test("is sent once more with what is stored by now", async () => {
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48)));
    influx.always = { refuse: (line) => line.startsWith("circuit,") };
    await run().runUntil(isEmpty);
    influx.always = undefined;
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 50)));
    const letter = store.spool.deadLetters({ limit: 1 }).items[0]!;
    let result: unknown;
    const { forwarder, runUntil } = run({
      atSleep() {
        if (result !== undefined) return;
        result = "asked";
        void forwarder
          .replay([{ ...letter, points: [{ asset: "S1-H", signal: "t2_supply", at: START, value: 50 }], touched: [] }])
          .then((answer) => (result = answer));
      },
    });
    await runUntil(() => typeof result === "object");
    expect(result).toEqual({ written: [letter.id], refused: [] });
    expect(raw("S1-H", "t2_supply", 0)).toBe(50);
  });
});

describe("a spool beyond its limit", () => {
  test("jumps to the present during the outage, and what it skipped comes from the local store", async () => {
    influx.always = { type: "unavailable", reason: "no answer" };
    for (let minute = 0; minute < 200; minute++) await store.commit(batchOf(at("S1-H", "t2_supply", minute * 60, minute % 50)));
    const first = run({ spoolBytesMax: 2000 });
    await first.runUntil(isEmpty);
    expect(first.forwarder.progress.status().spoolJumps).toBe(1);
    expect(first.logged.join()).toContain("the spool for InfluxDB is full");
    expect(influx.points.size).toBe(0);
    expect(store.spool.missingFrom()).toBe(START);
    influx.always = undefined;
    await store.commit(batchOf(at("S1-H", "t2_supply", 99_999, 7)));
    await run().runUntil(() => isEmpty() && store.spool.missingFrom() === undefined);
    for (let minute = 0; minute < 200; minute++) expect(raw("S1-H", "t2_supply", minute * 60)).toBe(minute % 50);
    expect(raw("S1-H", "t2_supply", 99_999)).toBe(7);
  });
});

describe("what waits", () => {
  test("is told the same after a restart, checkpoint or not: since when, from which event time, how much", async () => {
    await store.commit(batchOf(at("S1-H", "t2_supply", -500, 48), at("S1-H", "t2_return", 0, 40)));
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await openTelemetryStore({ folder: folder.path, network, now: () => clock.at, checkpointMs: Infinity, influx: true });
    };
    const waiting = store.spool.waiting();
    expect(waiting).toEqual({ bytes: 48, points: 2, since: START, from: START - 500_000 });
    clock.at += 600_000;
    await store.checkpoint();
    await reopen();
    expect(store.spool.waiting()).toEqual(waiting);
    await store.commit(batchOf(at("S1-H", "t2_supply", 600, 49)));
    await reopen();
    expect(store.spool.waiting()).toEqual({ bytes: 76, points: 3, since: START, from: START - 500_000 });
    await run().runUntil(isEmpty);
    await reopen();
    expect(store.spool.waiting()).toEqual({ bytes: 0, points: 0, since: undefined, from: Infinity });
  });
});

describe("history of the local store", () => {
  test.each([
    ["that is configured later", "later", -Infinity],
    ["that comes back after a time without", "", START],
  ])("goes to an InfluxDB %s, with its rollups, while new points go on coming", async (_name, place, missingFrom) => {
    await store.close();
    const openIn = (influxIsThere: boolean): Promise<LocalTelemetryStore> =>
      openTelemetryStore({ folder: join(folder.path, place), network, now: () => clock.at, checkpointMs: Infinity, influx: influxIsThere });
    store = await openIn(false);
    for (let minute = 0; minute < 300; minute++) await store.commit(batchOf(at("S1-H", "t2_supply", minute * 60, minute % 50)));
    await store.checkpoint();
    await store.close();
    store = await openIn(true);
    expect(store.spool.missingFrom()).toBe(missingFrom);
    let minute = 300;
    await run({
      async atSleep() {
        if (minute < 330) await store.commit(batchOf(at("S1-H", "t2_supply", minute++ * 60, 1)));
      },
    }).runUntil(() => minute === 330 && isEmpty() && store.spool.missingFrom() === undefined);
    for (let each = 0; each < 330; each++) expect(raw("S1-H", "t2_supply", each * 60)).toBe(each < 300 ? each % 50 : 1);
    const hour = `rollup circuit_1h,id=S1-H,station=S1 ${START}`;
    expect(influx.points.get(`${hour} t2_supply_count`)).toBe(60);
    expect(influx.points.get(`${hour} t2_supply_max`)).toBe(49);
  });

  test("an InfluxDB that was restored from an older backup gets back what it forgot, one that was emptied all", async () => {
    const commit = (minute: number): Promise<unknown> => store.commit(batchOf(at("S1-H", "t2_supply", minute * 60, minute % 50)));
    const running = async (from: number, to: number): Promise<void> => {
      let minute = from;
      // Longer than the marker is written and read.
      await run({
        async atSleep() {
          if (minute < to) await commit(minute++);
        },
      }).runUntil(() => minute === to && isEmpty() && store.spool.missingFrom() === undefined && clock.at > began + 200_000);
    };
    let began = clock.at;
    await running(0, 30);
    const backup = new Map(influx.points);
    began = clock.at;
    await running(30, 60);
    for (const state of [backup, new Map<string, number>()]) {
      influx.points = new Map(state);
      began = clock.at;
      const { logged, runUntil } = run();
      await runUntil(() => clock.at > began + 60_000 && isEmpty() && store.spool.missingFrom() === undefined);
      expect(logged.join()).toContain("InfluxDB is older than it was");
      for (let minute = 0; minute < 60; minute++) expect(raw("S1-H", "t2_supply", minute * 60)).toBe(minute % 50);
      expect(influx.points.get(`rollup circuit_1h,id=S1-H,station=S1 ${START} t2_supply_count`)).toBe(60);
    }
  });
});

describe("rollups", () => {
  test("are computed when their series went on or after a while, and again for late points", async () => {
    const row = (width: string, seconds: number, field: string): number | undefined =>
      influx.points.get(`rollup circuit_${width},id=S1-H,station=S1 ${START + seconds * 1000} t2_supply_${field}`);
    await store.commit(
      batchOf(...[0, 60, 120].map((second) => at("S1-H", "t2_supply", second, second)), at("S1-H", "t2_supply", 180, null)),
    );
    await store.commit(batchOf(at("S1-H", "t2_supply", 310, 5)));
    const began = clock.at;
    await run().runUntil(() => row("5m", 0, "count") !== undefined);
    expect(clock.at - began).toBeLessThan(5000);
    expect(["count", "samples", "min", "max", "sum", "first", "last", "first_at", "last_at"].map((field) => row("5m", 0, field))).toEqual([
      3,
      4,
      0,
      120,
      180,
      0,
      120,
      START,
      START + 180_000,
    ]);
    expect(row("5m", 300, "count")).toBeUndefined();
    await run().runUntil(() => row("5m", 300, "count") === 1 && row("1h", 0, "count") === 4);
    await store.commit(batchOf(at("S1-H", "t2_supply", 30, 70)));
    await run().runUntil(() => row("5m", 0, "count") === 4 && row("1h", 0, "count") === 5);
    expect(row("5m", 0, "max")).toBe(120);
    expect(row("5m", 0, "sum")).toBe(250);
  });

  test("that were not computed when the process ended are computed by the next one", async () => {
    const count = (): number | undefined => influx.points.get(`rollup circuit_1h,id=S1-H,station=S1 ${START} t2_supply_count`);
    await store.commit(batchOf(at("S1-H", "t2_supply", 0, 48)));
    await run().runUntil(isEmpty);
    expect(count()).toBeUndefined();
    const began = clock.at;
    await run().runUntil(() => count() === 1);
    expect(clock.at - began).toBeLessThan(60_000);
  });

  test("of a bucket that the local store has lost in part count what InfluxDB has", async () => {
    await store.commit(batchOf(...Array.from({ length: 4000 }, (_, second) => at("S1-H", "t2_supply", second * 10, second % 90))));
    await run().runUntil(() => isEmpty());
    await store.checkpoint();
    clock.at = START + 40_000_000;
    await store.close();
    store = await openTelemetryStore({
      folder: folder.path,
      network,
      now: () => clock.at,
      checkpointMs: Infinity,
      influx: true,
      retentionMs: 20_000_000,
    });
    await store.checkpoint();
    const lost = store.readings("S1", START, START + 3_600_000).length;
    expect(lost).toBeLessThan(360);
    await store.commit(batchOf(at("S1-H", "t2_supply", 5, 99)));
    const hour = `rollup circuit_1h,id=S1-H,station=S1 ${START}`;
    await run().runUntil(() => influx.points.get(`${hour} t2_supply_max`) === 99);
    expect(influx.points.get(`${hour} t2_supply_count`)).toBe(361);
  });
});
