import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTelemetryStore } from "../../store/telemetry-store.ts";
import { IMPORT_NETWORK, importNetwork } from "../support/import-network.ts";
import { type Ended, runProgram } from "../support/platform-api.ts";

/** `npm run import` and `npm run export` on the files of a platform that does not run. */

const ROOT = join(import.meta.dirname, "../..");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heatsteward-import-"));
  write("network.yaml", IMPORT_NETWORK);
  write("heatsteward.yaml", "network: network.yaml\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}
const environment = { ...process.env, HEATSTEWARD_DATA: "" };
const run = (command: "import" | "export", ...options: string[]): Promise<Ended> =>
  runProgram(process.execPath, [join(ROOT, `cli/${command}.ts`), ...options], { cwd: folder, env: environment });

const AT = Date.UTC(2026, 0, 5);
const line = (minute: number, values: object): string => `${JSON.stringify({ asset: "S01-H", ts: AT + minute * 60_000, values })}\n`;
const GOOD = line(0, { t2_supply: 48.2, p2_return: null }) + line(1, { t2_supply: 48.3 });

async function stored(): Promise<string[]> {
  const store = await openTelemetryStore({ folder: join(folder, "data"), network: importNetwork(), now: Date.now });
  const readings = store
    .readings("S01", 0, Number.MAX_SAFE_INTEGER)
    .map(({ point, at, value }) => `${point.signal} ${at - AT} ${String(value)}`);
  await store.close();
  return readings;
}

describe("an import", () => {
  it("stores what is good; stored twice is stored once", async () => {
    write("a.ndjson", GOOD);
    const first = await run("import", "a.ndjson");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^2 lines read, 3 values stored, 0 known already, 0 rejected \(/);
    expect((await run("import", "a.ndjson")).stdout).toMatch(/^2 lines read, 0 values stored, 3 known already, 0 rejected \(/);
    expect(await stored()).toEqual(["p2_return 0 null", "t2_supply 0 48.2", "t2_supply 60000 48.3"]);
  });

  it("says what it could not use, keeps it among the rejects, and ends with 1", async () => {
    write("a.ndjson.gz", gzipSync(GOOD + line(2, { t2_supply: 148 })));
    write("b.csv", "time,S01-H.t2_supply,S01-H.t2_suply\n2026-01-05 08:03:00,48.4,1\n");
    const ended = await run("import", "a.ndjson.gz", "b.csv", "--report", "report.json");
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('column "S01-H.t2_suply" of b.csv was not imported');
    expect(ended.stdout).toContain(
      "a.ndjson.gz:3 S01-H t2_supply: expected 0…100 °C, found 148; probably tenths of a degree: multiply by 0.1",
    );
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as object;
    expect(report).toMatchObject({ dryRun: false, records: 5, values: 4, stored: 4, known: 0, rejected: 1 });
    expect(report).toMatchObject({ rejects: { out_of_range: { count: 1, examples: [{ topic: "a.ndjson.gz:3" }] } } });
    const store = await openTelemetryStore({ folder: join(folder, "data"), network: importNetwork(), now: Date.now });
    expect(store.rejects({ limit: 9 }).items).toMatchObject([{ topic: "a.ndjson.gz:3", reason: "out_of_range" }]);
    await store.close();
  });

  it("that is dry writes nothing but the mapping and the report", async () => {
    write("b.csv", "时间,北苑高区二次供温,未知\n2026-01-05 08:03:00,48.4,1\n");
    const ended = await run("import", "b.csv", "--dry-run", "--json", "--write-mapping", "m.yaml");
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ dryRun: true, values: 1, columnsLeftOut: [{ column: "未知" }] });
    expect(readFileSync(join(folder, "m.yaml"), "utf8")).toContain("asset: S01-H");
    expect((await run("import", "b.csv", "--mapping", "m.yaml")).code).toBe(0);
    expect(await stored()).toEqual(["t2_supply 180000 48.4"]);
  });

  it("with a mistake in what was given is one line and ends with 2", async () => {
    write("a.ndjson", GOOD);
    write("a.txt", "nothing\n");
    for (const [options, message] of [
      [[], "FILE: expected the files to import, found nothing; --help tells more"],
      [["a.ndjson", "--format", "cvs"], '--format: expected one of ndjson, csv, parquet, found "cvs"; did you mean csv?'],
      [["a.txt"], "a.txt: expected the names of the columns"],
    ] as const) {
      const { code, stderr } = await run("import", ...options);
      expect([options, code]).toEqual([options, 2]);
      expect(stderr).toContain(message);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });

  it("waits for nobody: a folder that another command uses is refused", async () => {
    write("a.ndjson", GOOD);
    mkdirSync(join(folder, "data"));
    const store = await openTelemetryStore({ folder: join(folder, "data"), network: importNetwork(), now: Date.now });
    const { code, stderr } = await run("import", "a.ndjson");
    await store.close();
    expect(code).toBe(2);
    expect(stderr).toMatch(/data: expected a data folder that nobody uses, or a running platform, found one that another command uses/);
  });
});

describe("an export", () => {
  beforeEach(async () => {
    write("a.ndjson", GOOD);
    await run("import", "a.ndjson");
  });

  it("writes what is asked for, and all of it can be imported again", async () => {
    expect((await run("export")).stdout).toBe(
      `{"asset":"S01-H","ts":${AT},"values":{"p2_return":null,"t2_supply":48.2}}\n{"asset":"S01-H","ts":${AT + 60_000},"values":{"t2_supply":48.3}}\n`,
    );
    expect((await run("export", "--from", new Date(AT + 1).toISOString(), "--signal", "t2_supply")).stdout.split("\n")).toHaveLength(2);
    expect((await run("export", "--to", String(AT))).stdout).toBe("");
    for (const file of ["x.csv", "x.parquet", "x.ndjson"]) {
      expect(await run("export", "--output", file)).toMatchObject({ code: 0, stdout: "", stderr: "" });
      expect((await run("import", file)).stdout).toMatch(/ 0 values stored, 3 known already, 0 rejected/);
    }
  });

  it("with a mistake in what was given is one line and ends with 2", async () => {
    for (const [options, message] of [
      [["--from", "yesterday"], '--from: expected epoch milliseconds or ISO 8601, such as 2026-01-05T08:00:00+08:00, found "yesterday"'],
      [["--from", "5", "--to", "5"], "--from: expected a time before --to, found 5"],
      [["--station", "S1"], "--station: expected a station of the network file, found S1; did you mean S01?"],
      [["--format", "parquet"], "--output: expected a file for Parquet, found standard output"],
      [["--output", "no/such/folder.csv"], "no/such/folder.csv: expected a file that can be written, found ENOENT"],
    ] as const) {
      const { code, stderr } = await run("export", ...options);
      expect([options, code]).toEqual([options, 2]);
      expect(stderr).toContain(message);
      expect(stderr.trim().split("\n")).toHaveLength(1);
    }
  });
});
