import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startLiveApi, type LiveApi } from "../support/live-api.ts";
import type { LiveClient } from "../support/live-client.ts";
import { START } from "../support/services.ts";
import { until } from "../support/until.ts";

/** Who may listen to the live socket, and what becomes of those who misuse it. */

let api: LiveApi;
async function start(...options: Parameters<typeof startLiveApi>): Promise<void> {
  api = await startLiveApi(...options);
}
afterEach(() => api.app.close());
const open = (query = "", headers?: Record<string, string>): Promise<LiveClient> =>
  api.connect({ query, ...(headers === undefined ? {} : { headers }) });

describe("who may listen", () => {
  it.each([
    ["nobody in particular", {}, 401],
    ["a wrong token", { authorization: "Bearer wrong" }, 401],
    ["a page of another site", { cookie: "", origin: "http://evil.example" }, 403],
  ] as const)("not %s", async (_name, headers, status) => {
    await start();
    const session = "cookie" in headers ? { ...api.as("viewer"), host: `127.0.0.1:${api.port}`, origin: headers.origin } : headers;
    await expect(open("", session)).rejects.toThrow(`refused with ${status}`);
  });

  it("a browser with its cookie, from our own page", async () => {
    await start();
    const { cookie } = api.as("viewer");
    const client = await open("", { cookie: cookie!, origin: `http://127.0.0.1:${api.port}` });
    await client.next("snapshot");
    await client.end();
    await expect(open("", { cookie: cookie! })).rejects.toThrow("refused with 403");
  });

  it("as long as the session lives", async () => {
    await start({ pingMs: 20 });
    const { cookie } = api.as("viewer");
    const client = await open("", { cookie: cookie!, origin: `http://127.0.0.1:${api.port}` });
    api.accounts.endSession("session-of-viewer");
    await until("the socket to be closed", () => client.closed() !== undefined, 5_000);
    expect(client.closed()).toBe(4401);
  });

  it("no more than the limit at once", async () => {
    await start({ clientsMax: 2 });
    const clients = [await open(), await open()];
    await expect(open()).rejects.toThrow("refused with 503");
    await clients[0]!.end();
    await until("room again", async () => (await api.metric("live_clients")) === 1);
    clients.push(await open());
    for (const client of clients) await client.end();
    expect(await api.metric('live_dropped_total{reason="refused"}')).toBe(1);
  });

  it("not at another address, nor with nonsense in since", async () => {
    await start();
    await expect(open("?since=-1")).rejects.toThrow("refused with 400");
    await expect(open("?since=x")).rejects.toThrow("refused with 400");
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(api.port, "127.0.0.1", () =>
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
    await until("nobody left", async () => (await api.metric("live_clients")) === 0);
  });

  it("is closed after too many requests, and a focus on nothing known is none", async () => {
    await start({ requestsPerPing: 3 });
    const client = await open();
    for (let count = 0; count < 3; count++) client.socket.send('{"type":"focus","station":"S99"}');
    api.receive("S01", "S01", "t_out", START, -3);
    await client.next("delta");
    client.socket.send('{"type":"focus","station":"S01"}');
    await until("the close", () => client.closed() !== undefined, 5_000);
    expect(client.closed()).toBe(1008);
  });

  it("is dropped when it answers no ping", async () => {
    await start({ pingMs: 20 });
    const deaf = await api.connect({ autoPong: false });
    await until("the drop", () => deaf.closed() !== undefined, 5_000);
    expect(await api.metric('live_dropped_total{reason="silent"}')).toBe(1);
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
        return (await api.metric('live_dropped_total{reason="stuck"}')) === 1;
      },
      20_000,
    );
    // Counted once, however long the socket takes to go.
    expect(await api.metric('live_dropped_total{reason="stuck"}')).toBe(1);
    expect(most).toBeGreaterThan(bufferedBytesMax);
    expect(most).toBeLessThan(bufferedBytesMax + 2 * large.length);
    expect(await api.metric("live_skipped_total")).toBeGreaterThan(0);
    api.receive("S01", "S01", "t_out", START, -3);
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
