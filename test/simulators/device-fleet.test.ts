import { afterEach, describe, expect, it } from "vitest";
import { createPipeline } from "../../ingest/pipeline.ts";
import { startBroker } from "../../ingest/broker.ts";
import { statusTopic, telemetryTopic } from "../../model/topic.ts";
import { bufferObjectsOf, Fleet, type FleetOptions, LATE_MS } from "../../simulators/device-fleet.ts";
import type { DeviceEvent, TelemetryObject } from "../../simulators/device-event.ts";
import { createMemoryStore } from "../support/memory-store.ts";
import { until } from "../support/until.ts";
import { localBroker, type LocalBroker } from "./local-broker.ts";
import { smallNetwork } from "./small-devices.ts";

const MINUTE = 60_000;
/** Long ago, so that everything is history unless it is moved. */
const FROM = Date.UTC(2026, 0, 5);
const fleets: Fleet[] = [];
let broker: LocalBroker | undefined;

afterEach(async () => {
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
  await broker?.close();
  broker = undefined;
});

function fleetOf(port: number, events: Iterable<DeviceEvent>, more: Partial<FleetOptions> = {}): Fleet {
  const fleet = new Fleet({
    mqttUrl: `mqtt://127.0.0.1:${port}`,
    gateways: [{ name: "gw-S1", password: "secret", stations: ["S1"] }],
    seed: 1,
    events,
    from: FROM,
    to: FROM + 1_000 * MINUTE,
    shiftMs: 0,
    speed: "max",
    clock: Date.now,
    log: () => undefined,
    ...more,
  });
  fleets.push(fleet);
  return fleet;
}

const poll = (at: number, station = "S1", ts = at): DeviceEvent => ({
  type: "message",
  at,
  gateway: `gw-${station}`,
  topic: telemetryTopic(station),
  objects: [{ ts, assets: { [station]: { t_out: -3.1 } } }],
  batch: false,
});
const polls = (count: number, stepMs = MINUTE, from = FROM): DeviceEvent[] =>
  Array.from({ length: count }, (_, index) => poll(from + index * stepMs));
const status = (at: number, online: boolean): DeviceEvent => ({ type: "status", at, gateway: "gw-S1", station: "S1", online });

const received = (from: LocalBroker, station = "S1"): TelemetryObject[] =>
  from.received.flatMap(({ topic, payload }) =>
    topic === telemetryTopic(station) ? [JSON.parse(payload) as TelemetryObject | TelemetryObject[]].flat() : [],
  );
const said = (from: LocalBroker): string[] =>
  from.received.filter(({ topic }) => topic === statusTopic("S1")).map(({ payload }) => payload);

async function playAll(fleet: Fleet): Promise<void> {
  await fleet.start();
  await fleet.play(() => undefined);
  await fleet.settled();
}

