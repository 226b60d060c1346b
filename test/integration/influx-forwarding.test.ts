import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { createInfluxLink, type InfluxLink } from "../../store/influx-link.ts";
import type { InfluxQuery } from "../../store/influx.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { influxSettings } from "../store/influx-support.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "../store/telemetry-support.ts";
import { type FakeInflux, type FakeMode, startFakeInflux } from "../support/fake-influx.ts";
import { type InfluxServer, startInflux } from "../support/influx-server.ts";
import { until } from "../support/until.ts";

/** The forwarding as it runs: a real store, the real thread, over HTTP to a real InfluxDB and to one that fails on demand. */

const STATIONS = 20;
const SIGNALS = ["t2_supply", "t2_return", "p2_supply", "p2_return", "q2_flow", "mk_total", "cp_hz", "t2_set"] as const;
const network = smallNetwork(STATIONS);
const supply = pointOf(network, "S1-H", "t2_supply");

let folder = temporaryFolder();
let store: LocalTelemetryStore;
let link: InfluxLink | undefined;
let logged: string[] = [];

beforeEach(async () => {
  folder = temporaryFolder();
  store = await openTelemetryStore({ folder: folder.path, network, now: Date.now, influx: true });
  logged = [];
});
afterEach(async () => {
  await link?.close();
  link = undefined;
  await store.close();
  folder.remove();
});

const connect = (url: string, more: { spoolBytesMax?: number; workerUrl?: URL } = {}): InfluxLink =>
  (link = createInfluxLink({
    settings: influxSettings(url, more.spoolBytesMax === undefined ? {} : { spoolBytesMax: more.spoolBytesMax }),
    network,
    spool: store.spool,
    log: (line) => logged.push(line),
    now: Date.now,
    ...(more.workerUrl === undefined ? {} : { workerUrl: more.workerUrl }),
  }));
const value = (poll: number, station: number, index: number): number =>
  Math.round((30 + index + ((poll * 7 + station) % 50) / 10) * 10) / 10;
/** One poll of every station: 160 values. */
const poll = (number: number): Reading[] =>
  Array.from({ length: STATIONS }, (_, station) =>
    SIGNALS.map((signal, index) =>
      readingOf(pointOf(network, `S${station + 1}-H`, signal), START + number * 10_000, value(number, station, index)),
    ),
  ).flat();
const allForwarded = (): Promise<unknown> => until("everything is forwarded", () => store.spool.waiting().points === 0, 60_000);

async function number(query: InfluxQuery, statement: string): Promise<number> {
  const [table] = await query.query("raw", statement);
  return Number(table?.rows[0]?.[1] ?? 0);
}

describe("a real InfluxDB", () => {
  let server: InfluxServer;
  beforeEach(async () => {
    server = await startInflux();
  });
  afterEach(() => server.remove());

  test("that is killed in the middle has every one of 200,000 points once, and their rollups", async () => {
    const polls = 1250;
    const { query } = connect(server.url);
    for (let each = 0; each < polls; each++) {
      await store.commit(batchOf(...poll(each)));
      if (each !== 400) continue;
      await until("something is there", () => link!.state().pointsWritten > 0);
      await server.kill();
    }
    expect(store.spool.waiting().points).toBeGreaterThan(0);
    await server.start();
    await allForwarded();
    for (const [index, signal] of SIGNALS.entries()) {
      expect(await number(query, `SELECT count("${signal}") FROM "circuit"`)).toBe(polls * STATIONS);
      let sum = 0;
      for (let each = 0; each < polls; each++) for (let station = 0; station < STATIONS; station++) sum += value(each, station, index);
      expect(await number(query, `SELECT sum("${signal}") FROM "circuit"`)).toBeCloseTo(sum, 3);
    }
    // The newest bucket of each series waits for more; all before are there.
    const wholeBuckets = Math.floor((polls * 10_000) / 300_000);
    await until(
      "the rollups are there",
      async () => {
        const [table] = await query.query(
          "rollup",
          `SELECT sum("t2_supply_count") FROM "circuit_5m" WHERE time < ${START + wholeBuckets * 300_000}ms`,
        );
        return table?.rows[0]?.[1] === wholeBuckets * 30 * STATIONS;
      },
      60_000,
    );
    expect(link!.state()).toMatchObject({ state: "forwarding", behindMs: 0, spoolPoints: 0, spoolBytes: 0, deadLetters: 0 });
    expect(store.spool.cursor).toBe(store.spool.newest);
  });
});

