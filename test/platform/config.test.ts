import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../../config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-config-"));
  writeFileSync(join(folder, "network.yaml"), "stations: [{ id: S01 }]\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(settings: string, environment: NodeJS.ProcessEnv = {}): Config {
  writeFileSync(join(folder, "heatsteward.yaml"), settings);
  return loadConfig({ environment, folder });
}

describe("settings", () => {
  it("default to loopback, the documented ports and folders beside the file", () => {
    const config = load("");
    expect(config).toMatchObject({
      dataFolder: join(folder, "data"),
      http: { host: "127.0.0.1", port: 8080 },
      mqtt: { host: "127.0.0.1", port: 1883, url: undefined },
      adminToken: undefined,
    });
    expect(config.network.stations).toHaveLength(1);
  });

  it("let the environment win", () => {
    const config = load("http: { port: 1 }\nlog: warn\n", {
      HEATSTEWARD_HTTP_PORT: "9090",
      HEATSTEWARD_MQTT_PORT: "0",
      HEATSTEWARD_DATA: "elsewhere",
      HEATSTEWARD_LOG: "debug",
      HEATSTEWARD_ADMIN_TOKEN: "t",
    });
    expect(config).toMatchObject({
      http: { port: 9090 },
      mqtt: { port: 0 },
      dataFolder: join(folder, "elsewhere"),
      logLevel: "debug",
      adminToken: "t",
    });
  });

  it.each([
    ["an unknown key", "htp: {}\n", {}, /heatsteward\.yaml: expected one of .*unknown key "htp"; did you mean "http"\?/],
    ["an unknown key inside a group", "http: { prt: 1 }\n", {}, /http: .*"prt"; did you mean "port"\?/],
    ["a port out of range", "http: { port: 70000 }\n", {}, /http\.port: .*70000/],
    [
      "a port that is no number",
      "",
      { HEATSTEWARD_HTTP_PORT: "abc" },
      /HEATSTEWARD_HTTP_PORT: expected a port from 0 to 65535, found "abc"/,
    ],
    ["an unknown log level", "", { HEATSTEWARD_LOG: "chatty" }, /HEATSTEWARD_LOG: expected one of/],
    [
      "a broker that is no MQTT URL, without printing its password",
      "",
      { HEATSTEWARD_MQTT_URL: "http://u:secret@h" },
      /HEATSTEWARD_MQTT_URL: expected the URL of an MQTT broker.*"http:\/\/…@h"/,
    ],
    ["a network file that is not there", "network: missing.yaml\n", {}, /missing\.yaml: expected a network file.*ENOENT/],
    ["broken YAML", "http: [\n", {}, /heatsteward\.yaml: expected valid YAML/],
  ])("refuse %s", (_what, settings, environment, message) => {
    expect(() => load(settings, environment)).toThrow(message);
  });

  it("refuse a settings file that is not there", () => {
    expect(() => loadConfig({ file: "no.yaml", environment: {}, folder })).toThrow(
      /no\.yaml: expected a settings file that can be read, found ENOENT/,
    );
  });
});

