import { z } from "zod";
import { InputError, nearestWord } from "../model/input-error.ts";
import { type Path, readYamlFile } from "../model/yaml-file.ts";
import { VICES } from "./gateway-vices.ts";
import { HABITS } from "./habits.ts";
import { POINT_SETS } from "./virtual-devices.ts";
import { CLIMATES } from "./weather.ts";

/** The shape of a scenario file, where each of its values stands, and what a person is told when a file has another shape. */

export const STATIONS_MAX = 2_000;
const FAULTS_MAX = 5_000;
const PRESETS = <T extends Record<string, unknown>>(table: T): [keyof T & string, ...(keyof T & string)[]] =>
  Object.keys(table) as [keyof T & string, ...(keyof T & string)[]];

const share = z.number().min(0).max(1);
const positive = z.number().positive();
const nonNegative = z.number().nonnegative();
const span = (least: number, most: number): z.ZodType<number | [number, number]> => {
  const count = z.number().int().min(least).max(most);
  return z.union([count, z.tuple([count, count])]);
};
/** Words that `scenario-time.ts` reads; a bare number would have no unit. */
const time = z.string().min(1).max(60);

const size = z.strictObject({
  stations: z.number().int().min(1).max(STATIONS_MAX).optional(),
  circuits: span(1, 4).optional(),
  buildings: span(1, 60).optional(),
  units: span(1, 12).optional(),
  rooms: share.optional(),
  area_m2: z.union([positive, z.tuple([positive, positive])]).optional(),
  variety: share.optional(),
  suspended: share.optional(),
});

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const season = z.strictObject({ filling: date.optional(), commissioning: date.optional(), heating: date.optional(), end: date.optional() });

const fault = z.strictObject({
  kind: z.string().min(1).max(60),
  asset: z.union([z.string().min(1).max(120), z.number()]).transform(String),
  at: time,
  spread: time.optional(),
  size: z.union([z.enum(["mild", "severe"]), z.number()]).optional(),
  ramp: time.optional(),
  lasts: time.optional(),
  repair: time.optional(),
  variant: z.string().optional(),
  signal: z.string().optional(),
  storm: z.boolean().optional(),
});
export type FaultEntry = z.infer<typeof fault>;

const random = z.union([
  z.enum(["none", "usual"]),
  z.strictObject({
    base: z.enum(["none", "usual"]).optional(),
    times: nonNegative.max(1000).optional(),
    kinds: z.record(z.string(), nonNegative.max(1000)).optional(),
    after: time.optional(),
  }),
]);

const vices = z.union([
  z.enum(PRESETS(VICES)),
  z.strictObject({
    base: z.enum(PRESETS(VICES)).optional(),
    jitter_share: share.optional(),
    loss_share: share.optional(),
    duplicate_share: share.optional(),
    reorder_share: share.optional(),
    unit_loss_share: share.optional(),
    outages_per_day: nonNegative.optional(),
    outage: z.tuple([time, time]).optional(),
    marked_history_share: share.optional(),
    forgetful_share: share.optional(),
    collecting_share: share.optional(),
    skew: time.optional(),
    drift_per_day: time.optional(),
    dst_mistake_share: share.optional(),
    latency: time.optional(),
  }),
]);

const residents = z.union([
  z.enum(PRESETS(HABITS)),
  z.strictObject({
    base: z.enum(PRESETS(HABITS)).optional(),
    call_share: share.optional(),
    cold_below_c: z.number().min(5).max(30).optional(),
    cold_spread_c: nonNegative.max(5).optional(),
    notices_k: nonNegative.max(10).optional(),
    patience: time.optional(),
    unseen_per_1000_season: nonNegative.optional(),
    surge: nonNegative.optional(),
  }),
]);

const scenarioFile = z.strictObject({
  title: z.strictObject({ zh: z.string().min(1).max(80), en: z.string().min(1).max(120) }).optional(),
  extends: z.string().optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
  network: z.string().optional(),
  size: size.optional(),
  season: season.optional(),
  climate: z.enum(CLIMATES).optional(),
  weather: z.string().optional(),
  from: time.optional(),
  to: time.optional(),
  poll: time.optional(),
  unit_interval: time.optional(),
  points: z.enum(POINT_SETS).optional(),
  speed: z.union([positive.max(1_000_000), z.literal("max")]).optional(),
  faults: z.array(fault).max(FAULTS_MAX).optional(),
  random: random.optional(),
  vices: vices.optional(),
  residents: residents.optional(),
});
export type ScenarioFile = z.infer<typeof scenarioFile>;

