import { afterEach, describe, expect, it } from "vitest";
import { Gateway, IN_FLIGHT_MAX } from "../../simulators/gateway.ts";
import { until } from "../support/until.ts";
import { localBroker, type LocalBroker } from "./local-broker.ts";

const T0 = 1_800_000_000_000;
let polls = 0;
/** Sends one poll of S1. */
function poll(gateway: Gateway, ts: number, hist = false): void {
  const assets = { S1: { t_out: -3.1 }, "S1-H": { t2_supply: 48.2, mk_total: 10.5 } };
  const object = { ts, seq: ++polls, ...(hist ? { hist: true as const } : {}), assets };
  gateway.send("S1", "heat/v1/S1/telemetry", [object]);
}

interface Sent {
  readonly ts: number;
  readonly seq: number;
  readonly hist?: true;
  readonly assets: Record<string, unknown>;
}

let broker: LocalBroker | undefined;
const gateways: Gateway[] = [];

function gatewayOf(port: number, more: Partial<ConstructorParameters<typeof Gateway>[0]> = {}): Gateway {
  const gateway = new Gateway({
    url: `mqtt://127.0.0.1:${port}`,
    name: "gw-1",
    password: "secret",
    stations: ["S1"],
    seed: 1,
    log: () => undefined,
    ...more,
  });
  gateways.push(gateway);
  return gateway;
}

/** Every object that arrived on a station's telemetry topic, arrays unpacked, in order of arrival. */
function telemetry(from: LocalBroker, station = "S1"): Sent[] {
  return from.received
    .filter(({ topic }) => topic === `heat/v1/${station}/telemetry`)
    .flatMap(({ payload }) => [JSON.parse(payload) as Sent | Sent[]].flat());
}

const statuses = (from: LocalBroker): string[] =>
  from.received.filter(({ topic, retain }) => topic === "heat/v1/S1/status" && retain).map(({ payload }) => payload);

afterEach(async () => {
  polls = 0;
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  await broker?.close();
  broker = undefined;
});

describe("gateway", () => {
  it("says online with a retained message and sends a poll as one object", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    gateway.start();
    poll(gateway, T0);
    await gateway.drained(0);
    expect(statuses(broker)).toEqual(["online"]);
    const payload = broker.received.find(({ topic }) => topic === "heat/v1/S1/telemetry")!.payload;
    expect(JSON.parse(payload)).toEqual({ ts: T0, seq: 1, assets: { S1: { t_out: -3.1 }, "S1-H": { t2_supply: 48.2, mk_total: 10.5 } } });
    expect(gateway.figures()).toMatchObject({ connected: true, waiting: 0, inFlight: 0, sentObjects: 1, sentValues: 3, droppedObjects: 0 });
    expect(gateway.acknowledgedUntil("S1")).toBe(T0);
  });

  it("sends a backlog as arrays in order, marked as history when it is", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    for (let index = 0; index < 3000; index++) poll(gateway, T0 + index * 1000, true);
    gateway.start();
    await gateway.drained(0);
    const messages = broker.received.filter(({ topic }) => topic.endsWith("telemetry"));
    expect(messages.length).toBeLessThan(15);
    for (const { payload } of messages) expect(payload.length).toBeLessThanOrEqual(60_000);
    const objects = telemetry(broker);
    expect(objects.map(({ ts }) => ts)).toEqual(Array.from({ length: 3000 }, (_, index) => T0 + index * 1000));
    expect(objects.every(({ hist }) => hist)).toBe(true);
  });

  it("keeps only so many payloads in flight and loses none when the connection breaks before they are acknowledged", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    gateway.start();
    await until("connected", () => gateway.figures().connected);
    broker.hold = true;
    for (let index = 0; index < 40; index++) poll(gateway, T0 + index);
    expect(gateway.figures().inFlight).toBeLessThanOrEqual(IN_FLIGHT_MAX);
    expect(gateway.acknowledgedUntil("S1")).toBe(T0 - 1);
    broker.hold = false;
    broker.cutAll();
    await gateway.drained(0);
    expect(new Set(telemetry(broker).map(({ ts }) => ts)).size).toBe(40);
    expect(gateway.acknowledgedUntil("S1")).toBe(T0 + 39);
  });

  it("falls silent without a goodbye: the broker speaks its will, and the backlog comes after the return", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    gateway.start();
    poll(gateway, T0);
    await gateway.drained(0);
    gateway.cut();
    await until("the will", () => statuses(broker!).at(-1) === "offline");
    for (let index = 1; index <= 20; index++) poll(gateway, T0 + index * 30_000);
    expect(gateway.figures()).toMatchObject({ connected: false, waiting: 20 });
    gateway.start();
    await gateway.drained(0);
    expect(statuses(broker)).toEqual(["online", "offline", "online"]);
    const objects = telemetry(broker);
    expect(objects.map(({ ts }) => ts)).toEqual(Array.from({ length: 21 }, (_, index) => T0 + index * 30_000));
    expect(objects.some(({ hist }) => hist)).toBe(false);
  });

  it("keeps trying until the broker is there, drops the oldest of too long a wait, and says so once", async () => {
    const early = await localBroker();
    const { port } = early;
    await early.close();
    const lines: string[] = [];
    const gateway = gatewayOf(port, { backlogItemsMax: 5, log: (line) => lines.push(line) });
    gateway.start();
    for (let index = 0; index < 8; index++) poll(gateway, T0 + index);
    await until("the refusal", () => lines.length > 0);
    broker = await localBroker(port);
    await gateway.drained(0);
    expect(telemetry(broker).map(({ ts }) => ts)).toEqual([3, 4, 5, 6, 7].map((index) => T0 + index));
    expect(gateway.figures().droppedObjects).toBe(3);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it("with a wrong password reports it and stays out", async () => {
    broker = await localBroker();
    const lines: string[] = [];
    const gateway = gatewayOf(broker.port, { password: "wrong", log: (line) => lines.push(line) });
    gateway.start();
    await until("the refusal", () => lines.some((line) => /refused|authori[sz]ed/i.test(line)));
    expect(gateway.figures().connected).toBe(false);
    expect(lines[0]).toContain("gw-1");
  });

  it("knows what was not acknowledged when it has to be cut off in the end, the oldest first", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    gateway.start();
    poll(gateway, T0);
    await gateway.drained(0);
    broker.hold = true;
    for (let nth = 1; nth <= 5; nth++) poll(gateway, T0 + nth * 1000);
    expect(gateway.figures().inFlight).toBe(5);
    await gateway.stop();
    expect(gateway.acknowledgedUntil("S1")).toBe(T0 + 999);
    broker.hold = false;
    gateway.start();
    await gateway.drained(0);
    expect(telemetry(broker).map(({ ts }) => ts)).toEqual([0, 1, 2, 3, 4, 5].map((poll) => T0 + poll * 1000));
  });

  it("disconnects cleanly: no will", async () => {
    broker = await localBroker();
    const gateway = gatewayOf(broker.port);
    gateway.start();
    poll(gateway, T0);
    await gateway.drained(0);
    await gateway.stop();
    gateway.start();
    poll(gateway, T0 + 1);
    await gateway.drained(0);
    expect(statuses(broker)).toEqual(["online", "online"]);
  });
});
