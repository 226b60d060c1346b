import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Network } from "../../model/network.ts";
import { ADMIN_TOKEN, START, testApi, testNetwork, type TestApi } from "../support/services.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
let api: TestApi;
let ticket: string;

/** A GET by the administrator: status and parsed body. */
async function get(
  url: string,
  headers: Record<string, string> = bearer,
): Promise<{ status: number; body: Record<string, never>; headers: Record<string, unknown> }> {
  const answer = await api.app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}

beforeAll(async () => {
  api = await testApi();
  api.telemetry.set("S01", "t_out", START - 1000, -3.1);
  api.telemetry.set("S01-H", "t2_supply", START - 1000, 48.2);
  api.telemetry.set("S01-H", "mk_total", START - 1000, null);
  api.telemetry.set("B03-U2", "t_return", START - 5000, 37.4);
  api.contacts.set("S01", { connection: "online", dataAt: START - 1000, receivedAt: START - 900 });
  api.telemetry.rejected.push({
    at: START,
    topic: "heat/v1/S01/telemetry",
    station: "S01",
    asset: "S01-X",
    reason: "unknown_asset",
    expected: "an asset of S01",
    found: "S01-X",
    suggestion: "S01-H",
  });
  ticket = api.open("leak", "S01-H");
});
afterAll(() => api.app.close());

describe("health", () => {
  it("needs no login and says 503 when down", async () => {
    expect((await get("/api/health", {})).body).toMatchObject({ status: "ok", parts: { store: { figures: { points: 12 } } } });
    api.health.current = { ...api.health.current, status: "down" };
    expect((await get("/api/health", {})).status).toBe(503);
    api.health.current = { ...api.health.current, status: "ok" };
  });
});

