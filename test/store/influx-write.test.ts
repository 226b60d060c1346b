import { createServer as createSocketServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createInfluxWriter } from "../../store/influx-write.ts";
import type { InfluxDialect, InfluxSettings, InfluxWriter } from "../../store/influx.ts";
import { startFakeInflux, type FakeInflux } from "../support/fake-influx.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startScripted, type ScriptedRequest, type ScriptedServer } from "../support/scripted-server.ts";
import { until } from "../support/until.ts";

const SECRET = "a-secret-that-nobody-may-read";
const LINES = ["station,id=S01 t_out=1 1000", "station,id=S02 t_out=2 1000"];

let fake: FakeInflux;
const writers: InfluxWriter[] = [];
const servers: { close(): unknown }[] = [];
beforeEach(async () => {
  fake = await startFakeInflux();
  fake.databases.set(
    "heatsteward",
    new Map([
      ["raw", { durationMs: 0, isDefault: true }],
      ["rollup", { durationMs: 0, isDefault: false }],
    ]),
  );
});
afterEach(async () => {
  for (const writer of writers.splice(0)) await writer.close();
  for (const server of servers.splice(0)) server.close();
  await fake.close();
});

function open(given: Partial<InfluxSettings> = {}, dialect: InfluxDialect = "v1", timeoutMs?: number): InfluxWriter {
  const writer = createInfluxWriter(influxSettings({ url: fake.url, ...given }), dialect, timeoutMs);
  writers.push(writer);
  return writer;
}

/** Answers every request with this and remembers what was asked. */
async function answering(status: number, headers: Record<string, string> = {}, body?: string): Promise<ScriptedServer> {
  const server = await startScripted(() => ({ status, headers, body }));
  servers.push(server);
  return server;
}

const asked = ({ path, parameters }: ScriptedRequest): string => `${path}?${parameters.toString()}`;

const JSON_TYPE = { "content-type": "application/json" };

