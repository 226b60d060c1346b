import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, sourceFiles } from "./source.ts";

/** DESIGN's import direction: a folder may import itself and these. What is not named is top level and may import everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  rules: ["model"],
  tickets: ["model"],
  store: ["model"],
  simulators: ["model"],
  ingest: ["model", "store", "rules", "tickets"],
  api: ["model", "store", "tickets", "rules"],
  dashboard: ["model"],
};
/** What may import nearly everything, and what it may not. */
const MAY_NOT_IMPORT: Readonly<Record<string, readonly string[]>> = { evaluation: ["api", "dashboard", "test"] };
/** Node's file system, clock, randomness and network are out of reach of these folders. */
const PURE = ["model", "rules", "tickets"];
const LINES_MAX = 350;

const files = sourceFiles();
const product = files.filter(({ path }) => !path.startsWith("test/"));

describe("tidy", () => {
  it("reads a source tree at all", () => {
    expect(product.length).toBeGreaterThan(20);
  });

  it("imports in one direction only", () => {
    const wrong: string[] = [];
    for (const { path, imports } of product) {
      const folder = path.split("/")[0]!;
      const allowed = MAY_IMPORT[folder];
      const forbidden = MAY_NOT_IMPORT[folder] ?? [];
      for (const target of imports) {
        const targetFolder = target.split("/")[0]!;
        if (forbidden.includes(targetFolder)) wrong.push(`${path} imports ${target}`);
        if (allowed === undefined) continue;
        if (targetFolder !== folder && !allowed.includes(targetFolder)) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps the browser free of zod and yaml", () => {
    const wrong = product.filter(
      ({ path, text, imports }) =>
        path.startsWith("dashboard/") &&
        (/from "(zod|yaml)"/.test(text) || imports.some((target) => /network-(file|schema)\.ts$/.test(target))),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("has no file that is too long to live in", () => {
    expect(
      product
        .filter(({ text }) => text.split("\n").length > LINES_MAX)
        .map(({ path, text }) => `${path}: ${text.split("\n").length} lines`),
    ).toEqual([]);
  });

  it("decides without a clock, chance, files or the network", () => {
    const wrong: string[] = [];
    for (const { path, text } of product) {
      if (!PURE.includes(path.split("/")[0]!)) continue;
      for (const word of [
        "Date.now(",
        "Math.random(",
        "setTimeout(",
        "setInterval(",
        "performance.now(",
        "node:fs",
        "node:net",
        "new Date()",
      ]) {
        if (text.includes(word)) wrong.push(`${path}: ${word}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no loose ends", () => {
    const wrong = product.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("says on top of each file what it owns", () => {
    const wrong = product.filter(({ path, text }) => /\.tsx?$/.test(path) && !/\/\*\*|^\/\//m.test(text)).map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it("names only commands that exist in README", () => {
    const scripts = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> }).scripts;
    const named = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
