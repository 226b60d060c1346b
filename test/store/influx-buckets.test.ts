import { afterEach, describe, expect, it } from "vitest";
import { createInfluxQuery } from "../../store/influx-query.ts";
import { prepareSchema, type SchemaOutcome } from "../../store/influx-schema.ts";
import type { InfluxDialect, InfluxSettings } from "../../store/influx.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startScripted, type ScriptedAnswer, type ScriptedRequest, type ScriptedServer } from "../support/scripted-server.ts";

/** 2.x and 3 Core as their API is documented: buckets, the mappings that InfluxQL needs, databases. */

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const DAY_S = 86_400;
const NOT_FOUND = { status: 404, body: { code: "not found", message: 'bucket "x" not found' } };
const FORBIDDEN = { status: 403, body: { code: "forbidden", message: "insufficient permissions for write" } };

interface State {
  readonly buckets: { id: string; name: string; retentionRules: { everySeconds: number; shardGroupDurationSeconds?: number }[] }[];
  readonly mappings: Record<string, unknown>[];
  /** Before 2.3 a bucket is found by InfluxQL only when it is mapped. */
  readonly mapsByName: boolean;
  readonly forbidden?: string;
}

function influx2(state: State): (request: ScriptedRequest) => ScriptedAnswer {
  return ({ method, path, parameters, body }) => {
    if (`${method} ${path}` === state.forbidden) return FORBIDDEN;
    if (path === "/api/v2/orgs") return { status: 200, body: { orgs: [{ id: "0rg", name: "heat" }] } };
    if (path === "/query") {
      const form = new URLSearchParams(body);
      const database = form.get("db");
      const found = state.mapsByName
        ? state.buckets.some(({ name }) => name === database)
        : state.mappings.some((mapping) => mapping["database"] === database);
      return found
        ? { status: 200, body: { results: [{ statement_id: 0 }] } }
        : { status: 404, body: { code: "not found", message: `no dbrp mapping` } };
    }
    if (path === "/api/v2/dbrps") {
      state.mappings.push(JSON.parse(body) as Record<string, unknown>);
      return { status: 201, body: {} };
    }
    if (method === "PATCH") {
      const index = state.buckets.findIndex(({ id }) => path.endsWith(`/${id}`));
      state.buckets[index] = { ...state.buckets[index]!, ...(JSON.parse(body) as Pick<State["buckets"][number], "retentionRules">) };
      return { status: 200, body: state.buckets[index] };
    }
    if (method === "POST") {
      const wanted = JSON.parse(body) as State["buckets"][number];
      const bucket = { ...wanted, id: `b${state.buckets.length}` };
      state.buckets.push(bucket);
      return { status: 201, body: bucket };
    }
    const found = state.buckets.filter(({ name }) => name === parameters.get("name"));
    return found.length === 0 ? NOT_FOUND : { status: 200, body: { buckets: found } };
  };
}

async function prepare(
  answerOf: (request: ScriptedRequest) => ScriptedAnswer,
  given: Partial<InfluxSettings> = {},
  dialect: InfluxDialect = "v2",
): Promise<{ outcome: SchemaOutcome; requests: ScriptedRequest[]; again: () => Promise<SchemaOutcome> }> {
  const server = await startScripted(answerOf);
  servers.push(server);
  const settings = influxSettings({ url: server.url, token: "t", org: "heat", ...given });
  const again = async (): Promise<SchemaOutcome> => prepareSchema(settings, dialect, createInfluxQuery(settings, dialect));
  return { outcome: await again(), requests: server.requests, again };
}

