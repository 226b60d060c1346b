import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openAppDatabase, schemaVersion } from "../../store/database.ts";
import { MIGRATIONS } from "../../store/migrations.ts";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { runAndKill } from "../support/killed-process.ts";
import { seededRandom } from "../support/random.ts";
import { START, smallNetwork, temporaryFolder } from "../store/telemetry-support.ts";
import { VERSION_ONE_READINGS, versionOneFolder } from "../store/version-one.ts";

/** kill -9 while the files of version 1 are brought forward: each is old or new, never between, and nothing of it is lost. */

const KILLS = Number(process.env["HEATSTEWARD_TEST_MIGRATION_KILLS"] ?? 20);
const SEED = Number(process.env["HEATSTEWARD_TEST_SEED"] ?? 20_261_121);
const OPENER = fileURLToPath(new URL("../store/fixtures/folder-opener.ts", import.meta.url));
const APP = readFileSync(new URL("../store/fixtures/app-version-1.sql", import.meta.url), "utf8");
/** So that the copy takes about as long as the rest. */
const BALLAST_BYTES = 20_000_000;
/** Until it is all done, on a busy machine. */
const LIFE_MS_MAX = 250;

const versionOf = (path: string): number => {
  const database = new DatabaseSync(path, { readOnly: true });
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  const check = database.prepare("SELECT quick_check AS word FROM pragma_quick_check").get();
  const hasNotes = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'note'").get() !== undefined;
  database.close();
  expect(check).toEqual({ word: "ok" });
  expect(hasNotes).toBe(version >= 2);
  return version;
};

it(`leaves old or new when it is killed ${KILLS} times, and the next start finishes it`, async () => {
  const random = seededRandom(SEED);
  const outcomes: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const folder = temporaryFolder();
    try {
      versionOneFolder(folder.path, BALLAST_BYTES);
      const app = new DatabaseSync(join(folder.path, "app.db"));
      app.exec(APP);
      app.close();
      const { stderr } = await runAndKill(OPENER, [folder.path], random() * LIFE_MS_MAX);
      expect(stderr).toBe("");
      const versions = ["journal.db", "chunks.db"].map((name) => versionOf(join(folder.path, name)));
      expect(versions.every((version) => version === 1 || version === 2)).toBe(true);
      for (const name of ["journal.db", "chunks.db"]) {
        const copy = join(folder.path, `${name}.before-v2`);
        // A copy under its good name is whole, and nothing is new without one.
        if (existsSync(copy)) expect(versionOf(copy)).toBe(1);
        else expect(versionOf(join(folder.path, name))).toBe(1);
      }
      const killed = new DatabaseSync(join(folder.path, "app.db"));
      const appVersion = schemaVersion(killed);
      killed.close();
      outcomes.push([...versions, appVersion].join("/"));

      const store = await openTelemetryStore({ folder: folder.path, network: smallNetwork(), now: () => START });
      expect(store.readings("S1", -Infinity, Infinity)).toHaveLength(VERSION_ONE_READINGS);
      await store.close();
      const database = openAppDatabase(folder.path);
      expect(schemaVersion(database.sql)).toBe(MIGRATIONS.length);
      expect(database.sql.prepare("SELECT id FROM tickets").all()).toEqual([{ id: "GD-1120-001" }]);
      database.close();
    } finally {
      folder.remove();
    }
  }
  const counts = Object.entries(Object.groupBy(outcomes, (outcome) => outcome)).map(([outcome, list]) => `${list!.length} x ${outcome}`);
  console.log(`seed ${SEED}: journal/chunks/app versions after a kill: ${counts.join(", ")}`);
  expect(counts.length).toBeGreaterThan(1);
});
