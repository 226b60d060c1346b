import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { LiveLimits } from "../../api/live-hub.ts";
import type { TicketLogEntry } from "../../api/services.ts";
import { ADMIN_TOKEN, START, testApi, type TestApi } from "../support/services.ts";
import { openLive, type LiveClient } from "../support/live-client.ts";
import { seededRandom } from "../support/random.ts";
import { until } from "../support/until.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
let api: TestApi;
let port: number;

async function start(live: Partial<LiveLimits> = {}, change?: Parameters<typeof testApi>[0]): Promise<void> {
  api = await testApi(change, { live: { flushMs: 10, ...live } });
  await api.app.listen({ port: 0, host: "127.0.0.1" });
  port = (api.app.server.address() as { port: number }).port;
}
afterEach(() => api.app.close());

const open = (query = "", headers: Record<string, string> = bearer): Promise<LiveClient> => openLive({ port, headers, query });
const metric = async (name: string): Promise<number> => {
  const { body } = await api.app.inject({ url: "/metrics", headers: bearer });
  return Number(
    body
      .split("\n")
      .find((line) => line.startsWith(`heatsteward_${name} `))
      ?.split(" ")[1] ?? Number.NaN,
  );
};

/** A reading has come. */
function receive(station: string, asset: string, signal: "t_out" | "t2_supply" | "t_return" | "t_room", at: number, value: number): void {
  api.telemetry.set(asset, signal, at, value);
  api.contacts.set(station, { connection: "online", dataAt: at, receivedAt: at });
  api.services.live.touch(station);
}

describe("snapshot and deltas", () => {
  it("begins with everything, then says what changed and nothing else", async () => {
    await start();
    receive("S01", "S01", "t_out", START, -3);
    receive("S01", "S01-H", "t2_supply", START, 48);
    const id = api.open("leak", "S01-H");
    const client = await open();
    const snapshot = await client.next("snapshot");
    expect(snapshot).toMatchObject({ simulated: true, ticketSequence: 1, tickets: [{ id, version: 1 }] });
    expect(snapshot.stations.map(({ id: station }) => station)).toEqual(["S01", "S02", "S03"]);
    expect(snapshot.stations[0]).toMatchObject({
      connection: "online",
      values: { S01: { t_out: [START, -3] }, "S01-H": { t2_supply: [START, 48] } },
      derived: { "S01-H": { makeupM3h: 4.1 } },
    });
    expect(snapshot.stations[1]).toMatchObject({ connection: "never", dataAt: null, values: {} });
    await client.next("health");

    receive("S01", "S01-H", "t2_supply", START + 1000, 47);
    receive("S01", "S01-H", "t2_supply", START + 2000, 46);
    const delta = await client.next("delta");
    expect(delta.stations).toEqual([
      {
        id: "S01",
        connection: "online",
        dataAt: START + 2000,
        receivedAt: START + 2000,
        values: { "S01-H": { t2_supply: [START + 2000, 46] } },
        derived: {},
      },
    ]);
    await client.end();
  });

  it("says nothing of a station that was touched but did not change", async () => {
    await start();
    receive("S01", "S01", "t_out", START, -3);
    const client = await open();
    await client.next("snapshot");
    api.services.live.touch("S01");
    api.services.live.touch("no such station");
    receive("S02", "S02", "t_out", START, -4);
    const delta = await client.next("delta");
    expect(delta.stations.map(({ id }) => id)).toEqual(["S02"]);
    expect(client.messages.filter(({ type }) => type === "delta")).toHaveLength(1);
    await client.end();
  });

  it("tells that a station fell silent, without any reading", async () => {
    await start();
    receive("S01", "S01", "t_out", START, -3);
    const client = await open();
    await client.next("snapshot");
    api.contacts.set("S01", { connection: "silent", dataAt: START, receivedAt: START });
    expect((await client.next("delta")).stations).toMatchObject([{ id: "S01", connection: "silent", values: {} }]);
    await client.end();
  });

  it("is up to date after a time in which nobody looked", async () => {
    await start();
    const first = await open();
    await first.next("snapshot");
    await first.end();
    receive("S01", "S01", "t_out", START, -7);
    api.contacts.set("S02", { connection: "offline", dataAt: null, receivedAt: null });
    const second = await open();
    const { stations } = await second.next("snapshot");
    expect(stations).toMatchObject([{ values: { S01: { t_out: [START, -7] } } }, { connection: "offline" }, {}]);
    await second.end();
  });

  it("adds the units and rooms of the station in focus, for the one who asks", async () => {
    await start();
    receive("S01", "B03-U2", "t_return", START, 37);
    const [client, other] = [await open(), await open()];
    await client.next("snapshot");
    client.socket.send(JSON.stringify({ type: "focus", station: "S01" }));
    expect((await client.next("delta")).stations).toMatchObject([{ id: "S01", values: { "B03-U2": { t_return: [START, 37] } } }]);
    receive("S01", "R-101", "t_room", START + 1000, 19.5);
    await client.next("delta", ({ stations }) => stations.some(({ values }) => values["R-101"] !== undefined));
    client.socket.send(JSON.stringify({ type: "focus", station: null }));
    receive("S01", "S01", "t_out", START + 2000, -3);
    await client.next("delta", ({ stations }) => stations.some(({ values }) => values["S01"] !== undefined));
    expect(client.messages.filter((message) => message.type === "delta" && JSON.stringify(message).includes("R-101"))).toHaveLength(1);
    expect(JSON.stringify(other.messages)).not.toContain("B03-U2");
    await client.end();
    await other.end();
  });

  it("sends the state of the platform again and again", async () => {
    await start({ healthMs: 10 });
    const client = await open();
    await client.next("snapshot");
    api.health.current = { ...api.health.current, status: "degraded" };
    expect((await client.next("health", ({ health }) => health.status === "degraded")).health.parts).toHaveProperty("store");
    await client.end();
  });
});

