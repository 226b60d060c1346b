import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createImportDoor } from "../../ingest/import-door.ts";
import type { Reading } from "../../model/reading.ts";
import { openCommandTokens, type CommandTokens } from "../../store/command-tokens.ts";
import { openDatabase } from "../../store/database.ts";
import { localReadings } from "../../store/reading-slices.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { ADMIN_TOKEN, START, testApi, type TestApi } from "../support/services.ts";
import { until } from "../support/until.ts";

/** History in and out over HTTP, with the real store behind it. */

const AT = START - 86_400_000;
const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
const lines = { ...bearer, "content-type": "application/x-ndjson" };
let folder: string;
let api: TestApi;
let store: LocalTelemetryStore;
let tokens: CommandTokens;
const fresh: Reading[] = [];
/** Slices that exports have taken. */
let slices = 0;
const taking = { endless: false };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-api-import-"));
  tokens = openCommandTokens(openDatabase(":memory:"));
  api = await testApi((services) => {
    const { network, now } = services;
    return {
      ...services,
      commands: { command: (token) => tokens.command(token, now()) },
      imports: createImportDoor({
        network,
        store: { commit: (batch) => store.commit(batch) },
        onFresh: (readings) => void fresh.push(...readings),
        now,
      }),
      readings: async function* (station, from, to) {
        for await (const slice of localReadings(store)(station, from, to))
          do {
            slices++;
            yield slice;
            await new Promise((resolve) => setImmediate(resolve));
          } while (taking.endless);
      },
    };
  });
  store = await openTelemetryStore({ folder, network: api.services.network, now: api.services.now });
});
afterAll(async () => {
  await api.app.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const line = (asset: string, minute: number, values: object): string => JSON.stringify({ asset, ts: AT + minute * 60_000, values });
const post = (payload: string, headers: Record<string, string> = lines) =>
  api.app.inject({ method: "POST", url: "/api/import", headers, payload });

describe("POST /api/import", () => {
  it("stores what passes the checks, and says what became of the rest", async () => {
    const body = [
      line("S01-H", 0, { t2_supply: 48.2, p2_return: null }),
      line("S01-H", 1, { t2_supply: 148 }),
      line("S02-L", 1, { t2_supply: 42 }),
    ];
    const first = await post(body.join("\n"));
    expect(first.statusCode).toBe(200);
    expect(first.json()).toMatchObject({
      lines: 3,
      stored: 3,
      known: 0,
      rejected: 1,
      rejects: [{ count: 1, example: { topic: "import by admin-token:2", reason: "out_of_range" } }],
    });
    expect((await post(body.join("\n"))).json()).toMatchObject({ stored: 0, known: 3 });
    expect(fresh.map(({ point }) => `${point.asset} ${point.signal}`)).toEqual(["S01-H t2_supply", "S01-H p2_return", "S02-L t2_supply"]);
    expect(store.rejects({ limit: 1 }).items).toMatchObject([{ asset: "S01-H", signal: "t2_supply", found: "148" }]);
  });

  it("is for engineers", async () => {
    for (const [role, status] of [
      ["dispatcher", 403],
      ["engineer", 200],
    ] as const)
      expect((await post("", { ...api.as(role), "content-type": "application/x-ndjson" })).statusCode).toBe(status);
  });

  it("takes nothing but JSON lines, and other routes take none", async () => {
    for (const type of ["application/json", "text/csv"]) {
      const answer = await post("{}", { ...bearer, "content-type": type });
      expect([type, answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([
        type,
        415,
        "unsupported_media_type",
      ]);
    }
    expect((await api.app.inject({ method: "POST", url: "/api/complaints", headers: lines, payload: "{}" })).statusCode).toBe(415);
  });

  it("has a limit, told with what to do", async () => {
    const answer = await post(`${line("S01-H", 2, { t2_supply: 48 })}\n`.repeat(300_000));
    expect(answer.statusCode).toBe(413);
    expect(answer.json<{ error: { message: string } }>().error.message).toMatch(/at most 16777216 bytes .* what was read before is stored/);
  });
});

describe("the token of a command", () => {
  it("acts as an administrator until it is ended", async () => {
    const token = tokens.issue("import", api.clock.at);
    const headers = { authorization: `Bearer ${token}` };
    expect((await api.app.inject({ url: "/api/gateways", headers })).statusCode).toBe(200);
    tokens.end(token);
    expect((await api.app.inject({ url: "/api/gateways", headers })).statusCode).toBe(401);
  });
});

describe("GET /api/export", () => {
  const get = (query: string) => api.app.inject({ url: `/api/export?${query}`, headers: bearer });

  it("gives back what was imported, station by station", async () => {
    const answer = await get(`from=${AT}&to=${AT + 120_000}`);
    expect(answer.headers).toMatchObject({
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-disposition": expect.stringMatching(/^attachment; filename="heatsteward-20261219T0200-20261219T0202.ndjson"$/) as string,
    });
    expect(answer.body.trim().split("\n")).toEqual([
      `{"asset":"S01-H","ts":${AT},"values":{"p2_return":null,"t2_supply":48.2}}`,
      `{"asset":"S02-L","ts":${AT + 60_000},"values":{"t2_supply":42}}`,
    ]);
    expect((await post(answer.body)).json()).toMatchObject({ stored: 0, known: 3, rejected: 0 });
  });

  it("is of the stations, assets and signals that are asked for", async () => {
    const count = async (query: string): Promise<number> => (await get(query)).body.split("\n").length - 1;
    const to = `to=${AT + 61_000}`;
    expect(await count(`${to}&station=S02`)).toBe(1);
    expect(await count(`${to}&station=S02&asset=S01-H`)).toBe(2);
    expect(await count(`${to}&asset=S01`)).toBe(0);
    expect(await count(`${to}&signal=p2_return`)).toBe(1);
    expect(await count(`${to}&signal=p2_return&signal=t2_supply`)).toBe(2);
  });

  it("is a table in either language", async () => {
    const { body, headers } = await get(`station=S02&format=csv&lang=zh`);
    expect(headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(body.split("\r\n")[0]).toBe("\ufeff时间,时间戳,资产,名称,测点,数值,单位");
    expect((await get("station=S02&format=csv")).body).toContain(`,S02-L,南苑 · 低区,t2_supply,42,°C`);
  });

  it("names what is wrong with a question", async () => {
    for (const [query, message] of [
      ["station=S1", /query.station: expected a station of the network file, found S1; did you mean S01\?/],
      ["asset=S01-X", /query.asset: expected an asset of the network file, found S01-X; did you mean S01-H\?/],
      ["signal=t2_suply", /query.signal: expected one of .*; did you mean t2_supply\?/],
      ["signal=online", /query.signal: expected one of/],
      ["from=5&to=5", /query.from: expected a time before query.to/],
      ["format=xlsx", /query.format/],
    ] as const) {
      const answer = await get(query);
      expect([query, answer.statusCode]).toEqual([query, 400]);
      expect(answer.json<{ error: { message: string } }>().error.message).toMatch(message);
    }
  });

  it("reads no further than the client, stops when the client goes, and only so many run at once", async () => {
    taking.endless = true;
    await api.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const open = () => {
      const asked = request({ host: "127.0.0.1", port, path: "/api/export", headers: bearer });
      // Answers begin and are not read.
      return new Promise<typeof asked>(
        (resolve) =>
          void asked
            .on("response", () => resolve(asked))
            .on("error", () => undefined)
            .end(),
      );
    };
    const clients = [await open(), await open(), await open(), await open()];
    const full = await get("");
    expect([full.statusCode, full.headers["retry-after"]]).toEqual([429, "5"]);
    // The sockets and queues in between are full after a while, and then nothing is read from the store any more.
    const settled = await until("exports wait for their clients", async () => {
      const before = slices;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return slices === before ? before : undefined;
    });
    expect(slices).toBe(settled);
    for (const client of clients) client.destroy();
    taking.endless = false;
    await until("the exports have ended", async () => (await get("station=S02")).statusCode === 200);
  });
});
