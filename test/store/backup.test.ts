import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { verifyBackup } from "../../store/backup-check.ts";
import type { BackupProgress } from "../../store/backup.ts";
import { readManifest } from "../../store/backup-manifest.ts";
import { fillSite, siteIn, supply, type Site } from "./backup-support.ts";
import { START, batchOf, readingOf, temporaryFolder } from "./telemetry-support.ts";

let folder = temporaryFolder();
let site: Site;
beforeEach(async () => {
  folder = temporaryFolder();
  site = siteIn(folder.path);
  await fillSite(site, 1500, 7);
});
afterEach(() => folder.remove());

describe("a backup", () => {
  test("of a store at work is whole, says what is in it and holds no secrets", async () => {
    const store = await site.openStore();
    const progress: BackupProgress[] = [];
    const done = await site.makeBackups(store).run({ folder: site.backups }, { report: (step) => progress.push(step) });
    await store.close();
    expect(readdirSync(done.folder).sort()).toEqual([
      "app.db",
      "chunks.db",
      "heatsteward.yaml",
      "journal.db",
      "manifest.json",
      "network.yaml",
    ]);
    expect(verifyBackup(done.folder)).toMatchObject({
      format: 1,
      version: "1.2.3",
      journalSequence: 2,
      counts: { points: 3000, waiting: 0, tickets: 0, users: 0 },
      leftOut: ["influx.token"],
    });
    expect(readFileSync(join(done.folder, "heatsteward.yaml"), "utf8")).not.toContain("secret");
    expect(progress.at(-1)).toMatchObject({ file: "chunks.db" });
    expect(done.removed).toEqual([]);
  });

  test("goes on while commits do, and checkpoints wait for it", async () => {
    const store = await site.openStore();
    const order: string[] = [];
    let wantCheckpoint = (): void => {};
    const wanted = new Promise<void>((resolve) => (wantCheckpoint = resolve));
    const backup = store.holdCheckpoints(async () => {
      order.push("hold");
      await wanted;
      await store.commit(batchOf(readingOf(supply, START + 1e9, 8)));
      order.push("commit");
    });
    const checkpoint = store.checkpoint().then(() => order.push("checkpoint"));
    wantCheckpoint();
    await Promise.all([backup, checkpoint]);
    expect(order).toEqual(["hold", "commit", "checkpoint"]);
    await store.close();
  });

  test("is one at a time, and one that is stopped leaves nothing", async () => {
    const backups = site.makeBackups();
    const first = backups.run({ folder: site.backups });
    await expect(backups.run({ folder: site.backups })).rejects.toThrow("expected none that runs already");
    const [outcome] = await Promise.all([first.catch((error: unknown) => error), backups.close()]);
    expect(outcome).toMatchObject({ message: expect.stringContaining("stopped") });
    expect(readdirSync(site.backups)).toEqual([]);
    await expect(backups.run({ folder: site.backups })).rejects.toThrow(InputError);
  });

  test("removes older ones of the same data folder, and nobody else's", async () => {
    const backups = site.makeBackups();
    const made: string[] = [];
    for (let number = 0; number < 3; number++) made.push((await backups.run({ folder: site.backups })).folder);
    const other = siteIn(join(folder.path, "other"));
    await fillSite(other, 1, 1);
    const theirs = await other.makeBackups().run({ folder: site.backups });
    mkdirSync(join(site.backups, "heatsteward-20260101T000000Z"));
    writeFileSync(join(site.backups, "notes.txt"), "");
    const last = await backups.run({ folder: site.backups, keep: 2 });
    expect([...last.removed].sort()).toEqual(made.slice(0, 2).sort());
    for (const kept of [
      made[2]!,
      theirs.folder,
      last.folder,
      join(site.backups, "heatsteward-20260101T000000Z"),
      join(site.backups, "notes.txt"),
    ])
      expect(existsSync(kept)).toBe(true);
  });

  test("clears away what a kill left long ago, but not what another makes now", async () => {
    for (const name of [".heatsteward-20260101T000000Z.partial", ".heatsteward-20260102T000000Z.partial"])
      mkdirSync(join(site.backups, name), { recursive: true });
    utimesSync(join(site.backups, ".heatsteward-20260101T000000Z.partial"), 1, 1);
    await site.makeBackups().run({ folder: site.backups });
    expect(readdirSync(site.backups).filter((name) => name.startsWith("."))).toEqual([".heatsteward-20260102T000000Z.partial"]);
  });

  test("is refused where it cannot go", async () => {
    const backups = site.makeBackups();
    await expect(backups.run({ folder: "backups" })).rejects.toThrow(
      'expected an absolute path on the disk of the platform, found "backups"',
    );
    await expect(backups.run({ folder: site.data })).rejects.toThrow("a folder beside the data");
    await expect(backups.run({ folder: join(folder.path, "network.yaml") })).rejects.toThrow(
      /expected a folder that can be written, found EEXIST/,
    );
  });
});

describe("the check of a backup", () => {
  test("names the file that was changed, cut or removed", async () => {
    const { folder: backup } = await site.makeBackups().run({ folder: site.backups });
    const chunks = join(backup, "chunks.db");
    const good = readFileSync(chunks);
    const bad = Buffer.from(good);
    bad[good.length >> 1]! ^= 1;
    writeFileSync(chunks, bad);
    expect(() => verifyBackup(backup)).toThrow(/chunks\.db: expected the SHA-256 .*, found .*; the file was damaged/);
    writeFileSync(chunks, good.subarray(0, 100));
    expect(() => verifyBackup(backup)).toThrow(`${good.length} bytes, as the manifest says, found 100`);
    writeFileSync(chunks, good);
    verifyBackup(backup);
    appendFileSync(join(backup, "network.yaml"), "#");
    expect(() => verifyBackup(backup)).toThrow("network.yaml");
  });

  test("refuses a folder that is none, and a newer format", async () => {
    expect(() => readManifest(folder.path)).toThrow("expected the folder of a backup, with its manifest.json, found ENOENT");
    const { folder: backup } = await site.makeBackups().run({ folder: site.backups });
    const path = join(backup, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8")) as object;
    writeFileSync(path, JSON.stringify({ ...manifest, format: 2 }));
    expect(() => readManifest(backup)).toThrow("format 1 or older, found format 2; use the newer HeatSteward");
    writeFileSync(path, JSON.stringify({ ...manifest, files: [{ name: "../../etc/passwd", bytes: 0, sha256: "0".repeat(64) }] }));
    expect(() => readManifest(backup)).toThrow("files.0.name");
    writeFileSync(path, JSON.stringify({ ...manifest, files: [] }));
    expect(() => readManifest(backup)).toThrow("expected a file app.db, found none");
  });
});
