import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInfluxQuery, influxTime } from "../../store/influx-query.ts";
import { createLineWriter, escapeTag } from "../../store/influx-lines.ts";
import { createRollupLineWriter } from "../../store/influx-rollup-lines.ts";
import { prepareSchema } from "../../store/influx-schema.ts";
import { detectDialect } from "../../store/influx-version.ts";
import { createInfluxWriter } from "../../store/influx-write.ts";
import type { InfluxDialect, InfluxQuery, InfluxSettings, InfluxTarget, InfluxWriter } from "../../store/influx.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startInflux, type InfluxServer } from "../support/influx-server.ts";
import { smallNetwork } from "../support/small-network.ts";

/**
 * What the platform asks of an InfluxDB, asked of every server there is: Debian's 1.6.7, started here, and the one that
 * HEATSTEWARD_TEST_INFLUX_URL (_TOKEN, _ORG) names, a 2.x or 3, where every run makes buckets of its own.
 */

interface Target {
  readonly name: string;
  open(): Promise<InfluxSettings>;
  close(): Promise<void>;
}

const PASSWORD = 'pa\'s\\s "wörd"';
const NOW = Math.floor(Date.now() / 1000) * 1000;

function debianServer(): Target {
  let server: InfluxServer | undefined;
  return {
    name: "InfluxDB 1.6.7 of Debian",
    async open() {
      server = await startInflux({ auth: { user: "steward", password: PASSWORD } });
      return influxSettings({ url: server.url, user: "steward", password: PASSWORD });
    },
    close: async () => server?.remove(),
  };
}

const targets: Target[] = [debianServer()];
const outside = process.env["HEATSTEWARD_TEST_INFLUX_URL"];
if (outside !== undefined && outside !== "") {
  targets.push({
    name: `InfluxDB at ${outside}`,
    open: async () =>
      influxSettings({
        url: outside,
        token: process.env["HEATSTEWARD_TEST_INFLUX_TOKEN"],
        org: process.env["HEATSTEWARD_TEST_INFLUX_ORG"],
        bucket: `${process.env["HEATSTEWARD_TEST_INFLUX_BUCKET"] ?? "heatsteward-test"}-${randomUUID().slice(0, 8)}`,
      }),
    close: async () => {},
  });
}

