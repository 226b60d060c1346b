import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { bindParameters, createInfluxQuery, influxTime } from "../../store/influx-query.ts";
import type { InfluxDialect, InfluxSettings } from "../../store/influx.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startScripted, type ScriptedAnswer, type ScriptedServer } from "../support/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function answering(answer: ScriptedAnswer): Promise<ScriptedServer> {
  const server = await startScripted(() => answer);
  servers.push(server);
  return server;
}

const STATEMENT = `SELECT "t_out" FROM "station" WHERE "id" = $id AND time >= $from`;
const PARAMETERS = { id: "O'Hara", from: influxTime(1000) };
const TABLE = { name: "station", columns: ["time", "t_out"], values: [[1000, -3.5]] };
const OK = { status: 200, body: { results: [{ statement_id: 0, series: [TABLE] }] } };

describe("a query", () => {
  it.each([
    ["v1", "raw", {}, { db: "heatsteward" }, undefined],
    ["v1", "rollup", { user: "u", password: "p" }, { db: "heatsteward", rp: "rollup" }, `Basic ${Buffer.from("u:p").toString("base64")}`],
    ["v2", "raw", { token: "t", bucket: "b" }, { db: "b" }, "Token t"],
    ["v2", "rollup", { token: "t", bucket: "b/week" }, { db: "b", rp: "week_rollup" }, "Token t"],
  ] as const)("of %s %s is posted with its parameters bound by the server", async (dialect, target, given, place, authorization) => {
    const { url, requests } = await answering(OK);
    const query = createInfluxQuery(influxSettings({ url, ...given }), dialect);
    expect(await query.query(target, STATEMENT, PARAMETERS)).toEqual([
      { name: "station", tags: {}, columns: ["time", "t_out"], rows: [[1000, -3.5]] },
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "POST", path: "/query", authorization });
    expect(Object.fromEntries(new URLSearchParams(requests[0]!.body))).toEqual({
      ...place,
      epoch: "ms",
      q: STATEMENT,
      params: JSON.stringify(PARAMETERS),
    });
  });

  it("of 3 Core goes in the URL with its parameters as literals", async () => {
    const { url, requests } = await answering(OK);
    await createInfluxQuery(influxSettings({ url, token: "t" }), "v3").query("rollup", STATEMENT, PARAMETERS);
    expect(requests[0]).toMatchObject({ method: "GET", path: "/query", authorization: "Token t", body: "" });
    expect(Object.fromEntries(requests[0]!.parameters)).toEqual({
      db: "heatsteward_rollup",
      epoch: "ms",
      q: `SELECT "t_out" FROM "station" WHERE "id" = 'O\\'Hara' AND time >= '1970-01-01T00:00:01.000Z'`,
    });
  });

  const failing: readonly (readonly [what: string, answer: ScriptedAnswer, type: string, message: RegExp])[] = [
    ["an error inside an answer", inside({ error: "unknown function: nope" }), "refused", /^unknown function: nope$/],
    ["a database that is not there", inside({ error: "database not found: x" }), "missing", /database not found/],
    ["a question that took too long", inside({ error: "query-timeout limit exceeded: timeout reached" }), "unavailable", /timeout/],
    ["rows that were cut off", inside({ series: [{ ...TABLE, partial: true }] }), "refused", /max-row-limit/],
    ["tables that were cut off", inside({ series: [TABLE], partial: true }), "refused", /max-row-limit/],
    ["an answer that is not whole", { status: 200, body: '{"results":[{"series":[{"name":' }, "unavailable", /not whole/],
    [
      "a statement that is none",
      { status: 400, body: { error: "error parsing query: found X" } },
      "refused",
      /^answer 400: error parsing query/,
    ],
    [
      "a wrong token",
      { status: 401, body: { code: "unauthorized", message: "unauthorized access" } },
      "unauthorized",
      /^answer 401: unauthorized access$/,
    ],
    ["a user without the right", { status: 403, body: { error: "u not authorized" } }, "unauthorized", /u not authorized/],
    ["a bucket that is not mapped", { status: 404, body: { code: "not found", message: "no dbrp mapping" } }, "missing", /no dbrp mapping/],
    ["a server in trouble", { status: 503, body: "try later" }, "unavailable", /^answer 503: try later$/],
    ["a server that sends elsewhere", { status: 301, headers: { location: "http://127.0.0.1:1/" } }, "unavailable", /^answer 301$/],
  ];
  it.each(failing)("fails for %s", async (_what, answer, type, message) => {
    const { url } = await answering(answer);
    await expect(ask({ url })).rejects.toMatchObject({
      name: "InfluxError",
      type,
      message: expect.stringMatching(message),
      status: answer.status,
    });
  });

  it("answers with every table and its tags", async () => {
    const series = [
      { ...TABLE, tags: { id: "S01" } },
      { ...TABLE, tags: { id: "S02" }, values: [[1000, null]] },
    ];
    const { url } = await answering(inside({ series }));
    expect((await ask({ url })).map(({ tags, rows }) => [tags, rows])).toEqual([
      [{ id: "S01" }, [[1000, -3.5]]],
      [{ id: "S02" }, [[1000, null]]],
    ]);
  });

  it("shows neither token nor password of what the server repeats", async () => {
    const { url } = await answering({ status: 401, body: { error: "no such token: very-secret-token" } });
    await expect(ask({ url, token: "very-secret-token" }, "v2")).rejects.toMatchObject({ message: "answer 401: no such token: …" });
  });
});