describe("tickets", () => {
  it("come one by one, in order", async () => {
    await start();
    const client = await open();
    await client.next("snapshot");
    const id = api.open("leak", "S01-H");
    await api.app.inject({ method: "POST", url: `/api/tickets/${id}/dispatch`, headers: bearer, payload: { to: "w1" } });
    await client.next("ticket", ({ ticketSequence }) => ticketSequence === 2);
    expect(client.messages.filter(({ type }) => type === "ticket")).toMatchObject([
      { ticketSequence: 1, event: "opened", ticket: { id } },
      { ticketSequence: 2, event: "dispatch", ticket: { id, state: "dispatched", assignee: "w1" } },
    ]);
    await client.end();
  });

  it("are never missed and never repeated over 100 reconnects", async () => {
    const seed = 20261120;
    const random = seededRandom(seed);
    await start();
    const id = api.open("leak", "S01-H");
    const note = (): Promise<unknown> =>
      api.app.inject({ method: "POST", url: `/api/tickets/${id}/note`, headers: bearer, payload: { note: "more" } });
    let since = 0;
    const seen: number[] = [];
    for (let round = 0; round < 100; round++) {
      const client = await open(`?since=${since}`);
      const missed = Math.floor(random() * 4);
      const writing = Array.from({ length: missed }, note);
      // Sometimes the connection breaks before, sometimes after the messages of this round have come.
      if (random() < 0.5) await Promise.all(writing);
      if (random() < 0.5) await client.next("snapshot");
      client.socket.terminate();
      await until("the break", () => client.closed() !== undefined);
      await Promise.all(writing);
      for (const message of client.messages) if (message.type === "ticket") seen.push((since = message.ticketSequence));
      if (random() < 0.5) await note();
    }
    const last = await open(`?since=${since}`);
    await last.next("snapshot");
    for (const message of last.messages) if (message.type === "ticket") seen.push(message.ticketSequence);
    expect(seen, `seed ${seed}`).toEqual(Array.from({ length: api.records.sequence() }, (_, index) => index + 1));
    expect(api.records.sequence()).toBeGreaterThan(100);
    await last.end();
  });

  it("come before the snapshot that ends a reconnect", async () => {
    await start();
    const id = api.open("leak", "S01-H");
    api.open("air_lock", "S01-H");
    const client = await open("?since=1");
    await client.next("snapshot");
    expect(client.messages.slice(0, 2)).toMatchObject([
      { type: "ticket", ticketSequence: 2 },
      { type: "snapshot", ticketSequence: 2 },
    ]);
    expect(id).toBeDefined();
    await client.end();
  });

  it.each([
    ["more was missed than is replayed", "?since=0", 3],
    ["the browser knows more than the platform, which was restored", "?since=99", 3],
  ])("give way to the snapshot when %s", async (_name, query, count) => {
    await start({ replayMax: 2 });
    for (const kind of ["leak", "air_lock", "burst"] as const) api.open(kind, "S01-H");
    const client = await open(query);
    expect(await client.next("snapshot")).toMatchObject({ ticketSequence: count });
    expect(client.messages[0]!.type).toBe("snapshot");
    api.open("imbalance", "S01-H");
    expect(await client.next("ticket")).toMatchObject({ ticketSequence: count + 1 });
    await client.end();
  });

  it("give way to the snapshot when the log no longer reaches back", async () => {
    const short = (sequence: number, entries: readonly TicketLogEntry[]): readonly TicketLogEntry[] | undefined =>
      sequence < 2 ? undefined : entries;
    await start({}, (services) => ({
      ...services,
      tickets: { ...services.tickets, logAfter: (sequence, limit) => short(sequence, services.tickets.logAfter(sequence, limit)!) },
    }));
    for (const kind of ["leak", "air_lock", "burst"] as const) api.open(kind, "S01-H");
    const client = await open("?since=1");
    expect(await client.next("snapshot")).toMatchObject({ ticketSequence: 3 });
    expect(client.messages[0]!.type).toBe("snapshot");
    await client.end();
  });
});

