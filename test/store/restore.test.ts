import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openAudit } from "../../store/audit.ts";
import { sealOf } from "../../store/backup-check.ts";
import { type BackupManifest, MANIFEST } from "../../store/backup-manifest.ts";
import { openAppDatabase } from "../../store/database.ts";
import { restoreBackup } from "../../store/restore.ts";
import { decideSwap } from "../../store/restore-swap.ts";
import { type Site, fillSite, markOf, siteIn } from "./backup-support.ts";
import { temporaryFolder } from "./telemetry-support.ts";
import { VERSION_ONE_READINGS, versionOneFolder } from "./version-one.ts";

const AT = 1_795_200_000_000;
let folder = temporaryFolder();
let site: Site;
let backup: string;
beforeEach(async () => {
  folder = temporaryFolder();
  site = siteIn(folder.path);
  await fillSite(site, 1100, 7);
  backup = (await site.makeBackups().run({ folder: site.backups })).folder;
});
afterEach(() => folder.remove());

const restore = (dataFolder: string, replace = false): ReturnType<typeof restoreBackup> =>
  restoreBackup({ from: backup, dataFolder, replace, now: () => AT });

/** A backup whose manifest fits a file that was changed. */
function reseal(name: string): void {
  const path = join(backup, MANIFEST);
  const manifest = JSON.parse(readFileSync(path, "utf8")) as BackupManifest;
  const files = manifest.files.map((file) => (file.name === name ? { ...file, ...sealOf(join(backup, name)) } : file));
  writeFileSync(path, JSON.stringify({ ...manifest, files }));
}

describe("a restore", () => {
  test("into an empty folder brings everything back, ends the sessions and knows what may be missing", async () => {
    const elsewhere = siteIn(join(folder.path, "elsewhere"));
    expect(restore(elsewhere.data)).toMatchObject({ aside: undefined, manifest: { counts: { points: 2200 } } });
    expect(await markOf(elsewhere)).toEqual({ readings: 2200, value: 7 });
    const store = await elsewhere.openStore();
    expect(store.incompleteBefore).toBe(AT);
    await store.close();
    const app = openAppDatabase(elsewhere.data);
    expect(app.sql.prepare("SELECT count(*) AS n FROM sessions").get()).toEqual({ n: 0 });
    expect(openAudit(app).list({ limit: 1 })).toMatchObject([{ what: "restore", at: AT, who: "command-line" }]);
    expect(openAudit(app).verify()).toBeUndefined();
    app.close();
    expect(readdirSync(elsewhere.data).filter((name) => name.includes("restor"))).toEqual([]);
  });

  test("never overwrites: what was there is moved aside, when it is told to", async () => {
    await fillSite(site, 1100, 9);
    expect(() => restore(site.data)).toThrow(/expected a data folder without data, found one with data; add --replace/);
    expect(await markOf(site)).toEqual({ readings: 2200, value: 9 });
    const { aside } = restore(site.data, true);
    expect(await markOf(site)).toEqual({ readings: 2200, value: 7 });
    const before = siteIn(join(folder.path, "before"));
    cpSync(aside!, before.data, { recursive: true });
    expect(await markOf(before)).toEqual({ readings: 2200, value: 9 });
  });

  test("is refused while the folder is in use", async () => {
    const store = await site.openStore();
    expect(() => restore(site.data, true)).toThrow("a data folder that nobody uses");
    await store.close();
  });

  test("of a damaged backup changes nothing", async () => {
    await fillSite(site, 1100, 9);
    const chunks = join(backup, "chunks.db");
    const bytes = readFileSync(chunks);
    bytes.fill(0xff, 4096, 8192);
    writeFileSync(chunks, bytes);
    expect(() => restore(site.data, true)).toThrow("chunks.db: expected the SHA-256");
    reseal("chunks.db");
    expect(() => restore(site.data, true)).toThrow(/chunks\.db: expected a whole database/);
    expect(await markOf(site)).toEqual({ readings: 2200, value: 9 });
    expect(readdirSync(site.data).filter((name) => name.includes("restor"))).toEqual([]);
  });

  test("of files that a newer program wrote is refused with a word", async () => {
    const file = new DatabaseSync(join(backup, "journal.db"));
    file.exec("PRAGMA user_version = 99");
    file.close();
    reseal("journal.db");
    const elsewhere = join(folder.path, "elsewhere");
    expect(() => restore(elsewhere)).toThrow(/version 99; use the newer HeatSteward/);
    expect(existsSync(join(elsewhere, "journal.db"))).toBe(false);
  });

  test("of files of an older program brings them forward", async () => {
    const old = siteIn(join(folder.path, "old"));
    openAppDatabase(old.data).close();
    versionOneFolder(old.data);
    backup = (await old.makeBackups().run({ folder: old.backups })).folder;
    const elsewhere = siteIn(join(folder.path, "elsewhere"));
    restore(elsewhere.data);
    const store = await elsewhere.openStore();
    expect(store.readings("S1", -Infinity, Infinity)).toHaveLength(VERSION_ONE_READINGS);
    expect(store.incompleteBefore).toBe(AT);
    await store.close();
  });
});

describe("the moment of a restore", () => {
  const NAMES = ["app.db", "journal.db", "chunks.db"];
  const STEPS = NAMES.flatMap((name) => [`move ${name} aside`, `put ${name} in place`]);

  test.each(["nothing", ...STEPS])("that was cut off after %s is finished by whoever opens the folder next", async (last) => {
    await fillSite(site, 1100, 9);
    const stage = join(site.data, "restoring-x");
    const aside = join(site.data, "before-restore-x");
    cpSync(backup, stage, { recursive: true });
    decideSwap(site.data, { stage: "restoring-x", aside: "before-restore-x", names: NAMES });
    mkdirSync(aside);
    for (const step of STEPS.slice(0, STEPS.indexOf(last) + 1)) {
      const name = step.split(" ")[1]!;
      if (step.startsWith("move")) renameSync(join(site.data, name), join(aside, name));
      else renameSync(join(stage, name), join(site.data, name));
    }
    // The command line opens the application database alone, the platform the telemetry first.
    if (STEPS.indexOf(last) % 2 === 0) openAppDatabase(site.data).close();
    expect(await markOf(site)).toEqual({ readings: 2200, value: 7 });
    expect(readdirSync(site.data).sort()).toEqual(expect.not.arrayContaining(["restore.json", "restoring-x"]));
    const before = siteIn(join(folder.path, "before"));
    cpSync(aside, before.data, { recursive: true });
    expect(await markOf(before)).toEqual({ readings: 2200, value: 9 });
  });
});
