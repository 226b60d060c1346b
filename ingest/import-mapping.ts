import { parse, stringify } from "yaml";
import { z } from "zod";
import { InputError, nearestWord } from "../model/input-error.ts";
import type { Network } from "../model/network.ts";
import { SIGNAL_IDS, PLATFORM_SIGNALS, isSignalId, type SignalId } from "../model/signals.ts";
import { isZone } from "../model/zone.ts";
import { DELIMITERS } from "./import-fields.ts";
import type { LeftOut } from "./import-report.ts";
import { ENCODINGS } from "./import-text.ts";
import { TIME_FORMATS } from "./import-time.ts";
import { requireConversion } from "./import-units.ts";

/** The mapping file of an import: what the columns of a table mean. `docs/import-mapping.yaml` shows all of it. */

const number = z.number().refine(Number.isFinite);
const scale = { unit: z.string().min(1).optional(), factor: number.optional(), offset: number.optional() };
const target = z.strictObject({ asset: z.string().min(1).optional(), signal: z.string().min(1), ...scale });
const signalTarget = z.union([z.string().min(1), z.strictObject({ signal: z.string().min(1), ...scale })]);
const mappingFile = z.strictObject({
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.enum(DELIMITERS).optional(),
  timezone: z.string().optional(),
  skip_lines: z.number().int().min(0).max(1_000).optional(),
  time: z
    .union([
      z.string().min(1),
      z.strictObject({ column: z.string().min(1), clock: z.string().min(1).optional(), format: z.enum(TIME_FORMATS).default("auto") }),
    ])
    .optional(),
  asset: z.string().min(1).optional(),
  signal: z.string().min(1).optional(),
  value: z.string().min(1).optional(),
  unit: z.string().min(1).optional(),
  assets: z.record(z.string(), z.string()).default({}),
  signals: z.record(z.string(), signalTarget).default({}),
  columns: z.record(z.string(), z.union([z.literal("ignore"), target])).default({}),
  empty: z.enum(["skip", "failed"]).default("skip"),
  failed: z.array(z.union([z.string(), z.number()])).default([]),
});

export type Mapping = z.infer<typeof mappingFile>;
export type ColumnTarget = z.infer<typeof target>;

const TOP_KEYS = Object.keys(mappingFile.shape);
const TARGET_KEYS = Object.keys(target.shape);
const TIME_KEYS = ["column", "clock", "format"];

/** What counts without a mapping file: everything is read from the table itself. */
export const EMPTY_MAPPING: Mapping = mappingFile.parse({});

/** Reads a mapping file. Throws InputError that names the place, what was expected and what was found. */
export function parseMapping(text: string, file: string, network: Network): Mapping {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw new InputError(file, "valid YAML", (error as Error).message.split("\n")[0]!);
  }
  const parsed = mappingFile.safeParse(value);
  if (!parsed.success) throw mistake(parsed.error.issues[0]!, value, file);
  checkWords(parsed.data, file, network);
  return parsed.data;
}

function checkWords(mapping: Mapping, file: string, network: Network): void {
  const { timezone } = mapping;
  if (timezone !== undefined && !isZone(timezone))
    throw new InputError(`${file} timezone`, "an IANA time zone such as Asia/Shanghai", JSON.stringify(timezone));
  for (const [word, asset] of Object.entries(mapping.assets)) checkAsset(asset, `${file} assets.${word}`, network);
  for (const [word, entry] of Object.entries(mapping.signals)) {
    const { signal, unit } = typeof entry === "string" ? { signal: entry, unit: undefined } : entry;
    checkSignal(signal, unit, `${file} signals.${word}`);
  }
  for (const [column, entry] of Object.entries(mapping.columns)) {
    if (entry === "ignore") continue;
    const place = `${file} columns.${column}`;
    const signal = checkSignal(entry.signal, entry.unit, place);
    if (entry.asset === undefined) continue;
    checkAsset(entry.asset, place, network);
    if (network.point(entry.asset, signal) === undefined)
      throw new InputError(`${place}.signal`, `a signal of a ${network.asset(entry.asset)!.level}`, signal);
  }
}

function checkAsset(asset: string, place: string, network: Network): void {
  if (network.asset(asset) !== undefined) return;
  const nearest = nearestWord(
    asset,
    Array.from(network.assets(), ({ id }) => id),
  );
  throw new InputError(place, "the id of an asset of the network file", JSON.stringify(asset), didYouMean(nearest));
}

function checkSignal(signal: string, unit: string | undefined, place: string): SignalId {
  if (!isSignalId(signal) || PLATFORM_SIGNALS.has(signal))
    throw new InputError(`${place}.signal`, "the id of a signal", JSON.stringify(signal), didYouMean(nearestWord(signal, SIGNAL_IDS)));
  if (unit !== undefined) requireConversion(signal, unit, `${place}.unit`);
  return signal;
}

type Issue = z.core.$ZodIssue;

/** A union tells of all its branches; the one that got furthest says what is wrong. */
function mistake(issue: Issue, value: unknown, file: string): InputError {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const inner = issue.errors.flat().toSorted((a, b) => b.path.length - a.path.length);
    const chosen = inner.find(({ code }) => code === "unrecognized_keys") ?? inner[0];
    if (chosen !== undefined && chosen.path.length + Number(chosen.code === "unrecognized_keys") > 0)
      return mistake({ ...chosen, path: [...issue.path, ...chosen.path] }, value, file);
  }
  const path = issue.path.map(String).join(".");
  const place = `${file} ${path}`.trimEnd();
  if (issue.code === "unrecognized_keys") {
    const known = path === "" ? TOP_KEYS : path === "time" ? TIME_KEYS : TARGET_KEYS;
    const key = issue.keys[0]!;
    return new InputError(place, `one of ${known.join(", ")}`, JSON.stringify(key), didYouMean(nearestWord(key, known)));
  }
  const found = issue.path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step], value);
  return new InputError(place, issue.message.replace(/^Invalid (?:input|option): expected /, ""), JSON.stringify(found) ?? "nothing");
}

/** A mapping as a file to edit; columns that were not recognised are ignored in it, and named in its comments. */
export function writeMapping(mapping: Partial<Mapping>, leftOut: readonly LeftOut[]): string {
  const kept = Object.entries(mapping).filter(
    ([, value]) => value !== undefined && (typeof value !== "object" || Object.keys(value).length > 0),
  );
  const unknown = leftOut.map(({ column, reason, suggestion }) => {
    const words = `${JSON.stringify(column)} is ignored: ${reason}${suggestion === undefined ? "" : `; ${suggestion}`}`;
    return `# ${words.replaceAll(/[\r\n]+/g, " ")}\n`;
  });
  return `# What the columns of a table mean; docs/import-mapping.yaml explains every key.\n${unknown.join("")}${stringify(Object.fromEntries(kept))}`;
}

function didYouMean(word: string | undefined): string | undefined {
  return word === undefined ? undefined : `did you mean ${word}?`;
}