describe.each(targets)("$name", (target) => {
  let settings: InfluxSettings;
  let dialect: InfluxDialect;
  let writer: InfluxWriter;
  let query: InfluxQuery;
  beforeAll(async () => {
    settings = await target.open();
    ({ dialect } = await detectDialect(settings));
    writer = createInfluxWriter(settings, dialect);
    query = createInfluxQuery(settings, dialect);
    const schema = await prepareSchema(settings, dialect, query);
    if (!schema.ready) throw new Error(`${schema.reason}: ${schema.statements.join("; ")}`);
  });
  afterAll(async () => {
    await writer?.close();
    await target.close();
  });

  /** Rows as [time, ...columns], oldest first. */
  async function rows(statement: string, parameters: Record<string, string | number> = {}, at: InfluxTarget = "raw"): Promise<unknown[][]> {
    const tables = await query.query(at, statement, parameters);
    return tables.flatMap((table) => table.rows.map((row) => [...row]));
  }

  it("says which version it is", async () => {
    const found = await detectDialect(settings);
    expect(found.version).toMatch(/\d+\.\d+/);
    expect(["v1", "v2", "v3"]).toContain(found.dialect);
    expect(await detectDialect({ ...settings, dialect: "v3" })).toMatchObject({ dialect: "v3" });
  });

  it("takes the same schema twice", async () => {
    expect(await prepareSchema(settings, dialect, query)).toEqual({ ready: true, rawRetentionMs: undefined, notices: [] });
  });

  it("keeps a poll of an asset under its level, with the ids above it as tags", async () => {
    const lines = createLineWriter(smallNetwork());
    lines.add("B03-U2", "t_supply", NOW, 41.25);
    lines.add("B03-U2", "t_return", NOW, 35);
    lines.add("B03-U2", "heat", NOW, 123_456_789.012345);
    expect(await writer.write("raw", lines.take().lines)).toEqual({ type: "written" });
    expect(
      await rows(
        `SELECT "t_supply", "t_return", "heat" FROM "unit" WHERE "id" = $id AND "building" = 'B03' AND "circuit" = 'S01-H' AND "station" = 'S01'`,
        {
          id: "B03-U2",
        },
      ),
    ).toEqual([[NOW, 41.25, 35, 123_456_789.012345]]);
  });

  it("keeps every float bit for bit", async () => {
    const values = [0, 0.1, 1 / 3, -273.15, 1e21, 1e300, 5e-324, 2.5e-7, Number.MAX_SAFE_INTEGER, 123456.78901234567, -0];
    const lines = createLineWriter(smallNetwork());
    for (const [index, value] of values.entries()) lines.add("S02", "h1_power", NOW + index, value);
    expect(await writer.write("raw", lines.take().lines)).toEqual({ type: "written" });
    const found = await rows(`SELECT "h1_power" FROM "station" WHERE "id" = 'S02' ORDER BY time ASC`);
    expect(found.map(([, value]) => value)).toEqual(values);
  });

  it("keeps a failed sensor apart from values", async () => {
    const lines = createLineWriter(smallNetwork());
    lines.add("R1", "t_room", NOW, Number.NaN);
    lines.add("R1", "t_room", NOW + 60_000, 20.5);
    expect(await writer.write("raw", lines.take().lines)).toEqual({ type: "written" });
    expect(await rows(`SELECT "t_room" FROM "failed" WHERE "id" = 'R1'`)).toEqual([[NOW, 1]]);
    expect(await rows(`SELECT "t_room" FROM "room" WHERE "id" = 'R1'`)).toEqual([[NOW + 60_000, 20.5]]);
  });

  it("lets the later line win: in one body, in the next, with other signals left alone", async () => {
    const line = (fields: string): string => `circuit,id=again,station=S01 ${fields} ${NOW}`;
    expect(await writer.write("raw", [line("t2_supply=1,t2_return=2"), line("t2_supply=3")])).toEqual({ type: "written" });
    expect(await writer.write("raw", [line("q2_flow=9")])).toEqual({ type: "written" });
    const read = async (): Promise<unknown[][]> => rows(`SELECT "t2_supply", "t2_return", "q2_flow" FROM "circuit" WHERE "id" = 'again'`);
    expect(await read()).toEqual([[NOW, 3, 2, 9]]);
    expect(await writer.write("raw", [line("t2_supply=4")])).toEqual({ type: "written" });
    expect(await read()).toEqual([[NOW, 4, 2, 9]]);
  });

  it.each(["a b", "a,b", "a=b", "a\\b", "a\\,b", "a\\ b", "C:\\x y", 'quote"d', "it's", "热力站 一", "' OR 1=1 --", "$id"])(
    "keeps and finds the tag %j",
    async (tag) => {
      expect(await writer.write("raw", [`escape,id=${escapeTag(tag)} value=1 ${NOW}`])).toEqual({ type: "written" });
      expect(await rows(`SELECT "value", "id" FROM "escape" WHERE "id" = $id`, { id: tag })).toEqual([[NOW, 1, tag]]);
    },
  );

  it("binds times, numbers and several parameters", async () => {
    const body = [0, 1, 2, 3].map((index) => `bound,id=b value=${index + 0.5} ${NOW + index}`);
    expect(await writer.write("raw", body)).toEqual({ type: "written" });
    const parameters = { id: "b", from: influxTime(NOW + 1), to: influxTime(NOW + 3), least: 1.5 };
    expect(
      await rows(
        `SELECT "value" FROM "bound" WHERE "id" = $id AND time >= $from AND time < $to AND "value" > $least ORDER BY time ASC`,
        parameters,
      ),
    ).toEqual([[NOW + 2, 2.5]]);
  });

  it("refuses a parameter that is missing and a statement that is none", async () => {
    await expect(query.query("raw", `SELECT "value" FROM "bound" WHERE "id" = $id`)).rejects.toMatchObject({ type: "refused" });
    await expect(query.query("raw", "SELEC")).rejects.toMatchObject({ type: "refused" });
  });

  it("answers with nothing where there is nothing", async () => {
    await writer.write("raw", [`bound,id=b value=1 ${NOW}`]);
    expect(await rows(`SELECT "value" FROM "bound" WHERE "id" = 'nobody'`)).toEqual([]);
    expect(await writer.write("raw", [])).toEqual({ type: "written" });
  });

  it("keeps rollups and the marker of time 0 in a target of their own", async () => {
    const hour = Math.floor(NOW / 3_600_000) * 3_600_000;
    const rollups = createRollupLineWriter(smallNetwork());
    const row = {
      count: 2,
      min: 40.1,
      max: 42.3,
      sum: 82.4,
      first: 40.1,
      last: 42.3,
      samples: 3,
      firstAt: hour + 1,
      lastAt: hour + 90_000,
    };
    rollups.add("S01-H", "t2_supply", "1h", hour, row);
    rollups.add("S01-H", "t2_return", "1h", hour, { ...row, count: 0 });
    const marker = `heatsteward,instance=8b1f sequence=7 0`;
    expect(await writer.write("rollup", [...rollups.take(), marker])).toEqual({ type: "written" });
    const fields = ["min", "max", "sum", "count", "first", "last", "samples", "first_at", "last_at"]
      .map((field) => `"t2_supply_${field}"`)
      .join(", ");
    expect(await rows(`SELECT ${fields}, "t2_return_count" FROM "circuit_1h" WHERE "id" = 'S01-H'`, {}, "rollup")).toEqual([
      [hour, 40.1, 42.3, 82.4, 2, 40.1, 42.3, 3, hour + 1, hour + 90_000, 0],
    ]);
    expect(await rows(`SELECT "sequence" FROM "heatsteward" WHERE "instance" = '8b1f'`, {}, "rollup")).toEqual([[0, 7]]);
    expect(await rows(`SELECT "t2_supply_min" FROM "circuit_1h"`)).toEqual([]);
  });

  it("refuses what it can never take and keeps the rest of the body", async () => {
    await writer.write("raw", [`typed,id=a value=1 ${NOW}`]);
    const outcome = await writer.write("raw", [`typed,id=a value="text" ${NOW + 1}`, `typed,id=b value=2 ${NOW + 1}`]);
    expect(outcome).toMatchObject({ type: "refused", reason: expect.stringMatching(/value|partial/) });
    expect(await rows(`SELECT "value" FROM "typed" WHERE "id" = 'b'`)).toEqual([[NOW + 1, 2]]);
    const broken = await writer.write("raw", ["no line at all", `typed,id=c value=3 ${NOW + 1}`]);
    expect(broken).toMatchObject({ type: "refused", status: 400 });
  });

  it("keeps two writers of one body apart and counts nothing twice", async () => {
    const bodies = [0, 1, 2, 3].map((part) =>
      Array.from({ length: 2000 }, (_, index) => `many,id=m${index % 50} value=${index} ${NOW + part * 2000 + index}`),
    );
    expect(await Promise.all(bodies.map((lines) => writer.write("raw", lines)))).toEqual(bodies.map(() => ({ type: "written" })));
    await writer.write("raw", bodies[1]!);
    expect(
      await rows(`SELECT count("value") FROM "many" WHERE time >= $from AND time < $to`, {
        from: influxTime(NOW),
        to: influxTime(NOW + 8000),
      }),
    ).toEqual([[expect.any(Number), 8000]]);
  });

  it("takes gzip as it takes plain text", async () => {
    const gzip = createInfluxWriter({ ...settings, gzip: !settings.gzip }, dialect);
    const lines = Array.from({ length: 500 }, (_, index) => `zipped,id=z value=${index} ${NOW + index}`);
    expect(await gzip.write("raw", lines)).toEqual({ type: "written" });
    await gzip.close();
    expect(await rows(`SELECT "value" FROM "zipped" ORDER BY time DESC LIMIT 1`)).toEqual([[NOW + 499, 499]]);
  });

  it("refuses an answer longer than the limit, and takes back a question", async () => {
    await writer.write(
      "raw",
      Array.from({ length: 500 }, (_, index) => `long,id=l value=${index} ${NOW + index}`),
    );
    const short = createInfluxQuery(settings, dialect, { answerBytesMax: 1000 });
    await expect(short.query("raw", `SELECT "value" FROM "long"`)).rejects.toMatchObject({
      type: "refused",
      message: expect.stringMatching(/1000 bytes/),
    });
    await expect(query.query("raw", `SELECT "value" FROM "long"`, {}, AbortSignal.abort())).rejects.toMatchObject({ type: "unavailable" });
  });

  it("says what is missing", async () => {
    const elsewhere = { ...settings, database: "nowhere", bucket: "nowhere" };
    // 3 Core makes a database with its first point.
    if (dialect !== "v3") {
      const lost = createInfluxWriter(elsewhere, dialect);
      expect(await lost.write("raw", [`m value=1 ${NOW}`])).toMatchObject({ type: "missing", reason: expect.stringMatching(/not found/) });
      await lost.close();
    }
    await expect(createInfluxQuery(elsewhere, dialect).query("raw", `SELECT "value" FROM "m"`)).rejects.toMatchObject({ type: "missing" });
  });

  it("says that the credentials are wrong, without saying them", async () => {
    const wrong = { ...settings, password: "wrong-secret", token: settings.token === undefined ? undefined : "wrong-secret" };
    const stranger = createInfluxWriter(wrong, dialect);
    const outcome = await stranger.write("raw", [`m value=1 ${NOW}`]);
    await stranger.close();
    expect(outcome).toMatchObject({ type: "unauthorized" });
    expect(JSON.stringify(outcome)).not.toContain("wrong-secret");
    const asked = createInfluxQuery(wrong, dialect);
    await expect(asked.query("raw", `SELECT "value" FROM "m"`)).rejects.toMatchObject({
      type: "unauthorized",
      message: expect.not.stringContaining("wrong-secret"),
    });
    await expect(prepareSchema(wrong, dialect, asked)).rejects.toMatchObject({ type: "unauthorized" });
  });
});
