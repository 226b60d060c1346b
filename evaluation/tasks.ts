import { libraryNames, openScenario } from "../cli/scenario-library.ts";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Scenario } from "../simulators/scenario.ts";
import { MIX_NAMES, openMix } from "./mix.ts";

/** What is to be played: scenarios by name and the seeds of a set. Development and test seeds are two ranges that never meet. */

/** Rules are made and mended on seeds below this … */
const DEVELOPMENT_SEEDS_END = 10_000;
/** … and judged on these: no test and no limit of ours was ever chosen by them. */
const TEST_SEEDS_FROM = 90_000;
const SEEDS_MAX = 1_000;

export interface Task {
  readonly name: string;
  readonly seed: number;
  readonly stations?: number;
  readonly days?: number;
}

/** The scenario of a task: from the standard mixture, the library, or a file. */
export function openTask({ name, seed, stations, days }: Task): Scenario {
  const overrides = { seed, ...(stations === undefined ? {} : { stations }), ...(days === undefined ? {} : { days }) };
  return (MIX_NAMES as readonly string[]).includes(name) ? openMix(name, overrides) : openScenario(name, overrides);
}

/** Every name that can be asked for: the library, then the mixture. */
export const knownNames = (): string[] => [...libraryNames(), ...MIX_NAMES];

/**
 * The names that patterns pick (`*` stands for anything), in the order of `knownNames`; a path to a file stands for itself.
 * Throws an InputError for a pattern that picks nothing.
 */
export function pickNames(patterns: readonly string[]): string[] {
  const known = knownNames();
  const files = patterns.filter((pattern) => /[/\\]|\.ya?ml$/.test(pattern));
  const picked = new Set<string>();
  for (const pattern of patterns) {
    if (files.includes(pattern)) continue;
    const matcher = new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*")}$`);
    const found = known.filter((name) => matcher.test(name));
    if (found.length === 0) {
      const nearest = nearestWord(pattern, known);
      throw new InputError(
        "--scenarios",
        "names of the library, with * for anything, or files",
        `"${pattern}"`,
        nearest === undefined ? undefined : `did you mean "${nearest}"?`,
      );
    }
    for (const name of found) picked.add(name);
  }
  return [...known.filter((name) => picked.has(name)), ...files];
}

/** The seeds of `dev` or `test` (`dev:3`: the first three of them), or a list such as `1,2,3`. Throws an InputError. */
export function readSeeds(text: string): readonly number[] {
  const set = /^(dev|test)(?::(\d+))?$/.exec(text.trim());
  if (set !== null) {
    const count = Number(set[2] ?? 1);
    const first = set[1] === "dev" ? 1 : TEST_SEEDS_FROM + 1;
    if (count >= 1 && count <= SEEDS_MAX) return Array.from({ length: count }, (_, index) => first + index);
  }
  const seeds = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  if (seeds.length > SEEDS_MAX || seeds.some((seed) => !(seed <= 4_294_967_295)))
    throw new InputError("--seeds", `dev, test, dev:N with N from 1 to ${SEEDS_MAX}, or whole numbers such as 1,2,3`, `"${text}"`);
  return [...new Set(seeds)];
}

/** Which set seeds belong to. */
export function setOf(seeds: readonly number[]): "dev" | "test" | "mixed" {
  if (seeds.every((seed) => seed < DEVELOPMENT_SEEDS_END)) return "dev";
  return seeds.every((seed) => seed > TEST_SEEDS_FROM) ? "test" : "mixed";
}
