import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quoteName } from "../../store/influx-http.ts";
import { createInfluxQuery, influxTime } from "../../store/influx-query.ts";
import { prepareSchema } from "../../store/influx-schema.ts";
import { detectDialect } from "../../store/influx-version.ts";
import { createInfluxWriter } from "../../store/influx-write.ts";
import type { InfluxSettings, InfluxTarget } from "../../store/influx.ts";
import { startFakeInflux } from "../support/fake-influx.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startInflux, type InfluxServer } from "../support/influx-server.ts";
import { until } from "../support/until.ts";

/** What is particular to 1.x, asked of Debian's 1.6.7: retention policies and rights, a process that dies, limits; and that the fake server tells the truth. */

const NOW = Math.floor(Date.now() / 1000) * 1000;

describe("retention policies of 1.6.7", () => {
  let server: InfluxServer;
  const admin = { user: "root", password: "root" };
  const as = (more: Partial<InfluxSettings>): InfluxSettings => influxSettings({ url: server.url, ...admin, ...more });
  const prepare = async (settings: InfluxSettings): ReturnType<typeof prepareSchema> =>
    prepareSchema(settings, "v1", createInfluxQuery(settings, "v1"));
  const run = async (statement: string): Promise<unknown> => createInfluxQuery(as({}), "v1").query("raw", statement);
  const policies = async (database: string): Promise<unknown[]> => {
    const [table] = await createInfluxQuery(as({}), "v1").query("raw", `SHOW RETENTION POLICIES ON ${quoteName(database)}`);
    return table!.rows.map(
      ([name, duration, shard, , isDefault]) =>
        `${String(name)} ${String(duration)} ${String(shard)}${isDefault === true ? " default" : ""}`,
    );
  };
  beforeAll(async () => {
    server = await startInflux({ auth: admin });
  });
  afterAll(() => server.remove());

  it("are made as the settings say and drop nothing but what is too old", async () => {
    const settings = as({ database: "days", retentionMs: 30 * 86_400_000 });
    expect(await prepare(settings)).toEqual({ ready: true, rawRetentionMs: 30 * 86_400_000, notices: [] });
    expect(await policies("days")).toEqual(["raw 720h0m0s 24h0m0s default", "rollup 0s 4368h0m0s"]);
    const writer = createInfluxWriter(settings, "v1");
    const outcome = await writer.write("raw", [`m value=1 ${NOW - 40 * 86_400_000}`, `m value=2 ${NOW}`]);
    expect(outcome).toMatchObject({ type: "refused", reason: expect.stringContaining("points beyond retention policy dropped=1") });
    expect(await writer.write("rollup", [`m value=1 ${NOW - 4000 * 86_400_000}`])).toEqual({ type: "written" });
    await writer.close();
    const [table] = await createInfluxQuery(settings, "v1").query("raw", `SELECT "value" FROM "m"`);
    expect(table!.rows).toEqual([[NOW, 2]]);
  });

  it("are widened when the setting is, and never narrowed", async () => {
    await prepare(as({ database: "wide", retentionMs: 30 * 86_400_000 }));
    expect(await prepare(as({ database: "wide", retentionMs: 60 * 86_400_000 }))).toEqual({
      ready: true,
      rawRetentionMs: 60 * 86_400_000,
      notices: [],
    });
    expect(await policies("wide")).toContain("raw 1440h0m0s 24h0m0s default");
    const narrower = await prepare(as({ database: "wide", retentionMs: 10 * 86_400_000 }));
    expect(narrower).toMatchObject({ ready: true, rawRetentionMs: 60 * 86_400_000 });
    expect((narrower as { notices: readonly string[] }).notices).toEqual([
      expect.stringMatching(
        /for 60 days, the settings say for 10 days: narrowing.*ALTER RETENTION POLICY "raw" ON "wide" DURATION 240h SHARD DURATION 24h$/,
      ),
    ]);
    expect(await policies("wide")).toContain("raw 1440h0m0s 24h0m0s default");
    expect(await prepare(as({ database: "wide" }))).toEqual({ ready: true, rawRetentionMs: undefined, notices: [] });
  });

  it("of somebody else's database stay as they are", async () => {
    await run(`CREATE DATABASE "theirs" WITH DURATION 48h REPLICATION 1 NAME "short"`);
    expect(await prepare(as({ database: "theirs" }))).toMatchObject({
      ready: true,
      rawRetentionMs: 48 * 3_600_000,
      notices: [
        expect.stringMatching(
          /for 2 days, the settings say for ever: the retention policy short is not ours.*DURATION INF SHARD DURATION 168h$/,
        ),
      ],
    });
    expect(await policies("theirs")).toEqual([expect.stringMatching(/^short 48h0m0s .* default$/), "rollup 0s 4368h0m0s"]);
  });

  it("of rollups are kept for ever again when somebody shortened them", async () => {
    await prepare(as({ database: "kept" }));
    await run(`ALTER RETENTION POLICY "rollup" ON "kept" DURATION 4w SHARD DURATION 1d`);
    expect(await prepare(as({ database: "kept" }))).toMatchObject({ ready: true });
    expect(await policies("kept")).toContainEqual(expect.stringMatching(/^rollup 0s /));
  });

  it("are written out for its owner where the rights lack, and work after the owner has run them", async () => {
    await run(`CREATE USER "writer" WITH PASSWORD 'w'`);
    const settings = as({ database: "owner's", user: "writer", password: "w" });
    const outcome = await prepare(settings);
    expect(outcome).toMatchObject({ ready: false, reason: expect.stringMatching(/not authorized/) });
    const { statements } = outcome as { statements: readonly string[] };
    expect(statements).toEqual([
      `CREATE DATABASE "owner's" WITH DURATION INF REPLICATION 1 SHARD DURATION 168h NAME "raw"`,
      `CREATE RETENTION POLICY "rollup" ON "owner's" DURATION INF REPLICATION 1 SHARD DURATION 26w`,
      `GRANT ALL ON "owner's" TO "writer"`,
    ]);
    const stranger = createInfluxWriter(settings, "v1");
    expect(await stranger.write("raw", [`m value=1 ${NOW}`])).toMatchObject({ type: "missing" });
    for (const statement of statements) await run(statement);
    expect(await prepare(settings)).toEqual({ ready: true, rawRetentionMs: undefined, notices: [] });
    expect(await stranger.write("raw", [`m value=1 ${NOW}`])).toEqual({ type: "written" });
    await run(`REVOKE ALL ON "owner's" FROM "writer"`);
    expect(await stranger.write("raw", [`m value=1 ${NOW}`])).toMatchObject({ type: "unauthorized" });
    await stranger.close();
  });

  it("that the rights do not allow to widen stop nothing", async () => {
    await prepare(as({ database: "lent", retentionMs: 30 * 86_400_000 }));
    await run(`ALTER RETENTION POLICY "rollup" ON "lent" DURATION 10w SHARD DURATION 1w`);
    await run(`CREATE USER "guest" WITH PASSWORD 'g'`);
    await run(`GRANT ALL ON "lent" TO "guest"`);
    expect(await prepare(as({ database: "lent", user: "guest", password: "g" }))).toEqual({
      ready: true,
      rawRetentionMs: 30 * 86_400_000,
      notices: [
        expect.stringMatching(
          /raw points for 30 days, the settings say for ever: .*not authorized.*ALTER RETENTION POLICY "raw" ON "lent" DURATION INF SHARD DURATION 168h$/,
        ),
        expect.stringMatching(
          /rollups for 70 days, the settings say for ever: .*ALTER RETENTION POLICY "rollup" ON "lent" DURATION INF SHARD DURATION 26w$/,
        ),
      ],
    });
  });

  it("that were dropped are missing to a writer", async () => {
    await prepare(as({ database: "dropped" }));
    await run(`DROP RETENTION POLICY "rollup" ON "dropped"`);
    const writer = createInfluxWriter(as({ database: "dropped" }), "v1");
    expect(await writer.write("rollup", [`m value=1 ${NOW}`])).toMatchObject({ type: "missing" });
    await writer.close();
  });
});

