import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Reading } from "../../model/reading.ts";
import { openAccounts } from "../../store/accounts.ts";
import { type BackupDone, createBackups } from "../../store/backup.ts";
import { verifyBackup } from "../../store/backup-check.ts";
import { openAppDatabase } from "../../store/database.ts";
import { restoreBackup } from "../../store/restore.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { createTicketDesk } from "../../ticket-desk.ts";
import { fillSite, markOf, siteIn } from "../store/backup-support.ts";
import { START, pointOf, readingOf, smallNetwork, temporaryFolder } from "../store/telemetry-support.ts";
import { runAndKill } from "../support/killed-process.ts";
import { ask, type Ended, runProgram } from "../support/platform-api.ts";
import { platformFolder, startPlatformProcess } from "../support/platform-process.ts";
import { seededRandom } from "../support/random.ts";

/** Backups under load, restored and compared; kill -9 in the middle of backups and restores. */

const KILLS = Number(process.env["HEATSTEWARD_TEST_BACKUP_KILLS"] ?? 20);
const SEED = Number(process.env["HEATSTEWARD_TEST_SEED"] ?? 20_261_121);
const BACKUPS = 4;
const STATIONS = 40;
const BETWEEN_BACKUPS_MS = 1_000;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAKER = fileURLToPath(new URL("../store/fixtures/backup-maker.ts", import.meta.url));
const RESTORER = fileURLToPath(new URL("../store/fixtures/restorer.ts", import.meta.url));
const BY = { name: "test", role: "admin" } as const;

let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

it("restores exactly a prefix of what was acknowledged, with its tickets and users", async () => {
  const network = smallNetwork(STATIONS);
  const points = Array.from({ length: STATIONS }, (_, index) => pointOf(network, `S${index + 1}-H`, "t2_supply"));
  const site = siteIn(folder.path);
  const open = (data: string): ReturnType<typeof openTelemetryStore> =>
    openTelemetryStore({ folder: data, network, checkpointMs: 100, now: () => START });
  const store = await open(site.data);
  const app = openAppDatabase(site.data);
  const accounts = openAccounts(app, { now: Date.now });
  const desk = createTicketDesk({ database: app, network, now: Date.now });
  const backups = createBackups({
    dataFolder: site.data,
    settingsFile: join(folder.path, "heatsteward.yaml"),
    networkFile: join(folder.path, "network.yaml"),
    version: "1",
    now: Date.now,
    hold: (work) => store.holdCheckpoints(work),
  });

  const batchOf = (number: number): Reading[] => points.map((point) => readingOf(point, START + number * 1000, number));
  let committed = 0;
  let tickets = 0;
  let users = 0;
  const load = { stopped: false };
  const commits = async (): Promise<void> => {
    while (!load.stopped) {
      await store.commit({ readings: batchOf(committed), rejects: [] });
      committed++;
      if (committed % 20 === 0 && tickets < STATIONS) desk.complain({ asset: `S${++tickets}-U`, symptom: "cold", at: START }, BY);
    }
  };
  const people = async (): Promise<void> => {
    while (!load.stopped) {
      await accounts.addUser({ name: `user${users}`, role: "viewer" }, BY);
      users++;
    }
  };
  const loads = [commits(), people()];
  const made: { readonly done: BackupDone; readonly before: number[]; readonly after: number[] }[] = [];
  for (let number = 0; number < BACKUPS; number++) {
    const before = [committed, tickets, users];
    const done = await backups.run({ folder: site.backups });
    made.push({ done, before, after: [committed, tickets, users] });
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_BACKUPS_MS));
  }
  load.stopped = true;
  await Promise.all(loads);
  const openTickets = desk.open().map(({ id }) => id);
  await store.close();
  app.close();

  for (const { done, before, after } of made) {
    const target = siteIn(join(folder.path, `restored-${done.at}`)).data;
    restoreBackup({ from: done.folder, dataFolder: target, replace: false, now: Date.now });
    const restored = await open(target);
    const batches = restored.readings("S1", -Infinity, Infinity).length;
    expect(batches).toBeGreaterThanOrEqual(before[0]!);
    // The one that was on its way when the backup ended.
    expect(batches).toBeLessThanOrEqual(after[0]! + 1);
    for (const point of points) {
      const values = restored.readings(point.station, -Infinity, Infinity).map(({ at, value }) => [at, value]);
      expect(values).toEqual(Array.from({ length: batches }, (_, number) => [START + number * 1000, number]));
    }
    await restored.close();
    const database = openAppDatabase(target);
    const names = openAccounts(database, { now: Date.now })
      .users()
      .map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(before[2]!);
    expect(names.length).toBeLessThanOrEqual(after[2]! + 1);
    expect(new Set(names)).toEqual(new Set(names.map((_, number) => `user${number}`)));
    const ids = createTicketDesk({ database, network, now: Date.now })
      .open()
      .map(({ id }) => id);
    expect(ids.length).toBeGreaterThanOrEqual(before[1]!);
    expect(ids.length).toBeLessThanOrEqual(after[1]! + 1);
    expect([...ids].sort()).toEqual([...openTickets].sort().slice(0, ids.length));
    database.close();
    expect(done.counts).toMatchObject({ tickets: ids.length, users: names.length });
  }
  console.log(
    `${committed} batches, ${tickets} tickets and ${users} users at the end; backups took ${made.map(({ done }) => Math.round(done.tookMs)).join(", ")} ms`,
  );
});