describe("settings of the stores", () => {
  const DAY_MS = 86_400_000;

  it("keep everything here without InfluxDB, and 30 days with it, unless they say otherwise", () => {
    expect(load("")).toMatchObject({ influx: undefined, retentionMs: undefined, storeBytesMax: undefined });
    expect(load("retention_days: 2\nstore_gb: 1.5\n")).toMatchObject({ retentionMs: 2 * DAY_MS, storeBytesMax: 1.5e9 });
    const url = { HEATSTEWARD_INFLUX_URL: "http://db:8086" };
    expect(load("", url).retentionMs).toBe(30 * DAY_MS);
    expect(load("retention_days: 400\n", url).retentionMs).toBe(400 * DAY_MS);
  });

  it("say what InfluxDB is by default", () => {
    expect(load("influx: { url: http://db:8086/ }\n").influx).toEqual({
      url: "http://db:8086",
      dialect: undefined,
      token: undefined,
      org: undefined,
      bucket: "heatsteward",
      database: "heatsteward",
      user: undefined,
      password: undefined,
      retentionMs: undefined,
      gzip: true,
      spoolBytesMax: 10e9,
    });
    for (const host of ["127.0.0.1", "127.0.1.1", "localhost", "[::1]"])
      expect(load(`influx: { url: "http://${host}:8086" }\n`).influx).toMatchObject({ gzip: false });
    expect(load("influx: { url: http://127.0.0.1:8086, gzip: true }\n").influx).toMatchObject({ gzip: true });
    // A section that waits for its URL, as an image carries it.
    expect(load("influx: { bucket: heat }\n", { HEATSTEWARD_INFLUX_URL: "" }).influx).toBeUndefined();
  });

  it("take everything about InfluxDB from the file, and the environment wins", () => {
    const file =
      "influx: { url: https://a/db, version: 2, token: t, org: o, bucket: b, database: d, user: u, password: p, retention_days: 90, spool_gb: 0.5 }\n";
    expect(load(file).influx).toMatchObject({
      url: "https://a/db",
      dialect: "v2",
      token: "t",
      org: "o",
      bucket: "b",
      database: "d",
      user: "u",
      password: "p",
    });
    expect(load(file).influx).toMatchObject({ retentionMs: 90 * DAY_MS, spoolBytesMax: 5e8 });
    const environment = Object.fromEntries(
      ["URL", "TOKEN", "ORG", "BUCKET", "DATABASE", "USER", "PASSWORD"].map((name) => [`HEATSTEWARD_INFLUX_${name}`, `http://${name}`]),
    );
    expect(load(file, environment).influx).toMatchObject({
      url: "http://URL",
      token: "http://TOKEN",
      org: "http://ORG",
      bucket: "http://BUCKET",
      database: "http://DATABASE",
      user: "http://USER",
      password: "http://PASSWORD",
    });
  });

  it.each([
    ["1", "v1"],
    ["1.8", "v1"],
    ['"2"', "v2"],
    ["3", "v3"],
    ["v3", "v3"],
    ["auto", undefined],
  ])("know the version %s", (version, dialect) => {
    expect(load(`influx: { url: http://db:8086, version: ${version}, token: t, org: o }\n`).influx?.dialect).toBe(dialect);
  });

  it("read secrets from files", () => {
    for (const name of ["token", "password", "admin"]) writeFileSync(join(folder, name), ` ${name}-secret\n`);
    const config = load("influx: { url: http://db:8086, user: u }\n", {
      HEATSTEWARD_INFLUX_TOKEN_FILE: "token",
      HEATSTEWARD_INFLUX_PASSWORD_FILE: join(folder, "password"),
      HEATSTEWARD_ADMIN_TOKEN_FILE: "admin",
    });
    expect(config).toMatchObject({ adminToken: " admin-secret", influx: { token: " token-secret", password: " password-secret" } });
  });

  it.each([
    ["a URL without a scheme", "influx: { url: db:8086 }\n", {}, /heatsteward\.yaml influx\.url: expected the URL of InfluxDB.*"db:8086"/],
    [
      "a URL of something else",
      "",
      { HEATSTEWARD_INFLUX_URL: "mqtt://u:secret@h" },
      /HEATSTEWARD_INFLUX_URL: expected the URL.*"mqtt:\/\/…@h"/,
    ],
    [
      "credentials in the URL",
      "",
      { HEATSTEWARD_INFLUX_URL: "http://u:secret@h" },
      /HEATSTEWARD_INFLUX_URL: .*influx\.password, found credentials in the URL$/,
    ],
    ["a query behind the URL", "influx: { url: http://db/?db=x }\n", {}, /influx\.url: .*"\?db=x" behind it/],
    [
      "version 2 without a token",
      "influx: { url: http://db, version: 2 }\n",
      {},
      /influx\.token: expected a token.*HEATSTEWARD_INFLUX_TOKEN/,
    ],
    [
      "version 2 without an organization",
      "influx: { url: http://db, version: 2, token: t }\n",
      {},
      /influx\.org: expected the organization/,
    ],
    [
      "a password of digits, without showing it",
      "influx: { url: http://db, password: 1234 }\n",
      {},
      /influx\.password: .*expected string.*, found a number$/,
    ],
    ["a password without a user", "influx: { url: http://db, password: p }\n", {}, /influx\.user: expected the user/],
    ["a version that is not known", "influx: { url: http://db, version: 4 }\n", {}, /influx\.version: expected auto, 1, 2 or 3, found 4/],
    ["an unknown key", "influx: { tokn: x }\n", {}, /influx: .*unknown key "tokn"; did you mean "token"\?/],
    ["a size that is none", "influx: { spool_gb: 0 }\n", {}, /influx\.spool_gb: .*found 0/],
    ["no room for the local store", "store_gb: -1\n", {}, /store_gb: .*found -1/],
    [
      "a secret given twice",
      "",
      { HEATSTEWARD_ADMIN_TOKEN: "t", HEATSTEWARD_ADMIN_TOKEN_FILE: "t" },
      /HEATSTEWARD_ADMIN_TOKEN: expected either .*_FILE, found both/,
    ],
    [
      "a file of a secret that is not there",
      "",
      { HEATSTEWARD_ADMIN_TOKEN_FILE: "nowhere" },
      /HEATSTEWARD_ADMIN_TOKEN_FILE: expected a file that can be read, nowhere, found ENOENT/,
    ],
    [
      "a file of a secret with more in it",
      "",
      { HEATSTEWARD_ADMIN_TOKEN_FILE: "network.yaml" },
      /HEATSTEWARD_ADMIN_TOKEN_FILE: expected one line/,
    ],
  ])("refuse %s", (_what, settings, environment, message) => {
    writeFileSync(join(folder, "network.yaml"), "stations:\n  - { id: S01 }\n");
    expect(() => load(settings, environment)).toThrow(message);
    expect(() => load(settings, environment)).not.toThrow(/secret@/);
  });
});
