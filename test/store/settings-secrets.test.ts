import { describe, expect, test } from "vitest";
import { withoutSecrets } from "../../store/settings-secrets.ts";

describe("a settings file without its secrets", () => {
  test("keeps everything else, with its comments", () => {
    const { text, leftOut } = withoutSecrets(`# of the north network
network: network.yaml
influx:
  url: http://influx:8086 # beside us
  token: very secret
  password: "also"
mqtt:
  url: mqtts://platform:hunter2@broker:8883
`);
    expect(leftOut).toEqual(["influx.token", "influx.password", "mqtt.url (the password in it)"]);
    expect(text).toBe(`# of the north network
network: network.yaml
influx:
  url: http://influx:8086 # beside us
mqtt:
  url: mqtts://platform@broker:8883
`);
  });

  test("is the file itself when it has none", () => {
    const text = "network:   n.yaml\n\n# http: { port: 1 }\n";
    expect(withoutSecrets(text)).toEqual({ text, leftOut: [] });
  });

  test("of no valid YAML is nothing, and says so", () => {
    expect(withoutSecrets("influx: { token: secret")).toMatchObject({ text: "", leftOut: [expect.stringContaining("no valid YAML")] });
  });
});
