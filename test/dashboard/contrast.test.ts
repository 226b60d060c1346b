import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** WCAG 2 contrast of every text colour on every ground it stands on, read from the tokens themselves. */

const css = readFileSync(join(import.meta.dirname, "../../dashboard/styles/tokens.css"), "utf8");
const tokens = new Map<string, readonly [light: string, dark: string]>();
for (const [, name, value] of css.matchAll(/--([\w-]+):\s*([^;]+);/g)) {
  const pair = /light-dark\((#\w+),\s*(#\w+)\)/.exec(value!);
  if (pair) tokens.set(name!, [pair[1]!, pair[2]!]);
  else if (/^#\w{6}$/.test(value!)) tokens.set(name!, [value!, value!]);
}

function luminance(hex: string): number {
  const channel = (from: number): number => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [bright, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (bright! + 0.05) / (dark! + 0.05);
}

const GROUNDS = ["bg", "panel", "raised"];
const TINTS = ["urgent-tint", "general-tint", "watch-tint"];
/** Text and its grounds: at least 4.5 to 1. */
const TEXT: readonly (readonly [string, readonly string[]])[] = [
  ["ink", [...GROUNDS, ...TINTS, "field", "range"]],
  ["ink2", [...GROUNDS, ...TINTS, "field"]],
  ["ink-stale", [...GROUNDS, ...TINTS]],
  ["urgent", [...GROUNDS, "urgent-tint"]],
  ["general", [...GROUNDS, "general-tint"]],
  ["watch", [...GROUNDS, "watch-tint"]],
  ["on-fill", ["urgent-fill", "general-fill", "watch-fill"]],
  ["on-mark", ["mark"]],
];
/** Marks, lines and edges that carry meaning: at least 3 to 1. */
const MARKS: readonly (readonly [string, readonly string[]])[] = [
  ["mark", ["track", "range"]],
  ["urgent-mark", ["track", "range"]],
  ["general-mark", ["track"]],
  ["watch-mark", ["track", "range"]],
  ["supply", ["panel"]],
  ["return", ["panel"]],
  ["line-strong", ["panel"]],
  ["focus", [...GROUNDS]],
];

for (const [theme, index] of [
  ["light", 0],
  ["dark", 1],
] as const) {
  describe(`${theme} colours`, () => {
    for (const [rows, least] of [
      [TEXT, 4.5],
      [MARKS, 3],
    ] as const) {
      for (const [name, grounds] of rows) {
        it.each(grounds)(`${name} on %s reach ${least}`, (ground) => {
          expect(contrast(tokens.get(name)![index], tokens.get(ground)![index])).toBeGreaterThanOrEqual(least);
        });
      }
    }
  });
}
