import { readdirSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BackupDone, BackupProgress } from "../../store/backup.ts";
import { verifyBackup } from "../../store/backup-check.ts";
import { fillSite, siteIn, type Site } from "../store/backup-support.ts";
import { temporaryFolder } from "../store/telemetry-support.ts";
import { ADMIN_TOKEN, testApi, type TestApi } from "../support/services.ts";
import { until } from "../support/until.ts";

/** Backups over HTTP, of a real data folder. */

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}` };
let folder = temporaryFolder();
let site: Site;
let api: TestApi;
beforeEach(async () => {
  folder = temporaryFolder();
  site = siteIn(folder.path);
  await fillSite(site, 2000, 7);
  api = await testApi((services) => ({ ...services, backups: site.makeBackups() }));
});
afterEach(async () => {
  await api.app.close();
  folder.remove();
});

const post = (payload: object) => api.app.inject({ method: "POST", url: "/api/backup", headers: bearer, payload });

describe("POST /api/backup", () => {
  it("tells how far it is, and where the backup is when it is whole", async () => {
    const answer = await post({ folder: site.backups, keep: 1 });
    expect(answer.statusCode).toBe(200);
    const lines = answer.body
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { progress?: BackupProgress; done?: BackupDone });
    const { done } = lines.at(-1)!;
    expect(lines.slice(0, -1).every(({ progress }) => progress !== undefined)).toBe(true);
    expect(verifyBackup(done!.folder).counts.points).toBe(4000);
  });

  it("refuses a folder that will not do before anything is made", async () => {
    const relative = await post({ folder: "backups" });
    expect(relative.statusCode).toBe(400);
    expect(relative.json()).toMatchObject({
      error: { code: "bad_input", details: { expected: "an absolute path on the disk of the platform" } },
    });
    expect((await post({ folder: join(folder.path, "network.yaml") })).statusCode).toBe(400);
    expect((await post({ folder: site.backups, keep: 0 })).statusCode).toBe(400);
    expect((await post({})).statusCode).toBe(400);
  });

  it("refuses a second one while one is under way", async () => {
    const first = post({ folder: site.backups });
    await until("the first is under way", () => readdirSync(folder.path).includes("backups"));
    expect((await post({ folder: site.backups })).json()).toMatchObject({
      error: { message: expect.stringContaining("none that runs already") },
    });
    expect((await first).statusCode).toBe(200);
  });

  it("stops when nobody reads any more, and can be asked again", async () => {
    await api.app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = api.app.server.address() as AddressInfo;
    const body = JSON.stringify({ folder: site.backups });
    const asked = request({
      host: "127.0.0.1",
      port,
      path: "/api/backup",
      method: "POST",
      headers: { ...bearer, "content-type": "application/json" },
    });
    asked.on("error", () => {});
    asked.on("response", (response) => response.once("data", () => response.destroy()));
    asked.end(body);
    await until(
      "it was cut off or came to its end",
      () =>
        readdirSync(folder.path).includes("backups") && readdirSync(site.backups).every((name) => !name.startsWith(".")) && asked.destroyed,
    );
    await until("the next one works", async () => {
      const answer = await post({ folder: site.backups });
      return answer.statusCode === 200 && answer.body.includes('"done"');
    });
  });
});