describe("an InfluxDB that fails", () => {
  let fake: FakeInflux;
  beforeEach(async () => {
    fake = await startFakeInflux();
  });
  afterEach(() => fake.close());

  const inFake = (at: number): number | undefined => fake.value("raw", "circuit,id=S1-H,station=S1", at, "t2_supply");
  const MODES: readonly (readonly [string, FakeMode])[] = [
    ["is down", "down"],
    ["never answers", "hang"],
    ["is slow", { slow: 300 }],
    ["asks for patience", { status: 429, retryAfterS: 1 }],
    ["answers 500", { status: 500 }],
    ["cuts the answer off after it stored", { cut: "stored" }],
    ["cuts the answer off and stored nothing", { cut: "lost" }],
    ["has a full disk", "diskfull"],
  ];

  test.each(MODES)("and %s: commits go on, nothing is lost, every point is there with its last value", async (_name, mode) => {
    connect(fake.url);
    await link!.ready;
    let next = 0;
    const commit = (): Promise<unknown> => store.commit(batchOf(readingOf(supply, START + next++ * 1000, next % 50)));
    await commit();
    await until("the first point is there", () => inFake(START) !== undefined);
    await fake.set(mode);
    const requests = fake.writeRequests;
    for (let each = 0; each < 50; each++) await commit();
    // Long enough to meet the failure at least once; a server that is down is not asked at all.
    await until("it was met", () => fake.writeRequests > requests || link!.state().retries > 0);
    expect(store.stats().commits).toBe(51);
    await fake.set("ok");
    await allForwarded();
    for (let each = 0; each < next; each++) expect(inFake(START + each * 1000)).toBe((each + 1) % 50);
    expect(fake.count("raw", "circuit")).toBe(next);
    // One line for a change of state, none for a try.
    expect(logged.length).toBeLessThanOrEqual(4);
  });

  test("and refuses a line: the others go, the line is a dead letter until it is sent once more", async () => {
    connect(fake.url);
    await link!.ready;
    await fake.set({ partial: (line) => line.includes("t2_supply=13") });
    await store.commit(batchOf(...Array.from({ length: 30 }, (_, second) => readingOf(supply, START + second * 1000, second))));
    await allForwarded();
    expect(link!.deadLetters({ limit: 10 })).toMatchObject({
      items: [
        {
          target: "raw",
          line: `circuit,id=S1-H,station=S1 t2_supply=13 ${START + 13_000}`,
          reason: expect.stringContaining("400") as string,
        },
      ],
      next: null,
    });
    expect(link!.state().deadLetters).toBe(1);
    expect(fake.count("raw", "circuit")).toBe(29);
    expect(await link!.replay("all")).toEqual({ written: 0, refused: 1 });
    await fake.set("ok");
    // Corrected meanwhile: the letter must not bring the old value back.
    await store.commit(batchOf(readingOf(supply, START + 13_000, 12.5)));
    await allForwarded();
    expect(await link!.replay([link!.deadLetters({ limit: 1 }).items[0]!.id])).toEqual({ written: 1, refused: 0 });
    expect(link!.state().deadLetters).toBe(0);
    expect(inFake(START + 13_000)).toBe(12.5);
    await fake.set("down");
    await store.commit(batchOf(readingOf(supply, START + 99_000, 1)));
    await until("it is missed", () => link!.state().retries > 0);
    await expect(link!.replay("all")).resolves.toEqual({ written: 0, refused: 0 });
  });

  test("and comes back from an older backup, then empty: the local store brings back what it forgot", async () => {
    connect(fake.url);
    for (let each = 0; each < 200; each++) await store.commit(batchOf(...poll(each)));
    await allForwarded();
    const whole = 200 * STATIONS * SIGNALS.length;
    const isWhole = (): boolean => fake.count("raw", "circuit") === whole;
    expect(isWhole()).toBe(true);
    const marker = (): number | undefined => [...fake.points.values()].find(({ measurement }) => measurement === "heatsteward")?.value;
    await until("the marker is there", () => marker() === store.spool.cursor);
    const states = [new Map([...fake.save()].filter(([, { at }]) => at < START + 1_000_000)), new Map()];
    // The marker of the older state is older too.
    for (const [key, point] of states[0]!) if (key.includes("heatsteward")) states[0]!.set(key, { ...point, value: 1 });
    for (const [index, state] of states.entries()) {
      const { retries } = link!.state();
      await fake.set("down");
      fake.load(state);
      await store.commit(batchOf(readingOf(supply, START - 5000 - index * 1000, 1)));
      await until("it is missed", () => link!.state().retries > retries);
      await fake.set("ok");
      await until("it is whole again", () => fake.count("raw", "circuit") === whole + index + 1, 60_000);
    }
    expect(logged.filter((line) => line.includes("InfluxDB is older than it was"))).toHaveLength(2);
    await until("the backfill has ended", () => store.spool.missingFrom() === undefined);
  });

  test("for longer than the spool may be long: it jumps to the present and fills the gap later", async () => {
    await fake.set("down");
    for (let each = 0; each < 100; each++) await store.commit(batchOf(...poll(each)));
    connect(fake.url, { spoolBytesMax: 200_000 });
    await until("the spool jumps", () => store.spool.waiting().points === 0);
    await until("it says so", () => logged.join().includes("the spool for InfluxDB is full"));
    expect(store.spool.missingFrom()).toBe(START);
    await fake.set("ok");
    await until("the gap is filled", () => store.spool.missingFrom() === undefined, 60_000);
    expect(fake.count("raw", "circuit")).toBe(100 * STATIONS * SIGNALS.length);
  });

  test("does not matter to a thread that dies: another one goes on from the cursor", async () => {
    connect(fake.url, { workerUrl: new URL("../store/fixtures/dying-influx-worker.ts", import.meta.url) });
    for (let each = 0; each < 100; each++) await store.commit(batchOf(...poll(each)));
    await until("a thread died", () => logged.some((line) => line.includes("died")));
    for (let each = 100; each < 200; each++) await store.commit(batchOf(...poll(each)));
    await allForwarded();
    expect(fake.count("raw", "circuit")).toBe(200 * STATIONS * SIGNALS.length);
  });

  test("while the platform ends: it ends at once, and the next start forwards the rest", async () => {
    await fake.set("hang");
    connect(fake.url);
    await store.commit(batchOf(...poll(0)));
    await until("a request hangs", () => link!.state().state === "connecting");
    await link!.close();
    await store.close();
    await fake.set("ok");
    store = await openTelemetryStore({ folder: folder.path, network, now: Date.now, influx: true });
    connect(fake.url);
    await until("the poll is there", () => fake.count("raw", "circuit") === STATIONS * SIGNALS.length);
  });
});
