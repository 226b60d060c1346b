import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chinese } from "../../dashboard/words/chinese.ts";
import { english } from "../../dashboard/words/english.ts";
import { rulesEn } from "../../dashboard/words/rules-en.ts";
import { rulesZh } from "../../dashboard/words/rules-zh.ts";
import { zh as common } from "../../dashboard/words/zh.ts";
import { loadWords } from "../../dashboard/words/words.ts";

/** All that can be said, whether it comes with the page or with a screen. */
const zh = { ...chinese, ...rulesZh };
const en = { ...english, ...rulesEn };

/** `{n}`, or `{n|household|households}` where English has a plural. */
const placeholders = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)].map((match) => match[1]!))].sort();
const CHINESE = /\p{Script=Han}/u;
/** The name of a language is written in that language. */
const SAME_IN_BOTH = new Set(["languageZh"]);

describe("the dictionaries", () => {
  it("say nothing twice under one key", () => expect(Object.keys(rulesZh).filter((key) => key in chinese)).toEqual([]));
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
    const unused = Object.keys({ ...common, ...rulesZh }).filter(
      (key) => !sources.includes(`"${key}"`) && !/^(role|state|point|event|level|phase|run|work)_/.test(key),
    );
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

describe("a part that comes with a screen", () => {
  const part = { zh: async () => rulesZh, en: async () => rulesEn };
  it("is spoken once it is learned, also in the languages spoken later", async () => {
    const { t, learn, use } = await loadWords("zh");
    await learn(part);
    expect(t("rulesDraftCount", { n: 2 })).toBe("草稿改 2 项");
    await use("en");
    expect([t("rulesDraftCount", { n: 1 }), t("navRules")]).toEqual(["Draft: 1 change", "Rules"]);
  });
  it("is spoken in the language that was chosen while it was fetched", async () => {
    const { t, learn, use } = await loadWords("zh");
    let arrive!: () => void;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    const learning = learn({ ...part, zh: () => late.then(() => rulesZh) });
    await use("en");
    arrive();
    await learning;
    expect(t("rulesTabWhy")).toBe("Why not");
  });
  it("that cannot be fetched is learned at the next try", async () => {
    const { t, learn } = await loadWords("en");
    let tries = 0;
    const shaky = { ...part, en: async () => (tries++ === 0 ? Promise.reject(new Error("offline")) : rulesEn) };
    await expect(learn(shaky)).rejects.toThrow("offline");
    await learn(shaky);
    expect(t("rulesTabWhy")).toBe("Why not");
  });
});
