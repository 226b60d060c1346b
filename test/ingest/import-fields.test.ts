import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIMITERS, detectDelimiter, splitFields } from "../../ingest/import-fields.ts";

const fieldsOf = (line: string, delimiter: string): string[] => {
  const fields: string[] = [];
  const count = splitFields(line, delimiter, fields);
  return fields.slice(0, count);
};

describe("the fields of a line", () => {
  it("are cut as csv-parse cuts them", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "1", ".", " ", '"', ",", ";", "\t", "|", "温"), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...DELIMITERS),
        fc.boolean(),
        (fields, delimiter, quoteAll) => {
          const quote = (text: string): string =>
            quoteAll || text.includes('"') || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
          const line = fields.map(quote).join(delimiter);
          expect(fieldsOf(line, delimiter)).toEqual(fields);
          if (line !== "") expect(parse(line, { delimiter })[0]).toEqual(fields);
        },
      ),
    );
  });

  it("go on in the next line while a quote is open", () => {
    expect(splitFields('1,"two', ",", [])).toBe(-1);
    expect(fieldsOf('1,"two\nlines",3', ",")).toEqual(["1", "two\nlines", "3"]);
  });

  it("keep what stands behind a closing quote", () => {
    expect(fieldsOf('"1"2,3', ",")).toEqual(["12", "3"]);
  });

  it("may be none", () => {
    expect(fieldsOf("", ",")).toEqual([""]);
    expect(fieldsOf(",,", ",")).toEqual(["", "", ""]);
  });
});

describe("the delimiter", () => {
  it("is the one that every line has", () => {
    expect(detectDelimiter(["时间;供温;回温", "2026-01-05 08:00:00;48,2;40,1"])).toBe(";");
    expect(detectDelimiter(["时间\t供温", "2026-01-05 08:00:00\t48.2"])).toBe("\t");
    expect(detectDelimiter(["a|b|c", "1|2|3"])).toBe("|");
    expect(detectDelimiter(["a", "1"])).toBe(",");
  });
});