describe("a server of 1.6.7 that goes away", () => {
  it("is unavailable, and comes back with what it had", async () => {
    const server = await startInflux();
    const settings = influxSettings({ url: server.url });
    const query = createInfluxQuery(settings, "v1");
    const writer = createInfluxWriter(settings, "v1");
    try {
      await prepareSchema(settings, "v1", query);
      expect(await writer.write("raw", [`m value=1 ${NOW}`])).toEqual({ type: "written" });
      await server.kill();
      expect(await writer.write("raw", [`m value=2 ${NOW + 1}`])).toMatchObject({
        type: "unavailable",
        reason: expect.stringMatching(/no answer/),
      });
      await expect(query.query("raw", `SELECT "value" FROM "m"`)).rejects.toMatchObject({ type: "unavailable" });
      await expect(detectDialect(settings)).rejects.toMatchObject({ type: "unavailable" });
      await server.start();
      await until("it writes again", async () => (await writer.write("raw", [`m value=2 ${NOW + 1}`])).type === "written");
      const [table] = await query.query("raw", `SELECT "value" FROM "m"`);
      expect(table!.rows).toEqual([
        [NOW, 1],
        [NOW + 1, 2],
      ]);
    } finally {
      await writer.close();
      await server.remove();
    }
  });

  it("cuts off long answers when told to: no half answer passes for a whole one", async () => {
    const server = await startInflux({ settings: { http: ["max-row-limit = 3"] } });
    const settings = influxSettings({ url: server.url });
    const query = createInfluxQuery(settings, "v1");
    const writer = createInfluxWriter(settings, "v1");
    try {
      await prepareSchema(settings, "v1", query);
      await writer.write(
        "raw",
        [0, 1, 2, 3, 4].map((index) => `m value=${index} ${NOW + index}`),
      );
      await expect(query.query("raw", `SELECT "value" FROM "m"`)).rejects.toMatchObject({
        type: "refused",
        message: expect.stringMatching(/max-row-limit/),
      });
      expect((await query.query("raw", `SELECT "value" FROM "m" LIMIT 2`))[0]!.rows).toHaveLength(2);
    } finally {
      await writer.close();
      await server.remove();
    }
  });
});

