import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MOVE_ROLES } from "../../api/tickets.ts";
import { mayAct, type Access } from "../../api/roles.ts";
import { addAuthorisation } from "../../api/auth.ts";
import { ROLES, type Role } from "../../model/role.ts";
import Fastify from "fastify";
import { ADMIN_TOKEN, PASSWORD, SETUP_TOKEN, testApi, type TestApi } from "../support/services.ts";

/** What each route asks for: a route that is not here fails the test. */
const EXPECTED: Readonly<Record<string, Access>> = {
  "GET /api/health": "public",
  "GET /api/session": "public",
  "POST /api/session": "public",
  "DELETE /api/session": "public",
  "POST /api/session/setup": "public",
  "GET /*": "public",
  "GET /api/network": "viewer",
  "GET /api/stations": "viewer",
  "GET /api/stations/:id": "viewer",
  "GET /api/series": "viewer",
  "GET /api/export": "viewer",
  "POST /api/import": "engineer",
  "POST /api/backup": "admin",
  "GET /api/tickets": "viewer",
  "GET /api/tickets/:id": "viewer",
  "GET /api/kpi": "viewer",
  "GET /api/rules": "viewer",
  "GET /api/rules/status": "viewer",
  "GET /api/episodes": "viewer",
  "GET /api/rejects": "viewer",
  "POST /api/complaints": "operator",
  "GET /api/live": "viewer",
  "GET /metrics": "viewer",
  "GET /api/openapi.json": "viewer",
  "GET /api/asyncapi.json": "viewer",
  "GET /api/gateways": "engineer",
  "POST /api/gateways": "engineer",
  "GET /api/rules/why": "viewer",
  "GET /api/rules/learned": "viewer",
  "GET /api/phases": "viewer",
  "POST /api/phases": "dispatcher",
  "GET /api/works": "viewer",
  "POST /api/works": "steward",
  "POST /api/works/:id/end": "steward",
  "GET /api/limits": "viewer",
  "POST /api/limits": "engineer",
  "POST /api/relearn": "engineer",
  "GET /api/backtests": "engineer",
  "POST /api/backtests": "engineer",
  "GET /api/backtests/:id": "engineer",
  "GET /api/backtests/:id/result": "engineer",
  "DELETE /api/backtests/:id": "engineer",
  "GET /api/shadow": "engineer",
  "POST /api/shadow": "engineer",
  "DELETE /api/shadow": "engineer",
  "GET /api/influx": "viewer",
  "GET /api/influx/dead-letters": "engineer",
  "POST /api/influx/dead-letters/replay": "engineer",
  ...Object.fromEntries(Object.entries(MOVE_ROLES).map(([move, role]) => [`POST /api/tickets/:id/${move}`, role])),
};

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.app.close());

/** The status of a request without a body: 401 and 403 come before any look at the body or the path. */
async function status(route: string, headers: Record<string, string>): Promise<number> {
  const [method, url] = route.split(" ") as ["GET" | "POST" | "DELETE" | "HEAD", string];
  const answer = await api.app.inject({ method, url: url.replace(":id", "S01").replace("*", "wall"), headers });
  return answer.statusCode;
}