describe("buckets of 2.x", () => {
  it("are made with their retention, once", async () => {
    const state: State = { buckets: [], mappings: [], mapsByName: true };
    const { outcome, requests, again } = await prepare(influx2(state), { retentionMs: 90 * DAY_S * 1000 });
    expect(outcome).toEqual({ ready: true, rawRetentionMs: 90 * DAY_S * 1000, notices: [] });
    expect(state.buckets).toEqual([
      {
        id: "b0",
        orgID: "0rg",
        description: "made by HeatSteward",
        name: "heatsteward",
        retentionRules: [{ type: "expire", everySeconds: 90 * DAY_S, shardGroupDurationSeconds: DAY_S }],
      },
      {
        id: "b1",
        orgID: "0rg",
        description: "made by HeatSteward",
        name: "heatsteward_rollup",
        retentionRules: [{ type: "expire", everySeconds: 0, shardGroupDurationSeconds: 182 * DAY_S }],
      },
    ]);
    expect(state.mappings).toEqual([]);
    expect(requests.every(({ authorization }) => authorization === "Token t")).toBe(true);
    expect(await again()).toEqual(outcome);
    expect(state.buckets).toHaveLength(2);
  });

  it("are mapped for InfluxQL where the server does not do it by name", async () => {
    const state: State = { buckets: [], mappings: [], mapsByName: false };
    expect((await prepare(influx2(state))).outcome).toMatchObject({ ready: true });
    expect(state.mappings).toEqual([
      { org: "heat", bucketID: "b0", database: "heatsteward", retention_policy: "autogen", default: true },
      { org: "heat", bucketID: "b1", database: "heatsteward_rollup", retention_policy: "autogen", default: true },
    ]);
  });

  it("that were there keep their retention: the difference is said", async () => {
    const bucket = (id: string, name: string, everySeconds: number): State["buckets"][number] => ({
      id,
      name,
      retentionRules: [{ everySeconds }],
    });
    const state: State = {
      buckets: [bucket("r", "heatsteward", 7 * DAY_S), bucket("u", "heatsteward_rollup", 30 * DAY_S)],
      mappings: [],
      mapsByName: true,
    };
    const { outcome, requests } = await prepare(influx2(state));
    expect(outcome).toEqual({
      ready: true,
      rawRetentionMs: 7 * DAY_S * 1000,
      notices: [
        expect.stringMatching(/keeps raw points for 7 days, the settings say for ever.*influx bucket update --id r --retention 0s$/),
        expect.stringMatching(/keeps rollups for 30 days, the settings say for ever.*influx bucket update --id u --retention 0s$/),
      ],
    });
    expect(requests.filter(({ method, path }) => method !== "GET" && path !== "/query")).toEqual([]);
  });

  it("that we made are widened when the setting is, and never narrowed", async () => {
    const state: State = { buckets: [], mappings: [], mapsByName: true };
    await prepare(influx2(state), { retentionMs: 30 * DAY_S * 1000 });
    const wider = await prepare(influx2(state), { retentionMs: 60 * DAY_S * 1000 });
    expect(wider.outcome).toEqual({ ready: true, rawRetentionMs: 60 * DAY_S * 1000, notices: [] });
    expect(state.buckets[0]!.retentionRules[0]!.everySeconds).toBe(60 * DAY_S);
    const narrower = await prepare(influx2(state), { retentionMs: 10 * DAY_S * 1000 });
    expect(narrower.outcome).toMatchObject({
      ready: true,
      rawRetentionMs: 60 * DAY_S * 1000,
      notices: [expect.stringMatching(/for 60 days, the settings say for 10 days/)],
    });
    expect((await prepare(influx2(state))).outcome).toEqual({ ready: true, rawRetentionMs: undefined, notices: [] });
    const { outcome } = await prepare(influx2({ ...state, forbidden: "PATCH /api/v2/buckets/b0" }), { retentionMs: 10 * DAY_S * 1000 });
    expect(outcome).toMatchObject({ ready: true, rawRetentionMs: undefined });
  });

  it("are written out as commands where the token may not make them", async () => {
    const { outcome } = await prepare(influx2({ buckets: [], mappings: [], mapsByName: true, forbidden: "POST /api/v2/buckets" }), {
      retentionMs: 30 * DAY_S * 1000,
    });
    expect(outcome).toEqual({
      ready: false,
      reason: expect.stringMatching(/bucket heatsteward was not made: answer 403: insufficient permissions/),
      statements: [
        "influx bucket create --org heat --name heatsteward --retention 2592000s --shard-group-duration 86400s",
        "influx bucket create --org heat --name heatsteward_rollup --retention 0s --shard-group-duration 15724800s",
      ],
    });
  });

  it("that cannot be mapped say how", async () => {
    const { outcome } = await prepare(influx2({ buckets: [], mappings: [], mapsByName: false, forbidden: "POST /api/v2/dbrps" }), {
      bucket: "it's",
    });
    expect(outcome).toMatchObject({
      ready: false,
      statements: [
        `influx v1 dbrp create --org heat --db 'it'\\''s' --rp autogen --default --bucket-id b0`,
        `influx v1 dbrp create --org heat --db 'it'\\''s_rollup' --rp autogen --default --bucket-id b1`,
      ],
    });
  });

  it("of another organization are missing, and a wrong token is said at once", async () => {
    const other = prepare(() => ({ status: 404, body: { code: "not found", message: 'organization name "heat" not found' } }));
    await expect(other).rejects.toMatchObject({ type: "missing", message: expect.stringMatching(/organization name "heat" not found/) });
    const wrong = prepare(() => ({ status: 401, body: { code: "unauthorized", message: "unauthorized access" } }));
    await expect(wrong).rejects.toMatchObject({ type: "unauthorized", status: 401 });
  });
});

describe("databases of 3 Core", () => {
  it("are made, and those that were there stay", async () => {
    const made: string[] = [];
    const { outcome, again, requests } = await prepare(
      ({ body }) => {
        const { db } = JSON.parse(body) as { db: string };
        if (made.includes(db)) return { status: 409, body: { error: "attempted to create a resource that already exists" } };
        made.push(db);
        return { status: 200, body: "" };
      },
      { retentionMs: 30 * DAY_S * 1000 },
      "v3",
    );
    expect(outcome).toEqual({ ready: true, rawRetentionMs: 30 * DAY_S * 1000, notices: [] });
    expect(requests.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'POST /api/v3/configure/database {"db":"heatsteward","retention_period":"30d"}',
      'POST /api/v3/configure/database {"db":"heatsteward_rollup"}',
    ]);
    expect(await again()).toEqual(outcome);
  });

  it("are written out as commands where the token may not make them", async () => {
    const { outcome } = await prepare(() => FORBIDDEN, { retentionMs: 30 * DAY_S * 1000 }, "v3");
    expect(outcome).toMatchObject({
      ready: false,
      statements: ["influxdb3 create database --retention-period 30d heatsteward", "influxdb3 create database heatsteward_rollup"],
    });
  });
});
