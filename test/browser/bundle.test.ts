import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildDashboard } from "../support/browser.ts";

/** What a browser has to fetch (UI.md, Gates), and what must never be in it. */

const FIRST_LOAD_KB_MAX = 60;
const ALL_KB_MAX = 110;
/** The screen of engineers, its styles and its words: nobody else fetches them. */
const RULES_KB_MAX = 30;
/** As the API compresses (api/compression.ts). */
const GZIP_LEVEL = 5;

let dashboard: Awaited<ReturnType<typeof buildDashboard>>;
let files: { name: string; text: string; kb: number }[];

beforeAll(async () => {
  dashboard = await buildDashboard();
  const names = await readdir(dashboard.folder, { recursive: true });
  const found = names.filter((name) => /\.(html|js|css|svg)$/.test(name));
  files = await Promise.all(
    found.map(async (name) => {
      const bytes = await readFile(join(dashboard.folder, name));
      return { name, text: bytes.toString(), kb: gzipSync(bytes, { level: GZIP_LEVEL }).length / 1024 };
    }),
  );
});
afterAll(() => dashboard.remove());

const isOfRules = ({ name }: { name: string }): boolean => /\/rules-/.test(name);
/** What one visitor of the dispatch room may fetch: everything but the screen of engineers and the dictionary of the language that they do not read. */
const visitor = (): typeof files => files.filter((file) => !/chinese-/.test(file.name) && !isOfRules(file));
const sum = (some: readonly { kb: number }[]): number => some.reduce((total, { kb }) => total + kb, 0);

/** index.html, what it names, a dictionary (the larger one), the overview, and the chunks that those import statically: all that has to be there before a table is drawn. */
function firstLoad(): typeof files {
  const wanted = new Set(files.filter(({ name }) => name === "index.html" || /(?:overview|english)-[\w-]+\.(js|css)$/.test(name)));
  for (const file of wanted) {
    for (const other of files) {
      const base = other.name.replace(/^assets\//, "");
      const imported =
        new RegExp(`(?:from|import)\\s*["']\\./${base.replaceAll(".", "\\.")}["']`).test(file.text) ||
        (file.name === "index.html" && file.text.includes(base));
      if (imported) wanted.add(other);
    }
  }
  return [...wanted];
}

describe("the bundle", () => {
  it(`needs at most ${FIRST_LOAD_KB_MAX} KB gzipped for the first load`, () => {
    const first = firstLoad();
    expect(first.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching(/index-.*\.js/), expect.stringMatching(/overview-.*\.js/)]),
    );
    expect(sum(first)).toBeLessThanOrEqual(FIRST_LOAD_KB_MAX);
  });
  it(`has at most ${ALL_KB_MAX} KB gzipped in all, for a visitor of one language`, () =>
    expect(sum(visitor())).toBeLessThanOrEqual(ALL_KB_MAX));
  it(`needs at most ${RULES_KB_MAX} KB gzipped more for the rules, and none of it before they are opened`, () => {
    const own = files.filter((file) => isOfRules(file) && !/rules-zh-/.test(file.name));
    expect(own.map(({ name }) => name.replace(/-[\w-]{8}\./, ".").replace(/^.*\//, "")).sort()).toEqual([
      "rules-en.js",
      "rules.css",
      "rules.js",
    ]);
    expect(sum(own)).toBeLessThanOrEqual(RULES_KB_MAX);
    expect(firstLoad().filter(isOfRules)).toEqual([]);
  });
  it("draws charts from a chunk of its own", () => {
    expect(firstLoad().some(({ text }) => text.includes("u-over"))).toBe(false);
    expect(files.some(({ text }) => text.includes("u-over"))).toBe(true);
  });
  it("holds no schema library and no parser of the network file", () => {
    for (const { text } of files) expect(text).not.toMatch(/ZodError|_zod\b|YAMLParseError/);
  });
  it("holds no inline script or style", () => {
    const page = files.find(({ name }) => name === "index.html")!.text;
    expect(page).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/);
  });
});
