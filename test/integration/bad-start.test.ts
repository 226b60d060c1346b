import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, runProgram, type Ended } from "../support/platform-api.ts";
import { type PlatformFolder, platformFolder, startPlatformProcess } from "../support/platform-process.ts";
import { mountSmallDisk } from "../support/small-disk.ts";

/** A start that cannot be: one clear sentence that names the place, what was expected and what was found, and exit code 2. */

const MAIN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "main.ts");
const NETWORK = "stations:\n  - { id: S01, circuits: [{ id: S01-H }] }\n";

let folder: PlatformFolder;
beforeEach(async () => {
  folder = await platformFolder(NETWORK, "heatsteward-start-");
});
afterEach(() => folder.remove());

const start = (environment: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  runProgram(process.execPath, [MAIN], { cwd: folder.path, env: { ...folder.environment, ...environment } });

function refused({ code, stdout, stderr }: Ended, ...parts: readonly RegExp[]): void {
  expect(code, stderr).toBe(2);
  for (const part of parts) expect(stderr).toMatch(part);
  expect(stderr.trim().split("\n"), "one sentence, no stack").toHaveLength(1);
  expect(stdout).not.toContain("http");
}

describe("a network file", () => {
  it.each([
    ["that is no YAML", "stations:\n  - { id: S01\n", [/network\.yaml:\d+/, /expected valid YAML/]],
    [
      "with an unknown key",
      "stations:\n  - id: S01\n    circuit: []\n",
      [/network\.yaml:3/, /unknown key "circuit"/, /did you mean "circuits"\?/],
    ],
    [
      "with a misspelt word",
      "stations:\n  - id: S01\n    circuits: [{ id: S01-H, heating: radiater }]\n",
      [/network\.yaml:3/, /radiator, floor/, /radiater/],
    ],
    [
      "with an id twice",
      "stations:\n  - { id: S01, circuits: [{ id: A }] }\n  - { id: S02, circuits: [{ id: A }] }\n",
      [/network\.yaml:3/, /unique/, /"A" again/, /network\.yaml:2/],
    ],
    ["that is not there", undefined, [/missing\.yaml/, /ENOENT/]],
  ])("%s", async (_what, yaml, parts) => {
    if (yaml === undefined) writeFileSync(join(folder.path, "heatsteward.yaml"), "network: missing.yaml\n");
    else writeFileSync(join(folder.path, "network.yaml"), yaml);
    refused(await start(), ...parts);
  });
});

describe("a port in use", () => {
  it.each([
    ["http", "HEATSTEWARD_HTTP_PORT", /http 127\.0\.0\.1:PORT/],
    ["MQTT", "HEATSTEWARD_MQTT_PORT", /MQTT port PORT/],
  ])("%s", async (_what, variable, place) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const ended = await start({ [variable]: port });
    other.close();
    refused(ended, new RegExp(place.source.replace("PORT", port)), /in use/, new RegExp(variable));
  });
});

describe("a data folder", () => {
  it("that is a file", async () => {
    writeFileSync(join(folder.path, "occupied"), "");
    refused(await start({ HEATSTEWARD_DATA: "occupied" }), /occupied: expected a folder that can be written/);
    refused(await start({ HEATSTEWARD_DATA: "occupied/data" }), /occupied\/data: expected a folder that can be written/);
  });

  it("that cannot be written", async (context) => {
    const path = join(folder.path, "readonly");
    const disk = mountSmallDisk(path, 1, context.skip);
    try {
      disk.remount("ro");
      refused(await start({ HEATSTEWARD_DATA: path }), /readonly.*expected a (file|folder) that can be written/);
    } finally {
      disk.unmount();
    }
  });

  it("that holds something else", async () => {
    mkdirSync(join(folder.path, "data"));
    writeFileSync(join(folder.path, "data", "journal.db"), "not a database, but long enough to look like one ".repeat(100));
    refused(await start(), /journal\.db: expected the telemetry journal of HeatSteward, found a file that is not a database/);
  });

  it("that a running platform uses; that one goes on", async () => {
    const platform = await startPlatformProcess(folder);
    try {
      refused(
        await start({ HEATSTEWARD_HTTP_PORT: "0", HEATSTEWARD_MQTT_PORT: "0" }),
        /data: expected a data folder that nobody uses/,
        /stop that one first/,
      );
      expect((await ask<{ status: string }>(folder, "/api/health")).body.status).toBe("ok");
    } finally {
      expect(await platform.kill("SIGTERM")).toBe(0);
    }
  });
});

describe("a demonstration", () => {
  it("whose state was damaged says which file, and how to begin anew", async () => {
    writeFileSync(join(folder.path, "demo.json"), '{"seed": 7, "pass');
    const demo = join(dirname(MAIN), "demo.ts");
    const ended = await runProgram(process.execPath, [demo, "--data", folder.path], { cwd: folder.path, env: folder.environment });
    refused(ended, /demo\.json/, /expected the state of a demonstration/, /remove its folder/);
  });
});
