import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Ended, latest, runProgram } from "../support/platform-api.ts";
import { type PlatformFolder, platformFolder, type RunningPlatform, startPlatformProcess } from "../support/platform-process.ts";
import { until } from "../support/until.ts";

/** History in and out as its owner does it: commands beside a platform that runs, and an import that is killed. */

const ROOT = join(import.meta.dirname, "../..");
const NETWORK = `stations:
  - { id: S01, circuits: [{ id: S01-H }] }
  - { id: S02, circuits: [{ id: S02-H }] }
`;
const AT = Date.UTC(2026, 0, 5);
const SIGNALS = ["t2_supply", "t2_return", "p2_supply", "p2_return", "q2_flow", "mk_total", "mk_flow", "cp_hz"];

let folder: PlatformFolder;
let platform: RunningPlatform | undefined;
beforeEach(async () => void (folder = await platformFolder(NETWORK, "heatsteward-import-")));
afterEach(async () => {
  await platform?.kill("SIGKILL");
  platform = undefined;
  folder.remove();
});

const command = (name: "import" | "export", ...options: string[]): Promise<Ended> =>
  runProgram(process.execPath, [join(ROOT, `cli/${name}.ts`), ...options], {
    cwd: folder.path,
    env: folder.environment,
    timeoutMs: 60_000,
  });

/** Polls of both stations, one a second. */
function polls(count: number): string {
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const values = SIGNALS.map((signal, position) => `"${signal}":${20 + position + (index % 50) / 10}`);
    lines.push(`{"asset":"S0${(index % 2) + 1}-H","ts":${AT + Math.floor(index / 2) * 1_000},"values":{${values.join(",")}}}\n`);
  }
  return lines.join("");
}

it("goes through the platform that runs, and what it exports is the same", async () => {
  platform = await startPlatformProcess(folder);
  writeFileSync(join(folder.path, "polls.ndjson"), `${polls(5_000)}{"asset":"S01-H","ts":${AT},"values":{"t2_supply":148}}\n`);
  const first = await command("import", "polls.ndjson", "--json");
  expect(first.stderr).toBe("");
  expect(first.code).toBe(1);
  expect(JSON.parse(first.stdout)).toMatchObject({ stored: 40_000, known: 0, rejected: 1 });
  expect((await latest(folder, "S01", "S01-H", "mk_total"))?.at).toBe(AT + 2_499_000);

  expect((await command("export", "--output", "all.csv")).stderr).toBe("");
  expect(JSON.parse((await command("import", "all.csv", "--json")).stdout)).toMatchObject({ stored: 0, known: 40_000, rejected: 0 });
  expect((await command("export", "--station", "S02", "--output", "s02.parquet")).stderr).toBe("");
  expect(JSON.parse((await command("import", "s02.parquet", "--json")).stdout)).toMatchObject({ stored: 0, known: 20_000, rejected: 0 });

  // The same again from the files themselves, when nobody runs.
  const beside = (await command("export", "--station", "S01")).stdout;
  await platform.kill("SIGTERM");
  platform = undefined;
  const alone = (await command("export", "--station", "S01")).stdout;
  expect(alone).toBe(beside);
  expect(alone.split("\n")).toHaveLength(2_501);
});

it("that is killed goes on where it was, and nothing is missing or twice", async () => {
  const count = 400_000;
  writeFileSync(join(folder.path, "polls.ndjson"), polls(count));
  const child = spawn(process.execPath, [join(ROOT, "cli/import.ts"), "polls.ndjson"], {
    cwd: folder.path,
    env: folder.environment,
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const records = (): number => {
    const database = new DatabaseSync(join(folder.path, "data", "app.db"), { readOnly: true });
    try {
      return Number(database.prepare("SELECT max(records) AS records FROM import_progress").get()?.["records"] ?? 0);
    } finally {
      database.close();
    }
  };
  const known = await until("the import is under way", () => {
    try {
      return records() || undefined;
    } catch {
      // The file or its table is not there yet.
      return undefined;
    }
  });
  child.kill("SIGKILL");
  await ended;
  expect(known).toBeLessThan(count);

  const second = await command("import", "polls.ndjson", "--json");
  expect(second.stderr).toMatch(
    /^warning: polls.ndjson: an import was cut off after \d+ lines; going on from there \(--no-resume starts anew\)\n$/,
  );
  expect(second.code).toBe(0);
  const { records: read, rejected } = JSON.parse(second.stdout) as { records: number; rejected: number };
  expect([read < count, rejected]).toEqual([true, 0]);
  const again = await command("import", "polls.ndjson", "--json");
  expect(again.stderr).toBe("");
  expect(JSON.parse(again.stdout)).toMatchObject({ records: count, stored: 0, known: count * SIGNALS.length });
}, 120_000);
