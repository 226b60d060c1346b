import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRowWriter, EXPORT_LANGUAGES } from "../../api/export-rows.ts";
import { createParquetFile } from "../../cli/export-parquet.ts";
import type { Reading } from "../../model/reading.ts";
import { PLATFORM_SIGNALS, SIGNALS, SIGNAL_IDS } from "../../model/signals.ts";
import { importNetwork } from "../support/import-network.ts";
import { readImport } from "../support/import-read.ts";

/** What is exported can be imported: the same values come back, whatever the format. */

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "heatsteward-export-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const network = importNetwork();
const POINTS = Array.from(network.assets()).flatMap(({ id }) =>
  SIGNAL_IDS.filter((signal) => !PLATFORM_SIGNALS.has(signal)).flatMap((signal) => network.point(id, signal) ?? []),
);
const START = Date.UTC(2026, 0, 1);

/** Any possible values, in the canonical order of an export. */
const readings: fc.Arbitrary<Reading[]> = fc
  .uniqueArray(
    fc.record({
      point: fc.constantFrom(...POINTS),
      at: fc.integer({ min: START, max: START + 3_600_000 }).map((at) => (at % 3 === 0 ? at : START + (at % 7) * 60_000)),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      failed: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 60, selector: ({ point, at }) => `${point.index}@${at}` },
  )
  .map((drafts) =>
    drafts
      .map(({ point, at, share, failed }) => ({ point, at, value: failed === 0 ? null : possible(point.signal, share) }))
      .toSorted(
        (a, b) =>
          a.at - b.at ||
          (a.point.asset < b.point.asset ? -1 : a.point.asset > b.point.asset ? 1 : a.point.signal < b.point.signal ? -1 : 1),
      ),
  );

function possible(signal: keyof typeof SIGNALS, share: number): number {
  const { min, max, unit } = SIGNALS[signal];
  if (unit === "0/1") return share < 0.5 ? 0 : 1;
  const value = min + (max - min) * share;
  return unit === "kPa" && value < 5 ? 0 : value + 0;
}

const plain = (list: readonly Reading[]) => list.map(({ point, at, value }) => `${point.asset} ${point.signal} ${at} ${String(value)}`);

describe("the same values come back", () => {
  it("from JSON lines", async () => {
    const rows = createRowWriter("ndjson", "en", network);
    await fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 7, max: 500 }), async (list, pieceBytes) => {
        const back = await readImport({ text: rows.write(list), pieceBytes }, { format: "ndjson" });
        expect(back.rejects).toEqual([]);
        expect(plain(back.readings)).toEqual(plain(list));
      }),
      { numRuns: 60 },
    );
  });

  it("from CSV in both languages", async () => {
    await fc.assert(
      fc.asyncProperty(readings, fc.constantFrom(...EXPORT_LANGUAGES), async (list, language) => {
        const rows = createRowWriter("csv", language, network);
        const back = await readImport({ text: rows.head + rows.write(list), pieceBytes: 999 });
        expect([back.rejects, back.leftOut]).toEqual([[], []]);
        expect(plain(back.readings)).toEqual(plain(list));
      }),
      { numRuns: 60 },
    );
  });

  it("from Parquet", async () => {
    const path = join(folder, "round.parquet");
    await fc.assert(
      fc.asyncProperty(readings, fc.integer({ min: 1, max: 20 }), async (list, size) => {
        const file = createParquetFile(path);
        for (let start = 0; start < list.length; start += size) await file.write(list.slice(start, start + size));
        await file.finish();
        const back = await readImport({ path });
        expect([back.rejects, back.leftOut]).toEqual([[], []]);
        expect(plain(back.readings)).toEqual(plain(list));
      }),
      { numRuns: 40 },
    );
  });
});

describe("a Parquet file", () => {
  const many = (count: number): Reading[] => {
    const point = network.point("S01-H", "t2_supply")!;
    return Array.from({ length: count }, (_, index) => ({ point, at: START + index * 1_000, value: 40 + (index % 80) / 10 }));
  };

  it("of several groups is read in steps, and goes on where it was", async () => {
    const path = join(folder, "groups.parquet");
    const list = many(230_000);
    const file = createParquetFile(path);
    await file.write(list);
    await file.finish();
    const rest = await readImport({ path }, { skip: 199_990 });
    expect(rest.records).toBe(230_000);
    expect(plain(rest.readings)).toEqual(plain(list.slice(199_990)));
  });

  it("that is none is one clear mistake", async () => {
    const path = join(folder, "no.parquet");
    writeFileSync(path, "time,value\n");
    await expect(readImport({ path })).rejects.toThrow(/no.parquet: expected a Parquet file, found/);
  });
});

describe("an exported table", () => {
  const point = network.point("S01-H", "t2_supply")!;

  it("says the time in the zone of the network, and names in words", () => {
    const rows = createRowWriter("csv", "zh", network);
    expect(rows.head).toBe("\ufeff时间,时间戳,资产,名称,测点,数值,单位\r\n");
    expect(rows.write([{ point, at: START, value: 48.2 }])).toBe(
      "2026-01-01T08:00:00.000+08:00,1767225600000,S01-H,北苑 · 高区,二次供温,48.2,°C\r\n",
    );
    expect(createRowWriter("csv", "en", network).write([{ point, at: START, value: null }])).toBe(
      "2026-01-01T08:00:00.000+08:00,1767225600000,S01-H,北苑 · 高区,t2_supply,null,°C\r\n",
    );
  });
});

describe("JSON lines", () => {
  it("hold every value, also when one time has two of a signal", () => {
    const point = network.point("S01-H", "t2_supply")!;
    const rows = createRowWriter("ndjson", "en", network);
    expect(
      rows.write([
        { point, at: 1, value: 48 },
        { point, at: 1, value: 49 },
      ]),
    ).toBe('{"asset":"S01-H","ts":1,"values":{"t2_supply":48}}\n{"asset":"S01-H","ts":1,"values":{"t2_supply":49}}\n');
    expect(rows.write([])).toBe("");
  });
});