describe("device fleet", () => {
  it("at max sends the past as fast as it is acknowledged, marked as history, each object once, and never waits in the past", async () => {
    broker = await localBroker();
    const fleet = fleetOf(broker.port, polls(5_000));
    await playAll(fleet);
    const objects = received(broker);
    expect(objects.map(({ ts }) => ts)).toEqual(Array.from({ length: 5_000 }, (_, index) => FROM + index * MINUTE));
    expect(objects.every(({ hist }) => hist)).toBe(true);
    expect(fleet.figures()).toMatchObject({ sentObjects: 5_000, sentValues: 5_000, waiting: 0, droppedObjects: 0 });
  });

  it("moves every time by the shift, and marks nothing that is new", async () => {
    broker = await localBroker();
    const shiftMs = Date.now() - FROM - 60_000;
    await playAll(fleetOf(broker.port, polls(10, 1_000), { shiftMs }));
    expect(received(broker)).toEqual(
      Array.from({ length: 10 }, (_, index) => ({ ts: FROM + shiftMs + index * 1_000, assets: { S1: { t_out: -3.1 } } })),
    );
  });

  it("keeps the pace of its speed, and never sends what has not happened yet", async () => {
    broker = await localBroker();
    // A clock of the test's own: the fleet waits until it has moved.
    let now = FROM + 1_000 * MINUTE;
    const fleet = fleetOf(broker.port, polls(4), { speed: 60, clock: () => now });
    const done = playAll(fleet);
    await until("the first", () => received(broker!).length === 1);
    now += 1_000;
    await until("the second", () => received(broker!).length === 2);
    now += 2_000;
    await done;
    expect(received(broker)).toHaveLength(4);
    const ahead = fleetOf(broker.port, polls(3, MINUTE, now - MINUTE), { speed: 60, from: now - MINUTE, clock: () => now });
    const playing = playAll(ahead);
    await until("what has happened", () => received(broker!).length === 5);
    // Its speed would allow both of the others by now.
    now += 10_000;
    await until("what has happened since", () => received(broker!).length === 6);
    now += MINUTE;
    await playing;
    expect(received(broker)).toHaveLength(7);
  });

  it("live, a gateway that falls silent is cut so that the broker speaks its will; in the past it is only a gap", async () => {
    broker = await localBroker();
    let now = FROM + 1_000 * MINUTE;
    const at = now;
    const past = [poll(FROM), status(FROM + 1, false), status(FROM + 2, true), poll(FROM + MINUTE)];
    const live = [poll(at), status(at + 1_000, false), status(at + 61_000, true), poll(at + 62_000)];
    const fleet = fleetOf(broker.port, [...past, ...live], { speed: 1, from: at, clock: () => now });
    const playing = playAll(fleet);
    await until("the live poll", () => received(broker!).length === 3);
    expect(said(broker)).toEqual(["online"]);
    now = at + 2_000;
    await until("the will", () => said(broker!).at(-1) === "offline");
    now = at + 63_000;
    await playing;
    expect(said(broker)).toEqual(["online", "offline", "online"]);
    expect(received(broker)).toHaveLength(4);
  });

  it("loses nothing while the broker is away at speed, and comes back with arrays", async () => {
    broker = await localBroker();
    const { port } = broker;
    const fleet = fleetOf(port, polls(2_000, 1_000), { speed: 1_000, clock: Date.now });
    const playing = playAll(fleet);
    await until("the first", () => received(broker!).length > 100);
    const before = received(broker);
    await broker.close();
    await until("a backlog", () => fleet.figures().waiting > 200);
    broker = await localBroker(port);
    await playing;
    const after = received(broker);
    const times = new Set([...before, ...after].map(({ ts }) => ts));
    expect(times.size).toBe(2_000);
    expect(fleet.figures().droppedObjects).toBe(0);
    expect(broker.received.some(({ payload }) => payload.startsWith("["))).toBe(true);
    expect(broker.received.length).toBeLessThan(after.length);
  });

  it("beyond its buffer it drops the oldest and counts them: received and dropped are all there were", async () => {
    broker = await localBroker();
    const { port } = broker;
    const fleet = fleetOf(port, polls(1_500, 1_000), { speed: 1_000, clock: Date.now, bufferObjects: 100 });
    const playing = playAll(fleet);
    await until("the first", () => received(broker!).length > 50);
    const before = received(broker);
    await broker.close();
    await until("drops", () => fleet.figures().droppedObjects > 50);
    broker = await localBroker(port);
    await playing;
    const times = new Set([...before, ...received(broker)].map(({ ts }) => ts));
    expect(times.size + fleet.figures().droppedObjects).toBe(1_500);
    expect(times).toContain(FROM + 1_499_000);
  });

  it("ends in the middle when it is stopped, and says goodbye", async () => {
    broker = await localBroker();
    const fleet = fleetOf(broker.port, polls(1_000), { speed: 60 });
    const playing = playAll(fleet);
    await until("something", () => received(broker!).length > 0);
    await fleet.stop();
    await playing;
    expect(received(broker).length).toBeLessThan(1_000);
    expect(said(broker)).toEqual(["online"]);
  });

  it("leaves out what was sent before", async () => {
    broker = await localBroker();
    await playAll(fleetOf(broker.port, polls(10), { isSent: (_, ts) => ts < FROM + 6 * MINUTE }));
    expect(received(broker).map(({ ts }) => (ts - FROM) / MINUTE)).toEqual([6, 7, 8, 9]);
  });

  it("shares out the buffer: many gateways keep less each", () => {
    expect([bufferObjectsOf(1), bufferObjectsOf(100), bufferObjectsOf(10_000)]).toEqual([100_000, 1_000, 200]);
    expect(LATE_MS).toBe(120_000);
  });

  it("connects a thousand gateways to the platform's broker, and everything arrives", { timeout: 60_000 }, async () => {
    const COUNT = 1_000;
    const POLLS = 3;
    const network = smallNetwork(COUNT);
    const store = createMemoryStore();
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const pipeline = createPipeline({ network, store, now: Date.now, log, onFresh: () => undefined });
    const platform = await startBroker({
      host: "127.0.0.1",
      port: 0,
      pipeline,
      log,
      now: Date.now,
      authenticate: (name, password) => (password === "secret" ? { name, stations: [name.slice(3)] } : undefined),
    });
    try {
      const ids = network.stations.map(({ id }) => id);
      const events = Array.from({ length: POLLS }, (_, index) => ids.map((id) => poll(FROM + index * MINUTE, id))).flat();
      const fleet = fleetOf(platform.port, events, {
        gateways: ids.map((id) => ({ name: `gw-${id}`, password: "secret", stations: [id] })),
      });
      await playAll(fleet);
      expect(platform.stats().connections).toBe(COUNT);
      expect(fleet.figures()).toMatchObject({ gateways: COUNT, connected: COUNT, sentObjects: COUNT * POLLS, droppedObjects: 0 });
      await until("the readings", () => store.readings.filter(({ point }) => point.signal === "t_out").length === COUNT * POLLS);
      await fleet.stop();
    } finally {
      await platform.close();
    }
  });
});