async function ask(
  given: Partial<InfluxSettings> & { url: string },
  dialect: InfluxDialect = "v1",
): ReturnType<ReturnType<typeof createInfluxQuery>["query"]> {
  return createInfluxQuery(influxSettings(given), dialect).query("raw", STATEMENT, PARAMETERS);
}

function inside(result: object): ScriptedAnswer {
  return { status: 200, body: { results: [{ statement_id: 0, ...result }] } };
}

describe("parameters as literals", () => {
  it.each([
    ["$a", { a: "x" }, "'x'"],
    ["$a", { a: "it's" }, "'it\\'s'"],
    ["$a", { a: "back\\slash" }, "'back\\\\slash'"],
    ["$a", { a: "two\nlines" }, "'two\\nlines'"],
    ["$a$b", { a: 1, b: 2 }, "12"],
    ["$a", { a: -1.5 }, "-1.5"],
    ["$a", { a: 1e21 }, "1000000000000000000000"],
    ["$a", { a: 1e-7 }, "0.00000010000000000000"],
    ["$aa $a", { a: 1, aa: 2 }, "2 1"],
    [`"$a" '$a' $a`, { a: 1 }, `"$a" '$a' 1`],
    [`"q\\"$a" 'q\\'$a' $a`, { a: 1 }, `"q\\"$a" 'q\\'$a' 1`],
    ["$a", { a: "$b" }, "'$b'"],
  ])("%s with %j", (statement, parameters, expected) => {
    expect(bindParameters(statement, parameters)).toBe(expected);
  });

  it("cannot get out of their quotes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", "\\", '"', "$", "a", " ", "\n") }), (text) => {
        const bound = bindParameters("WHERE id = $id AND 1 = 2", { id: text });
        // What a reader of InfluxQL sees: one string between the parts that were there, and it is the text.
        const read = /^WHERE id = '((?:\\.|[^'\\\n])*)' AND 1 = 2$/s.exec(bound);
        expect(read).not.toBeNull();
        expect(read![1]!.replaceAll(/\\(.)/gs, (_, letter: string) => (letter === "n" ? "\n" : letter))).toBe(text);
      }),
    );
  });

  it("that are missing or no numbers are refused", () => {
    expect(() => bindParameters("$a", {})).toThrow("missing parameter: a");
    expect(() => bindParameters("$toString", {})).toThrow("missing parameter: toString");
    expect(() => bindParameters("$a", { a: Number.NaN })).toThrow(/no number/);
  });
});