describe("network and stations", () => {
  it("gives the topology from which the same network can be built", async () => {
    const { body } = await get("/api/network");
    const network = new Network(body as unknown as ConstructorParameters<typeof Network>[0]);
    expect([...network.assets()].map(({ id }) => id)).toEqual([...testNetwork().assets()].map(({ id }) => id));
    expect(network.asset("S01-H")?.circuitFacts).toEqual(JSON.parse(JSON.stringify(testNetwork().asset("S01-H")!.circuitFacts)));
    expect(body["simulated"]).toBe(true);
  });

  it("keeps telephone numbers from viewers", async () => {
    expect(JSON.stringify((await get("/api/network", api.as("viewer"))).body)).not.toContain("13800000000");
    expect(JSON.stringify((await get("/api/network", api.as("operator"))).body)).toContain("13800000000");
  });

  it.each([
    ["a list", (etag: string) => `"other", ${etag}`, 304],
    ["the strong form, which a proxy may make of it", (etag: string) => etag.replace("W/", ""), 304],
    ["any", () => "*", 304],
    ["another", () => 'W/"other"', 200],
  ])("compares If-None-Match as HTTP says: %s", async (_name, sent, status) => {
    const etag = String((await get("/api/network")).headers["etag"]);
    const answer = await api.app.inject({ url: "/api/network", headers: { ...bearer, "if-none-match": sent(etag) } });
    expect(answer.statusCode).toBe(status);
  });

  it("answers 304 to whoever has the topology already, each role its own", async () => {
    const { headers } = await get("/api/network");
    const again = await api.app.inject({ url: "/api/network", headers: { ...bearer, "if-none-match": String(headers["etag"]) } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    const viewer = await api.app.inject({
      url: "/api/network",
      headers: { ...api.as("viewer"), "if-none-match": String(headers["etag"]) },
    });
    expect(viewer.statusCode).toBe(200);
  });

  it("lists stations with values, units, derived numbers and open tickets", async () => {
    const { body } = await get("/api/stations");
    const items = body["items"] as unknown as Record<string, unknown>[];
    expect(items.map((item) => item["id"])).toEqual(["S01", "S02", "S03"]);
    expect(items[0]).toMatchObject({
      name: "北苑",
      connection: "online",
      dataAt: START - 1000,
      openTickets: 1,
      values: { S01: { t_out: { value: -3.1, at: START - 1000, unit: "°C" } }, "S01-H": { mk_total: { value: null, unit: "m³" } } },
      derived: { "S01-H": { makeupM3h: 4.1 } },
    });
    expect(items[0]!["values"]).not.toHaveProperty("B03-U2");
    expect(items[1]).toMatchObject({ connection: "never", dataAt: null, values: {}, openTickets: 0 });
  });

  it("pages through stations", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await get(`/api/stations?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...(body["items"] as unknown as { id: string }[]).map(({ id }) => id));
      cursor = body["next"] as unknown as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(["S01", "S02", "S03"]);
    expect((await get("/api/stations?cursor=S99")).status).toBe(404);
    expect((await get("/api/stations?area=nroth")).body).toMatchObject({
      error: { code: "not_found", details: { suggestion: "did you mean north?" } },
    });
  });

  it("shows one station down to its rooms", async () => {
    const { body } = await get("/api/stations/S01");
    expect(body).toMatchObject({
      circuits: ["S01-H"],
      buildings: ["B03"],
      units: ["B03-U1", "B03-U2"],
      rooms: ["R-101"],
      values: { "B03-U2": { t_return: { value: 37.4 } } },
    });
    expect(await get("/api/stations/S1")).toMatchObject({
      status: 404,
      body: { error: { code: "not_found", details: { suggestion: "did you mean S01?" } } },
    });
  });
});

describe("series", () => {
  it("answers the last 24 hours by default", async () => {
    const { body, headers } = await get("/api/series?asset=S01-H&signal=t2_supply&signal=t2_return&px=2000");
    expect(body).toMatchObject({
      from: START - 86_400_000,
      to: START,
      raw: true,
      series: [{ asset: "S01-H", signal: "t2_supply", unit: "°C" }, { signal: "t2_return" }],
    });
    expect(headers["cache-control"]).toBe("private, no-cache");
  });

  it("buckets what does not fit", async () => {
    expect((await get("/api/series?asset=S01-H&signal=t2_supply")).body).toMatchObject({ raw: false, bucketMs: 108_000 });
  });

  it("lets a closed range be kept, and revalidated", async () => {
    const url = `/api/series?asset=S01-H&signal=t2_supply&from=${START - 86_400_000}&to=${START - 3_600_000}`;
    const { headers } = await get(url);
    expect(headers["cache-control"]).toBe("private, max-age=300");
    const again = await api.app.inject({ url, headers: { ...bearer, "if-none-match": String(headers["etag"]) } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
  });

  it.each([
    ["asset=S01-G&signal=t2_supply", 404, { suggestion: "did you mean S01-H?" }],
    ["asset=S01-H&signal=t2_suply", 400, { place: "query.signal", found: "t2_suply", suggestion: "did you mean t2_supply?" }],
    ["asset=B03-U2&signal=t2_supply", 400, { place: "query.signal" }],
    ["asset=S01-H", 400, { place: "query.signal", found: "nothing" }],
    ["asset=S01-H&signal=t2_supply&from=5&to=5", 400, { place: "query.from", expected: "a time before query.to (5)", found: "5" }],
    ["asset=S01-H&signal=t2_supply&px=0", 400, { place: "query.px", expected: "at least 1", found: '"0"' }],
    ["asset=S01-H&signal=t2_supply&px=10001", 400, { expected: "at most 10000" }],
    ["asset=S01-H&signal=t2_supply&from=0&to=99999999999", 400, { place: "query.from" }],
    [`asset=S01-H&${"signal=t2_supply&".repeat(17)}`, 400, { place: "query.signal", expected: "at most 16 items" }],
    ["asset=S01-H&signal=t2_supply&form=7", 400, { place: "query", expected: "known names only", found: "form" }],
  ])("refuses ?%s with %i", async (query, status, details) => {
    expect(await get(`/api/series?${query}`)).toMatchObject({
      status,
      body: { error: { code: status === 404 ? "not_found" : "bad_input", details } },
    });
  });
});

describe("rules, episodes, rejects, gateways", () => {
  it("shows the catalogue with limits, units and reasons", async () => {
    expect((await get("/api/rules")).body).toMatchObject({
      items: [
        {
          kind: "leak",
          words: { zh: "慢漏" },
          consequence: { en: "pressure falls" },
          limits: [{ name: "leakM3h", value: 0.5, floor: 0.3, unit: "m³/h", reason: { en: "DOMAIN 3.5" } }],
        },
      ],
      next: null,
    });
  });

  it("shows how far each rule is from its limit", async () => {
    expect((await get("/api/rules/status?station=S01")).body).toMatchObject({
      items: [{ kind: "leak", state: "firing", value: 4.1 }],
      watermark: START,
    });
    expect((await get("/api/rules/status?station=S02")).body).toEqual({ items: [], next: null, watermark: null });
    expect((await get("/api/rules/status")).status).toBe(400);
    expect((await get("/api/rules/status?station=S04")).status).toBe(404);
  });

  it("shows episodes, newest first, with what explains them", async () => {
    expect((await get("/api/episodes?station=S01")).body).toMatchObject({
      items: [
        { kind: "low_pressure", clearedAt: START, root: { kind: "leak", asset: "S01-H" } },
        { kind: "leak", clearedAt: null, root: null },
      ],
    });
  });

  it("shows rejects with reason and nearest fix", async () => {
    expect((await get("/api/rejects?reason=unknown_asset")).body).toMatchObject({
      items: [{ reason: "unknown_asset", suggestion: "S01-H" }],
      next: null,
    });
    expect((await get("/api/rejects?reason=unknown_aset")).body).toMatchObject({
      error: { details: { place: "query.reason", suggestion: "did you mean unknown_asset?" } },
    });
  });

  it("tells a new gateway's password once", async () => {
    const payload = { name: "gw-2", stations: ["S02", "S02"] };
    const added = await api.app.inject({ method: "POST", url: "/api/gateways", headers: bearer, payload });
    expect(added.statusCode).toBe(201);
    expect(added.headers["cache-control"]).toBe("no-store");
    const { password, stations } = added.json<{ password: string; stations: string[] }>();
    expect(stations).toEqual(["S02"]);
    const list = await get("/api/gateways");
    expect(list.body).toMatchObject({
      items: [
        { name: "gw-1", connected: true },
        { name: "gw-2", connected: false, lastSeenAt: null },
      ],
    });
    expect(JSON.stringify(list.body)).not.toContain(password);
    expect((await api.app.inject({ method: "POST", url: "/api/gateways", headers: bearer, payload })).statusCode).toBe(409);
    expect(
      (await api.app.inject({ method: "POST", url: "/api/gateways", headers: bearer, payload: { name: "gw-3", stations: ["S09"] } }))
        .statusCode,
    ).toBe(404);
  });
});

describe("descriptions and metrics", () => {
  it("describes every route of the API in OpenAPI", async () => {
    const { body } = await get("/api/openapi.json");
    const paths = body["paths"] as unknown as Record<string, Record<string, { "x-access": string }>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    const expected = api.routes.filter((route) => !route.startsWith("HEAD") && !route.endsWith("/*"));
    expect(described.sort()).toEqual([...expected].sort());
    expect(paths["/api/tickets/{id}/dispatch"]!["post"]!["x-access"]).toBe("dispatcher");
    expect(JSON.stringify(body)).not.toContain("__SCHEMA");
  });

  it("refers to nothing that is not there", async () => {
    for (const document of ["/api/openapi.json", "/api/asyncapi.json"]) {
      const { body } = await get(document);
      for (const [, reference] of JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const target = reference!
          .split("/")
          .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step.replaceAll("~1", "/")], body);
        expect(target, `${document} ${reference}`).toBeDefined();
      }
    }
  });

  it("describes topics and every signal with its unit in AsyncAPI", async () => {
    const { body } = await get("/api/asyncapi.json");
    expect(body).toMatchObject({
      asyncapi: "3.0.0",
      channels: {
        stationTelemetry: { address: "heat/v1/{station}/telemetry" },
        assetTelemetry: { address: "heat/v1/{station}/{asset}/telemetry" },
        status: { address: "heat/v1/{station}/status" },
      },
      components: {
        schemas: { circuitValues: { properties: { t2_supply: { type: ["number", "null"], minimum: 0, maximum: 100, "x-unit": "°C" } } } },
      },
    });
    expect(JSON.stringify(body)).not.toContain('"online":{"type"');
  });

  it("writes metrics as Prometheus text", async () => {
    const answer = await api.app.inject({ url: "/metrics", headers: bearer });
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    for (const line of answer.body.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) heatsteward_\w+ .+|heatsteward_\w+(\{(\w+="([^"\\]|\\.)*",?)+\})? (-?[\d.e+-]+|NaN|[+-]Inf))$/);
    expect(answer.body).toContain("heatsteward_ingest_messages_total 7\n");
    expect(answer.body).toContain('heatsteward_rejects_total{reason="unknown_asset"} 1\n');
    expect(answer.body).toContain("heatsteward_live_clients 0\n");
    expect(answer.body).toContain('heatsteward_http_requests_total{route="GET /api/health",status="503"} 1\n');
    expect(answer.body).toContain('heatsteward_tickets_open{severity="general"} 1\n');
  });

  it("counts the work from the tickets", async () => {
    expect((await get("/api/kpi")).body).toMatchObject({
      opened: 1,
      open: 1,
      overdue: 0,
      complete: true,
      byKind: [{ kind: "leak", opened: 1, closed: 0 }],
      beforeCall: { called: 0, share: null },
      meanDispatchMs: null,
    });
    expect((await get("/api/kpi?from=9&to=8")).status).toBe(400);
    expect(ticket).toMatch(/^GD-/);
  });
});
