import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findRunningPlatform } from "../../cli/running-platform.ts";
import { openAudit } from "../../store/audit.ts";
import { COMMAND_TOKEN_MS, openCommandTokens } from "../../store/command-tokens.ts";
import { type AppDatabase, openAppDatabase } from "../../store/database.ts";
import { announceRunning } from "../../store/running-file.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { smallNetwork } from "../support/small-network.ts";

/** A command beside a platform: a server that knows the tokens of the folder stands for it. */

const AT = Date.UTC(2026, 0, 5);
const clock = { at: AT };
const options = { command: "import", now: (): number => clock.at };
let folder: string;
let store: LocalTelemetryStore | undefined;
let database: AppDatabase;
let server: Server;
let url: string;
/** Tokens that came in, in order. */
let seen: (string | undefined)[];

beforeEach(async () => {
  clock.at = AT;
  seen = [];
  folder = mkdtempSync(join(tmpdir(), "heatsteward-beside-"));
  store = await openTelemetryStore({ folder, network: smallNetwork(), now: Date.now });
  database = openAppDatabase(folder);
  const tokens = openCommandTokens(database);
  server = createServer((request, response) => {
    const token = request.headers.authorization?.replace("Bearer ", "");
    seen.push(token);
    const isKnown = token !== undefined && tokens.command(token, clock.at) === "import";
    response.writeHead(isKnown && request.url === "/api/health" ? 200 : isKnown ? 404 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(isKnown ? { error: { message: `there is no ${request.url}` } } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  database.close();
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const alive = (): number => Number(database.sql.prepare("SELECT count(*) AS count FROM command_tokens").get()?.["count"]);

it("is asked with a token that is good for this run, and that is gone afterwards", async () => {
  announceRunning(folder, { httpUrl: url, pid: process.pid });
  const platform = findRunningPlatform(folder, options)!;
  expect(platform).toMatchObject({ httpUrl: url, pid: process.pid });
  expect((await platform.request("/api/health")).status).toBe(200);
  expect((await platform.ask("/api/health")).status).toBe(200);
  expect(new Set(seen).size).toBe(1);
  expect(alive()).toBe(1);
  platform.close();
  expect(alive()).toBe(0);
  expect(openAudit(database).list({ limit: 9 })).toMatchObject([{ who: "command-line", what: "command", subject: "import" }]);
});

it("gets a new token before the old one expires", async () => {
  announceRunning(folder, { httpUrl: url, pid: process.pid });
  const platform = findRunningPlatform(folder, options)!;
  for (const share of [0, 0.4, 0.6, 1, 1.5]) {
    clock.at = AT + share * COMMAND_TOKEN_MS;
    expect((await platform.request("/api/health")).status).toBe(200);
  }
  expect(new Set(seen).size).toBe(3);
  expect(alive()).toBe(1);
  platform.close();
});

it("that refuses, or does not answer, is told in one line", async () => {
  const withdraw = announceRunning(folder, { httpUrl: url, pid: process.pid });
  const platform = findRunningPlatform(folder, options)!;
  await expect(platform.ask("/api/nothing?x=1")).rejects.toThrow(
    `${url}/api/nothing: expected an answer of the running platform, found 404 there is no /api/nothing?x=1`,
  );
  platform.close();
  withdraw();
  announceRunning(folder, { httpUrl: "http://127.0.0.1:9", pid: process.pid });
  const gone = findRunningPlatform(folder, options)!;
  await expect(gone.request("/api/health")).rejects.toThrow(/http:\/\/127.0.0.1:9: expected an answer of the running platform, found/);
  gone.close();
});

it("is not there when nobody uses the folder, whatever an old file says", async () => {
  announceRunning(folder, { httpUrl: url, pid: process.pid });
  await store!.close();
  store = undefined;
  expect(findRunningPlatform(folder, options)).toBeUndefined();
});

it("is not taken for another command that uses the folder", () => {
  expect(() => findRunningPlatform(folder, options)).toThrow(/found one that another command uses; wait until that one is done/);
  announceRunning(folder, { httpUrl: url, pid: 2 ** 30 });
  expect(() => findRunningPlatform(folder, options)).toThrow(/found one that another command uses/);
});
