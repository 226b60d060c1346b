import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fillSite, markOf, siteIn, type Site } from "../store/backup-support.ts";
import { temporaryFolder } from "../store/telemetry-support.ts";

/** `npm run backup` and `npm run restore` as their owner runs them, while no platform does. */

const NETWORK = "stations:\n  - { id: S1, circuits: [{ id: S1-H, buildings: [{ id: S1-B, units: [{ id: S1-U }] }] }] }\n  - { id: S2 }\n";
let folder = temporaryFolder();
let site: Site;
beforeEach(async () => {
  folder = temporaryFolder();
  site = siteIn(folder.path);
  writeFileSync(join(folder.path, "network.yaml"), NETWORK);
  await fillSite(site, 200, 7);
});
afterEach(() => folder.remove());

function run(
  command: "backup" | "restore",
  words: readonly string[],
  cwd = folder.path,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const script = fileURLToPath(new URL(`../../cli/${command}.ts`, import.meta.url));
  const { HEATSTEWARD_DATA: _data, ...environment } = process.env;
  return spawnSync(process.execPath, [script, ...words], { cwd, env: environment, encoding: "utf8", timeout: 30_000 });
}

const newest = (): string => join(site.backups, readdirSync(site.backups).sort().at(-1)!);

describe("npm run backup", () => {
  it("makes one that can be checked, and says what is in it and what is not", () => {
    const made = run("backup", ["--to", "backups", "--keep", "1"]);
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(made.stdout).toMatch(/chunks\.db +100 %/);
    expect(made.stdout).toContain("400 points (and 0 readings in the journal), 0 tickets, 0 users");
    expect(made.stdout).toContain("influx.token (secrets");
    expect(run("backup", ["--verify", newest()])).toMatchObject({ status: 0, stdout: expect.stringContaining("whole and undamaged") });
    expect(run("backup", ["--to", "backups", "--keep", "1"]).stdout).toMatch(/removed +.*heatsteward-/);
    expect(readdirSync(site.backups)).toHaveLength(1);
    writeFileSync(join(newest(), "app.db"), "");
    expect(run("backup", ["--verify", newest()])).toMatchObject({ status: 2, stderr: expect.stringContaining("app.db: expected") });
  });

  it("says what is wrong with its options", () => {
    expect(run("backup", [])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--to: expected a folder for backups, found nothing"),
    });
    expect(run("backup", ["--to", "b", "--keep", "none"])).toMatchObject({
      status: 2,
      stderr: '--keep: expected a number from 1 to 10000, found "none"\n',
    });
    expect(run("backup", ["--help"]).stdout).toContain("npm run backup");
  });
});

describe("npm run restore", () => {
  it("brings everything back where there is nothing, settings and network too", async () => {
    run("backup", ["--to", "backups"]);
    const elsewhere = join(folder.path, "elsewhere");
    mkdirSync(elsewhere);
    const restored = run("restore", [newest()], elsewhere);
    expect(restored).toMatchObject({ status: 0, stderr: "" });
    expect(restored.stdout).toMatch(
      /What no restore brings back:[^]*readings after[^]*sessions[^]*secrets \(influx\.token\)[^]*InfluxDB itself/,
    );
    expect(readFileSync(join(elsewhere, "network.yaml"), "utf8")).toBe(NETWORK);
    const settings = readFileSync(join(elsewhere, "heatsteward.yaml"), "utf8");
    expect(settings).toContain("network: network.yaml");
    expect(settings).not.toContain("secret");
    expect(await markOf(siteIn(elsewhere))).toEqual({ readings: 400, value: 7 });
  });

  it("replaces data and network only when it is told to, and keeps both", async () => {
    run("backup", ["--to", "backups"]);
    await fillSite(site, 200, 9);
    const changed = `${NETWORK}# changed\n`;
    writeFileSync(join(folder.path, "network.yaml"), changed);
    expect(run("restore", [newest()])).toMatchObject({ status: 2, stderr: expect.stringContaining("add --replace") });
    expect(await markOf(site)).toEqual({ readings: 400, value: 9 });
    expect(readFileSync(join(folder.path, "network.yaml"), "utf8")).toBe(changed);
    const restored = run("restore", [newest(), "--replace"]);
    expect(restored).toMatchObject({ status: 0, stderr: "" });
    expect(restored.stdout).toMatch(/before +.*before-restore-/);
    expect(readFileSync(join(folder.path, "network.yaml"), "utf8")).toBe(NETWORK);
    const aside = readdirSync(folder.path).find((name) => name.startsWith("network.yaml.before-restore-"));
    expect(readFileSync(join(folder.path, aside!), "utf8")).toBe(changed);
    expect(await markOf(site)).toEqual({ readings: 400, value: 7 });
  });

  it("is refused while somebody uses the data, and for a folder that is no backup", async () => {
    run("backup", ["--to", "backups"]);
    const store = await site.openStore();
    expect(run("restore", [newest(), "--replace"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("a data folder that nobody uses"),
    });
    await store.close();
    expect(run("restore", ["backups"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("with its manifest.json, found ENOENT"),
    });
  });
});
