import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { announceRunning, isFolderInUse, readRunning } from "../../store/running-file.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { smallNetwork } from "../support/small-network.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-running-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("says where the platform is while it runs", () => {
  const withdraw = announceRunning(folder, { httpUrl: "http://127.0.0.1:8080", pid: 12 });
  expect(readRunning(folder)).toEqual({ httpUrl: "http://127.0.0.1:8080", pid: 12 });
  expect(statSync(join(folder, "running.json")).mode & 0o077).toBe(0);
  withdraw();
  expect(readRunning(folder)).toBeUndefined();
});

it("leaves what a later platform said", () => {
  const withdraw = announceRunning(folder, { httpUrl: "http://127.0.0.1:8080", pid: 12 });
  announceRunning(folder, { httpUrl: "http://127.0.0.1:8081", pid: 13 });
  withdraw();
  expect(readRunning(folder)?.pid).toBe(13);
});

it("names an address that this machine reaches", () => {
  for (const [url, reached] of [
    ["http://0.0.0.0:8080", "http://127.0.0.1:8080"],
    ["http://[::]:8080", "http://[::1]:8080"],
    ["http://10.0.0.5:8080", "http://10.0.0.5:8080"],
  ] as const) {
    announceRunning(folder, { httpUrl: url, pid: 1 });
    expect(JSON.parse(readFileSync(join(folder, "running.json"), "utf8"))).toEqual({ httpUrl: reached, pid: 1 });
  }
});

it("reads nothing from what is not such a file", () => {
  for (const text of ["", "null", "[]", "{}", '{"httpUrl":"nowhere","pid":1}', '{"httpUrl":"http://x","pid":"1"}']) {
    writeFileSync(join(folder, "running.json"), text);
    expect(readRunning(folder)).toBeUndefined();
  }
});

it("knows a folder that somebody works on, and lets go of it again", async () => {
  expect(isFolderInUse(folder)).toBe(false);
  const store = await openTelemetryStore({ folder, network: smallNetwork(), now: Date.now });
  expect(isFolderInUse(folder)).toBe(true);
  await store.close();
  expect(isFolderInUse(folder)).toBe(false);
  await (await openTelemetryStore({ folder, network: smallNetwork(), now: Date.now })).close();
});