describe("the fake server of the other tests", () => {
  it("says and does what the real one does", async () => {
    const server = await startInflux();
    const fake = await startFakeInflux();
    const body = [`m,id=a value=1.5 ${NOW}`, `m,id=a other=2 ${NOW}`, `m,id=a value=3 ${NOW}`, `m,id=b value=-1e-7 ${NOW + 1}`];
    const story = async (url: string): Promise<unknown[]> => {
      const settings = influxSettings({ url, gzip: true });
      const query = createInfluxQuery(settings, "v1");
      const writer = createInfluxWriter(settings, "v1");
      const said: unknown[] = [];
      const ask = async (target: InfluxTarget, statement: string, parameters: Record<string, string | number> = {}): Promise<void> => {
        said.push(await query.query(target, statement, parameters).catch((error: unknown) => String(error)));
      };
      said.push(await detectDialect(settings));
      said.push(await writer.write("raw", body));
      await ask("raw", `SELECT "value" FROM "m"`);
      await ask("raw", `SHOW RETENTION POLICIES ON "heatsteward"`);
      said.push(await prepareSchema(settings, "v1", query), await prepareSchema(settings, "v1", query));
      said.push(await writer.write("raw", body), await writer.write("rollup", ["heatsteward,instance=x sequence=7 0"]));
      await ask("raw", `SELECT "value", "other" FROM "m" WHERE "id" = $id`, { id: "a" });
      await ask("raw", `SELECT "value", "other" FROM "m" WHERE "id" = 'a' AND time > $from`, { from: influxTime(NOW) });
      await ask("raw", `SELECT "value" FROM "m" WHERE time >= ${NOW}ms AND time <= $to ORDER BY time DESC LIMIT 1`, {
        to: influxTime(NOW + 1),
      });
      await ask("raw", `SELECT * FROM "m" WHERE "id" = 'a'`);
      await ask("rollup", `SELECT "sequence" FROM "heatsteward" WHERE "instance" = 'x'`);
      await ask("raw", `SELECT "sequence" FROM "heatsteward"`);
      await ask("raw", "SHOW DATABASES");
      await ask("raw", `ALTER RETENTION POLICY "nope" ON "heatsteward" DURATION 24h`);
      await writer.close();
      return said;
    };
    try {
      const spoken = await story(server.url);
      expect(spoken).toHaveLength(16);
      expect(await story(fake.url)).toEqual(spoken);
      expect(fake.count("raw")).toBe(3);
      expect(fake.changes).toBe(1);
    } finally {
      await fake.close();
      await server.remove();
    }
  });
});
