import { connect } from "node:net";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ERROR_STATUS, toApiError } from "../../api/errors.ts";
import { InputError } from "../../model/input-error.ts";
import type { ApiServices } from "../../api/services.ts";
import { ADMIN_TOKEN, testApi, type TestApi } from "../support/services.ts";

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
let api: TestApi;
let failure: (() => never) | undefined;
beforeAll(async () => {
  const failing = (services: ApiServices): ApiServices => ({
    ...services,
    rules: { ...services.rules, statuses: (station) => (failure === undefined ? services.rules.statuses(station) : failure()) },
  });
  api = await testApi(failing);
});
afterAll(() => api.app.close());

const shape = {
  error: { code: expect.any(String) as string, message: expect.any(String) as string, details: expect.any(Object) as object },
};

describe("errors", () => {
  it.each([
    ["an unknown route", { url: "/api/nothing" }, 404, "not_found"],
    ["an unknown route without a login", { url: "/api/nothing", headers: {} }, 404, "not_found"],
    ["an unknown method", { url: "/api/network", method: "PUT" }, 404, "not_found"],
    ["an unknown hashed file", { url: "/assets/main-00000000.js" }, 404, "not_found"],
    [
      "a body that is not JSON",
      { url: "/api/session", method: "POST", payload: "{", headers: { "content-type": "application/json" } },
      400,
      "bad_input",
    ],
    [
      "an empty body",
      { url: "/api/session", method: "POST", payload: "", headers: { "content-type": "application/json" } },
      400,
      "bad_input",
    ],
    [
      "a body of another type",
      { url: "/api/session", method: "POST", payload: "name=a", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "unsupported_media_type",
    ],
    [
      "a body that says it is plain text",
      { url: "/api/session", method: "POST", payload: '{"name":"a","password":"b"}', headers: { "content-type": "text/plain" } },
      415,
      "unsupported_media_type",
    ],
    [
      "a body that is too large",
      { url: "/api/session", method: "POST", payload: { name: "a", password: "x".repeat(200_000) } },
      413,
      "too_large",
    ],
    [
      "a polluting body",
      {
        url: "/api/session",
        method: "POST",
        payload: '{"__proto__":{"role":"admin"},"name":"a","password":"b"}',
        headers: { "content-type": "application/json" },
      },
      400,
      "bad_input",
    ],
    ["an id that is too long", { url: `/api/tickets/${"x".repeat(500)}`, headers: bearer }, 404, "not_found"],
    ["a path that cannot be decoded", { url: "/api/tickets/%E0%A4%A", headers: bearer }, 400, "bad_input"],
    ["a request that is no WebSocket", { url: "/api/live", headers: bearer }, 426, "upgrade_required"],
  ])("%s", async (_name, request, status, code) => {
    const answer = await api.app.inject(request as InjectOptions);
    expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([status, code]);
    expect(answer.json()).toEqual(shape);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  it("names place, expected and found, for the first and for every further mistake", async () => {
    const answer = await api.app.inject({ url: "/api/rejects?limit=x&reason=bad_tme", headers: bearer });
    expect(answer.json()).toMatchObject({
      error: {
        code: "bad_input",
        message: /^query.reason: expected one of bad_utf8, .*, found "bad_tme"; did you mean bad_time\?$/,
        details: {
          place: "query.reason",
          issues: [{ place: "query.reason" }, { place: "query.limit", expected: "a whole number", found: '"x"' }],
        },
      },
    });
  });

  it.each(["2026-11-21T00:00:00Z", "1e12", "now"])("asks for epoch milliseconds where a time is %s", async (from) => {
    const answer = await api.app.inject({ url: `/api/tickets?from=${from}`, headers: bearer });
    expect([answer.statusCode, answer.json<{ error: { details: object } }>().error.details]).toEqual([
      400,
      { place: "query.from", expected: "epoch milliseconds, UTC, such as 1795132800000", found: JSON.stringify(from) },
    ]);
  });

  it("keeps what went wrong inside, and logs it", async () => {
    failure = () => {
      throw new Error("secret at /var/lib/heatsteward");
    };
    const answer = await api.app.inject({ url: "/api/rules/status?station=S01", headers: bearer });
    failure = undefined;
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({ error: { code: "internal", message: "something went wrong on our side; it was logged", details: {} } });
    expect(api.logged.at(-1)).toMatchObject({
      message: "a request failed",
      fields: { route: "/api/rules/status", error: expect.stringContaining("secret at") as string },
    });
  });

  it("says 503 while the disk refuses", async () => {
    failure = () => {
      throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
    };
    const answer = await api.app.inject({ url: "/api/rules/status?station=S01", headers: bearer });
    failure = undefined;
    expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([503, "storage_unavailable"]);
  });

  it("hands an InputError on with its place", () => {
    const error = toApiError(new InputError("query.from", "a time", "soon", "did you mean noon?"));
    expect([error.status, error.details]).toEqual([
      400,
      { place: "query.from", expected: "a time", found: "soon", suggestion: "did you mean noon?" },
    ]);
  });

  it("uses no status twice for what a program must tell apart", () => {
    expect(Object.values(ERROR_STATUS).every((status) => status >= 400 && status < 600)).toBe(true);
  });

  it("answers bytes that are not HTTP in the same shape", async () => {
    await api.app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = api.app.server.address() as { port: number };
    const said = await new Promise<string>((resolve, reject) => {
      let text = "";
      const socket = connect(port, "127.0.0.1", () => socket.write("NOT HTTP AT ALL\r\n\r\n"));
      socket.on("data", (data: Buffer) => (text += data.toString()));
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
    });
    expect(said).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(said.split("\r\n\r\n")[1]!)).toEqual(shape);
  });
});
