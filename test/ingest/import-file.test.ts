import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fingerprintOf } from "../../ingest/import-file.ts";
import { readImport } from "../support/import-read.ts";
import { gb18030 } from "../support/gb18030.ts";

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-file-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LINE = '{"asset":"S01-H","ts":1767571200000,"values":{"t2_supply":48.2}}\n';
const VALUE = "S01-H t2_supply 2026-01-05T00:00:00.000Z 48.2";
const TABLE = "时间,北苑高区二次供温\n2026-01-05 08:00:00,48.2\n";

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("a file", () => {
  it("is read by its name, compressed or not, in UTF-8 or GB18030", async () => {
    const chinese = gb18030(TABLE);
    for (const path of [
      write("a.ndjson", LINE),
      write("a.jsonl.gz", gzipSync(LINE)),
      write("a.csv", TABLE),
      write("a.tsv", TABLE.replaceAll(",", "\t")),
      write("b.csv", chinese),
      write("b.txt.gz", gzipSync(chinese)),
      write("c.csv", `\ufeff${TABLE}`),
    ])
      expect([path, (await readImport({ path })).values]).toEqual([path, [VALUE]]);
  });

  it("of another name needs its format said", async () => {
    const path = write("export.dat", TABLE);
    await expect(readImport({ path })).rejects.toThrow(
      /export.dat: expected a name that ends in ndjson, .*, or --format, found export.dat/,
    );
    expect((await readImport({ path }, { format: "csv" })).values).toEqual([VALUE]);
  });

  it("that is not there, no file, or cut off is one clear mistake", async () => {
    await expect(readImport({ path: join(folder, "no.csv") })).rejects.toThrow(/no.csv: expected a file that can be read, found ENOENT/);
    await expect(readImport({ path: folder })).rejects.toThrow(/expected a file, found something else/);
    const whole = gzipSync(LINE.repeat(10_000));
    const path = write("cut.ndjson.gz", whole.subarray(0, whole.length - 20));
    await expect(readImport({ path })).rejects.toThrow(/cut.ndjson.gz: expected whole gzip data, found unexpected end of file/);
  });
});

describe("the fingerprint of a file", () => {
  it("changes with the file and with what is read of it", async () => {
    const path = write("f.csv", TABLE);
    const first = await fingerprintOf(path, ["mapping"]);
    expect(await fingerprintOf(path, ["mapping"])).toBe(first);
    expect(await fingerprintOf(path, ["another"])).not.toBe(first);
    utimesSync(path, 1, 1);
    const touched = await fingerprintOf(path, ["mapping"]);
    expect(touched).not.toBe(first);
    appendFileSync(path, "2026-01-05 08:01:00,48.2\n");
    utimesSync(path, 1, 1);
    expect(await fingerprintOf(path, ["mapping"])).not.toBe(touched);
  });
});