const keysOf = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
const groupOf = (union: { readonly options: readonly [unknown, { readonly shape: object }] }): string[] => keysOf(union.options[1]);
/** Keys that each place knows. `*` stands for a list index. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": keysOf(scenarioFile),
  title: ["zh", "en"],
  size: keysOf(size),
  season: keysOf(season),
  "faults.*": keysOf(fault),
  random: groupOf(random),
  vices: groupOf(vices),
  residents: groupOf(residents),
};

/** A scenario file as read, and where in it a value stands: "storm.yaml:12 faults.0.kind". */
export interface ScenarioDocument {
  readonly value: ScenarioFile;
  readonly place: (path: Path) => string;
}

/** Reads one file without what it extends. Throws one InputError with file and line for bad YAML, an unknown key or a wrong value. */
export function readScenarioDocument(text: string, file: string): ScenarioDocument {
  const { value, place } = readYamlFile(text, file);
  const parsed = scenarioFile.safeParse(value);
  // A misspelt key explains the missing one.
  if (!parsed.success)
    throw shapeError(parsed.error.issues.find(({ code }) => code === "unrecognized_keys") ?? parsed.error.issues[0]!, value, place);
  return { value: parsed.data, place };
}

function shapeError(issue: z.core.$ZodIssue, value: unknown, place: (path: Path) => string): InputError {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const found = valueAt(value, path);
  if (issue.code === "unrecognized_keys") return unknownKey(issue.keys[0]!, path, place);
  if (issue.code === "invalid_union") {
    // Of a word or a group, the group was meant when a group is there.
    const meant = issue.errors.find((options) => options.some(({ code, path: inner }) => code === "unrecognized_keys" || inner.length > 0));
    const inner = meant?.[0];
    if (inner !== undefined) return shapeError({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, value, place);
    const expected = [...new Set(issue.errors.flatMap((options) => options.map(expectation)))].join(", or ");
    return new InputError(place(path), expected, shown(found), nearestHint(found, wordsOf(issue)));
  }
  return new InputError(place(path), expectation(issue), shown(found), hintFor(issue, found));
}

function hintFor(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === "invalid_value") return nearestHint(found, issue.values.map(String));
  return issue.code === "invalid_type" && issue.expected === "string" && typeof found === "number"
    ? `a number needs its unit, as in "${found}m"`
    : undefined;
}

function unknownKey(key: string, path: Path, place: (path: Path) => string): InputError {
  const known = KNOWN_KEYS[path.map((part) => (typeof part === "number" ? "*" : part)).join(".")] ?? [];
  return new InputError(place([...path, key]), `one of ${known.join(", ")}`, `unknown key "${key}"`, nearestHint(key, known));
}

/** "did you mean …?" when a word is near a known one. */
export function nearestHint(word: unknown, known: Iterable<string>): string | undefined {
  const nearest = typeof word === "string" ? nearestWord(word, known) : undefined;
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

const wordsOf = (issue: z.core.$ZodIssueInvalidUnion): string[] =>
  issue.errors.flatMap((options) => options.flatMap((option) => (option.code === "invalid_value" ? option.values.map(String) : [])));

function valueAt(value: unknown, path: Path): unknown {
  let found: unknown = value;
  for (const part of path) found = (found as Record<string | number, unknown> | null | undefined)?.[part];
  return found;
}

const shown = (found: unknown): string => (found === undefined ? "nothing" : JSON.stringify(found).slice(0, 80));

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  tuple: "a list",
  object: "a group of keys",
  record: "a group of keys",
  int: "a whole number",
  string: "a text",
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return issue.values.length === 1 ? `"${String(issue.values[0])}"` : `one of ${issue.values.map(String).join(", ")}`;
    case "invalid_format":
      return "a date like 2026-11-15";
    case "too_small":
      return issue.minimum === 0 && issue.inclusive === false ? "more than 0" : `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}
