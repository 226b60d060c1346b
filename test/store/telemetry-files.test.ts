import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../model/input-error.ts";
import { type LocalTelemetryStore, openTelemetryStore } from "../../store/telemetry-store.ts";
import { START, batchOf, pointOf, readingOf, smallNetwork, temporaryFolder } from "./telemetry-support.ts";

const network = smallNetwork();
let folder = temporaryFolder();
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

const openIn = (path: string): Promise<LocalTelemetryStore> => openTelemetryStore({ folder: path, network, now: () => START });

async function refusalOf(path: string): Promise<InputError> {
  const refusal: unknown = await openIn(path).then(
    () => expect.fail("it opened"),
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(InputError);
  return refusal as InputError;
}

describe("a telemetry folder", () => {
  test("that is a file cannot be used", async () => {
    const path = join(folder.path, "file");
    writeFileSync(path, "");
    expect((await refusalOf(join(path, "data"))).message).toMatch(/file\/data: expected a folder that can be written, found .*ENOTDIR/);
  });

  test("that is in use cannot be opened a second time, until it is closed", async () => {
    const store = await openIn(folder.path);
    const refusal = await refusalOf(folder.path);
    expect(refusal).toMatchObject({ place: folder.path, expected: "a data folder that nobody uses" });
    expect(refusal.found).toContain("running HeatSteward");
    await store.close();
    await (await openIn(folder.path)).close();
  });

  test("with a file that is no database names it, and can be used once the file is gone", async () => {
    const path = join(folder.path, "chunks.db");
    writeFileSync(path, "these are not the bytes you are looking for ".repeat(40));
    expect((await refusalOf(folder.path)).message).toBe(
      `${path}: expected the telemetry chunks of HeatSteward, found a file that is not a database`,
    );
    writeFileSync(path, "");
    await (await openIn(folder.path)).close();
  });

  test("with the database of another program, or the other file of ours, names it", async () => {
    const path = join(folder.path, "journal.db");
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE song (title TEXT)");
    other.close();
    expect(await refusalOf(folder.path)).toMatchObject({ place: path, found: "a database of another program" });
    const second = temporaryFolder();
    await (await openIn(second.path)).close();
    copyFileSync(join(second.path, "chunks.db"), path);
    expect((await refusalOf(folder.path)).place).toBe(path);
    second.remove();
  });

  test("of a newer version is not touched", async () => {
    await (await openIn(folder.path)).close();
    const path = join(folder.path, "journal.db");
    const file = new DatabaseSync(path);
    file.exec("PRAGMA user_version = 99");
    file.close();
    expect((await refusalOf(folder.path)).message).toMatch(/version 99; use the newer HeatSteward/);
  });

  test("closes twice without harm, and while a commit is on its way", async () => {
    const store = await openIn(folder.path);
    const commit = store.commit(batchOf(readingOf(pointOf(network, "S1", "t_out"), START, -3.1)));
    await Promise.all([store.close(), store.close()]);
    expect((await commit).fresh).toHaveLength(1);
    const again = await openIn(folder.path);
    expect(again.latest("S1", "t_out")).toEqual([START, -3.1]);
    await again.close();
  });
});