describe("a writer", () => {
  it("writes to the default policy, and rollups to theirs", async () => {
    const writer = open();
    expect(await writer.write("raw", LINES)).toEqual({ type: "written" });
    expect(await writer.write("rollup", ["station_5m,id=S01 t_out_min=3 0"])).toEqual({ type: "written" });
    expect(fake.value("raw", "station,id=S02", 1000, "t_out")).toBe(2);
    expect(fake.value("rollup", "station_5m,id=S01", 0, "t_out_min")).toBe(3);
    expect(fake.points.size).toBe(3);
  });

  it("sends each call as one request, however many lines and whatever else goes on", async () => {
    const writer = open({ gzip: true });
    const bodies = [0, 1, 2, 3].map((part) => Array.from({ length: 20_000 }, (_, index) => `m,id=${part} value=${index} ${index}`));
    expect(await Promise.all(bodies.map((lines) => writer.write("raw", lines)))).toEqual(bodies.map(() => ({ type: "written" })));
    expect(fake.writeRequests).toBe(4);
    expect(fake.points.size).toBe(80_000);
    expect(fake.linesStored).toBe(80_000);
  });

  it("sends nothing for no lines", async () => {
    expect(await open().write("raw", [])).toEqual({ type: "written" });
    expect(fake.writeRequests).toBe(0);
  });

  it.each([
    ["a server that is down", "down", { type: "unavailable", reason: "no answer (ECONNREFUSED)" }],
    [
      "429 with a time to wait",
      { status: 429, retryAfterS: 7 },
      { type: "unavailable", reason: "answer 429: too many requests", retryAfterMs: 7000 },
    ],
    [
      "429 with an absurd time to wait",
      { status: 429, retryAfterS: 86_400 },
      { type: "unavailable", reason: "answer 429: too many requests", retryAfterMs: 300_000 },
    ],
    ["500", { status: 500 }, { type: "unavailable", reason: "answer 500: timeout" }],
    ["503", { status: 503 }, { type: "unavailable", reason: "answer 503: service unavailable" }],
    ["a wrong password", { status: 401 }, { type: "unauthorized", reason: "answer 401: authorization failed" }],
    ["a full disk", "diskfull", { type: "unavailable", reason: expect.stringContaining("no space left on device") }],
    ["an answer cut off after the points were stored", { cut: "stored" }, { type: "unavailable", reason: "no answer (ECONNRESET)" }],
    ["an answer cut off", { cut: "lost" }, { type: "unavailable", reason: "no answer (ECONNRESET)" }],
    [
      "a line that cannot be taken",
      { partial: (line: string) => line.includes("S01") },
      { type: "refused", status: 400, reason: expect.stringMatching(/^answer 400: partial write: unable to parse 'station,id=S01/) },
    ],
  ] as const)("tells %s", async (_what, mode, outcome) => {
    await fake.set(mode);
    const writer = open();
    expect(await writer.write("raw", LINES)).toEqual(outcome);
    await fake.set("ok");
    expect(await writer.write("raw", LINES)).toEqual({ type: "written" });
    expect(fake.points.size).toBe(2);
    expect(fake.changes).toBe(0);
  });

  it("gives up a server that hangs, closes the connection, and goes on", async () => {
    await fake.set("hang");
    const writer = open({}, "v1", 50);
    expect(await Promise.all(Array.from({ length: 20 }, () => writer.write("raw", LINES)))).toEqual(
      Array.from({ length: 20 }, () => ({ type: "unavailable", reason: "no answer within 0.05 s" })),
    );
    await fake.set("ok");
    expect(await writer.write("raw", LINES)).toEqual({ type: "written" });
  });

  it("gives up an answer that begins and does not end", async () => {
    const server = createSocketServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    const writer = open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, "v1", 100);
    expect(await writer.write("raw", LINES)).toEqual({ type: "unavailable", reason: "no answer within 0.1 s" });
  });

  it("speaks TLS where the URL says so, and names what went wrong with it", async () => {
    const { url, requests } = await answering(204);
    const outcome = await open({ url: url.replace("http:", "https:") }).write("raw", LINES);
    expect(outcome).toEqual({ type: "unavailable", reason: expect.stringMatching(/^no answer \((EPROTO|ERR_SSL_\w+)\)$/) });
    expect(requests).toEqual([]);
  });

  it("takes a slow server's time and outlives a restart of it between two writes", async () => {
    await fake.set({ slow: 30 });
    const writer = open();
    expect(await writer.write("raw", LINES)).toEqual({ type: "written" });
    await fake.set("down");
    await fake.set("ok");
    // The connection that was kept is gone: the first write may find out so.
    await until("it writes", async () => (await writer.write("raw", LINES)).type === "written");
    expect(fake.points.size).toBe(2);
  });

  it("ends what it waits for when it is closed", async () => {
    await fake.set("hang");
    const writer = open();
    const waiting = writer.write("raw", LINES);
    await until("the request arrived", () => fake.writeRequests === 1);
    await writer.close();
    expect(await waiting).toMatchObject({ type: "unavailable" });
    expect(await writer.write("raw", LINES)).toEqual({ type: "unavailable", reason: "the writer is closed" });
  });

  it("prints nothing and shows no secret, whatever the server says", async () => {
    const spies = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
    const { url } = await answering(403, JSON_TYPE, JSON.stringify({ code: "forbidden", message: `token ${SECRET} may not` }));
    const outcome = await open({ url, token: SECRET, org: "o" }, "v2").write("raw", LINES);
    await fake.set("down");
    await open({ user: "u", password: SECRET }).write("raw", LINES);
    const printed = spies.flatMap((spy) => spy.mock.calls);
    for (const spy of spies) spy.mockRestore();
    expect(printed).toEqual([]);
    expect(outcome).toEqual({ type: "unauthorized", reason: "answer 403: token … may not" });
  });
});

describe("what is asked of each version", () => {
  it.each([
    ["1.x", "v1", {}, "/write?db=heatsteward&precision=ms", undefined],
    [
      "1.x with a user",
      "v1",
      { user: "ü", password: "p" },
      "/write?db=heatsteward&precision=ms",
      `Basic ${Buffer.from("ü:p").toString("base64")}`,
    ],
    ["2.x", "v2", { token: "t", org: "my org" }, "/api/v2/write?org=my+org&bucket=heatsteward&precision=ms", "Token t"],
    ["3 Core", "v3", { token: "t", bucket: "b" }, "/api/v2/write?org=&bucket=b&precision=ms", "Token t"],
    ["3 Core without a token", "v3", {}, "/api/v2/write?org=&bucket=heatsteward&precision=ms", undefined],
  ] as const)("%s", async (_what, dialect, given, path, authorization) => {
    const { url, requests } = await answering(204);
    expect(await open({ url: `${url}/`, ...given }, dialect).write("raw", LINES)).toEqual({ type: "written" });
    expect(requests).toEqual([expect.objectContaining({ method: "POST", authorization, encoding: undefined, body: LINES.join("\n") })]);
    expect(asked(requests[0]!)).toBe(path);
  });

  it("below a path of a proxy, compressed, to the rollups", async () => {
    const { url, requests } = await answering(204);
    const body = Array.from({ length: 100 }, (_, index) => `m,id=a value=${index} ${index}`);
    await open({ url: `${url}/influx`, gzip: true, token: "t", org: "o" }, "v2").write("rollup", body);
    await open({ url: `${url}/influx`, gzip: true }).write("rollup", body);
    expect(requests.map((request) => [asked(request), request.encoding])).toEqual([
      ["/influx/api/v2/write?org=o&bucket=heatsteward_rollup&precision=ms", "gzip"],
      ["/influx/write?db=heatsteward&rp=rollup&precision=ms", "gzip"],
    ]);
  });
});

describe("what the answers of 2.x, 3 and proxies mean", () => {
  it.each([
    [
      "a bucket that is not there",
      404,
      JSON_TYPE,
      '{"code":"not found","message":"bucket \\"x\\" not found"}',
      { type: "missing", reason: 'answer 404: bucket "x" not found' },
    ],
    [
      "points too old for the bucket",
      422,
      JSON_TYPE,
      '{"code":"unprocessable entity","message":"failure writing points to database: partial write: points beyond retention policy dropped=1"}',
      { type: "refused", status: 422 },
    ],
    ["a body too long", 413, JSON_TYPE, '{"error":"Request Entity Too Large"}', { type: "refused", status: 413 }],
    [
      "lines of which 3 took a part",
      400,
      JSON_TYPE,
      '{"error":"partial write of line protocol occurred","data":[{"original_line":"m v=x","line_number":1,"error_message":"invalid"}]}',
      { type: "refused", status: 400, reason: expect.stringContaining('"original_line":"m v=x"') },
    ],
    [
      "lines of which a cluster took a part",
      201,
      JSON_TYPE,
      '{"message":"partial write: 1 line"}',
      { type: "refused", status: 201, reason: "answer 201: partial write: 1 line" },
    ],
    ["a page of a proxy", 400, { "content-type": "text/html" }, "<html>Bad Request</html>", { type: "unavailable" }],
    ["a redirect to somewhere else", 302, { location: "http://127.0.0.1:1/" }, "", { type: "unavailable", reason: "answer 302" }],
    ["a success that is none", 200, JSON_TYPE, "{}", { type: "unavailable" }],
    [
      "a time to wait until a date",
      503,
      { "retry-after": "Sat, 21 Nov 2026 04:00:30 GMT", date: "Sat, 21 Nov 2026 04:00:00 GMT" },
      "",
      { type: "unavailable", retryAfterMs: 30_000 },
    ],
    ["a request without a database", 400, JSON_TYPE, '{"error":"database is required"}', { type: "missing" }],
  ])("%s", async (_what, status, headers, body, outcome) => {
    const { url } = await answering(status, headers as Record<string, string>, body);
    expect(await open({ url, token: "t", org: "o" }, "v2").write("raw", LINES)).toMatchObject(outcome);
  });

  it("a text without end is cut", async () => {
    const { url } = await answering(500, JSON_TYPE, JSON.stringify({ error: "x".repeat(100_000) }));
    const outcome = await open({ url }).write("raw", LINES);
    expect((outcome as { reason: string }).reason.length).toBeLessThan(600);
  });
});