it("is made by a command through the platform that runs, and restored when it is stopped", async () => {
  const platformAt = await platformFolder("stations:\n  - { id: S01, circuits: [{ id: S01-H }] }\n", "heatsteward-backup-");
  const command = (file: string, ...words: string[]): Promise<Ended> =>
    runProgram(process.execPath, [join(ROOT, file), ...words], { cwd: platformAt.path, env: platformAt.environment });
  try {
    platformAt.addDevice("G1", "--station", "S01", "--password", "secret of G1");
    const platform = await startPlatformProcess(platformAt);
    try {
      const called = await ask<{ id: string }>(platformAt, "/api/complaints", { asset: "S01-H", symptom: "cold", at: Date.now() });
      expect(called.status).toBeLessThan(300);
      const made = await command("cli/backup.ts", "--to", "backups");
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining("1 tickets, 0 users") });
      expect(
        (await command("cli/restore.ts", join("backups", readdirSync(join(platformAt.path, "backups"))[0]!), "--replace")).stderr,
      ).toContain("a data folder that nobody uses");
    } finally {
      await platform.kill("SIGTERM");
    }
    const [name] = readdirSync(join(platformAt.path, "backups"));
    verifyBackup(join(platformAt.path, "backups", name!));
    expect(await command("cli/restore.ts", join("backups", name!), "--replace")).toMatchObject({ code: 0 });
    const again = await startPlatformProcess(platformAt);
    try {
      expect((await ask<{ items: unknown[] }>(platformAt, "/api/tickets?state=open")).body.items).toHaveLength(1);
    } finally {
      await again.kill("SIGKILL");
    }
  } finally {
    platformAt.remove();
  }
});

it(`leaves no half backup under a good name when it is killed ${KILLS} times`, async () => {
  const random = seededRandom(SEED);
  const site = siteIn(folder.path);
  await fillSite(site, 20_000, 7);
  let whole = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { stderr, lines } = await runAndKill(MAKER, [site.data], random() * 1_500);
    expect(stderr).toBe("");
    whole += lines.length - 1;
    for (const name of readdirSync(site.backups).filter((each) => !each.startsWith("."))) verifyBackup(join(site.backups, name));
  }
  expect(await markOf(site)).toEqual({ readings: 40_000, value: 7 });
  expect(whole).toBeGreaterThan(0);
  console.log(`seed ${SEED}: ${whole} whole backups, ${readdirSync(site.backups).filter((name) => name.startsWith(".")).length} cut off`);
});

it(`leaves the old or the new state when a restore is killed ${KILLS} times`, async () => {
  const random = seededRandom(SEED);
  const site = siteIn(folder.path);
  const made: string[] = [];
  for (const value of [7, 9]) {
    await fillSite(site, 10_000, value);
    made.push((await site.makeBackups().run({ folder: site.backups })).folder);
  }
  const seen: number[] = [];
  let restored = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { stderr, lines } = await runAndKill(RESTORER, [site.data, ...made], random() * 600);
    expect(stderr).toBe("");
    restored += lines.length - 1;
    const { readings, value } = await markOf(site);
    expect(readings).toBe(20_000);
    seen.push(value);
  }
  expect(new Set(seen)).toEqual(new Set([7, 9]));
  expect(restored).toBeGreaterThan(0);
  console.log(`seed ${SEED}: ${restored} restores that ended, ${KILLS} cut off`);
});