describe("who may do what", () => {
  it("has an expectation for every route", () => {
    const known = api.routes.map((route) => route.replace(/^HEAD /, "GET "));
    expect([...new Set(known)].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it("is as expected for every route and role, deny by default", async () => {
    const wrong: string[] = [];
    for (const route of api.routes) {
      const access = EXPECTED[route.replace(/^HEAD /, "GET ")]!;
      const anonymous = await status(route, {});
      if (access === "public" ? anonymous === 403 : anonymous !== 401) wrong.push(`${route} anonymous: ${anonymous}`);
      for (const role of ROLES) {
        const got = await status(route, api.as(role));
        const allowed = access === "public" || mayAct(role, access);
        if (allowed ? got === 401 || got === 403 : got !== 403) wrong.push(`${route} ${role}: ${got}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("orders the roles", () => {
    const may = (role: Role): Role[] => ROLES.filter((least) => mayAct(role, least));
    expect(may("viewer")).toEqual(["viewer"]);
    expect(may("steward").sort()).toEqual(["operator", "steward", "viewer"]);
    expect(may("dispatcher").sort()).toEqual(["dispatcher", "operator", "steward", "viewer"]);
    expect(may("admin").length).toBe(ROLES.length);
  });

  it("does not start with a route that declares no access", async () => {
    const app = Fastify();
    addAuthorisation(app, api.services);
    expect(() => app.get("/open", async () => "")).toThrow(/GET \/open: expected config.access/);
    await app.close();
  });
});

describe("bearer token", () => {
  it.each([
    ["the token", `Bearer ${ADMIN_TOKEN}`, 200],
    ["another case of the scheme", `bearer ${ADMIN_TOKEN}`, 200],
    ["a wrong token", "Bearer wrong", 401],
    ["a prefix of it", `Bearer ${ADMIN_TOKEN.slice(0, -1)}`, 401],
    ["no scheme", ADMIN_TOKEN, 401],
    ["another scheme", `Basic ${ADMIN_TOKEN}`, 401],
    ["nothing", "Bearer ", 401],
  ])("%s", async (_name, authorization, expected) => {
    const answer = await api.app.inject({ url: "/api/rules", headers: { authorization } });
    expect(answer.statusCode).toBe(expected);
    expect(answer.headers["www-authenticate"]).toBe(expected === 401 ? "Bearer" : undefined);
  });

  it("is never valid when none is set", async () => {
    const closed = await testApi((services) => ({ ...services, settings: { ...services.settings, adminToken: undefined } }));
    for (const authorization of ["Bearer undefined", "Bearer ", `Bearer ${ADMIN_TOKEN}`]) {
      expect((await closed.app.inject({ url: "/api/rules", headers: { authorization } })).statusCode).toBe(401);
    }
    await closed.app.close();
  });

  it("does not fall back to a cookie", async () => {
    expect(await status("GET /api/rules", { ...api.as("admin"), authorization: "Bearer wrong" })).toBe(401);
  });
});

describe("session", () => {
  const login = (name: string, password: string, headers: Record<string, string> = {}, remoteAddress = "127.0.0.1") =>
    api.app.inject({
      method: "POST",
      url: "/api/session",
      headers: { host: "localhost:80", ...headers },
      payload: { name, password },
      remoteAddress,
    });

  it("sets a cookie that scripts cannot read and other sites do not send", async () => {
    const answer = await login("operator", PASSWORD);
    expect(answer.json()).toMatchObject({ name: "operator", role: "operator" });
    const cookie = String(answer.headers["set-cookie"]);
    expect(cookie).toMatch(/^heatsteward_session=[A-Za-z0-9_-]{43}; /);
    for (const part of ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"]) expect(cookie).toContain(part);
    expect(cookie).not.toContain("Secure");
    const me = await api.app.inject({ url: "/api/session", headers: { cookie: cookie.split(";")[0]! } });
    expect(me.json()).toEqual({ name: "operator", role: "operator" });
  });

  it("marks the cookie Secure and sends HSTS over TLS", async () => {
    const secure = await testApi((services) => ({ ...services, settings: { ...services.settings, secure: true } }));
    const answer = await secure.app.inject({ method: "POST", url: "/api/session", payload: { name: "viewer", password: PASSWORD } });
    expect(String(answer.headers["set-cookie"])).toContain("; Secure");
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
    await secure.app.close();
  });

  it("changes the session at a login, so that a planted one gets nowhere", async () => {
    const planted = api.as("viewer");
    const answer = await login("admin", PASSWORD, planted);
    expect(String(answer.headers["set-cookie"])).not.toContain("session-of-viewer");
    expect(await status("GET /api/rules", planted)).toBe(401);
  });

  it("ends at the logout", async () => {
    const headers = api.as("viewer");
    const answer = await api.app.inject({ method: "DELETE", url: "/api/session", headers });
    expect(answer.statusCode).toBe(204);
    expect(String(answer.headers["set-cookie"])).toMatch(/heatsteward_session=;.*Expires=Thu, 01 Jan 1970/);
    expect(await status("GET /api/rules", headers)).toBe(401);
  });

  it("does not tell a wrong name from a wrong password, and slows down who guesses", async () => {
    const guess = (name: string) => login(name, "guessed wrong", {}, "10.0.0.9");
    const [unknown, known] = [await guess("nobody"), await guess("admin")];
    expect(unknown.statusCode).toBe(401);
    expect(known.body).toBe(unknown.body);
    let last = known;
    for (let tries = 0; tries < 4; tries++) last = await guess("admin");
    expect(last.statusCode).toBe(429);
    expect(last.headers["retry-after"]).toBe("90");
    expect(last.json()).toMatchObject({ error: { code: "too_many_requests" } });
  });

  it("says so while there is no account, and takes the set-up token once", async () => {
    const fresh = await testApi();
    fresh.accounts.empty = true;
    expect((await fresh.app.inject({ url: "/api/session" })).json()).toMatchObject({ error: { code: "setup_required" } });
    const setUp = (token: string) =>
      fresh.app.inject({ method: "POST", url: "/api/session/setup", payload: { token, name: "chief", password: PASSWORD } });
    expect((await setUp("wrong")).statusCode).toBe(401);
    const done = await setUp(SETUP_TOKEN);
    expect(done.json()).toMatchObject({ name: "chief", role: "admin" });
    expect(String(done.headers["set-cookie"])).toContain("HttpOnly");
    expect((await setUp(SETUP_TOKEN)).statusCode).toBe(409);
    expect((await fresh.app.inject({ url: "/api/session" })).json()).toMatchObject({ error: { code: "unauthenticated" } });
    await fresh.app.close();
  });

  it("refuses a short password and a strange name at set-up", async () => {
    const setUp = (body: Record<string, string>) =>
      api.app.inject({ method: "POST", url: "/api/session/setup", payload: { token: "t", name: "chief", password: PASSWORD, ...body } });
    expect((await setUp({ password: "short" })).json()).toMatchObject({
      error: { details: { place: "body.password", expected: "at least 10 characters" } },
    });
    expect((await setUp({ name: "<b>" })).statusCode).toBe(400);
  });
});

describe("forged cross-site requests", () => {
  const add = async (headers: Record<string, string>): Promise<number> => {
    const answer = await api.app.inject({ method: "POST", url: "/api/gateways", headers, payload: { name: "gw-x" } });
    return answer.statusCode;
  };

  it.each([
    ["the own origin", "http://heat.example", "heat.example", 400],
    ["the own origin with its default port", "http://heat.example", "heat.example:80", 400],
    ["the own origin behind TLS", "https://heat.example", "heat.example", 400],
    ["another site", "https://evil.example", "heat.example", 403],
    ["another port", "http://heat.example:8081", "heat.example", 403],
    ["a look-alike", "http://heat.example.evil", "heat.example", 403],
    ["an opaque origin", "null", "heat.example", 403],
    ["something that is no origin", "heat.example", "heat.example", 403],
  ])("with a cookie and %s", async (_name, origin, host, expected) => {
    expect(await add({ ...api.as("admin"), origin, host })).toBe(expected);
  });

  it("with a cookie and no origin is refused, with a bearer token not", async () => {
    const { cookie } = api.as("admin");
    expect(await add({ cookie: cookie! })).toBe(403);
    expect(await add({ authorization: `Bearer ${ADMIN_TOKEN}` })).toBe(400);
  });

  it("may come from an origin that the settings name", async () => {
    const proxied = await testApi((services) => ({ ...services, settings: { ...services.settings, origins: ["https://heat.example"] } }));
    const answer = await proxied.app.inject({
      method: "DELETE",
      url: "/api/session",
      headers: { ...proxied.as("viewer"), host: "10.0.0.3:8080", origin: "https://heat.example" },
    });
    expect(answer.statusCode).toBe(204);
    await proxied.app.close();
  });

  it("cannot sign anybody in", async () => {
    const answer = await api.app.inject({
      method: "POST",
      url: "/api/session",
      headers: { origin: "https://evil.example" },
      payload: { name: "viewer", password: PASSWORD },
    });
    expect(answer.json()).toMatchObject({ error: { code: "foreign_origin" } });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });
});
