import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectEncoding, LINE_BYTES_MAX, readLines, type Encoding } from "../../ingest/import-text.ts";
import { gb18030 } from "../support/gb18030.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function linesOf(bytes: Uint8Array, size: number, encoding: Encoding = "utf-8"): Promise<{ lines: string[]; damaged: number[] }> {
  const lines: string[] = [];
  const damaged: number[] = [];
  for await (const block of readLines(pieces(bytes, size), { encoding, place: "a.csv" })) {
    for (const index of block.damaged.keys()) damaged.push(lines.length + index);
    lines.push(...block.lines);
  }
  return { lines, damaged };
}

describe("lines of text", () => {
  it("are the same however the bytes come in", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "温", "度", "𠮷", " ", ",", "é") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom("\n", "\r\n"),
        async (lines, size, end) => {
          const text = lines.map((each) => `${each}${end}`).join("");
          expect((await linesOf(Buffer.from(text), size)).lines).toEqual(lines);
        },
      ),
    );
  });

  it("begin behind the mark of UTF-8, and the last may have no end", async () => {
    expect((await linesOf(Buffer.from("\ufeff时间,温度\r\n1,2"), 2)).lines).toEqual(["时间,温度", "1,2"]);
  });

  it("are read from GB18030", async () => {
    const bytes = gb18030("时间,二次供温\n1,2\n");
    expect(detectEncoding(bytes, "a.csv")).toBe("gb18030");
    expect((await linesOf(bytes, 3, "gb18030")).lines).toEqual(["时间,二次供温", "1,2"]);
  });

  it("that are not text are told alone", async () => {
    const bytes = Buffer.concat([Buffer.from("一\n"), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from("三\n")]);
    expect(await linesOf(bytes, 100)).toEqual({ lines: ["一", "", "三"], damaged: [1] });
  });

  it("have a limit", async () => {
    await expect(linesOf(Buffer.alloc(LINE_BYTES_MAX + 10, 65), 1_000_000)).rejects.toThrow(
      /a.csv: expected lines of at most 4194304 bytes/,
    );
  });
});

describe("the encoding", () => {
  it("is UTF-8 when the bytes can be that, even cut off within a character", () => {
    const bytes = Buffer.from("时间,温度\n温");
    expect(detectEncoding(bytes.subarray(0, -1), "a.csv")).toBe("utf-8");
    expect(detectEncoding(Buffer.from("time,t\n"), "a.csv")).toBe("utf-8");
  });

  it("is not UTF-16", () => {
    expect(() => detectEncoding(Buffer.from([0xff, 0xfe, 0x41, 0]), "a.csv")).toThrow(
      "a.csv: expected UTF-8 or GB18030, found UTF-16; save the file as CSV UTF-8",
    );
  });
});
