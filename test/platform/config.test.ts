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