describe("who may listen", () => {
  it.each([
    ["nobody in particular", {}, 401],
    ["a wrong token", { authorization: "Bearer wrong" }, 401],
    ["a page of another site", { cookie: "", origin: "http://evil.example" }, 403],
  ] as const)("not %s", async (_name, headers, status) => {
    await start();
    const session = "cookie" in headers ? { ...api.as("viewer"), host: `127.0.0.1:${port}`, origin: headers.origin } : headers;
    await expect(open("", session)).rejects.toThrow(`refused with ${status}`);
  });

  it("a browser with its cookie, from our own page", async () => {
    await start();
    const { cookie } = api.as("viewer");
    const client = await open("", { cookie: cookie!, origin: `http://127.0.0.1:${port}` });
    await client.next("snapshot");
    await client.end();
    await expect(open("", { cookie: cookie! })).rejects.toThrow("refused with 403");
  });

  it("as long as the session lives", async () => {
    await start({ pingMs: 20 });
    const { cookie } = api.as("viewer");
    const client = await open("", { cookie: cookie!, origin: `http://127.0.0.1:${port}` });
    api.accounts.endSession("session-of-viewer");
    await until("the socket to be closed", () => client.closed() !== undefined, 5_000);
    expect(client.closed()).toBe(4401);
  });

  it("no more than the limit at once", async () => {
    await start({ clientsMax: 2 });
    const clients = [await open(), await open()];
    await expect(open()).rejects.toThrow("refused with 503");
    await clients[0]!.end();
    await until("room again", async () => (await metric("live_clients")) === 1);
    clients.push(await open());
    for (const client of clients) await client.end();
    expect(await metric('live_dropped_total{reason="refused"}')).toBe(1);
  });

  it("not at another address, nor with nonsense in since", async () => {
    await start();
    await expect(open("?since=-1")).rejects.toThrow("refused with 400");
    await expect(open("?since=x")).rejects.toThrow("refused with 400");
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(
          "GET /wall HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ),
      );
      socket.once("data", (data: Buffer) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe("bad company", () => {
  it.each([
    ["no JSON", "hello", 1008],
    ["null", "null", 1008],
    ["an unknown request", '{"type":"write","station":"S01"}', 1008],
    ["a focus on nothing", '{"type":"focus"}', 1008],
    ["bytes", Buffer.from([1, 2, 3]), 1008],
    ["too much", "x".repeat(5_000), 1009],
  ])("is closed after %s", async (_name, said, code) => {
    await start();
    const client = await open();
    client.socket.send(said);
    await until("the close", () => client.closed() !== undefined, 5_000);
    expect(client.closed()).toBe(code);
    await until("nobody left", async () => (await metric("live_clients")) === 0);
  });

  it("is closed after too many requests, and a focus on nothing known is none", async () => {
    await start({ requestsPerPing: 3 });
    const client = await open();
    for (let count = 0; count < 3; count++) client.socket.send('{"type":"focus","station":"S99"}');
    receive("S01", "S01", "t_out", START, -3);
    await client.next("delta");
    client.socket.send('{"type":"focus","station":"S01"}');
    await until("the close", () => client.closed() !== undefined, 5_000);
    expect(client.closed()).toBe(1008);
  });

  it("is dropped when it answers no ping", async () => {
    await start({ pingMs: 20 });
    const deaf = await openLive({ port, headers: bearer, autoPong: false });
    await until("the drop", () => deaf.closed() !== undefined, 5_000);
    expect(await metric('live_dropped_total{reason="silent"}')).toBe(1);
  });

  it("costs a bounded memory when it does not read, is dropped, and holds nobody up", async () => {
    const bufferedBytesMax = 64 * 1024;
    await start({ bufferedBytesMax, stuckMs: 300, healthMs: 10 });
    // Health that is large enough to fill the buffers of the system between the two.
    const large = "x".repeat(100_000);
    api.health.current = { ...api.health.current, parts: { store: { status: "ok", figures: { large } } } };
    const [slow, quick] = [await open(), await open()];
    await slow.next("snapshot");
    slow.socket.pause();
    let most = 0;
    await until(
      "the slow one to be dropped",
      async () => {
        for (const socket of api.app.websocketServer.clients) most = Math.max(most, socket.bufferedAmount);
        return (await metric('live_dropped_total{reason="stuck"}')) === 1;
      },
      20_000,
    );
    // Counted once, however long the socket takes to go.
    expect(await metric('live_dropped_total{reason="stuck"}')).toBe(1);
    expect(most).toBeGreaterThan(bufferedBytesMax);
    expect(most).toBeLessThan(bufferedBytesMax + 2 * large.length);
    expect(await metric("live_skipped_total")).toBeGreaterThan(0);
    receive("S01", "S01", "t_out", START, -3);
    await quick.next("delta");
    await quick.end();
    slow.socket.terminate();
  });
});

describe("the end", () => {
  it("closes everybody, also one that does not answer", async () => {
    await start();
    const [polite, frozen] = [await open(), await open()];
    frozen.socket.pause();
    await api.app.close();
    await until("the polite one to be closed", () => polite.closed() !== undefined, 5_000);
    expect(polite.closed()).toBe(1001);
    frozen.socket.terminate();
  });
});
