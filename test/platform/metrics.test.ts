import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import { startPlatform } from "../../platform.ts";

/** `GET /metrics` of the whole platform, put together from several parts. */

it("says every metric once, so that Prometheus takes the page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heatsteward-metrics-"));
  writeFileSync(join(folder, "network.yaml"), "stations: [{ id: S01 }]\n");
  writeFileSync(join(folder, "heatsteward.yaml"), "http: { port: 0 }\nmqtt: { port: 0 }\n");
  const config = loadConfig({ environment: { HEATSTEWARD_ADMIN_TOKEN: "metrics-token" }, folder });
  const platform = await startPlatform(config, { log: createLog("silent") });
  try {
    const answer = await fetch(`${platform.httpUrl}/metrics`, { headers: { authorization: "Bearer metrics-token" } });
    const lines = (await answer.text()).trim().split("\n");
    const types = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2]!);
    const samples = lines.filter((line) => !line.startsWith("#")).map((line) => line.slice(0, line.lastIndexOf(" ")));
    expect(types).toContain("heatsteward_store_commits_total");
    expect(types).toContain("heatsteward_tickets_open");
    expect(types.filter((name, index) => types.indexOf(name) !== index)).toEqual([]);
    expect(samples.filter((name, index) => samples.indexOf(name) !== index)).toEqual([]);
  } finally {
    await platform.stop();
    rmSync(folder, { recursive: true });
  }
});
