import { describe, expect, it } from "vitest";
import { changesBetween, countLimits, limitAt, overriddenAt, parseDraft, readLimit, withLimit } from "../../dashboard/rules/draft.ts";
import { sameLimits } from "../../model/limit-values.ts";

/** A draft of limits: an engineer changes one here, takes one back there, and sees what differs. */

const published = { "*": { margin: 20, hold_min: 10 }, S1: { margin: 25 } };

describe("a changed limit", () => {
  it("is set at its place and leaves the rest, and the old set, as they are", () => {
    expect(withLimit(published, "*", "margin", 30)).toEqual({ "*": { margin: 30, hold_min: 10 }, S1: { margin: 25 } });
    expect(withLimit(published, "S2", "margin", 0)).toMatchObject({ S2: { margin: 0 } });
    expect(published["*"].margin).toBe(20);
  });
  it("that is taken away takes its place away when that says nothing more", () => {
    expect(withLimit(published, "S1", "margin", undefined)).toEqual({ "*": published["*"] });
    expect(withLimit(published, "S9", "margin", undefined)).toEqual(published);
  });
});

describe("what differs", () => {
  it("is told limit by limit, the whole network first", () => {
    const draft = withLimit(withLimit(withLimit(published, "S1", "margin", undefined), "*", "margin", 30), "A0", "x", 1);
    expect(changesBetween(published, draft)).toEqual([
      { place: "*", name: "margin", before: 20, after: 30 },
      { place: "A0", name: "x", before: undefined, after: 1 },
      { place: "S1", name: "margin", before: 25, after: undefined },
    ]);
  });
  it("is nothing for the same limits in any order, and for a place that says nothing", () => {
    expect(sameLimits({ S1: {}, "*": { b: 1, a: 2 } }, { "*": { a: 2, b: 1 } })).toBe(true);
    expect(sameLimits({}, { "*": { a: 2 } })).toBe(false);
    expect(countLimits(published)).toBe(3);
  });
});

describe("what holds", () => {
  it("comes from the nearest place that says it", () => {
    expect(limitAt(published, ["S1-A", "S1"], "margin")).toEqual({ place: "S1", value: 25 });
    expect(limitAt(published, ["S2"], "margin")).toEqual({ place: "*", value: 20 });
    expect(limitAt(published, ["S1"], "other")).toBeUndefined();
    expect(overriddenAt(published, "margin")).toEqual(["S1"]);
  });
});

describe("what is typed", () => {
  it.each([
    ["12.5", 12.5],
    [" 12,5 ", 12.5],
    [".5", 0.5],
    ["0", 0],
    ["", undefined],
  ])("%j is read", (typed, value) => expect(readLimit(typed, 20)).toEqual({ ok: true, value }));
  it("may be negative only where the default is", () => {
    expect(readLimit("\u22125", -10)).toEqual({ ok: true, value: -5 });
    expect(readLimit("-5", 10)).toMatchObject({ ok: false, why: "range", least: 0, most: 10_000 });
  });
  it.each(["abc", "1e3", "0x10", "1.2.3", "--1", "NaN"])("%j is no number", (typed) =>
    expect(readLimit(typed, 20)).toMatchObject({ ok: false, why: "number" }),
  );
  it("is refused beyond what can be", () => expect(readLimit("20001", 20)).toMatchObject({ ok: false, why: "range", most: 20_000 }));
});

describe("a kept draft", () => {
  it("comes back", () => {
    const draft = { base: "D4", overrides: published };
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
  });
  it.each([null, "", "{", "[]", "null", '{"overrides":[]}', '{"overrides":{"*":{"a":"1"}}}', '{"overrides":{"*":null}}'])(
    "%j is none",
    (text) => expect(parseDraft(text)).toBeUndefined(),
  );
});
