import { afterEach, describe, expect, it } from "vitest";
import { detectDialect } from "../../store/influx-version.ts";
import { influxSettings } from "../support/influx-settings.ts";
import { startScripted, type ScriptedAnswer, type ScriptedServer } from "../support/scripted-server.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serving(
  ping: ScriptedAnswer,
  health: ScriptedAnswer = { status: 404, body: "404 page not found" },
): Promise<ScriptedServer> {
  const server = await startScripted(({ path }) => (path === "/ping" ? ping : health));
  servers.push(server);
  return server;
}

const V2 = { token: "t", org: "o" };

describe("the version of InfluxDB", () => {
  it.each([
    [
      "1.6 of Debian",
      { status: 204, headers: { "x-influxdb-version": "1.6.7~rc0" } },
      undefined,
      {},
      { dialect: "v1", version: "1.6.7~rc0" },
    ],
    ["2.7", { status: 204, headers: { "x-influxdb-version": "v2.7.12" } }, undefined, V2, { dialect: "v2", version: "v2.7.12" }],
    ["3 Core by its body", { status: 200, body: { version: "3.4.1", revision: "x" } }, undefined, {}, { dialect: "v3", version: "3.4.1" }],
    [
      "2.x by its health",
      { status: 204 },
      { status: 200, body: { name: "influxdb", status: "pass", version: "v2.7.1" } },
      V2,
      { dialect: "v2", version: "v2.7.1" },
    ],
  ] as const)("is found: %s", async (_what, ping, health, given, found) => {
    const { url } = await serving(ping, health);
    expect(await detectDialect(influxSettings({ url, ...given }))).toEqual(found);
  });

  it("is asked with the credentials, as 3 Core answers nobody without", async () => {
    const { url, requests } = await serving({ status: 200, body: { version: "3.0.0" } });
    await detectDialect(influxSettings({ url, token: "apiv3_x" }));
    expect(requests[0]).toMatchObject({ path: "/ping", authorization: "Token apiv3_x" });
  });

  it("is what the setting says, where a proxy hides it or says another", async () => {
    const hidden = await serving({ status: 204 });
    expect(await detectDialect(influxSettings({ url: hidden.url, dialect: "v1" }))).toEqual({ dialect: "v1", version: undefined });
    const other = await serving({ status: 204, headers: { "x-influxdb-version": "2.0-proxy" } });
    expect(await detectDialect(influxSettings({ url: other.url, dialect: "v1" }))).toEqual({ dialect: "v1", version: "2.0-proxy" });
  });

  it.each([
    [
      "something else that answers",
      { status: 200, body: "<html>welcome</html>" },
      {},
      "missing",
      /does not say which InfluxDB it is.*influx\.version/,
    ],
    ["a version that is not known", { status: 204, headers: { "x-influxdb-version": "9.0.0" } }, {}, "missing", /does not say/],
    ["3 Core without a token", { status: 401, body: "" }, {}, "unauthorized", /answer 401/],
    [
      "2.x without a token",
      { status: 204, headers: { "x-influxdb-version": "v2.7.1" } },
      {},
      "unauthorized",
      /HEATSTEWARD_INFLUX_TOKEN is not set/,
    ],
    [
      "2.x without an organization",
      { status: 204, headers: { "x-influxdb-version": "v2.7.1" } },
      { token: "t" },
      "missing",
      /HEATSTEWARD_INFLUX_ORG is not set/,
    ],
    ["a server that starts", { status: 503, body: "starting" }, {}, "unavailable", /answer 503: starting/],
    [
      "a server that starts, whatever the setting says",
      { status: 503, body: "starting" },
      { dialect: "v1" },
      "unavailable",
      /answer 503: starting/,
    ],
  ] as const)("cannot be found: %s", async (_what, ping, given, type, message) => {
    const { url } = await serving(ping, ping);
    await expect(detectDialect(influxSettings({ url, ...given }))).rejects.toMatchObject({ type, message: expect.stringMatching(message) });
  });

  it("cannot be found where nobody listens", async () => {
    const server = await serving({ status: 204 });
    await server.close();
    servers.length = 0;
    await expect(detectDialect(influxSettings({ url: server.url }))).rejects.toMatchObject({
      type: "unavailable",
      message: "no answer (ECONNREFUSED)",
    });
  });
});
