import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chinese as zh } from "../../dashboard/words/chinese.ts";
import { english as en } from "../../dashboard/words/english.ts";
import { zh as common } from "../../dashboard/words/zh.ts";
import { loadWords } from "../../dashboard/words/words.ts";

/** `{n}`, or `{n|household|households}` where English has a plural. */
const placeholders = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)].map((match) => match[1]!))].sort();
const CHINESE = /\p{Script=Han}/u;
/** The name of a language is written in that language. */
const SAME_IN_BOTH = new Set(["languageZh"]);

describe("the dictionaries", () => {
  it("have the same keys", () => expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort()));
  it("have the same placeholders in both languages", () => {
    const unlike = (Object.keys(zh) as (keyof typeof zh)[]).filter((key) => placeholders(en[key]).join() !== placeholders(zh[key]).join());
    expect(unlike).toEqual([]);
  });
  it("hold no empty sentence, and no Chinese in the English one", () => {
    expect([...Object.entries(en), ...Object.entries(zh)].filter(([, sentence]) => sentence.trim() === "")).toEqual([]);
    expect(Object.entries(en).filter(([key, sentence]) => !SAME_IN_BOTH.has(key) && CHINESE.test(sentence))).toEqual([]);
  });
  it("hold no sentence that nobody says", () => {
    const folder = join(import.meta.dirname, "../../dashboard");
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("words"))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n");
    const unused = Object.keys(common).filter((key) => !sources.includes(`"${key}"`) && !/^(role|state|point|event)_/.test(key));
    expect(unused).toEqual([]);
  });
});

describe("t", () => {
  it("fills placeholders, and leaves what looks like one in a value alone", async () => {
    const { t, say } = await loadWords("en");
    expect(t("nothingFound", { text: "{n} $& $1" })).toBe("No station matches “{n} $& $1”");
    expect(say({ zh: "漏", en: "leak" })).toBe("leak");
  });
});
