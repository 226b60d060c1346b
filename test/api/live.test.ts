import { afterEach, describe, expect, it } from "vitest";
import type { TicketLogEntry } from "../../api/services.ts";
import { BEARER, startLiveApi, type LiveApi } from "../support/live-api.ts";
import type { LiveClient } from "../support/live-client.ts";
import { seededRandom } from "../support/random.ts";
import { START } from "../support/services.ts";
import { until } from "../support/until.ts";

/** The live socket: a snapshot, then what changed; tickets in order, none missed. */

let api: LiveApi;
async function start(...options: Parameters<typeof startLiveApi>): Promise<void> {
  api = await startLiveApi(...options);
}
afterEach(() => api.app.close());
const open = (query = ""): Promise<LiveClient> => api.connect({ query });

describe("snapshot and deltas", () => {
  it("begins with everything, then says what changed and nothing else", async () => {
    await start();
    api.receive("S01", "S01", "t_out", START, -3);
    api.receive("S01", "S01-H", "t2_supply", START, 48);
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

    api.receive("S01", "S01-H", "t2_supply", START + 1000, 47);
    api.receive("S01", "S01-H", "t2_supply", START + 2000, 46);
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
    api.receive("S01", "S01", "t_out", START, -3);
    const client = await open();
    await client.next("snapshot");
    api.services.live.touch("S01");
    api.services.live.touch("no such station");
    api.receive("S02", "S02", "t_out", START, -4);
    const delta = await client.next("delta");
    expect(delta.stations.map(({ id }) => id)).toEqual(["S02"]);
    expect(client.messages.filter(({ type }) => type === "delta")).toHaveLength(1);
    await client.end();
  });

  it("tells that a station fell silent, without any reading", async () => {
    await start();
    api.receive("S01", "S01", "t_out", START, -3);
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
    api.receive("S01", "S01", "t_out", START, -7);
    api.contacts.set("S02", { connection: "offline", dataAt: null, receivedAt: null });
    const second = await open();
    const { stations } = await second.next("snapshot");
    expect(stations).toMatchObject([{ values: { S01: { t_out: [START, -7] } } }, { connection: "offline" }, {}]);
    await second.end();
  });

  it("adds the units and rooms of the station in focus, for the one who asks", async () => {
    await start();
    api.receive("S01", "B03-U2", "t_return", START, 37);
    const [client, other] = [await open(), await open()];
    await client.next("snapshot");
    client.socket.send(JSON.stringify({ type: "focus", station: "S01" }));
    expect((await client.next("delta")).stations).toMatchObject([{ id: "S01", values: { "B03-U2": { t_return: [START, 37] } } }]);
    api.receive("S01", "R-101", "t_room", START + 1000, 19.5);
    await client.next("delta", ({ stations }) => stations.some(({ values }) => values["R-101"] !== undefined));
    client.socket.send(JSON.stringify({ type: "focus", station: null }));
    api.receive("S01", "S01", "t_out", START + 2000, -3);
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
    await api.app.inject({ method: "POST", url: `/api/tickets/${id}/dispatch`, headers: BEARER, payload: { to: "w1" } });
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
      api.app.inject({ method: "POST", url: `/api/tickets/${id}/note`, headers: BEARER, payload: { note: "more" } });
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
